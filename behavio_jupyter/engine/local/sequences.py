"""Sequences of nodes: a user's events cut into sessions, collapsed, between anchors (K1 to K3)."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...query import Paths
from .columns import Columns
from .nodes import FROM, GONE, NODE, TO, Nodes
from .parallel import ranges, run
from .sessions import cut


class Sequences(NamedTuple):
    """Sequences, not cut at ``steps``, in the order of users.

    Attributes
    ----------
    nodes : uint16 (uint32) array
        Sequence ``s`` has the nodes ``nodes[starts[s]:starts[s] + lengths[s]]``; what lies
        between sequences is undefined, here and in ``rows``.
    rows : uint32 (uint64) array
        For each of ``nodes`` the place of its event in ``time``.
    time : int64 array
    starts : int64 array
    lengths, users : int32 array
    steps : int
        At most so many nodes of a sequence are shown.
    backward : bool
        Whether those are the last ones (``to B`` without ``from``) instead of the first.
    """

    nodes: NDArray[Any]
    rows: NDArray[Any]
    time: NDArray[np.int64]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int32]
    users: NDArray[np.int32]
    steps: int
    backward: bool

    def part(self, chosen: NDArray[np.int64] | slice) -> Sequences:
        """Return some of the sequences."""
        return self._replace(
            starts=self.starts[chosen], lengths=self.lengths[chosen], users=self.users[chosen]
        )

    def by_user(self) -> NDArray[np.int64]:
        """Return where each user's sequences begin, and at last their number."""
        fresh = np.ones(len(self.users), np.bool_)
        fresh[1:] = self.users[1:] != self.users[:-1]
        return np.append(np.flatnonzero(fresh), len(self.users))


class Found(NamedTuple):
    """The sequences of a log, and the row in the log of the first event of each."""

    sequences: Sequences
    first_rows: NDArray[np.int64]


def find(columns: Columns, question: Paths, shown: Nodes, users: NDArray[np.bool_]) -> Found:
    """Return the sequences of some users."""
    offsets, codes, time = columns.offsets, shown.codes, columns.time
    rows = None
    of_unit = np.arange(len(users), dtype=np.int32)
    if question.sessions.by == "mapped":
        # The events of such a session may lie apart: bring them together.
        stretches = cut(columns, question.sessions, None)
        offsets, rows, of_unit = stretches.offsets, stretches.rows, stretches.user
        codes, time, users = codes[rows], time[rows], users[of_unit]
    gap = np.iinfo(np.int64).max
    if question.sessions.by == "gap":
        gap = question.sessions.gap.microseconds

    total = len(time)
    flat = (
        np.empty(total, np.uint16 if len(shown.names) <= 1 << 16 else np.uint32),
        np.empty(total, np.uint32 if total < 1 << 32 else np.uint64),
    )
    places = (np.empty(total, np.int64), np.empty(total, np.int32), np.empty(total, np.int32))
    events = (codes, shown.table, time)
    rules = _Rules(gap, question.collapse, question.from_ is not None, question.to is not None)
    cuts = ranges(offsets)
    counts = run(
        [
            partial(_find, low, high, offsets, events, users, rules, flat, places)
            for low, high in cuts
        ]
    )
    starts, lengths, units = (
        np.concatenate(
            [
                place[offsets[low] : offsets[low] + count]
                for (low, _), count in zip(cuts, counts, strict=True)
            ]
        )
        for place in places
    )
    backward = rules.to and not rules.from_
    found = Sequences(*flat, time, starts, lengths, of_unit[units], question.steps, backward)
    first = flat[1][starts].astype(np.int64)
    return Found(found, first if rows is None else rows[first])


class _Rules(NamedTuple):
    gap: int
    collapse: bool
    from_: bool
    to: bool


@njit(nogil=True, cache=True)
def _find(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    events: tuple[NDArray[Any], NDArray[np.uint32], NDArray[np.int64]],
    chosen: NDArray[np.bool_],
    rules: _Rules,
    flat: tuple[NDArray[Any], NDArray[Any]],
    places: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]],
) -> int:
    """Write the sequences of some units from ``offsets[low]`` on; return how many."""
    codes, table, time = events
    nodes, rows = flat
    starts, lengths, units = places
    found = offsets[low]
    place = offsets[low]
    for unit in range(low, high):
        if not chosen[unit]:
            continue
        start = place
        end = place  # of what is sure to be kept of this session: up to the last `to`
        inside = not rules.from_
        over = False
        before = 0
        latest = np.int64(-1)
        for row in range(offsets[unit], offsets[unit + 1]):
            kind = table[codes[row]]
            if kind == GONE:
                continue
            if latest >= 0 and time[row] - before > rules.gap:
                place = end if rules.to else place
                if place > start:
                    starts[found], lengths[found], units[found] = start, place - start, unit
                    found += 1
                start = place
                end = place
                inside = not rules.from_
                over = False
                latest = np.int64(-1)
            before = time[row]
            node = np.int64(kind & NODE)
            if rules.collapse and node == latest:
                continue
            latest = node
            ending = kind & TO != 0
            if not inside:
                if kind & FROM == 0:
                    continue
                inside = True
                ending = False
            if over:
                continue
            nodes[place] = node
            rows[place] = row
            place += 1
            if ending:
                end = place
                over = rules.from_
        place = end if rules.to else place
        if place > start:
            starts[found], lengths[found], units[found] = start, place - start, unit
            found += 1
    return found - offsets[low]


@njit(nogil=True, cache=True)
def kept(sequences: Sequences, sequence: int) -> tuple[int, int, int]:
    """Return where a sequence's shown nodes begin, how many they are, and the slot of the first.

    Slots number the steps from 0 in the order of time; the last slot is step 0 of ``to B``.
    """
    start = int(sequences.starts[sequence])
    length = int(sequences.lengths[sequence])
    count = min(length, sequences.steps)
    if sequences.backward:
        return start + length - count, count, sequences.steps - count
    return start, count, 0
