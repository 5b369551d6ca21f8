"""The kernel of most funnels: ordered steps, one attempt counted a unit, nothing else asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .calendar import EARLIEST, LATEST
from .funnel_order import bounded, collected, longest, opened, settled
from .kernels import kernel

Array = NDArray[Any]

DEEPEST, FIRST, EACH = 0, 1, 2
"""Which attempts of a unit count: the deepest, the first, or all."""

MISSING = np.iinfo(np.int64).min
"""The time of a step that was not reached."""


@kernel
def plain(
    first: int,
    last: int,
    offsets: Array,
    codes: Array,
    table: Array,
    time: Array,
    wanted: Array,
    chain: Array,
    any_step: int,
    within: int,
    start: int,
    end: int,
    seen: int,
    counting: int,
    giver: int,
    depth: Array,
    at: Array,
    row: Array,
) -> None:
    """Find each unit's deepest (or first) attempt.

    Parameters
    ----------
    wanted : bool array
        The units looked at.
    chain : uint32 array
        The bit of each required step.
    any_step : uint32
        The bits of all steps.
    start, end : int
        Attempts open in ``[start, end)``.
    seen : int
        Events after it do not exist.
    counting : int
        ``DEEPEST`` or ``FIRST``.
    giver : int
        The required step whose event gives the breakdown's value; -1: the last one reached.
    depth : uint8 array of units
        Out: required steps reached; left as it is where there is no attempt.
    at : int64 array of (required steps, units)
        Out: the time of each step reached, of the others ``MISSING``; nothing where there is no
        attempt.
    row : int64 array of units
        Out: the row that gives the breakdown's value; -1 where that step was not reached, nothing
        where there is no attempt.
    """
    size = longest(first, last, offsets)
    rows = np.empty(size, np.int64)
    bits = np.empty(size, np.uint32)
    times = np.empty(size, np.int64)
    spare = np.empty(size, np.int64)
    spare_bits = np.empty(size, np.uint32)
    steps = len(chain)
    pointer = np.zeros(steps, np.int64)
    best = np.zeros(steps, np.int64)
    opening = chain[0]
    for unit in range(first, last):
        if not wanted[unit]:
            continue
        low, high = bounded(
            offsets[unit], offsets[unit + 1], time, start, seen, start > EARLIEST, seen < LATEST
        )
        low = opened(low, high, offsets[unit], codes, table, time, opening)
        if low == high:
            continue
        count = collected(low, high, codes, table, any_step, rows, bits)
        settled(count, time, rows, bits, times, spare, spare_bits)

        deepest = 0
        for step in range(steps):
            pointer[step] = 0
        hopeless = EARLIEST
        for i in range(count):
            if not bits[i] & opening or times[i] < hopeless:
                continue
            if times[i] >= end:
                break
            # Where each step is reached never moves back from one opening to the next, so the
            # pointers of all attempts together pass every event once for each step.
            limit = times[i] + within
            reached = 1
            place = i
            for step in range(1, steps):
                place = max(pointer[step], place + 1)
                bit = chain[step]
                while place < count and not bits[place] & bit:
                    place += 1
                pointer[step] = place
                if place == count or times[place] > limit:
                    break
                reached += 1
            if reached > deepest:
                deepest = reached
                best[0] = i
                for step in range(1, reached):
                    best[step] = pointer[step]
            # No opening gets further whose window ends before the event that this one lacked.
            if deepest == steps or place == count or counting == FIRST:
                break
            hopeless = times[place] - within
        if deepest == 0:
            continue
        depth[unit] = deepest
        for step in range(steps):
            at[step, unit] = times[best[step]] if step < deepest else MISSING
        source = deepest - 1 if giver < 0 else giver
        row[unit] = rows[best[source]] if source < deepest else -1
