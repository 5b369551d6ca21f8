"""How much memory a question will take: counted from the log's sizes before anything is read.

The figures are what arrays take for each event, and what DuckDB holds beside them while it hands
them over; tests/robustness/test_memory.py compares them with what questions took.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from pydantic import BaseModel

from ...data.memory import require
from ...data.sql import one_row
from ...data.store import Store
from ...query import Funnel, Paths, Question, Retention, Segment, Trend
from ...query.clauses import Breakdown, EventQuestion
from ...query.predicate import Events, FirstLast, Property
from ...query.segment import InSegment, Measured
from ...query.trend import Series, series_of
from ..answers import BINS
from .calendar import EARLIEST, LATEST, bounds_of
from .columns import Columns

_BASE = 12_000_000
"""What threads, compiled code and small tables take, whatever the log."""

_HOT = 26
"""User, time and name of an event: the arrays, and what DuckDB holds while it hands them over."""

_CODE, _NUMBER, _READ, _MASK = 18, 26, 4, 3
"""A property as codes, as numbers, looked at by a condition; the mask that a condition gives."""

_PLACE, _TIME = 4, 8
"""Where an event that is looked for lies; and its time, beside those of the others found."""

_SESSION, _NODE, _ID = 20, 24, 150
"""An event in a session, in paths; a user's id."""

_ATTEMPT, _STEP = 8, 12
"""An event that can open an attempt of a session, or one of all; and each of their steps."""

_NAME = 180
"""One different value of text: in DuckDB's answer, in Python, and sorted."""

_CELL = 100
"""A number of a group and period: where it is counted, and its row in the result."""

_DAY = 86_400_000_000
_PERIOD = {"hour": _DAY // 24, "day": _DAY, "week": 7 * _DAY, "month": 30 * _DAY}


class Sizes:
    """How large the parts of a log are, by what its store knows of itself.

    Parameters
    ----------
    store : Store

    Attributes
    ----------
    names : dict of str to int
        Events by name.
    events, users : int
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._different: dict[str, int] = {}

    @cached_property
    def names(self) -> dict[str, int]:
        """Events by name."""
        return dict(self._store.cursor().execute("SELECT name, count FROM names").fetchall())

    @cached_property
    def events(self) -> int:
        """The number of events."""
        return sum(self.names.values())

    @cached_property
    def users(self) -> int:
        """The number of users."""
        return int(one_row(self._store.cursor(), "SELECT count(*) FROM users")[0])

    def rows(self, node: Property) -> int:
        """Return how many rows have a place for a property: events or users."""
        return self.events if node.owner == "event" else self.users

    def different(self, column: str) -> int:
        """Return about how many different values a column of the store has."""
        if column not in self._different:
            table = "events" if column.startswith("p") else "users"
            found = (
                self._store.cursor()
                .execute(f"SELECT stats({column}) FROM {table} LIMIT 1")
                .fetchall()
            )
            known = found[0][0].get("approx_unique") if found else 0
            if known is None:  # DuckDB keeps no number for some types, such as booleans.
                counted = f"SELECT approx_count_distinct({column}) FROM {table}"
                (known,) = one_row(self._store.cursor(), counted)
            self._different[column] = int(known)
        return self._different[column]


class Footprint:
    """What a question takes.

    Parameters
    ----------
    columns : Columns
        What of it is loaded takes no more.
    sizes : Sizes
    question : Question or Segment
    segments : mapping of str to Segment
        The saved ones, which it may name.

    Attributes
    ----------
    bytes : int
        What it takes beyond what is there already, at its peak.
    """

    def __init__(
        self,
        columns: Columns,
        sizes: Sizes,
        question: Question | Segment,
        segments: Mapping[str, Segment],
    ) -> None:
        self._columns = columns
        self._sizes = sizes
        parts = dict.fromkeys(_nodes(question, segments, set()))
        asked = [node for node in parts if isinstance(node, Trend | Funnel | Retention)]
        self._tables = sum(map(self._cells, asked)) * _CELL
        hot = 0 if "time" in columns.__dict__ else _HOT
        self.bytes = _BASE + hot * sizes.events + self._tables + sum(map(self._of, parts))

    def require(self) -> None:
        """Refuse a question that needs more memory than there is.

        Raises
        ------
        TooLargeError
        """
        instead = "open fewer users or days of the log, or use a machine with more memory"
        if self._tables > self.bytes // 2:
            instead = "ask by longer periods, during fewer days, or for fewer groups"
        require(self.bytes, "This question", instead)

    def _of(self, node: Any) -> int:
        """Return what one part of a question adds for the events of the log."""
        events = self._sizes.events
        match node:
            case Events():
                if not node.names and node.where is None:
                    return _PLACE * events
                return (_PLACE + _TIME) * self._named(node) + self._mask(node)
            case Breakdown():
                return self._codes(node.property)
            case Property(owner="event"):
                return _READ * events
            case FirstLast():
                return (_READ + _MASK) * events
            case Measured(property=str(name)):
                return self._numbers(name)
            case Series(property=str(name)):
                held = np.float64().itemsize if node.function in ("median", "p90") else 0
                return self._numbers(name) + held * events
            case Segment():
                return _ID * self._sizes.users
            case Paths():
                return _NODE * events + self._mask(node)
            case Trend():
                by_session = any(one.function == "sessions" for one in series_of(node.value))
                return _SESSION * events * by_session + self._mask(node)
            case Funnel():
                same = 0 if node.same is None else self._codes(Property(name=node.same))
                return self._units(node) + same + self._mask(node)
            case Retention():
                return self._mask(node)
        return 0

    def _named(self, node: Events) -> int:
        """Return how many events have one of the names."""
        known = self._sizes.names
        return sum(known.get(name, 0) for name in set(node.names or known))

    def _units(self, node: Funnel) -> int:
        """Return what sessions, or all attempts, of a funnel take."""
        if node.counting not in ("sessions", "attempts"):
            return 0
        events = self._sizes.events
        opening = node.steps if node.order == "any" else node.steps[:1]
        openings = min(sum(self._named(step.events) for step in opening), events)
        sessions = _SESSION * events if node.counting == "sessions" else 0
        return sessions + (_ATTEMPT + _STEP * len(node.steps)) * openings

    def _mask(self, node: Any) -> int:
        return 0 if node.where is None else _MASK * self._sizes.events

    def _codes(self, node: Property) -> int:
        if (node.owner, node.name) in self._columns._codes:
            return 0
        rows = self._sizes.rows(node)
        return _CODE * rows + _NAME * min(self._different(node), rows)

    def _numbers(self, name: str) -> int:
        return 0 if name in self._columns._numbers else _NUMBER * self._sizes.events

    def _different(self, node: Property) -> int:
        return self._sizes.different(self._columns.info(node).column)

    def _cells(self, question: Trend | Funnel | Retention) -> int:
        """Return how many numbers of groups and periods there are, at most."""
        if question.per is None:
            return 0
        groups = max(len(question.segments), 1)
        if question.by is not None:
            groups *= min(question.by.top, self._different(question.by.property)) + 1
        periods = _periods(self._span(question), question.per)
        if isinstance(question, Retention):
            # Cohorts without users have no rows, and each segment has every user in one of each.
            sizes = self._sizes
            entries = sizes.events if question.cohort == "every" else sizes.users
            cohorts = min(groups * periods, max(len(question.segments), 1) * entries)
            return cohorts * 2 * (question.periods + 1)
        if isinstance(question, Funnel):
            return groups * periods * (BINS + 2 * len(question.steps))
        return groups * periods

    def _span(self, question: EventQuestion) -> int:
        schema = self._columns.schema
        if schema.first is None or schema.end is None:
            return 0
        start, end = bounds_of(question.during, schema.timezone)
        low = schema.first if start <= EARLIEST else start
        high = schema.end if end >= LATEST else end
        return max(high - low, 0)


def _periods(span: int, per: Any) -> int:
    return math.ceil(span / (_PERIOD[per] if isinstance(per, str) else per.microseconds)) + 1


def _nodes(node: Any, segments: Mapping[str, Segment], named: set[str]) -> Iterator[Any]:
    """Yield a definition and all parts of it, and of the saved segments that it names, once."""
    yield node
    if isinstance(node, InSegment) and node.name in segments and node.name not in named:
        named.add(node.name)
        yield from _nodes(segments[node.name].condition, segments, named)
    for value in vars(node).values():
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, BaseModel):
                yield from _nodes(part, segments, named)
