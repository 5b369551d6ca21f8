"""The kernel of funnels with further rules.

Strict or any order, optional steps, exclusions, one value in all steps, several attempts a user.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .any_order import fill_any, no_overlap
from .calendar import EARLIEST, LATEST
from .funnel_links import grouped, hash_size, link_excluded, link_steps, link_values
from .funnel_order import bounded, collected, longest, opened, settled
from .funnel_plain import EACH, FIRST, MISSING
from .kernels import inlined, kernel

Array = NDArray[Any]

ORDERED, STRICT, ANY = 0, 1, 2


@inlined
def opening_bits(steps: int, order: int) -> np.uint32:
    """Return the bits of which an event must have one to open an attempt."""
    return np.uint32((1 << steps) - 1) if order == ANY else np.uint32(1)


@kernel
def ruled(
    first: int,
    last: int,
    offsets: Array,
    codes: Array,
    table: Array,
    time: Array,
    wanted: Array,
    steps: int,
    chain: Array,
    needed: int,
    order: int,
    counting: int,
    within: int,
    start: int,
    end: int,
    seen: int,
    values: Array,
    excluded_codes: Array,
    excluded_table: Array,
    spans: Array,
    giver: int,
    slots: Array,
    counted: Array,
    depth: Array,
    at: Array,
    row: Array,
) -> None:
    """Find each unit's counted attempts.

    Parameters
    ----------
    steps : int
        All steps; bit i of ``table[codes[row]]`` is that of step i + 1.
    chain : int array
        The required steps, from 0. In any order: all.
    needed : uint32
        The bits of which an event must have one to matter (strict order: that of kept events).
    values : int array of events, or empty
        The values that must be the same in all steps; -1 for null.
    excluded_codes, excluded_table : arrays
        Bit i of ``excluded_table[excluded_codes[row]]``: the event is one of exclusion i.
    spans : int array of (exclusions, 2)
        Between which required steps, as positions in ``chain``, each exclusion holds.
    giver : int
        The step, from 0, whose event gives the breakdown's value; -1: the last required one
        reached.
    slots : int array of units
        Where a unit's counted attempt goes in ``depth``, ``at`` and ``row``. Of all attempts:
        where the first of the first unit goes; the others follow each other.
    counted : int array of units
        Out: the number of counted attempts.
    depth, at, row
        Out: as of :func:`~.funnel_plain.plain`; ``at`` has a row for every step.
    """
    size = longest(first, last, offsets)
    rows = np.empty(size, np.int64)
    bits = np.empty(size, np.uint32)
    times = np.empty(size, np.int64)
    spare = np.empty(size, np.int64)
    spare_bits = np.empty(size, np.uint32)
    group = np.zeros(size, np.int64)
    following = np.empty(size, np.int32)
    chained = len(chain)
    links = np.empty(size * chained if order != STRICT else 0, np.int32)
    exclusions = len(spans)
    forbidden = np.empty(size * exclusions, np.int32)
    same = len(values) > 0
    buckets = np.empty(hash_size(size) if same else 0, np.int64)
    latest = np.empty(size * chained if same and order == ORDERED else chained, np.int32)
    owner = np.empty(32, np.int64)
    via = np.empty(32, np.int64)
    queue = np.empty(32, np.int64)
    position = np.zeros(chained, np.int64)
    best = np.zeros(chained, np.int64)
    places = np.empty(steps, np.int64)
    opening = opening_bits(steps, order)
    apart = no_overlap(table, steps)
    slot = slots[first] if first < last else 0
    for unit in range(first, last):
        if not wanted[unit]:
            continue
        low, high = bounded(
            offsets[unit], offsets[unit + 1], time, start, seen, start > EARLIEST, seen < LATEST
        )
        low = opened(low, high, offsets[unit], codes, table, time, opening)
        if low == high:
            continue
        if exclusions:
            count = 0
            for i in range(low, high):
                matched = table[codes[i]]
                rows[count] = i
                bits[count] = matched
                count += ((matched & needed) | excluded_table[excluded_codes[i]]) != 0
        else:
            count = collected(low, high, codes, table, needed, rows, bits)
        settled(count, time, rows, bits, times, spare, spare_bits)
        groups = 1
        if same:
            groups = grouped(count, rows, values, group, buckets)
        if order == ORDERED:
            link_steps(count, bits, group, groups, chain, links, latest)
        elif order == ANY:
            link_values(count, group, groups, following, same, buckets)
            fill_any(count, bits, following, steps, apart, links, owner, via, queue)
        if exclusions:
            link_excluded(count, rows, excluded_codes, excluded_table, exclusions, forbidden)

        deepest = 0
        free_from = 0
        free_after = np.int64(EARLIEST)
        for i in range(count):
            if not bits[i] & opening or group[i] < 0:
                continue
            if times[i] >= end:
                break
            if i < free_from or times[i] <= free_after:
                continue
            limit = times[i] + within
            reached = _attempt(i, count, bits, times, group, chain, order, links, limit, position)
            if exclusions and _excluded(
                reached, position, times, limit, spans, forbidden, exclusions
            ):
                continue
            if counting == EACH:
                _write(
                    slot,
                    reached,
                    position,
                    limit,
                    count,
                    rows,
                    bits,
                    times,
                    group,
                    steps,
                    chain,
                    giver,
                    places,
                    depth,
                    at,
                    row,
                )
                slot += 1
                counted[unit] += 1
                if reached == chained:
                    free_from = position[reached - 1] + 1
                else:
                    free_after = limit
                continue
            if reached > deepest:
                deepest = reached
                for step in range(reached):
                    best[step] = position[step]
            if deepest == chained or counting == FIRST:
                break
        if deepest:
            _write(
                slots[unit],
                deepest,
                best,
                times[best[0]] + within,
                count,
                rows,
                bits,
                times,
                group,
                steps,
                chain,
                giver,
                places,
                depth,
                at,
                row,
            )
            counted[unit] = 1


@kernel
def openings(
    first: int,
    last: int,
    offsets: Array,
    codes: Array,
    table: Array,
    steps: int,
    order: int,
    out: Array,
) -> None:
    """Set ``out``, at the first of some units, to how many of their events open an attempt."""
    opening = opening_bits(steps, order)
    count = 0
    for i in range(offsets[first], offsets[last]):
        count += (table[codes[i]] & opening) != 0
    out[first] = count


@kernel
def _attempt(
    opening: int,
    count: int,
    bits: Array,
    times: Array,
    group: Array,
    chain: Array,
    order: int,
    links: Array,
    limit: int,
    position: Array,
) -> int:
    """Follow one attempt; return its depth and leave the places of its steps in ``position``."""
    chained = len(chain)
    position[0] = opening
    reached = 1
    place = opening
    for step in range(1, chained):
        if order == ORDERED:
            place = links[place * chained + step]
        elif order == ANY:
            place = links[opening * chained + step]
        else:
            place += 1
            if place < count and (
                not (bits[place] >> chain[step]) & 1 or group[place] != group[opening]
            ):
                break
        if place < 0 or place >= count or times[place] > limit:
            break
        position[step] = place
        reached += 1
    return reached


@kernel
def _excluded(
    reached: int,
    position: Array,
    times: Array,
    limit: int,
    spans: Array,
    forbidden: Array,
    exclusions: int,
) -> bool:
    """Whether an exclusion's event lies between its steps (docs/semantics.md F4)."""
    for exclusion in range(exclusions):
        after = spans[exclusion, 0]
        before = spans[exclusion, 1]
        if reached <= after:
            continue
        event = forbidden[position[after] * exclusions + exclusion]
        if event < 0:
            continue
        if reached > before:
            if event < position[before]:
                return True
        elif times[event] <= limit:
            return True
    return False


@kernel
def _write(
    slot: int,
    reached: int,
    position: Array,
    limit: int,
    count: int,
    rows: Array,
    bits: Array,
    times: Array,
    group: Array,
    steps: int,
    chain: Array,
    giver: int,
    places: Array,
    depth: Array,
    at: Array,
    row: Array,
) -> None:
    """Write a counted attempt, giving its optional steps their events (docs/semantics.md F3)."""
    depth[slot] = reached
    for step in range(steps):
        places[step] = -1
    for index in range(reached):
        places[chain[index]] = position[index]
        gap_end = steps if index + 1 == len(chain) else chain[index + 1]
        stop = position[index + 1] if index + 1 < reached else count
        for step in range(chain[index] + 1, gap_end):
            for place in range(position[index] + 1, stop):
                if times[place] > limit:
                    break
                if not (bits[place] >> step) & 1 or group[place] != group[position[0]]:
                    continue
                taken = False
                for other in range(chain[index] + 1, step):
                    taken |= places[other] == place
                if not taken:
                    places[step] = place
                    break
    for step in range(steps):
        at[step, slot] = times[places[step]] if places[step] >= 0 else MISSING
    source = chain[reached - 1] if giver < 0 else giver
    row[slot] = rows[places[source]] if places[source] >= 0 else -1
