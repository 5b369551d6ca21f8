"""Conditions on users, evaluated in three-valued logic (docs/semantics.md "Segment", S1 to S10)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...data.instants import instant
from ...errors import UnknownNameError
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
from .calendar import LATEST
from .columns import Columns
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


@dataclass(frozen=True)
class Moment:
    """The log as seen at a reference time; says of which users a condition is true.

    Attributes
    ----------
    engine : LocalEngine
    reference : int
        Microseconds since 1970 UTC; later events are not seen.
    rows : Rows
        What is seen. Users about whom nothing needs to be known have none.
    lasting : dict
        Truths that do not depend on the reference, by condition; shared between moments.
    """

    engine: LocalEngine
    reference: int
    rows: Rows
    lasting: dict[str, Truth]

    @classmethod
    def at(
        cls, engine: LocalEngine, reference: int, lasting: dict[str, Truth] | None = None
    ) -> Self:
        """Return the log as seen at a reference time."""
        rows = seen(engine.columns, reference)
        return cls(engine, reference, rows, {} if lasting is None else lasting)

    @property
    def seen(self) -> NDArray[np.bool_]:
        """The users with an event at or before the reference time."""
        return self.rows.any

    def members(self, condition: Any) -> NDArray[np.bool_]:
        """Return the users, of those seen, of whom a condition is true."""
        return self._truth(condition).yes & self.seen

    @property
    def _columns(self) -> Columns:
        return self.engine.columns

    def _truth(self, condition: Any) -> Truth:
        columns = self._columns
        match condition:
            case Not():
                return self._truth(condition.part).negated
            case And():
                return self._all(condition.parts)
            case Or():
                return self._all([Not(part=part) for part in condition.parts]).negated
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

    def _all(self, parts: Iterable[Any]) -> Truth:
        """Return of whom all parts are true; the costly ones only look at users still undecided."""
        columns, rows = self._columns, self.rows
        truth = Truth(np.ones(columns.users, np.bool_), np.zeros(columns.users, np.bool_))
        for place, part in enumerate(sorted(parts, key=_cost)):
            moment = self
            if place:
                undecided = np.where(truth.no, rows.begin, rows.stop)
                moment = replace(self, rows=Rows(rows.begin, undecided))
            found = moment._truth(part)
            truth = Truth(truth.yes & found.yes, truth.no | found.no)
        return truth

    def _once(self, condition: Any, evaluate: Callable[[Any], Truth]) -> Truth:
        """Evaluate what no reference time changes one time only."""
        key = repr(condition)
        if key not in self.lasting:
            self.lasting[key] = evaluate(condition)
        return self.lasting[key]

    def _valued(self, condition: Any) -> Truth:
        return valued(self._columns, self.rows, condition)

    def _inside(self, condition: Did | Measured) -> Rows:
        return inside(self._columns, self.rows, condition.window, self.reference)

    def _ago(self, duration: Duration) -> int:
        return self.reference - duration.microseconds

    def _edge_time(self, which: str) -> NDArray[np.int64]:
        """Return the time of each user's first or last event; 0 for users not seen."""
        rows = self.rows.begin if which == "first" else self.rows.stop - 1
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
        return reach_last(self.engine, condition.steps, within, None, self.reference)

    def _then_not(self, condition: ThenNot) -> NDArray[np.bool_]:
        columns = self._columns
        out = np.zeros(columns.users, np.bool_)
        over_units(
            _left_out,
            columns.offsets,
            self.rows,
            wanted(columns, condition.first),
            wanted(columns, condition.absent),
            columns.time,
            condition.within.microseconds,
            self.reference,
            out,
        )
        return out

    def _named(self, condition: InSegment) -> Truth:
        """Evaluate a saved segment at its own reference time, or else at this one (S7, S10)."""
        segment = self.engine.segments[condition.name]
        if segment.reference is None:
            return known(self.members(segment.condition))
        at = instant(segment.reference, self._columns.schema.timezone)
        return self._once(
            condition,
            lambda _: known(Moment.at(self.engine, at, self.lasting).members(segment.condition)),
        )

    def _users_of(self, condition: UsersOf) -> Truth:
        analysis = import_module(f".{condition.query.kind}", __package__)
        try:
            users = analysis.members(self.engine, condition.query, dict(condition.pick))
        except UnknownNameError:
            # A country that nobody comes from this week is no error in a segment that is kept.
            users = np.zeros(self._columns.users, np.bool_)
        return known(users)


def _cost(condition: Any) -> int:
    """Rank conditions by how many rows they look at."""
    match condition:
        case Not():
            return _cost(condition.part)
        case And() | Or():
            return max(_cost(part) for part in condition.parts)
        case Seen() | Inactive():
            return 0
        case Did() | Measured():
            return (2 if condition.window is None else 1) + isinstance(condition, Measured)
        case InSegment() | Sequence() | ThenNot() | UsersOf():
            return 4
    return 0


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
