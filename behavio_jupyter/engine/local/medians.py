"""Exact medians of many kinds of times without keeping all of them.

A part of the log is looked at first; from its times it is told, for each kind, between which
bounds the median of all surely lies, but for a mishap. Of the rest only what is within the bounds
is kept, and what is below is counted. A mishap shows: then the kind's times are collected anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .kernels import kernel
from .parallel import over_units, run

SECOND = 1_000_000
Listed = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Kinds, and a time of each."""

_LONGEST = np.iinfo(np.int64).max
_DEVIATIONS = 6.0
"""Half the width of the bounds, in deviations of the median's rank in a sample. Times of one user
resemble each other, so it errs more than a sample of as many users would."""


class Times(NamedTuple):
    """Times by kind: kind ``k`` has ``time[ends[k]:ends[k + 1]]``, in any order."""

    time: NDArray[np.int64]
    ends: NDArray[np.int64]

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many times each kind has."""
        return np.diff(self.ends)

    def at(self, ranks: NDArray[np.int64], missing: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the times at two ascending ranks of each kind: (kinds, 2).

        Where a kind has no such rank, ``missing``.
        """
        out = missing.copy()
        over_units(_pick, self.ends, self.time, ranks, out)
        return out


def by_kind(listed: Sequence[Listed], kinds: int) -> Times:
    """Bring the times of each kind together, out of several lists."""
    counts = [np.zeros(kinds, np.int64) for _ in listed]
    run([partial(_tally, kind, own) for (kind, _), own in zip(listed, counts, strict=True)])
    ends = np.zeros(kinds + 1, np.int64)
    np.cumsum(sum(counts), out=ends[1:])
    out = np.empty(ends[-1], np.int64)
    place = ends[:-1]
    calls = []
    for (kind, time), own in zip(listed, counts, strict=True):
        calls.append(partial(_scatter, kind, time, place.copy(), out))
        place = place + own
    run(calls)
    return Times(out, ends)


def everything(kinds: int) -> NDArray[np.int64]:
    """Return bounds within which every time is: (kinds, 2), the lowest and the highest."""
    return np.tile(np.array([0, _LONGEST]), (kinds, 1))


def nothing(kinds: int) -> NDArray[np.int64]:
    """Return bounds within which no time is, nor below."""
    return np.tile(np.array([0, -1]), (kinds, 1))


def bounds(sample: Times) -> NDArray[np.int64]:
    """Return bounds of the medians of a log from those of a sample of its users."""
    half = np.ceil(_DEVIATIONS * np.sqrt(sample.counts) / 2).astype(np.int64) + 1
    middle = sample.counts // 2
    ranks = np.column_stack([middle - half, middle + half])
    return sample.at(ranks, everything(len(ranks)))


def medians(
    within: Times, below: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the median seconds of each kind, and which kinds missed theirs.

    Parameters
    ----------
    within : Times
        Those within limits.
    below : int64 array
        How many are below the limits.
    counts : int64 array
        How many there are in all; where there is none, the median is NaN.
    """
    ranks = np.column_stack([(counts - 1) // 2, counts // 2]) - below[:, None]
    found = within.at(ranks, np.full_like(ranks, -1))
    missed = (counts > 0) & (found < 0).any(axis=1)
    seconds = (found[:, 0] / SECOND + found[:, 1] / SECOND) / 2
    seconds[counts == 0] = np.nan
    return seconds, missed


@kernel
def _tally(kind: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
    for one in kind:
        counts[one] += 1


@kernel
def _scatter(
    kind: NDArray[np.int64],
    time: NDArray[np.int64],
    places: NDArray[np.int64],
    out: NDArray[np.int64],
) -> None:
    for i in range(len(kind)):
        out[places[kind[i]]] = time[i]
        places[kind[i]] += 1


@kernel
def _pick(
    low: int,
    high: int,
    ends: NDArray[np.int64],
    time: NDArray[np.int64],
    ranks: NDArray[np.int64],
    out: NDArray[np.int64],
) -> None:
    for kind in range(low, high):
        some = time[ends[kind] : ends[kind + 1]]
        begin = 0
        for which in range(2):
            rank = ranks[kind, which]
            if begin <= rank < len(some):
                # The second is the first, or among what the first has left behind it.
                select(some[begin:], rank - begin)
                out[kind, which] = some[rank]
                begin = rank


@kernel
def select(values: NDArray[Any], place: int) -> None:
    """Put the value that belongs at a place there, none larger before it, none smaller behind.

    Quickselect (Hoare) by hand: np.partition takes the compiler seven seconds.
    """
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        smallest = min(values[low], values[middle])
        pivot = max(smallest, min(max(values[low], values[middle]), values[high]))
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if place <= j:
            high = j
        elif place >= i:
            low = i
        else:
            return
