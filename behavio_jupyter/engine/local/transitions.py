"""The transition matrix: adjacent pairs of whole sequences, whatever the step (K6)."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .kernels import kernel
from .nodes import NODE
from .parallel import added, run
from .sequences import Room, Units, group, owner, room, walk

Array = NDArray[Any]

_DENSE = 1 << 22
"""The most counters that are laid out for every pair, whether it occurs or not."""


class Pairs(NamedTuple):
    """Adjacent nodes that occur, in order of group, source and target."""

    group: NDArray[np.int64]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    counts: NDArray[np.int64]


def pairs(
    units: Units, blocks: NDArray[np.int64], place: NDArray[np.int32], groups: int, nodes: int
) -> Pairs:
    """Count adjacent nodes; ``place`` has the group of each value (:func:`~.sequences.group`)."""
    size = groups * nodes * nodes
    if size <= _DENSE:
        parts = [(part, np.zeros(size, np.int64)) for part in units.shares(blocks, size * 8)]
        run(
            [
                partial(_count, part, units, room(units, part), place, nodes, own)
                for part, own in parts
            ]
        )
        total = added([own for _, own in parts])
        keys = np.flatnonzero(total)
        counts = total[keys]
    else:
        shares = units.shares(blocks)
        listed = run([partial(_listed, part, units, place, nodes) for part in shares])
        keys, counts = np.unique(np.concatenate(listed), return_counts=True)
    rest, target = np.divmod(keys, nodes)
    return Pairs(*np.divmod(rest, nodes), target, counts.astype(np.int64))


def _listed(
    blocks: NDArray[np.int64], units: Units, place: NDArray[np.int32], nodes: int
) -> NDArray[np.int64]:
    out = np.empty(units.rows(blocks), np.int64)
    return out[: _list(blocks, units, room(units, blocks), place, nodes, out)].copy()


@kernel
def _count(blocks: Array, units: Units, hall: Room, place: Array, nodes: int, total: Array) -> None:
    listed = np.empty(len(hall.places), np.int64)
    for block in range(len(blocks)):
        low, high = blocks[block, 0], blocks[block, 1]
        for i in range(_pairs(units, place, low, high, nodes, hall, listed)):
            total[listed[i]] += 1


@kernel
def _list(blocks: Array, units: Units, hall: Room, place: Array, nodes: int, out: Array) -> int:
    written = 0
    for block in range(len(blocks)):
        low, high = blocks[block, 0], blocks[block, 1]
        written += _pairs(units, place, low, high, nodes, hall, out[written:])
    return written


@kernel
def _pairs(
    units: Units, place: Array, low: int, high: int, nodes: int, hall: Room, out: Array
) -> int:
    """Write the pairs of a block's sequences; return how many there are."""
    written = 0
    owned = 0
    for sequence in range(walk(units, low, high, hall)):
        owned = owner(hall, sequence, owned)
        here = group(units, place, low, hall, sequence, hall.units[owned])
        if here < 0:
            continue
        start = hall.starts[sequence]
        source = np.int64(hall.kinds[hall.places[start]] & NODE)
        for node in range(start + 1, hall.ends[sequence]):
            target = np.int64(hall.kinds[hall.places[node]] & NODE)
            out[written] = (here * nodes + source) * nodes + target
            written += 1
            source = target
    return written
