"""Counts of attempts by group and step, and how long the steps took."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..answers import BINS
from .funnel_plain import MISSING
from .kernels import kernel
from .parallel import over_units, run, shares

Array = NDArray[Any]

QUANTILES = np.array([0.25, 0.5, 0.75, 0.9])
_FRACTION = 6
"""How many bits of a number's fraction tell buckets apart: 64 for each power of two."""

_BUCKETS = (64 << _FRACTION) + 1
_FEW = 512
_TILE = 4096
"""So many attempts are looked at step by step at once: their groups stay in the cache."""


class Tabulated(NamedTuple):
    """What a funnel counts, for each of some groups.

    Attributes
    ----------
    counts : int64 array of (steps, groups)
        Attempts that reached each step.
    quantiles : float64 array of (steps, groups, 4)
        Seconds at ``QUANTILES``: element 0 from the first to the last step, element i from the
        last required step before step i + 1 to it; NaN where there are none.
    bins : int64 array of (groups, BINS)
        Times from the first to the last step.
    """

    counts: NDArray[np.int64]
    quantiles: NDArray[np.float64]
    bins: NDArray[np.int64]


def tabulate(
    at: NDArray[np.int64],
    group: NDArray[np.int64],
    groups: int,
    previous: NDArray[np.int64],
    window: int,
) -> Tabulated:
    """Count attempts by group.

    Parameters
    ----------
    at : int64 array of (steps, attempts)
        When each step was reached, in microseconds; ``MISSING`` where it was not.
    group : int32 array of attempts
        -1: in none of the groups.
    previous : int64 array of steps
        For each step, counted from 0, the one its time is counted from.
    window : int
        The conversion window in microseconds.
    """
    steps, attempts = at.shape
    shape = (groups, BINS)
    cuts = shares(attempts, 8 * groups * BINS)
    counts = np.zeros((len(cuts), steps, 1 + groups), np.int64)
    run([partial(_count, *cut, at, group, part) for cut, part in zip(cuts, counts, strict=True)])
    counts = counts[:, :, 1:]
    # The first place is about the whole way to the last step.
    timed = np.concatenate([counts[:, -1:], counts[:, 1:]], axis=1).reshape(len(cuts), -1)
    sizes = timed.sum(axis=0)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    places = offsets[:-1] + np.cumsum(timed, axis=0) - timed
    elapsed = np.empty(offsets[-1], np.int64)
    bins = np.zeros((len(cuts), *shape), np.int64)
    run(
        [
            partial(_fill, *cut, at, group, previous, window, place, elapsed, part)
            for cut, place, part in zip(cuts, places, bins, strict=True)
        ]
    )
    quantiles = np.full((len(sizes), len(QUANTILES)), np.nan)
    over_units(_quantiles, offsets, elapsed, QUANTILES, quantiles)
    shaped = quantiles.reshape(steps, groups, len(QUANTILES))
    return Tabulated(counts.sum(axis=0), shaped / 1e6, bins.sum(axis=0))


@kernel
def _count(first: int, last: int, at: Array, group: Array, counts: Array) -> None:
    """Count the attempts of each step and group; what is in none comes first."""
    for tile in range(first, last, _TILE):
        stop = min(tile + _TILE, last)
        for step in range(len(at)):
            own, times = counts[step], at[step]
            for i in range(tile, stop):
                # Added always: who reaches a step cannot be foreseen.
                own[group[i] + 1] += times[i] != MISSING


@kernel
def _fill(
    first: int,
    last: int,
    at: Array,
    group: Array,
    previous: Array,
    window: int,
    place: Array,
    elapsed: Array,
    bins: Array,
) -> None:
    """Write times next to each other, step by step and group by group, and fill the histogram."""
    steps = len(at)
    groups, pieces = bins.shape
    reached = np.empty(_TILE, np.int64)
    for tile in range(first, last, _TILE):
        stop = min(tile + _TILE, last)
        count = 0
        for step in range(1, steps):
            times, before = at[step], at[previous[step]]
            # Written always and kept by moving on, as in the counting of them.
            count = 0
            for i in range(tile, stop):
                reached[count] = i
                count += (group[i] >= 0) & (times[i] != MISSING)
            for place_of in range(count):
                i = reached[place_of]
                slot = step * groups + group[i]
                elapsed[place[slot]] = times[i] - before[i]
                place[slot] += 1
        # What is left of the last step has gone the whole way.
        for place_of in range(count):
            i = reached[place_of]
            whole = at[steps - 1, i] - at[0, i]
            elapsed[place[group[i]]] = whole
            place[group[i]] += 1
            bins[group[i], min(whole * pieces // window, pieces - 1)] += 1


@kernel
def _bucket(value: int) -> int:
    """Return the bucket of a time: as floating point numbers do, finer where times are short."""
    if value < 1:
        return 0
    lowest = 1023 << _FRACTION
    return int((np.float64(value).view(np.int64) >> (52 - _FRACTION)) - lowest + 1)


@kernel
def _quantiles(
    first: int, last: int, offsets: Array, values: Array, wanted: Array, out: Array
) -> None:
    """Interpolate linearly between the two values around each quantile."""
    tally = np.zeros(_BUCKETS, np.int64)
    for unit in range(first, last):
        piece = values[offsets[unit] : offsets[unit + 1]]
        if len(piece) == 0:
            continue
        if len(piece) <= _FEW:
            ordered = np.sort(piece)
            for i in range(len(wanted)):
                rank = wanted[i] * (len(piece) - 1)
                low = int(rank)
                high = min(low + 1, len(piece) - 1)
                out[unit, i] = ordered[low] + (rank - low) * (ordered[high] - ordered[low])
            continue
        # Counting into buckets finds the few values that must be sorted.
        tally[:] = 0
        for value in piece:
            tally[_bucket(value)] += 1
        sorted_bucket = -1
        ordered = piece[:0]
        for i in range(len(wanted)):
            rank = wanted[i] * (len(piece) - 1)
            low = int(rank)
            ends = np.zeros(2)
            for side in range(2):
                target = min(low + side, len(piece) - 1)
                bucket = 0
                before = 0
                while before + tally[bucket] <= target:
                    before += tally[bucket]
                    bucket += 1
                if bucket != sorted_bucket:
                    held = np.empty(tally[bucket], np.int64)
                    count = 0
                    for value in piece:
                        if _bucket(value) == bucket:
                            held[count] = value
                            count += 1
                    ordered = np.sort(held)
                    sorted_bucket = bucket
                ends[side] = ordered[target - before]
            out[unit, i] = ends[0] + (rank - low) * (ends[1] - ends[0])
