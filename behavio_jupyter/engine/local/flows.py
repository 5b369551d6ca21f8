"""Flows of one group of sequences: edges between steps, and pairs whatever the step (K4 to K8)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .parallel import over_units, ranges, run, summed_over_units
from .sequences import Sequences, kept

SECOND = 1_000_000
_DENSE = 1 << 22
"""The most counters that are laid out for every pair, whether it occurs or not."""


class Edges(NamedTuple):
    """Edges that occur; nodes are given as in :attr:`Classes.nodes`.

    ``number`` tells edges of the same classes apart; ``seconds`` is the median, NaN at an exit.
    """

    number: NDArray[np.int64]
    slot: NDArray[np.int64]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    counts: NDArray[np.int64]
    seconds: NDArray[np.float64]


class Pairs(NamedTuple):
    """Adjacent nodes, in order of source and target."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    counts: NDArray[np.int64]


class Classes(NamedTuple):
    """How nodes are shown at each step: the ``top`` for themselves, the rest as one.

    Attributes
    ----------
    of_node : int32 array (steps, nodes)
        The class of a node at a slot (:func:`~.sequences.kept`): its rank, or ``other``.
    nodes : int64 array (steps, other + 2)
        The node of each class: the number of nodes for "other", one more for an exit.
    other : int
    """

    of_node: NDArray[np.int32]
    nodes: NDArray[np.int64]
    other: int

    @property
    def ids(self) -> int:
        """The number of edges that could be."""
        return len(self.nodes) * (self.other + 1) * (self.other + 2)

    def parts(
        self, numbers: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return slot, source and target of edges."""
        rest, target = np.divmod(numbers, self.other + 2)
        slot, source = np.divmod(rest, self.other + 1)
        # An exit has no next step; its node is the same at each.
        following = np.minimum(slot + 1, len(self.nodes) - 1)
        return slot, self.nodes[slot, source], self.nodes[following, target]


def classes(
    sequences: Sequences, nodes: int, top: int, by_user: bool, unnamed: Sequence[int]
) -> Classes:
    """Find the nodes of most sequences, or users, at each step (K5).

    ``unnamed`` are nodes that are always among the others (K13).
    """
    counts = np.zeros((sequences.steps, nodes), np.int64)
    summed_over_units(_count_nodes, sequences.by_user(), counts, sequences, by_user)
    counts[:, unnamed] = -1
    other = min(top, nodes)
    ranked = np.argsort(-counts, axis=1, kind="stable")[:, :other]
    of_node = np.full(counts.shape, other, np.int32)
    np.put_along_axis(of_node, ranked, np.arange(other, dtype=np.int32)[None, :], 1)
    of_node[:, unnamed] = other
    made_up = np.broadcast_to([nodes, nodes + 1], (sequences.steps, 2))
    return Classes(of_node, np.concatenate([ranked, made_up], axis=1), other)


def edges(sequences: Sequences, shown: Classes, by_user: bool) -> Edges:
    """Count the edges, and find the median of the time between."""
    offsets = sequences.by_user()
    used = np.empty(0, np.int64)
    if shown.ids > _DENSE:
        found = np.full(len(sequences.nodes), -1, np.int64)
        over_units(_list_edges, offsets, sequences, shown.of_node, shown.other, found)
        used = np.unique(found[found >= 0])
    size = len(used) if shown.ids > _DENSE else shown.ids
    cuts = ranges(offsets, size * 16)
    parts = [np.zeros((size, 2), np.int64) for _ in cuts]
    given = (offsets, sequences, shown.of_node, shown.other, used)
    run(
        [
            partial(_count_edges, *cut, *given, part, by_user)
            for cut, part in zip(cuts, parts, strict=True)
        ]
    )
    # Times are written edge by edge, each range after those before it.
    passages = np.stack([part[:, 1] for part in parts])
    bounds = np.concatenate([[0], np.cumsum(passages.sum(axis=0))])
    places = bounds[:-1] + np.cumsum(passages, axis=0) - passages
    times = np.empty(bounds[-1], np.int64)
    run(
        [
            partial(_write_times, *cut, *given, place, times)
            for cut, place in zip(cuts, places, strict=True)
        ]
    )
    seconds = np.full(size, np.nan)
    over_units(_medians, bounds, times, seconds)
    count = np.sum([part[:, 0] for part in parts], axis=0)
    occurring = np.flatnonzero(count)
    number = used[occurring] if len(used) else occurring
    return Edges(number, *shown.parts(number), count[occurring], seconds[occurring])


def pairs(sequences: Sequences, nodes: int) -> Pairs:
    """Count adjacent nodes of whole sequences (K6)."""
    offsets = sequences.by_user()
    if nodes * nodes <= _DENSE:
        total = np.zeros((nodes, nodes), np.int64)
        summed_over_units(_count_pairs, offsets, total, sequences)
        source, target = np.nonzero(total)
        return Pairs(source, target, total[source, target])
    found = np.full(len(sequences.nodes), -1, np.int64)
    over_units(_list_pairs, offsets, sequences, nodes, found)
    keys, counts = np.unique(found[found >= 0], return_counts=True)
    source, target = np.divmod(keys, nodes)
    return Pairs(source, target, counts.astype(np.int64))


def users_of(
    sequences: Sequences, shown: Classes, numbers: NDArray[np.int64], users: int
) -> NDArray[np.bool_]:
    """Return a mask of the users who pass along some edges; ``numbers`` ascend."""
    mask = np.zeros(users, np.bool_)
    given = (sequences, shown.of_node, shown.other, numbers, mask)
    over_units(_mark_users, sequences.by_user(), *given)
    return mask


@njit(nogil=True, cache=True)
def _count_nodes(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    total: NDArray[np.int64],
    sequences: Sequences,
    by_user: bool,
) -> None:
    latest = np.zeros(total.shape if by_user else (0, 0), np.int32)
    for user in range(low, high):
        for sequence in range(offsets[user], offsets[user + 1]):
            first, count, slot = kept(sequences, sequence)
            for i in range(count):
                node = sequences.nodes[first + i]
                if by_user:
                    if latest[slot + i, node] == user + 1:
                        continue
                    latest[slot + i, node] = user + 1
                total[slot + i, node] += 1


@njit(nogil=True, cache=True)
def _edge(
    sequences: Sequences,
    of_node: NDArray[np.int32],
    other: int,
    node: int,
    slot: int,
    exits: bool,
) -> int:
    """Return the number of the edge from the node at a place and slot."""
    source = int(of_node[slot, sequences.nodes[node]])
    target = other + 1 if exits else int(of_node[slot + 1, sequences.nodes[node + 1]])
    return (slot * (other + 1) + source) * (other + 2) + target


@njit(nogil=True, cache=True)
def _edges_of(sequences: Sequences, count: int) -> int:
    """Return how many edges a sequence has that shows so many nodes."""
    return count if count < sequences.steps and not sequences.backward else count - 1


@njit(nogil=True, cache=True)
def _place(values: NDArray[np.int64], value: int) -> int:
    """Return the first place in ascending values that holds no less."""
    # np.searchsorted would do, but takes longer to compile than the kernels around it.
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@njit(nogil=True, cache=True)
def _list_edges(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    sequences: Sequences,
    of_node: NDArray[np.int32],
    other: int,
    out: NDArray[np.int64],
) -> None:
    for sequence in range(offsets[low], offsets[high]):
        first, count, slot = kept(sequences, sequence)
        for i in range(_edges_of(sequences, count)):
            exits = i == count - 1
            out[first + i] = _edge(sequences, of_node, other, first + i, slot + i, exits)


@njit(nogil=True, cache=True)
def _count_edges(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    sequences: Sequences,
    of_node: NDArray[np.int32],
    other: int,
    used: NDArray[np.int64],
    total: NDArray[np.int64],
    by_user: bool,
) -> None:
    """Add to ``total[edge]`` what the edge counts, and the passages that take a time."""
    latest = np.zeros(len(total) if by_user else 0, np.int32)
    for user in range(low, high):
        for sequence in range(offsets[user], offsets[user + 1]):
            first, count, slot = kept(sequences, sequence)
            for i in range(_edges_of(sequences, count)):
                exits = i == count - 1
                edge = _edge(sequences, of_node, other, first + i, slot + i, exits)
                if len(used):
                    edge = _place(used, edge)
                total[edge, 1] += not exits
                if by_user:
                    if latest[edge] == user + 1:
                        continue
                    latest[edge] = user + 1
                total[edge, 0] += 1


@njit(nogil=True, cache=True)
def _write_times(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    sequences: Sequences,
    of_node: NDArray[np.int32],
    other: int,
    used: NDArray[np.int64],
    places: NDArray[np.int64],
    times: NDArray[np.int64],
) -> None:
    """Write the times between, each edge from its place on."""
    for sequence in range(offsets[low], offsets[high]):
        first, count, slot = kept(sequences, sequence)
        for i in range(count - 1):
            edge = _edge(sequences, of_node, other, first + i, slot + i, False)
            if len(used):
                edge = _place(used, edge)
            after = sequences.time[sequences.rows[first + i + 1]]
            times[places[edge]] = after - sequences.time[sequences.rows[first + i]]
            places[edge] += 1


@njit(nogil=True, cache=True)
def _medians(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    times: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    for edge in range(low, high):
        some = times[offsets[edge] : offsets[edge + 1]]
        if not len(some):
            continue
        middle = len(some) // 2
        _select(some, middle)
        upper = some[middle]
        lower = upper
        if len(some) % 2 == 0:
            lower = some[0]
            for place in range(middle):
                lower = max(lower, some[place])
        out[edge] = (lower / SECOND + upper / SECOND) / 2


@njit(nogil=True, cache=True)
def _select(values: NDArray[np.int64], place: int) -> None:
    """Put the value that belongs at a place there, none larger before it (Hoare)."""
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


@njit(nogil=True, cache=True)
def _count_pairs(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    total: NDArray[np.int64],
    sequences: Sequences,
) -> None:
    for sequence in range(offsets[low], offsets[high]):
        start = sequences.starts[sequence]
        source = sequences.nodes[start]
        for place in range(start + 1, start + sequences.lengths[sequence]):
            target = sequences.nodes[place]
            total[source, target] += 1
            source = target


@njit(nogil=True, cache=True)
def _list_pairs(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    sequences: Sequences,
    nodes: int,
    out: NDArray[np.int64],
) -> None:
    for sequence in range(offsets[low], offsets[high]):
        start = sequences.starts[sequence]
        for place in range(start, start + sequences.lengths[sequence] - 1):
            target = np.int64(sequences.nodes[place + 1])
            out[place] = np.int64(sequences.nodes[place]) * nodes + target


@njit(nogil=True, cache=True)
def _mark_users(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    sequences: Sequences,
    of_node: NDArray[np.int32],
    other: int,
    wanted: NDArray[np.int64],
    mask: NDArray[np.bool_],
) -> None:
    for sequence in range(offsets[low], offsets[high]):
        first, count, slot = kept(sequences, sequence)
        for i in range(_edges_of(sequences, count)):
            exits = i == count - 1
            edge = _edge(sequences, of_node, other, first + i, slot + i, exits)
            place = _place(wanted, edge)
            if place < len(wanted) and wanted[place] == edge:
                mask[sequences.users[sequence]] = True
