"""Sequences of nodes: a user's events cut into sessions, collapsed, between anchors (K1 to K3).

Nothing is kept for every event: kernels walk through the log in blocks that stay in the cache, and
count each block's sequences before the next one.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...query import Paths
from .columns import Codes, Columns
from .kernels import inlined, kernel
from .nodes import FROM, GONE, NODE, TO, Nodes
from .parallel import added, ranges, run
from .sessions import cut

Array = NDArray[Any]

_BLOCK = 4096
"""Events of a block: what is held for them fits in the second level of the cache."""


class Units(NamedTuple):
    """Where sequences are found, and by which rules; what kernels get.

    Attributes
    ----------
    offsets : int64 array of units + 1
        A unit is a user, or a mapped session; its events are rows ``offsets[u]:offsets[u + 1]``.
    codes : uint16 (uint32) array
        The kind of every event, a position in ``table``.
    table : uint32 array
        Nodes of kinds (:class:`~.nodes.Nodes`).
    time : int64 array
    user : int32 array
        The user of each unit.
    chosen : bool array
        Which units are looked at.
    whole : bool
        Whether all of them are, with all their events.
    values : int32 array
        The code of the breakdown's value, of each event (``by_event``) or unit; empty without.
    by_event : bool
    gap : int
        Microseconds after which a session ends.
    collapse, from_, to : bool
        Whether immediate repeats count once, and which anchors there are.
    steps : int
        At most so many nodes of a sequence are shown.
    """

    offsets: Array
    codes: Array
    table: Array
    time: Array
    user: Array
    chosen: Array
    whole: bool
    values: Array
    by_event: bool
    gap: int
    collapse: bool
    from_: bool
    to: bool
    steps: int

    @property
    def backward(self) -> bool:
        """Whether the last nodes are shown (``to B`` without ``from``) instead of the first."""
        return self.to and not self.from_

    def of(self, users: NDArray[np.bool_]) -> Units:
        """Return the units of some users only."""
        chosen = users[self.user]
        whole = bool(chosen.all()) and not (self.table == GONE).any()
        return self._replace(chosen=chosen, whole=whole)

    def blocks(self) -> NDArray[np.int64]:
        """Return the ranges of units that make a block: (blocks, 2). No user lies in two."""
        fresh = np.ones(len(self.user), np.bool_)
        fresh[1:] = self.user[1:] != self.user[:-1]
        users, ends = None, self.offsets
        if not fresh.all():
            users = np.append(np.flatnonzero(fresh), len(self.user))
            ends = ends[users]
        cuts = np.searchsorted(ends, np.arange(_BLOCK, ends[-1], _BLOCK))
        bounds = np.unique(np.concatenate([[0], cuts, [len(ends) - 1]]))
        bounds = bounds if users is None else users[bounds]
        return np.column_stack([bounds[:-1], bounds[1:]]).astype(np.int64)

    def shares(self, blocks: NDArray[np.int64], part_bytes: int = 0) -> list[NDArray[np.int64]]:
        """Return the blocks in parts for the cores (:func:`~.parallel.ranges`)."""
        sizes = self.offsets[blocks[:, 1]] - self.offsets[blocks[:, 0]]
        ends = np.concatenate([[0], np.cumsum(sizes)])
        return [blocks[low:high] for low, high in ranges(ends, part_bytes)]

    def rows(self, blocks: NDArray[np.int64]) -> int:
        """Return how many events blocks have."""
        return int((self.offsets[blocks[:, 1]] - self.offsets[blocks[:, 0]]).sum())


def units(columns: Columns, question: Paths, shown: Nodes, codes: Codes | None) -> Units:
    """Return the units of a log; ``codes`` are those of the property it is broken down by."""
    offsets, kinds, time = columns.offsets, shown.codes, columns.time
    user = np.arange(columns.users, dtype=np.int32)
    by_event = (
        codes is not None and question.by is not None and question.by.property.owner == "event"
    )
    values = np.empty(0, np.int32) if codes is None else codes.codes
    if question.sessions.by == "mapped":
        # The events of such a session may lie apart: bring them together.
        stretches = cut(columns, question.sessions, None)
        offsets, user = stretches.offsets, stretches.user
        kinds, time = stretches.of(kinds), stretches.of(time)
        values = stretches.of(values) if by_event else values
    if codes is not None and not by_event:
        values = values[user]
    gap = np.iinfo(np.int64).max
    if question.sessions.by == "gap":
        gap = question.sessions.gap.microseconds
    return Units(
        offsets,
        kinds,
        shown.table,
        time,
        user,
        np.ones(len(user), np.bool_),
        not (shown.table == GONE).any(),
        values,
        by_event,
        int(gap),
        question.collapse,
        question.from_ is not None,
        question.to is not None,
        question.steps,
    )


def count_values(units: Units, blocks: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    """Return how many sequences have each of ``number`` codes of a value, from null (-1) on."""
    parts = [(part, np.zeros(number, np.int64)) for part in units.shares(blocks, number * 8)]
    run([partial(_count_values, part, units, room(units, part), own) for part, own in parts])
    return added([own for _, own in parts])


class Room(NamedTuple):
    """A block's sequences; kernels make one and use it for block after block.

    Attributes
    ----------
    kinds : uint32 array
        The table's entry of each of the block's events that are left.
    time, rows : int64 array
        Their times and rows; without elements where the units are whole (:func:`times`).
    fresh, keep : uint8 array
        Whether a session begins there, and whether the event is no repeat.
    places : uint32 array
        The places in ``kinds`` of those that are kept: the nodes of the sequences.
    starts, ends : int32 array
        The sequences, as ranges of ``places``.
    units, firsts : int64 array
        The units that have events left, and where in ``kinds`` each begins.
    """

    kinds: Array
    time: Array
    rows: Array
    fresh: Array
    keep: Array
    places: Array
    starts: Array
    ends: Array
    units: Array
    firsts: Array


def room(units: Units, blocks: NDArray[np.int64]) -> Room:
    """Return room for the largest of some blocks."""
    sizes = units.offsets[blocks[:, 1]] - units.offsets[blocks[:, 0]]
    events = int(sizes.max(initial=0))
    most = int((blocks[:, 1] - blocks[:, 0]).max(initial=0))
    return Room(
        np.empty(events, np.uint32),
        np.empty(0 if units.whole else events, np.int64),
        np.empty(0 if units.whole else events, np.int64),
        np.empty(events, np.uint8),
        np.empty(events, np.uint8),
        np.empty(events + 1, np.uint32),
        np.empty(events + 1, np.int32),
        np.empty(events + 1, np.int32),
        np.empty(most, np.int64),
        np.empty(most + 1, np.int64),
    )


@inlined
def _gather(units: Units, low: int, high: int, room: Room) -> tuple[int, int]:
    """Bring the events that are left into the room; return how many, and of how many units."""
    # Each attribute and each assignment of a slice costs compile time.
    offsets, table, codes = units.offsets, units.table, units.codes
    kinds, firsts = room.kinds, room.firsts
    begin, end = offsets[low], offsets[high]
    left = 0
    many = 0
    if units.whole:
        own_codes = codes[begin:end]
        left = end - begin
        for place in range(left):
            kinds[place] = table[own_codes[place]]
        for unit in range(low, high):
            room.units[many] = unit
            firsts[many] = offsets[unit] - begin
            many += offsets[unit + 1] > offsets[unit]
    else:
        for unit in range(low, high):
            if not units.chosen[unit]:
                continue
            first = left
            for row in range(offsets[unit], offsets[unit + 1]):
                kind = table[codes[row]]
                kinds[left] = kind
                room.time[left] = units.time[row]
                room.rows[left] = row
                left += kind != GONE
            room.units[many] = unit
            firsts[many] = first
            many += left > first
    firsts[many] = left
    return left, many


@inlined
def times(units: Units, low: int, high: int, room: Room) -> Array:
    """Return the times of a block's events that are left."""
    if units.whole:
        return units.time[units.offsets[low] : units.offsets[high]]
    return room.time


@kernel
def walk(units: Units, low: int, high: int, room: Room) -> int:
    """Find the sequences of some units; return how many there are."""
    left, many = _gather(units, low, high, room)
    kinds, fresh, keep = room.kinds, room.fresh, room.keep
    time = times(units, low, high, room)
    places, starts, ends = room.places, room.starts, room.ends
    gap = units.gap
    # Loops without branches, each over all of a block: whether an event opens a session or is a
    # repeat is as good as random, and a wrong guess of the processor costs more than the work.
    for place in range(1, left):
        fresh[place] = time[place] - time[place - 1] > gap
    for unit in range(many):
        fresh[room.firsts[unit]] = 1
    if units.collapse:
        if left:
            keep[0] = 1
        for place in range(1, left):
            keep[place] = fresh[place] | (((kinds[place] ^ kinds[place - 1]) & NODE) != 0)
    else:
        for place in range(left):
            keep[place] = 1
    kept = np.uint64(0)
    found = np.uint64(0)
    for place in range(left):
        places[kept] = place
        starts[found] = kept
        kept += keep[place]
        found += fresh[place]
    sequences = int(np.int64(found))
    starts[sequences] = kept
    for sequence in range(sequences):
        ends[sequence] = starts[sequence + 1]
    if units.from_ or units.to:
        sequences = _anchor(units, sequences, room)
    return sequences


@inlined
def _anchor(units: Units, sequences: int, room: Room) -> int:
    """Narrow the sequences down to what lies between the anchors; return how many are left."""
    kinds, places, starts, ends = room.kinds, room.places, room.starts, room.ends
    from_, to = units.from_, units.to
    left = 0
    for sequence in range(sequences):
        start, end = starts[sequence], ends[sequence]
        if from_:
            while start < end and kinds[places[start]] & FROM == 0:
                start += 1
        if to and from_:
            last = start + 1
            while last < end and kinds[places[last]] & TO == 0:
                last += 1
            end = last + 1 if last < end else start
        elif to:
            while end > start and kinds[places[end - 1]] & TO == 0:
                end -= 1
        if start < end:
            starts[left] = start
            ends[left] = end
            left += 1
    return left


@inlined
def shown(units: Units, room: Room, sequence: int) -> tuple[int, int, int]:
    """Return where a sequence's shown nodes begin, how many they are, and the slot of the first.

    Slots number the steps from 0 in the order of time; the last slot is step 0 of ``to B``.
    """
    start, end = int(room.starts[sequence]), int(room.ends[sequence])
    count = min(end - start, units.steps)
    if units.to and not units.from_:
        return end - count, count, units.steps - count
    return start, count, 0


@inlined
def owner(room: Room, sequence: int, before: int) -> int:
    """Return the place in ``room.units`` of a sequence's unit; that of the one before is known."""
    place = room.places[room.starts[sequence]]
    while room.firsts[before + 1] <= place:
        before += 1
    return before


@inlined
def group(
    units: Units, place: NDArray[np.int32], low: int, room: Room, sequence: int, unit: int
) -> int:
    """Return the group of a sequence, by its value (K10); negative if it is in none.

    ``place`` has the group of each code of a value, from null (-1) on; ``low`` is the block's first
    unit.
    """
    if not len(units.values):
        return 0
    return int(place[code(units, low, room, sequence, unit) + 1])


@inlined
def code(units: Units, low: int, room: Room, sequence: int, unit: int) -> int:
    """Return the code of a sequence's breakdown value: that of its first event, or its user."""
    if not units.by_event:
        return int(units.values[unit])
    place = room.places[room.starts[sequence]]
    row = units.offsets[low] + place if units.whole else room.rows[place]
    return int(units.values[row])


@kernel
def edges_of(units: Units, count: int) -> int:
    """Return how many edges a sequence has that shows so many nodes (K2, K4)."""
    return count if count < units.steps and (units.from_ or not units.to) else count - 1


@kernel
def _count_values(blocks: Array, units: Units, hall: Room, total: Array) -> None:
    for block in range(len(blocks)):
        low, high = blocks[block, 0], blocks[block, 1]
        owned = 0
        for sequence in range(walk(units, low, high, hall)):
            owned = owner(hall, sequence, owned)
            total[code(units, low, hall, sequence, hall.units[owned]) + 1] += 1
