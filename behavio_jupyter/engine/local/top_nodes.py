"""The top nodes at each step, which are shown for themselves; the others as one (K5, K13)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .kernels import inlined, kernel
from .nodes import NODE
from .parallel import added, run
from .sequences import Room, Units, group, owner, room, shown, walk

Array = NDArray[Any]


class Classes(NamedTuple):
    """How nodes are shown at each step of each group: the ``top`` for themselves, the rest as one.

    Attributes
    ----------
    of_node : int32 array (groups, steps, nodes)
        The class of a node at a slot (:func:`~.sequences.shown`), below ``other``; or ``other``.
    nodes : int64 array (groups, steps, other + 2)
        The node of each class: the number of nodes for "other", one more for an exit.
    other : int
    """

    of_node: NDArray[np.int32]
    nodes: NDArray[np.int64]
    other: int

    @property
    def ids(self) -> int:
        """The number of edges that could be."""
        groups, steps, _ = self.nodes.shape
        return groups * steps * (self.other + 1) * (self.other + 2)


def classes(
    shape: tuple[int, int, int], top: int, unnamed: Sequence[int], passed: NDArray[np.int64] | None
) -> Classes:
    """Show the nodes of most sequences, or users, at each step of each group for themselves (K5).

    Parameters
    ----------
    shape : tuple of int
        The number of groups, of steps and of nodes.
    top : int
        So many nodes are kept.
    unnamed : list of int
        Nodes that are always among the others (K13).
    passed : int64 array (groups, steps, nodes) or None
        The sequences, or users, at each node (:func:`passing`); None where all nodes are kept.
    """
    groups, steps, nodes = shape
    other = min(top, nodes)
    made_up = np.broadcast_to([nodes, nodes + 1], (groups, steps, 2))
    if passed is None:
        # Each is kept, whatever its rank.
        ranked = np.broadcast_to(np.arange(nodes), shape)
        of_node = ranked.astype(np.int32, order="C")
    else:
        passed = passed.copy()
        passed[:, :, unnamed] = -1
        ranked = np.argsort(-passed, axis=2, kind="stable")[:, :, :other]
        of_node = np.full(shape, other, np.int32)
        np.put_along_axis(of_node, ranked, np.arange(other, dtype=np.int32)[None, None, :], 2)
    of_node[:, :, unnamed] = other
    return Classes(of_node, np.concatenate([ranked, made_up], axis=2), other)


def passing(
    units: Units,
    blocks: NDArray[np.int64],
    place: NDArray[np.int32],
    shape: tuple[int, int, int],
    by_user: bool,
) -> NDArray[np.int64]:
    """Count the sequences, or users, at each node: (groups, steps, nodes).

    Parameters
    ----------
    units, blocks
        The log.
    place : int32 array
        The group of each code of the breakdown's value, from null (-1) on; -1 for none.
    shape : tuple of int
        That of what is returned.
    by_user : bool
    """
    parts = [
        (part, np.zeros(shape, np.int64)) for part in units.shares(blocks, int(np.prod(shape)) * 8)
    ]
    given = (place, by_user)
    run([partial(_count_nodes, part, units, room(units, part), *given, own) for part, own in parts])
    return added([own for _, own in parts])


@inlined
def visit(counted: Array, latest: Array, cell: np.uint64, by_user: bool, user: int) -> None:
    """Count a sequence, or a user who was not counted there yet."""
    # Added always: whether a user is there for the first time cannot be foreseen.
    counted[cell] += np.int64(not by_user) | np.int64(latest[cell] != user)
    latest[cell] = user


@kernel
def _count_nodes(
    blocks: Array, units: Units, hall: Room, place: Array, by_user: bool, total: Array
) -> None:
    _, steps, nodes = total.shape
    counted = total.reshape(-1)
    latest = np.zeros(len(counted), np.int32)
    for block in range(len(blocks)):
        low, high = blocks[block, 0], blocks[block, 1]
        owned = 0
        for sequence in range(walk(units, low, high, hall)):
            owned = owner(hall, sequence, owned)
            unit = hall.units[owned]
            here = group(units, place, low, hall, sequence, unit)
            if here < 0:
                continue
            user = units.user[unit] + 1
            first, count, slot = shown(units, hall, sequence)
            base = (here * steps + slot) * nodes
            for i in range(count):
                kind = hall.kinds[hall.places[first + i]] & NODE
                visit(counted, latest, np.uint64(base + kind), by_user, user)
                base += nodes
