"""Conditions on users, evaluated in three-valued logic (docs/semantics.md "Segment", S1 to S10)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...query.predicate import And, FirstLast, Not, Or, walk
from ...query.segment import (
    Did,
    Inactive,
    InSegment,
    Measured,
    Seen,
    Sequence,
    ThenNot,
    UsersOf,
)
from ...query.time import Duration
from .calendar import LATEST, instant
from .measures import counts, measured
from .parallel import over_units
from .values import Truth, known, valued
from .windows import Rows, Wanted, inside, is_wanted, seen, wanted

if TYPE_CHECKING:
    from .engine import LocalEngine

_COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Moment:
    """The log as seen at a reference time; says of which users a condition is true.

    Parameters
    ----------
    engine : LocalEngine
    reference : int
        Microseconds since 1970 UTC; later events are not seen.
    lasting : dict
        Truths that do not depend on the reference, by condition; shared between moments.
    """

    def __init__(
        self, engine: LocalEngine, reference: int, lasting: dict[str, Truth] | None = None
    ) -> None:
        self._engine = engine
        self._columns = engine.columns
        self._reference = reference
        self._lasting = {} if lasting is None else lasting
        self._rows = seen(engine.columns, reference)

    @property
    def seen(self) -> NDArray[np.bool_]:
        """The users with an event at or before the reference time."""
        return self._rows.any

    def members(self, condition: Any) -> NDArray[np.bool_]:
        """Return the users, of those seen, of whom a condition is true."""
        return self._truth(condition).yes & self.seen

    def _truth(self, condition: Any) -> Truth:
        columns = self._columns
        match condition:
            case Not():
                part = self._truth(condition.part)
                return Truth(part.no, part.yes)
            case And():
                parts = [self._truth(part) for part in condition.parts]
                return Truth(
                    np.logical_and.reduce([part.yes for part in parts]),
                    np.logical_or.reduce([part.no for part in parts]),
                )
            case Or():
                parts = [self._truth(part) for part in condition.parts]
                return Truth(
                    np.logical_or.reduce([part.yes for part in parts]),
                    np.logical_and.reduce([part.no for part in parts]),
                )
            case Did():
                rows = self._inside(condition)
                return known(counts(columns, rows, wanted(columns, condition.events), 1) > 0)
            case Measured():
                number = measured(columns, self._inside(condition), condition)
                yes = _COMPARE[condition.operator](number, condition.value)
                return Truth(yes & ~np.isnan(number), ~yes & ~np.isnan(number))
            case Seen():
                return known(self._seen(condition))
            case Inactive():
                return known(self._edge_time("last") <= self._ago(condition.duration))
            case Sequence():
                return known(self._sequence(condition))
            case ThenNot():
                return known(self._then_not(condition))
            case InSegment():
                return self._named(condition)
            case UsersOf():
                return self._once(condition, self._users_of)
        if any(isinstance(node, FirstLast) for node in walk(condition)):
            return self._valued(condition)
        return self._once(condition, self._valued)

    def _once(self, condition: Any, evaluate: Callable[[Any], Truth]) -> Truth:
        """Evaluate what no reference time changes one time only."""
        key = repr(condition)
        if key not in self._lasting:
            self._lasting[key] = evaluate(condition)
        return self._lasting[key]

    def _valued(self, condition: Any) -> Truth:
        return valued(self._columns, self._rows, condition)

    def _inside(self, condition: Did | Measured) -> Rows:
        return inside(self._columns, self._rows, condition.window, self._reference)

    def _ago(self, duration: Duration) -> int:
        return self._reference - duration.microseconds

    def _edge_time(self, which: str) -> NDArray[np.int64]:
        """Return the time of each user's first or last event; 0 for users not seen."""
        rows = self._rows.begin if which == "first" else self._rows.stop - 1
        times = np.zeros(self._columns.users, np.int64)
        times[self.seen] = self._columns.time[rows[self.seen]]
        return times

    def _seen(self, condition: Seen) -> NDArray[np.bool_]:
        at = (
            self._ago(condition.at)
            if isinstance(condition.at, Duration)
            else instant(condition.at, self._columns.schema.timezone)
        )
        return _COMPARE[condition.operator](self._edge_time(condition.which), at)

    def _sequence(self, condition: Sequence) -> NDArray[np.bool_]:
        from .funnel import reach_last

        within = None if condition.within is None else condition.within.microseconds
        return reach_last(self._engine, condition.steps, within, None, self._reference)

    def _then_not(self, condition: ThenNot) -> NDArray[np.bool_]:
        columns = self._columns
        out = np.zeros(columns.users, np.bool_)
        over_units(
            _left_out,
            columns.offsets,
            self._rows,
            wanted(columns, condition.first),
            wanted(columns, condition.absent),
            columns.time,
            condition.within.microseconds,
            self._reference,
            out,
        )
        return out

    def _named(self, condition: InSegment) -> Truth:
        """Evaluate a saved segment at its own reference time, or else at this one (S7, S10)."""
        segment = self._engine.segments[condition.name]
        if segment.reference is None:
            return known(self.members(segment.condition))
        at = instant(segment.reference, self._columns.schema.timezone)
        return self._once(
            condition,
            lambda _: known(Moment(self._engine, at, self._lasting).members(segment.condition)),
        )

    def _users_of(self, condition: UsersOf) -> Truth:
        analysis = import_module(f".{condition.query.kind}", __package__)
        return known(analysis.members(self._engine, condition.query, dict(condition.pick)))


@njit(nogil=True, cache=True)
def _left_out(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    rows: Rows,
    first: Wanted,
    absent: Wanted,
    time: NDArray[np.int64],
    within: int,
    reference: int,
    out: NDArray[np.bool_],
) -> None:
    """Mark users with a first event whose span is over and has no absent event in it (S4)."""
    for user in range(low, high):
        following = LATEST
        for row in range(rows.stop[user] - 1, rows.begin[user] - 1, -1):
            until = time[row] + within
            if is_wanted(row, first) and until <= reference and until < following:
                out[user] = True
                break
            if is_wanted(row, absent):
                following = time[row]
