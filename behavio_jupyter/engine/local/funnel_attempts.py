"""The counted attempts of a funnel: which arrays the kernels need, and which kernel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import DefinitionError
from ...query.funnel import Funnel
from ...query.predicate import Property
from ...query.step import Step
from .calendar import EARLIEST, LATEST
from .columns import Columns
from .funnel_disjoint import disjoint, steps_of
from .funnel_plain import DEEPEST, EACH, FIRST, plain
from .funnel_rules import ANY, ORDERED, STRICT, openings, ruled
from .matching import KEPT, Matches, match
from .occurrences import row_type
from .parallel import over_units, ranges, run
from .scope import Scope
from .sessions import begins, cut, owners

_ORDERS = {"ordered": ORDERED, "strict": STRICT, "any": ANY}
_COUNTINGS = {"users": DEEPEST, "sessions": DEEPEST, "first entries": FIRST, "attempts": EACH}


@dataclass(frozen=True)
class Attempts:
    """Counted attempts, one element each; users ascending.

    Attributes
    ----------
    depth : uint8 array
        The number of required steps reached (any order: of different steps); 0 where a unit has
        no attempt.
    at : int64 array of (steps, attempts)
        When each step was reached; ``MISSING`` where it was not. Without meaning at depth 0.
    row : int64 array
        The row of the event that gives the breakdown's value; -1 where there is none. Without
        meaning at depth 0, and where the breakdown is not by a property of events.
    ends : int64 array of users + 1, or None
        The attempts of user ``u`` are those from ``ends[u]`` to ``ends[u + 1]``; None where
        attempt n is user n's.
    """

    depth: NDArray[np.uint8]
    at: NDArray[np.int64]
    row: NDArray[np.int64]
    ends: NDArray[np.int64] | None

    @cached_property
    def users(self) -> NDArray[np.int32]:
        """The user of each attempt."""
        return (
            np.arange(len(self.depth), dtype=np.int32) if self.ends is None else owners(self.ends)
        )


class _Units(NamedTuple):
    """What attempts are confined to: a user's or a session's events, one piece each."""

    offsets: NDArray[np.int64]
    time: NDArray[np.int64]
    rows: NDArray[np.int64] | None
    ends: NDArray[np.int64] | None


def span(funnel: Funnel) -> int:
    """Return a funnel's window in microseconds, short enough to be added to any time."""
    return min(funnel.within.microseconds, LATEST)


def required(steps: tuple[Step, ...]) -> NDArray[np.int64]:
    """Return the required steps, counted from 0."""
    return np.array([place for place, step in enumerate(steps) if not step.optional], np.int64)


def attempts(columns: Columns, funnel: Funnel, scope: Scope) -> Attempts:
    """Find a funnel's counted attempts of the scope's users."""
    needs_rules = bool(
        funnel.order != "ordered"
        or funnel.same is not None
        or funnel.exclusions
        or any(step.optional for step in funnel.steps)
    )
    if not needs_rules and _share_nothing(funnel.steps) and _lists_rows(columns, funnel):
        return _by_step(columns, funnel, scope)
    units = _units(columns, funnel, scope)
    steps = match(columns, [step.events for step in funnel.steps], scope.keep)
    codes = _of(units, steps.codes)
    wanted = _wanted(scope, units.ends)
    if needs_rules or funnel.counting == "attempts":
        found = _by_rules(columns, funnel, scope, units, codes, steps.table, wanted)
        depth, at, row, ends = found.depth, found.at, found.row, found.ends
    else:
        count = len(units.offsets) - 1
        depth = np.zeros(count, np.uint8)
        at = np.empty((len(funnel.steps), count), np.int64)
        row = np.empty(count, np.int64)
        ends = units.ends
        over_units(
            plain,
            units.offsets,
            codes,
            steps.table,
            units.time,
            wanted,
            np.uint32(1) << np.arange(len(funnel.steps), dtype=np.uint32),
            np.uint32((1 << len(funnel.steps)) - 1),
            span(funnel),
            scope.start,
            scope.end,
            _seen(scope, funnel),
            _COUNTINGS[funnel.counting],
            _giver(funnel),
            depth,
            at,
            row,
        )
    if units.rows is not None:
        known = (depth > 0) & (row >= 0)
        row[known] = units.rows[row[known]]
    return Attempts(depth, at, row, ends)


def reaching(
    columns: Columns, steps: tuple[Step, ...], within: int | None, end: int | None
) -> NDArray[np.bool_]:
    """Return the users with an ordered attempt that reaches the last step.

    Optional steps hold nothing up, but an event's place among equal times may depend on them.
    """
    chain = required(steps)
    depth = np.zeros(columns.users, np.uint8)
    at = np.empty((len(chain), columns.users), np.int64)
    users = np.ones(columns.users, np.bool_)
    window = LATEST if within is None else min(within, LATEST)
    seen = LATEST if end is None else end
    if _share_nothing(steps):
        found = [columns.occurrences(steps[step].events) for step in chain]
        limits = (window, EARLIEST, LATEST, seen, DEEPEST)
        offsets, nothing = found[0].offsets, np.empty(0, np.int64)
        given = (steps_of(found), False, users, *limits, 0)
        over_units(disjoint, offsets, *given, nothing, depth, at, nothing)
        return depth == len(chain)
    matches = match(columns, [step.events for step in steps])
    over_units(
        plain,
        columns.offsets,
        matches.codes,
        matches.table,
        columns.time,
        users,
        np.uint32(1) << chain.astype(np.uint32),
        np.uint32((1 << len(steps)) - 1),
        window,
        EARLIEST,
        LATEST,
        seen,
        DEEPEST,
        0,
        depth,
        at,
        np.empty(columns.users, np.int64),
    )
    return depth == len(chain)


def _share_nothing(steps: tuple[Step, ...]) -> bool:
    """Whether no event can match two steps."""
    names = [name for step in steps for name in set(step.events.names)]
    return all(step.events.names for step in steps) and len(set(names)) == len(names)


def _lists_rows(columns: Columns, funnel: Funnel) -> bool:
    """Whether units, if they are sessions, follow each other in the log, of rows as uint32."""
    if funnel.counting != "sessions":
        return True
    return funnel.sessions.by != "mapped" and row_type(int(columns.offsets[-1])) is np.uint32


def _by_step(columns: Columns, funnel: Funnel, scope: Scope) -> Attempts:
    found = [columns.occurrences(step.events, funnel.where) for step in funnel.steps]
    asked = funnel.by is not None and funnel.by.property.owner == "event"
    units, ends = found[0].offsets, None
    if funnel.counting == "sessions":
        units, ends = begins(columns, funnel.sessions, scope.keep)
    count = len(units) - 1
    each = funnel.counting == "attempts"
    room = int(units[-1]) if each else count
    counted = np.zeros(count if each else 0, np.int64)
    # What is not written takes no memory.
    depth = np.zeros(room, np.uint8)
    at = np.empty((len(found), room), np.int64)
    place = np.empty(room if asked else 0, np.int64)
    over_units(
        disjoint,
        units,
        steps_of(found),
        funnel.counting == "sessions",
        _wanted(scope, ends),
        span(funnel),
        scope.start,
        scope.end,
        _seen(scope, funnel),
        _COUNTINGS[funnel.counting],
        _giver(funnel),
        counted,
        depth,
        at,
        place,
    )
    if each:
        ends = np.concatenate([[0], np.cumsum(counted)])
        depth, at, place = _together(units, units, ends, (depth, at, place))
    giver = _giver(funnel)
    for step in range(len(found)) if asked else ():
        gives = depth == step + 1 if giver < 0 else (depth > step) & (giver == step)
        place[gives] = found[step].rows[place[gives]]
    return Attempts(depth, at, place, ends)


def _wanted(scope: Scope, ends: NDArray[np.int64] | None) -> NDArray[np.bool_]:
    """Return which units are of the scope's users; ``ends`` as in :class:`Attempts`."""
    if ends is None:
        return scope.users
    return np.ones(ends[-1], np.bool_) if scope.everyone else np.repeat(scope.users, np.diff(ends))


def _together(
    offsets: NDArray[np.int64],
    slots: NDArray[np.int64],
    ends: NDArray[np.int64],
    written: tuple[NDArray[Any], ...],
) -> list[NDArray[Any]]:
    """Return next to each other what a kernel wrote for each of the ranges of units.

    Parameters
    ----------
    offsets : int64 array
        That over which it ran.
    slots : int64 array
        Where what belongs to the first unit of a range begins.
    ends : int64 array of units + 1
        How much belongs to those before each.
    written : tuple of arrays
        What it wrote, along the last axis; one without any elements stays as it is.
    """
    out = [np.empty((*one.shape[:-1], ends[-1]), one.dtype) if one.size else one for one in written]
    calls = []
    for low, high in ranges(offsets):
        begin, end = ends[low], ends[high]
        there = slice(slots[low], slots[low] + end - begin)
        for to, source in zip(out, written, strict=True):
            if source.size:
                calls.append(partial(np.copyto, to[..., begin:end], source[..., there]))
    run(calls)
    return out


def _units(columns: Columns, funnel: Funnel, scope: Scope) -> _Units:
    if funnel.counting != "sessions":
        return _Units(columns.offsets, columns.time, None, None)
    sessions = cut(columns, funnel.sessions, scope.keep)
    time = sessions.of(columns.time)
    return _Units(sessions.offsets, time, sessions.rows, sessions.ends)


def _of(units: _Units, values: NDArray[Any]) -> NDArray[Any]:
    return values if units.rows is None else values[units.rows]


def _seen(scope: Scope, funnel: Funnel) -> int:
    """Return the last instant that can matter: later no attempt's window is open."""
    return LATEST if scope.end >= LATEST else min(scope.end + span(funnel), LATEST)


def _giver(funnel: Funnel) -> int:
    """Return the step, from 0, that gives the breakdown's value; -1 for the last one (F13)."""
    if isinstance(funnel.attribution, int):
        return funnel.attribution - 1
    return 0 if funnel.attribution == "first" else -1


def _by_rules(
    columns: Columns,
    funnel: Funnel,
    scope: Scope,
    units: _Units,
    codes: NDArray[np.uint16],
    table: NDArray[np.uint32],
    wanted: NDArray[np.bool_],
) -> Attempts:
    chain = required(funnel.steps)
    last = len(funnel.steps)
    forbidden = Matches(codes[:0], table[:0])
    spans = np.empty((len(funnel.exclusions), 2), np.int64)
    if len(funnel.exclusions) > 31:
        raise DefinitionError(
            f"A funnel can have at most 31 exclusions; this one has {len(funnel.exclusions)}."
        )
    if funnel.exclusions:
        matches = match(columns, [exclusion.events for exclusion in funnel.exclusions], scope.keep)
        forbidden = Matches(_of(units, matches.codes), matches.table & ~KEPT)
        for place, exclusion in enumerate(funnel.exclusions):
            ends = [exclusion.after - 1, (exclusion.before or last) - 1]
            spans[place] = np.searchsorted(chain, ends)
    values = np.empty(0, np.int32)
    if funnel.same is not None:
        values = _of(units, columns.codes(Property(name=funnel.same)).codes)
    count = len(units.offsets) - 1
    counted = np.zeros(count, np.int64)
    order = _ORDERS[funnel.order]
    slots, room = np.arange(count), count
    if funnel.counting == "attempts":
        slots, room = _room(units.offsets, codes, table, last, order)
    found = Attempts(
        np.zeros(room, np.uint8),
        # What is not written takes no memory.
        np.empty((last, room), np.int64),
        np.empty(room, np.int64),
        units.ends,
    )
    over_units(
        ruled,
        units.offsets,
        codes,
        table,
        units.time,
        wanted,
        last,
        chain,
        KEPT if funnel.order == "strict" else np.uint32((1 << last) - 1),
        order,
        _COUNTINGS[funnel.counting],
        span(funnel),
        scope.start,
        scope.end,
        _seen(scope, funnel),
        values,
        forbidden.codes,
        forbidden.table,
        spans,
        _giver(funnel),
        slots,
        counted,
        found.depth,
        found.at,
        found.row,
    )
    if funnel.counting != "attempts":
        return found
    each = np.concatenate([[0], np.cumsum(counted)])
    depth, at, row = _together(units.offsets, slots, each, (found.depth, found.at, found.row))
    return Attempts(depth, at, row, each)


def _room(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint16],
    table: NDArray[np.uint32],
    steps: int,
    order: int,
) -> tuple[NDArray[np.int64], int]:
    """Return where each range of units has room for all its attempts, and how much all need."""
    opened = np.zeros(len(offsets), np.int64)
    over_units(openings, offsets, codes, table, steps, order, opened)
    ends = np.cumsum(opened)
    return ends - opened, int(ends[-1])
