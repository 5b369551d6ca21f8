"""Conditions on one event in three-valued logic (Predicate, P1 to P4)."""

from __future__ import annotations

import datetime as dt
import math
import operator as python
import re
from collections.abc import Callable, Iterable
from typing import Any

from behavio_jupyter.query import Events

from .calendar import Calendar, to_datetime
from .log import Event, Log

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": python.eq,
    "!=": python.ne,
    "<": python.lt,
    "<=": python.le,
    ">": python.gt,
    ">=": python.ge,
}

Truth = bool | None
Lookup = Callable[[Any], Any]
"""Gives the value of a property (or, in segments, of a first or last value)."""


def event_matches(events: Events, event: Event, log: Log) -> bool:
    """Whether an event is one of some events: by name (none named: any) and by predicate."""
    if events.names and event.name not in events.names:
        return False
    return events.where is None or holds(events.where, event, log)


def holds(predicate: Any, event: Event, log: Log) -> bool:
    """Whether a predicate is true of an event; null does not match."""

    def lookup(node: Any) -> Any:
        if node.owner == "user":
            return log.user_property(event.user, node.name)
        return event.properties[node.name]

    return truth(predicate, lookup, log.calendar) is True


def truth(condition: Any, lookup: Lookup, calendar: Calendar) -> Truth:
    """True, false or null."""
    kind = condition.kind
    if kind == "not":
        return negation(truth(condition.part, lookup, calendar))
    if kind == "and":
        return conjunction(truth(part, lookup, calendar) for part in condition.parts)
    if kind == "or":
        return disjunction(truth(part, lookup, calendar) for part in condition.parts)
    if kind == "comparison":
        return compare(
            *in_time(value(condition.left, lookup), value(condition.right, lookup), calendar),
            condition.operator,
        )

    left = value(condition.value, lookup)
    result: Truth
    if kind == "is_null":
        result = left is None
    elif kind == "in":
        result = disjunction(
            compare(*in_time(left, option, calendar), "=") for option in condition.options
        )
    elif kind == "between":
        result = conjunction(
            (
                compare(*in_time(left, value(condition.low, lookup), calendar), ">="),
                compare(*in_time(left, value(condition.high, lookup), calendar), "<="),
            )
        )
    elif kind == "like":
        result = None if left is None else like(left, condition.pattern)
    else:
        raise ValueError(f"{kind} is no condition on values")
    return negation(result) if condition.negated else result


def value(node: Any, lookup: Lookup) -> Any:
    """The value of a constant, a property or arithmetic; ``None`` is null."""
    if node.kind == "constant":
        return node.value
    if node.kind != "arithmetic":
        return lookup(node)
    left, right = value(node.left, lookup), value(node.right, lookup)
    if left is None or right is None:
        return None
    if node.operator == "+":
        return left + right
    if node.operator == "-":
        return left - right
    if node.operator == "*":
        return left * right
    if right == 0:
        return None
    return left / right if node.operator == "/" else math.fmod(left, right)


def in_time(left: Any, right: Any, calendar: Calendar) -> tuple[Any, Any]:
    """Two values to compare; text beside a time or a day is one (P4)."""
    if isinstance(left, dt.date) and isinstance(right, str):
        return beside(left), moment(right, left, calendar)
    if isinstance(right, dt.date) and isinstance(left, str):
        return moment(left, right, calendar), beside(right)
    return left, right


def beside(time: dt.date) -> dt.datetime:
    """A time, or the midnight of a day on any clock."""
    return time if isinstance(time, dt.datetime) else dt.datetime.combine(time, dt.time())


def moment(text: str, other: dt.date, calendar: Calendar) -> dt.datetime:
    """The instant that text means; beside a day what the log's clock shows then."""
    read = dt.datetime.fromisoformat(text)
    if isinstance(other, dt.datetime):
        return to_datetime(calendar.instant(read))
    return read if read.tzinfo is None else read.astimezone(calendar.zone).replace(tzinfo=None)


def compare(left: Any, right: Any, operator: str) -> Truth:
    if left is None or right is None:
        return None
    return bool(OPERATORS[operator](left, right))


def like(text: str, pattern: str) -> bool:
    r"""``%`` is any text, ``_`` one character; ``\`` takes a sign behind it as it is."""
    parts = {"%": ".*", "_": "."}
    expression, place = "", 0
    while place < len(pattern):
        if pattern[place : place + 2] in (r"\%", r"\_", "\\\\"):
            place += 1
            expression += re.escape(pattern[place])
        else:
            expression += parts.get(pattern[place], re.escape(pattern[place]))
        place += 1
    return re.fullmatch(expression, text, re.DOTALL) is not None


def negation(part: Truth) -> Truth:
    return None if part is None else not part


def conjunction(parts: Iterable[Truth]) -> Truth:
    """False if one is false, else null if one is null, else true."""
    found = list(parts)
    if False in found:
        return False
    return None if None in found else True


def disjunction(parts: Iterable[Truth]) -> Truth:
    """True if one is true, else null if one is null, else false."""
    found = list(parts)
    if True in found:
        return True
    return None if None in found else False
