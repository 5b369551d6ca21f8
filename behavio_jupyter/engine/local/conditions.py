"""Conditions on users, evaluated in three-valued logic (docs/semantics.md "Segment", S1 to S10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

import numpy as np
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
from .funnel_attempts import reaching
from .kernels import kernel
from .measures import counts, measured
from .parallel import over_units
from .rare import COMPARE
from .values import Truth, known, valued
from .windows import Part, Sight, inside, last_rows, seen_users, sight

if TYPE_CHECKING:
    from .engine import LocalEngine


@dataclass(frozen=True)
class Moment:
    """The log as seen at a reference time; says of which users a condition is true.

    Attributes
    ----------
    engine : LocalEngine
    reference : int
        Microseconds since 1970 UTC; later events are not seen.
    sight : Sight
        What is seen. Of users outside it any answer is taken.
    lasting : dict
        Truths that do not depend on the reference, by condition; shared between moments.
    named : dict
        Saved segments at this reference, each with the users it was evaluated for.
    """

    engine: LocalEngine
    reference: int
    sight: Sight
    lasting: dict[str, Truth]
    named: dict[str, tuple[Sight, Truth]] = field(default_factory=dict)

    @classmethod
    def at(
        cls, engine: LocalEngine, reference: int, lasting: dict[str, Truth] | None = None
    ) -> Self:
        """Return the log as seen at a reference time."""
        seen = sight(engine.columns, reference)
        return cls(engine, reference, seen, {} if lasting is None else lasting)

    @property
    def seen(self) -> NDArray[np.bool_]:
        """The users with an event at or before the reference time."""
        return seen_users(self._columns, self.sight)

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
                return known(counts(columns, self.sight, condition) > 0)
            case Measured():
                number = measured(columns, self.sight, condition)
                yes = COMPARE[condition.operator](number, condition.value)
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
        users = self._columns.users
        truth = Truth(np.ones(users, np.bool_), np.zeros(users, np.bool_))
        for place, part in enumerate(sorted(parts, key=_cost)):
            moment = self
            if place:
                undecided = ~truth.no
                if self.sight.users is not None:
                    undecided &= self.sight.users
                moment = replace(self, sight=self.sight._replace(users=undecided))
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
        return valued(self._columns, self.sight, condition)

    def _ago(self, duration: Duration) -> int:
        return self.reference - duration.microseconds

    def _edge_time(self, which: str) -> NDArray[np.int64]:
        """Return the time of each user's first or last event; 0 for users not seen."""
        columns, seen = self._columns, self.seen
        if which == "first":
            return np.where(seen, columns.first_times, 0)
        times = np.zeros(columns.users, np.int64)
        times[seen] = columns.time[last_rows(columns, self.sight)[seen] - 1]
        return times

    def _seen(self, condition: Seen) -> NDArray[np.bool_]:
        at = (
            self._ago(condition.at)
            if isinstance(condition.at, Duration)
            else instant(condition.at, self._columns.schema.timezone)
        )
        return COMPARE[condition.operator](self._edge_time(condition.which), at)

    def _sequence(self, condition: Sequence) -> NDArray[np.bool_]:
        within = None if condition.within is None else condition.within.microseconds
        return reaching(self._columns, condition.steps, within, self.reference)

    def _then_not(self, condition: ThenNot) -> NDArray[np.bool_]:
        columns = self._columns
        out = np.zeros(columns.users, np.bool_)
        over_units(
            _left_out,
            columns.offsets,
            inside(columns, self.sight, condition.first),
            inside(columns, self.sight, condition.absent),
            condition.within.microseconds,
            self.reference,
            out,
        )
        return out

    def _named(self, condition: InSegment) -> Truth:
        """Evaluate a saved segment at its own reference time, or else at this one (S7, S10)."""
        segment = self.engine.segments[condition.name]
        if segment.reference is None:
            return self._repeated(condition.name, segment.condition)
        at = instant(segment.reference, self._columns.schema.timezone)
        return self._once(
            condition,
            lambda _: known(Moment.at(self.engine, at, self.lasting).members(segment.condition)),
        )

    def _repeated(self, name: str, condition: Any) -> Truth:
        """Evaluate a saved segment at most twice: segments may name each other 2^n times.

        The first time it is for the users asked about; asked about others, it is for all.
        """
        if name in self.named:
            sight, truth = self.named[name]
            asked = self.sight.users
            if sight.users is None or (asked is not None and not (asked & ~sight.users).any()):
                return truth
            sight = self.sight._replace(users=None)
        else:
            sight = self.sight
        truth = known(replace(self, sight=sight).members(condition))
        self.named[name] = sight, truth
        return truth

    def _users_of(self, condition: UsersOf) -> Truth:
        analysis = import_module(f".{condition.query.kind}", __package__)
        try:
            users = analysis.members(self.engine, condition.query, dict(condition.pick))
        except UnknownNameError:
            # A country that nobody comes from this week is no error in a segment that is kept.
            users = np.zeros(self._columns.users, np.bool_)
        return known(users)


def _cost(condition: Any) -> int:
    """Rank conditions by how much they look at."""
    match condition:
        case Not():
            return _cost(condition.part)
        case And() | Or():
            return max(_cost(part) for part in condition.parts)
        case Seen() | Inactive():
            return 0
        case Did() | Measured():
            counted = isinstance(condition, Did) or condition.function == "count"
            return (1 if condition.window is None else 2) if counted else 3
        case InSegment() | Sequence() | ThenNot() | UsersOf():
            return 4
    return 0


@kernel
def _left_out(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    first: Part,
    absent: Part,
    within: int,
    reference: int,
    out: NDArray[np.bool_],
) -> None:
    """Mark users with a first event whose span is over and has no absent event in it (S4)."""
    for user in range(low, high):
        following = LATEST
        behind = absent.stop[user] - 1
        for place in range(first.stop[user] - 1, first.begin[user] - 1, -1):
            while behind >= absent.begin[user] and absent.rows[behind] > first.rows[place]:
                following = absent.time[behind]
                behind -= 1
            until = first.time[place] + within
            if until <= reference and until < following:
                out[user] = True
                break
