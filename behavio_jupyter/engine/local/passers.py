"""The users behind the numbers of paths: of an edge, a node, a whole way, a pair, of all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kernels import kernel
from .nodes import NODE
from .parallel import run
from .sequences import Room, Units, edges_of, group, owner, room, shown, walk

Array = NDArray[Any]


def along(
    units: Units,
    blocks: NDArray[np.int64],
    place: NDArray[np.int32],
    sources: NDArray[np.bool_],
    targets: NDArray[np.bool_],
    exits: bool,
    mask: NDArray[np.bool_],
) -> None:
    """Mark the users who pass along an edge.

    Parameters
    ----------
    units, blocks
        The log.
    place : int32 array
        The group of each value's code (:func:`~.sequences.group`).
    sources, targets : bool array (groups, steps, nodes)
        The nodes at which such an edge begins and ends, each at its own slot.
    exits : bool
        Whether it may end in an exit.
    mask : bool array of users
        Out.
    """
    _each(_mark_along, units, blocks, place, sources, targets, exits, mask)


def at(
    units: Units,
    blocks: NDArray[np.int64],
    place: NDArray[np.int32],
    nodes: NDArray[np.bool_],
    exits: NDArray[np.bool_],
    mask: NDArray[np.bool_],
) -> None:
    """Mark the users who come to a node.

    ``nodes`` (groups, steps, nodes) tells which; ``exits`` (steps) at which steps it is an exit.
    """
    _each(_mark_at, units, blocks, place, nodes, exits, mask)


def taking(
    units: Units,
    blocks: NDArray[np.int64],
    place: NDArray[np.int32],
    ways: Sequence[Sequence[int]] | None,
    mask: NDArray[np.bool_],
) -> None:
    """Mark the users of sequences that show just the nodes of one of the ways; None: of all."""
    if ways is None and units.whole and not (units.from_ or units.to or len(place)):
        # Whoever has an event has a sequence.
        mask[units.user[np.diff(units.offsets) > 0]] = True
        return
    wanted = np.full((0 if ways is None else len(ways), units.steps), -1, np.int64)
    for number, way in enumerate(ways or []):
        wanted[number, : len(way)] = way
    _each(_mark_taking, units, blocks, place, wanted, ways is None, mask)


def following(
    units: Units,
    blocks: NDArray[np.int64],
    place: NDArray[np.int32],
    sources: NDArray[np.bool_],
    targets: NDArray[np.bool_],
    mask: NDArray[np.bool_],
) -> None:
    """Mark the users of sequences in which a target follows a source, at any step (K6).

    ``sources`` and ``targets`` tell which nodes are.
    """
    _each(_mark_following, units, blocks, place, sources, targets, mask)


def _each(mark: Any, units: Units, blocks: NDArray[np.int64], *given: Any) -> None:
    """Mark users in all blocks, each thread in its own share of them."""
    run([partial(mark, part, units, room(units, part), *given) for part in units.shares(blocks)])


@kernel
def _mark_along(
    blocks: Array,
    units: Units,
    hall: Room,
    place: Array,
    sources: Array,
    targets: Array,
    exits: bool,
    mask: Array,
) -> None:
    kinds, places = hall.kinds, hall.places
    for block in range(len(blocks)):
        low, high = blocks[block, 0], blocks[block, 1]
        owned = 0
        for sequence in range(walk(units, low, high, hall)):
            owned = owner(hall, sequence, owned)
            unit = hall.units[owned]
            here = group(units, place, low, hall, sequence, unit)
            if here < 0:
                continue
            first, count, slot = shown(units, hall, sequence)
            for i in range(edges_of(units, count)):
                if not sources[here, slot + i, kinds[places[first + i]] & NODE]:
                    continue
                if i == count - 1:
                    if exits:
                        mask[units.user[unit]] = True
                elif targets[here, slot + i + 1, kinds[places[first + i + 1]] & NODE]:
                    mask[units.user[unit]] = True


@kernel
def _mark_at(
    blocks: Array,
    units: Units,
    hall: Room,
    place: Array,
    nodes: Array,
    exits: Array,
    mask: Array,
) -> None:
    for block in range(len(blocks)):
        low, high = blocks[block, 0], blocks[block, 1]
        owned = 0
        for sequence in range(walk(units, low, high, hall)):
            owned = owner(hall, sequence, owned)
            unit = hall.units[owned]
            here = group(units, place, low, hall, sequence, unit)
            if here < 0:
                continue
            first, count, slot = shown(units, hall, sequence)
            for i in range(count):
                if nodes[here, slot + i, hall.kinds[hall.places[first + i]] & NODE]:
                    mask[units.user[unit]] = True
            if edges_of(units, count) == count and exits[slot + count]:
                mask[units.user[unit]] = True


@kernel
def _mark_taking(
    blocks: Array,
    units: Units,
    hall: Room,
    place: Array,
    wanted: Array,
    all_of_them: bool,
    mask: Array,
) -> None:
    for block in range(len(blocks)):
        low, high = blocks[block, 0], blocks[block, 1]
        owned = 0
        for sequence in range(walk(units, low, high, hall)):
            owned = owner(hall, sequence, owned)
            unit = hall.units[owned]
            if group(units, place, low, hall, sequence, unit) < 0:
                continue
            same = all_of_them
            first, count, _slot = shown(units, hall, sequence)
            for way in range(len(wanted)):
                equal = count == units.steps or wanted[way, count] < 0
                for i in range(count):
                    node = np.int64(hall.kinds[hall.places[first + i]] & NODE)
                    equal = equal and wanted[way, i] == node
                same = same or equal
            if same:
                mask[units.user[unit]] = True


@kernel
def _mark_following(
    blocks: Array,
    units: Units,
    hall: Room,
    place: Array,
    sources: Array,
    targets: Array,
    mask: Array,
) -> None:
    kinds, places = hall.kinds, hall.places
    for block in range(len(blocks)):
        low, high = blocks[block, 0], blocks[block, 1]
        owned = 0
        for sequence in range(walk(units, low, high, hall)):
            owned = owner(hall, sequence, owned)
            unit = hall.units[owned]
            if group(units, place, low, hall, sequence, unit) < 0:
                continue
            for i in range(hall.starts[sequence] + 1, hall.ends[sequence]):
                if sources[kinds[places[i - 1]] & NODE] and targets[kinds[places[i]] & NODE]:
                    mask[units.user[unit]] = True
