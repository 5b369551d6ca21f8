"""Where in a log some events occur: an index by user, made when first asked for."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .kernels import kernel
from .parallel import over_units


class Occurrences(NamedTuple):
    """The rows of some events, users ascending, each user's in the order of the log.

    Attributes
    ----------
    rows : uint32 array
        Row numbers in the log; int64 in a log of more rows than uint32 can count.
    time : int64 array
        The times of these rows, next to each other: reading them in the log's own array takes a
        wait for memory each.
    offsets : int64 array of users + 1
        Those of user ``u`` are ``rows[offsets[u]:offsets[u + 1]]``.
    """

    rows: NDArray[np.uint32]
    time: NDArray[np.int64]
    offsets: NDArray[np.int64]

    @property
    def nbytes(self) -> int:
        """The memory this takes."""
        return self.rows.nbytes + self.time.nbytes + self.offsets.nbytes


def everywhere(offsets: NDArray[np.int64], time: NDArray[np.int64]) -> Occurrences:
    """Return all rows of a log."""
    return Occurrences(np.arange(offsets[-1], dtype=row_type(int(offsets[-1]))), time, offsets)


def find(
    offsets: NDArray[np.int64],
    time: NDArray[np.int64],
    event: NDArray[Any],
    named: NDArray[np.bool_],
    masks: list[NDArray[np.bool_]],
) -> Occurrences:
    """Return the rows whose event number is ``named`` and for which all masks are true.

    Parameters
    ----------
    offsets, time, event
        As in :class:`~behavio_jupyter.engine.local.columns.Columns`.
    named : bool array
        For each event number, whether it is looked for.
    masks : list of bool array
        At most two, one element a row.
    """
    none = np.empty(0, np.bool_)
    first, second = [*masks, none, none][:2]
    # Each range writes from the place of its first row on; only the pages it fills take memory.
    loose = np.empty(int(offsets[-1]), row_type(int(offsets[-1])))
    found = np.zeros(len(offsets), np.int64)
    over_units(_find, offsets, event, named, first, second, loose, found[1:])
    np.cumsum(found, out=found)
    rows = np.empty(found[-1], loose.dtype)
    times = np.empty(found[-1], np.int64)
    over_units(settle, offsets, time, loose, found, rows, times)
    return Occurrences(rows, times, found)


def at(
    offsets: NDArray[np.int64],
    time: NDArray[np.int64],
    event: NDArray[Any],
    named: NDArray[np.bool_],
    rows: NDArray[Any],
) -> Occurrences:
    """Return those of some rows, ascending, whose event number is ``named``."""
    rows = rows[named[event[rows]]]
    return Occurrences(rows, time[rows], np.searchsorted(rows, offsets.astype(rows.dtype)))


def row_type(rows: int) -> type[np.unsignedinteger[Any]] | type[np.int64]:
    """Return what counts the rows of a log of so many."""
    return np.uint32 if rows < 1 << 32 else np.int64


@kernel
def _find(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    event: NDArray[np.uint16],
    named: NDArray[np.bool_],
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    loose: NDArray[np.uint32],
    found: NDArray[np.int64],
) -> None:
    place = offsets[low]
    for user in range(low, high):
        before = place
        for row in range(offsets[user], offsets[user + 1]):
            # Written always and kept by moving on: a branch could not be foreseen.
            loose[place] = row
            hit = named[event[row]]
            if len(first):
                hit &= first[row]
            if len(second):
                hit &= second[row]
            place += hit
        found[user] = place - before


@kernel
def settle(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    time: NDArray[np.int64],
    loose: NDArray[np.uint32],
    found: NDArray[np.int64],
    rows: NDArray[np.uint32],
    times: NDArray[np.int64],
) -> None:
    """Move the rows that a kernel wrote for each range of users to their place.

    ``loose`` has them from the range's first row on, ``found`` how many come before each user;
    ``times`` is empty where the times of the rows are not asked for.
    """
    shift = offsets[low] - found[low]
    for place in range(found[low], found[high]):
        row = loose[place + shift]
        rows[place] = row
        if len(times):
            times[place] = time[row]
