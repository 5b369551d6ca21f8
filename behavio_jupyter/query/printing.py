"""Definitions as text: minimal, readable, and read back as the same definition."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from .base import Printed
from .clauses import EventQuestion, Sessions
from .predicate import And, Arithmetic, Events, Or
from .segment import BetweenDates, Seen, Segment, UsersOf
from .time import DateRange
from .timeline import Timeline
from .trend import Formula

# Words that begin something else where a name could stand, and words that would read oddly bare.
_RESERVED = re.compile(
    "any|every|not|true|false|null|first_seen|last_seen|inactive|funnel|retention|paths|trend"
    "|segment|timeline|and|or|in|is|like|between|where|by|per|for|during|since|until|within|without"
    "|counting|same|from|to|vs|versus|as|of|then|with|on|at|user|users",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?:[^\W\d]|\$)[\w$]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2}


def to_text(node: Printed | str) -> str:
    """Return the text form of a definition or of a part of one.

    Examples
    --------
    >>> from behavio_jupyter.query import Events
    >>> to_text(Events(names=("add to cart", "buy"), where="amount > 20"))
    '("add to cart" | buy)[amount > 20]'
    """
    return globals()[f"_{node.kind}"](node)  # type: ignore[union-attr]


def name(text: str) -> str:
    """Return a name as it stands in a text: bare where that is read back, else double-quoted."""
    if _BARE.fullmatch(text) and not _RESERVED.fullmatch(text):
        return text
    return '"' + "".join(_ESCAPES.get(letter, letter) for letter in text) + '"'


def literal(value: Any) -> str:
    """Return a constant as it stands in a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(int(value)) if isinstance(value, int) else repr(float(value))


# ---------------------------------------------------------------- events and values


def _events(node: Events) -> str:
    return _names(node) + (f"[{node.where}]" if node.where is not None else "")


def _names(node: Events) -> str:
    if not node.names:
        return "any"
    names = " | ".join(map(name, node.names))
    return names if len(node.names) == 1 else f"({names})"


def _counted(events: Events, property_: str | None = None) -> str:
    """Print ``E.p where …``, as it stands in the brackets of a function."""
    text = _names(events) + (f".{name(property_)}" if property_ is not None else "")
    return text + (f" where {events.where}" if events.where is not None else "")


def _step(node: Any) -> str:
    label = "" if node.label is None else f" as {name(node.label)}"
    return f"{node.events}{'?' if node.optional else ''}{label}"


def _constant(node: Any) -> str:
    return literal(node.value)


def _property(node: Any) -> str:
    return ("user." if node.owner == "user" else "") + name(node.name)


def _first_last(node: Any) -> str:
    of = name(node.property) if node.events is None else _counted(node.events, node.property)
    return f"{node.which}({of})"


def _operation(node: Any) -> str:
    binds = _BINDS[node.operator]

    def side(part: Any, least: int) -> str:
        inner = isinstance(part, Arithmetic | Formula) and _BINDS[part.operator] < least
        return f"({part})" if inner else str(part)

    return f"{side(node.left, binds)} {node.operator} {side(node.right, binds + 1)}"


_arithmetic = _formula = _operation


# ---------------------------------------------------------------- conditions


def _comparison(node: Any) -> str:
    return f"{node.left} {node.operator} {node.right}"


def _not_word(node: Any) -> str:
    return "not " if node.negated else ""


def _in(node: Any) -> str:
    return f"{node.value} {_not_word(node)}in ({', '.join(map(literal, node.options))})"


def _between(node: Any) -> str:
    return f"{node.value} {_not_word(node)}between {node.low} and {node.high}"


def _like(node: Any) -> str:
    return f"{node.value} {_not_word(node)}like {literal(node.pattern)}"


def _is_null(node: Any) -> str:
    return f"{node.value} is {_not_word(node)}null"


def _not(node: Any) -> str:
    return f"not ({node.part})" if isinstance(node.part, And | Or) else f"not {node.part}"


def _and(node: Any) -> str:
    return " and ".join(f"({p})" if isinstance(p, And | Or) else str(p) for p in node.parts)


def _or(node: Any) -> str:
    return " or ".join(f"({part})" if isinstance(part, Or) else str(part) for part in node.parts)


def _windowed(text: str, node: Any) -> str:
    return f"{text} {node.window}" if node.window is not None else text


def _in_last(node: Any) -> str:
    return f"in last {node.duration}"


def _between_dates(node: BetweenDates) -> str:
    return f"between {node.range.start} and {node.range.end}"


def _within_of_first(node: Any) -> str:
    return f"within {node.duration} of first({node.anchor})"


def _did(node: Any) -> str:
    return _windowed(f"did({_counted(node.events)})", node)


def _measured(node: Any) -> str:
    measure = f"{node.function}({_counted(node.events, node.property)})"
    return _windowed(f"{measure} {node.operator} {literal(node.value)}", node)


def _seen(node: Seen) -> str:
    ago = "" if isinstance(node.at, dt.date) else " ago"
    return f"{node.which}_seen {node.operator} {node.at}{ago}"


def _inactive(node: Any) -> str:
    return f"inactive for {node.duration}"


def _sequence(node: Any) -> str:
    within = f" within {node.within}" if node.within is not None else ""
    return f"sequence({_arrows(node.steps)}{within})"


def _then_not(node: Any) -> str:
    return f"{node.first} then not {node.absent} within {node.within}"


def _in_segment(node: Any) -> str:
    return name(node.name)


def _users_of(node: UsersOf) -> str:
    picks = " and ".join(f"{name(key)} = {literal(value)}" for key, value in node.pick)
    return f"users of ({node.query})" + (f" with {picks}" if picks else "")


def _segment(node: Segment) -> str:
    of = f" as of {node.reference}" if node.reference is not None else ""
    return f"{node.condition}{of}"


# ---------------------------------------------------------------- expressions of trends


def _series(node: Any) -> str:
    if node.property is not None:
        return f"{node.function}({_counted(node.events, node.property)})"
    return f"{node.function} of {node.events}"


def _number(node: Any) -> str:
    return literal(node.value)


# ---------------------------------------------------------------- clauses and questions


def _breakdown(node: Any) -> str:
    return f"{node.property}" + (f" top {node.top}" if node.top != 10 else "")


def _sessions(node: Sessions) -> str:
    return f"session {node.gap if node.by == 'gap' else node.by}"


def _exclusion(node: Any) -> str:
    text = f"without {node.events}"
    if node.before is not None:
        return f"{text} between {node.after} and {node.before}"
    return text if node.after == 1 else f"{text} after {node.after}"


def _rename(node: Any) -> str:
    return f"rename {node.events} as {name(node.name)}"


def _arrows(parts: Any) -> str:
    return " -> ".join(map(str, parts))


def _range(node: DateRange) -> str:
    both = node.start is not None and node.end is not None
    return f"during {node}" if both else str(node)


def _shared(node: EventQuestion) -> list[str]:
    """Print the clauses that every question may end with."""
    return [
        f"where {node.where}" if node.where is not None else "",
        f"for {' vs '.join(map(str, node.segments))}" if node.segments else "",
        _range(node.during) if node.during is not None else "",
    ]


def _joined(*clauses: str) -> str:
    return " ".join(clause for clause in clauses if clause)


def _by(node: EventQuestion) -> str:
    return f"by {node.by}" if node.by is not None else ""


def _funnel(node: Any) -> str:
    order = {"ordered": "", "strict": "in strict order", "any": "in any order"}[node.order]
    at = node.attribution
    return _joined(
        f"funnel {_arrows(node.steps)} within {node.within}",
        order,
        f"counting {node.counting}" if node.counting != "users" else "",
        str(node.sessions) if node.sessions != Sessions() else "",
        f"same {name(node.same)}" if node.same is not None else "",
        *map(str, node.exclusions),
        _by(node),
        "" if at == "first" else "at last step" if at == "last" else f"at step {at}",
        f"per {node.per}" if node.per is not None else "",
        *_shared(node),
    )


def _retention(node: Any) -> str:
    cohort = "" if node.cohort == "first in range" else node.cohort
    brackets = ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in node.brackets)
    return _joined(
        "retention",
        cohort,
        f"{node.start} -> {node.returning} per {node.per}",
        f"brackets {brackets}" if brackets else f"for {node.periods}",
        "on or after" if node.unbounded else "",
        "rolling" if node.alignment == "rolling" and isinstance(node.per, str) else "",
        "including start" if node.include_start else "",
        _by(node),
        *_shared(node),
    )


def _paths(node: Any) -> str:
    return _joined(
        "paths",
        f"from {node.from_}" if node.from_ is not None else "",
        f"to {node.to}" if node.to is not None else "",
        f"steps {node.steps}" if node.steps != 6 else "",
        f"top {node.top}" if node.top != 8 else "",
        f"hide {', '.join(map(str, node.hide))}" if node.hide else "",
        f"only {', '.join(map(str, node.only))}" if node.only else "",
        *map(str, node.rename),
        "" if node.collapse else "keep repeats",
        str(node.sessions) if node.sessions != Sessions() else "",
        f"counting {node.counting}" if node.counting != "sequences" else "",
        _by(node),
        *_shared(node),
    )


def _trend(node: Any) -> str:
    sessions = str(node.sessions) if node.sessions != Sessions() else ""
    return _joined(f"trend {node.value} per {node.per}", sessions, _by(node), *_shared(node))


def _timeline(node: Timeline) -> str:
    return _joined(
        "timeline",
        literal(node.user) if node.user is not None else "",
        f"for {name(node.segment)}" if node.segment is not None else "",
        f"only {name(node.event)}" if node.event is not None else "",
        f"with {literal(node.text)}" if node.text is not None else "",
    )
