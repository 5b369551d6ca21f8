"""The kernel of funnels whose steps no event shares: it reads where each step occurs, no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import carray, njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from .calendar import LATEST
from .funnel_plain import MISSING
from .occurrences import Occurrences

Array = NDArray[Any]


class Steps(NamedTuple):
    """Where each step of a funnel occurs.

    A kernel compiled for arrays in a tuple would be compiled again for each number of steps, so it
    gets their addresses; the arrays must be held as long as it runs.

    Attributes
    ----------
    time, offsets : int64 arrays of steps
        Where the arrays of :class:`~behavio_jupyter.engine.local.occurrences.Occurrences` lie.
    sizes : int64 array of steps
        How many occurrences there are.
    """

    time: NDArray[np.int64]
    offsets: NDArray[np.int64]
    sizes: NDArray[np.int64]


def steps_of(found: Sequence[Occurrences]) -> Steps:
    """Return the addresses of what is held in ``found``; all of it lies in one piece each."""
    return Steps(
        np.array([step.time.ctypes.data for step in found]),
        np.array([step.offsets.ctypes.data for step in found]),
        np.array([len(step.time) for step in found]),
    )


@intrinsic
def _pointer(_context: Any, _address: Any) -> Any:
    """Turn an address into a pointer that ``carray`` takes."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(types.voidptr))

    return types.voidptr(types.int64), generate


@njit(nogil=True, cache=True)
def disjoint(
    first: int,
    last: int,
    opening: Array,
    steps: Steps,
    users: Array,
    within: int,
    start: int,
    end: int,
    seen: int,
    only_first: bool,
    depth: Array,
    at: Array,
    place: Array,
) -> None:
    """Find each user's deepest (or first) attempt.

    Events of equal time are in the order of the steps they match (docs/semantics.md F1), so that
    the next step is simply the first of its own events that is not earlier.

    Parameters
    ----------
    opening : int64 array of users + 1
        The offsets of step 1.
    users : bool array
        The users looked at.
    start, end, seen, only_first
        As in :func:`~behavio_jupyter.engine.local.funnel_plain.plain`.
    depth : uint8 array of users
        Out: steps reached; left as it is where there is no attempt.
    at : int64 array of (steps, users)
        Out: the time of each step reached, of the others ``MISSING``.
    place : int64 array of (steps, users)
        Out: which occurrence each step reached is; empty if nobody asks.
    """
    count = len(steps.time)
    pointer = np.zeros(count, np.int64)
    stops = np.zeros(count, np.int64)
    times = np.zeros(count, np.int64)
    best = np.zeros(count, np.int64)
    openings = carray(_pointer(steps.time[0]), (steps.sizes[0],), np.int64)
    for user in range(first, last):
        if opening[user] == opening[user + 1] or not users[user]:
            continue
        for step in range(1, count):
            offsets = carray(_pointer(steps.offsets[step]), (user + 2,), np.int64)
            pointer[step] = offsets[user]
            stops[step] = offsets[user + 1]
        deepest = 0
        hopeless = start
        for i in range(opening[user], opening[user + 1]):
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
                    at[step, user] = times[step]
                    best[step] = i if step == 0 else pointer[step]
            # No opening gets further whose window ends before the event that this one lacked, and
            # none at all where there is no such event, or where it is not seen.
            if deepest == count or lacking == LATEST or lacking > seen or only_first:
                break
            hopeless = lacking - within
        if deepest == 0:
            continue
        depth[user] = deepest
        for step in range(deepest, count):
            at[step, user] = MISSING
        if len(place):
            for step in range(count):
                place[step, user] = best[step] if step < deepest else -1
