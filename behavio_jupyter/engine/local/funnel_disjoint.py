"""The kernel of funnels whose steps no event shares: it reads where each step occurs, no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import carray, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from .calendar import LATEST
from .funnel_plain import EACH, FIRST, MISSING
from .kernels import inlined, kernel
from .occurrences import Occurrences

Array = NDArray[Any]


class Steps(NamedTuple):
    """Where each step of a funnel occurs.

    A kernel compiled for arrays in a tuple would be compiled again for each number of steps, so it
    gets their addresses; the arrays must be held as long as it runs.

    Attributes
    ----------
    time, rows, offsets : int64 arrays of steps
        Where the arrays of :class:`~behavio_jupyter.engine.local.occurrences.Occurrences` lie.
    sizes : int64 array of steps
        How many occurrences there are.
    """

    time: NDArray[np.int64]
    rows: NDArray[np.int64]
    offsets: NDArray[np.int64]
    sizes: NDArray[np.int64]


def steps_of(found: Sequence[Occurrences]) -> Steps:
    """Return the addresses of what is held in ``found``; all of it lies in one piece each."""
    return Steps(
        np.array([step.time.ctypes.data for step in found]),
        np.array([step.rows.ctypes.data for step in found]),
        np.array([step.offsets.ctypes.data for step in found]),
        np.array([len(step.time) for step in found]),
    )


@intrinsic
def _pointer(_context: Any, _address: Any) -> Any:
    """Turn an address into a pointer that ``carray`` takes."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(types.voidptr))

    return types.voidptr(types.int64), generate


@kernel
def disjoint(
    first: int,
    last: int,
    units: Array,
    steps: Steps,
    by_rows: bool,
    wanted: Array,
    within: int,
    start: int,
    end: int,
    seen: int,
    counting: int,
    giver: int,
    counted: Array,
    depth: Array,
    at: Array,
    place: Array,
) -> None:
    """Find each unit's counted attempts.

    Events of equal time are in the order of the steps they match (docs/semantics.md F1), so that
    the next step is simply the first of its own events that is not earlier.

    Parameters
    ----------
    units : int64 (uint32) array of units + 1
        Of users: the offsets of step 1. Of sessions (``by_rows``), which follow each other in the
        log: the row that each begins with, then the number of rows; these and the ``rows`` of the
        steps are uint32.
    wanted : bool array
        The units looked at.
    start, end, seen, giver
        As in :func:`~behavio_jupyter.engine.local.funnel_plain.plain`.
    counting : int
        ``EACH`` only of users.
    counted : int64 array of units
        Out: the number of attempts; nothing where it is 0. Empty unless each counts.
    depth : uint8 array of units; where each counts, of attempts
        Out: steps reached; left as it is where there is no attempt. The attempts of the first unit
        go to the place of its first event of step 1 on, the others follow each other.
    at : int64 array of (steps, units or attempts)
        Out: the time of each step reached, of the others ``MISSING``.
    place : int64 array of units or attempts
        Out: which occurrence of its step gives the breakdown's value, -1 where that step was not
        reached; empty if nobody asks.
    """
    count = len(steps.time)
    pointer = np.zeros(count, np.int64)
    stops = np.zeros(count, np.int64)
    times = np.zeros(count, np.int64)
    best = np.zeros(count, np.int64)
    openings = carray(_pointer(steps.time[0]), (steps.sizes[0],), np.int64)
    out = units[first] if first < last else 0
    if by_rows and first < last:
        for step in range(count):
            listed_rows = carray(_pointer(steps.rows[step]), (steps.sizes[step],), np.uint32)
            stops[step] = np.searchsorted(listed_rows, units[first])
    for unit in range(first, last):
        if by_rows:
            for step in range(count):
                listed_rows = carray(_pointer(steps.rows[step]), (steps.sizes[step],), np.uint32)
                stop = stops[step]
                pointer[step] = stop
                while stop < steps.sizes[step] and listed_rows[stop] < units[unit + 1]:
                    stop += 1
                stops[step] = stop
        else:
            pointer[0], stops[0] = units[unit], units[unit + 1]
        opening = pointer[0]
        if opening == stops[0] or not wanted[unit]:
            continue
        if not by_rows:
            for step in range(1, count):
                offsets = carray(_pointer(steps.offsets[step]), (unit + 2,), np.int64)
                pointer[step] = offsets[unit]
                stops[step] = offsets[unit + 1]
        if counting != EACH:
            out = unit
        deepest = 0
        hopeless = start
        for i in range(opening, stops[0]):
            now = openings[i]
            if now < hopeless:
                continue
            if now >= end or now > seen:
                break
            limit = min(now + within, seen)
            times[0] = now
            reached = 1
            lacking = 0
            # Where each step is reached never moves back from one opening to the next, so the
            # pointers of all attempts together pass every event once.
            for step in range(1, count):
                listed = carray(_pointer(steps.time[step]), (steps.sizes[step],), np.int64)
                at_place = pointer[step]
                while at_place < stops[step] and listed[at_place] < now:
                    at_place += 1
                pointer[step] = at_place
                if at_place == stops[step]:
                    lacking = LATEST
                    break
                now = listed[at_place]
                if now > limit:
                    lacking = now
                    break
                times[step] = now
                reached += 1
            if reached > deepest:
                deepest = reached
                for step in range(reached):
                    at[step, out] = times[step]
                    best[step] = i if step == 0 else pointer[step]
            if counting == EACH:
                _finish(out, deepest, best, giver, depth, at, place)
                out += 1
                counted[unit] += 1
                # The next one opens after its last step, or when its window is over.
                hopeless = 1 + (times[count - 1] if reached == count else times[0] + within)
                deepest = 0
                continue
            # No opening gets further whose window ends before the event that this one lacked, and
            # none at all where there is no such event, or where it is not seen.
            if deepest == count or lacking == LATEST or lacking > seen or counting == FIRST:
                break
            hopeless = lacking - within
        if deepest:
            _finish(out, deepest, best, giver, depth, at, place)


@inlined
def _finish(
    out: int, deepest: int, best: Array, giver: int, depth: Array, at: Array, place: Array
) -> None:
    """Write what of an attempt is not written yet."""
    depth[out] = deepest
    for step in range(deepest, len(at)):
        at[step, out] = MISSING
    if len(place):
        source = deepest - 1 if giver < 0 else giver
        place[out] = best[source] if source < deepest else -1
