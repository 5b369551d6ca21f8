"""Flows from step to step: edges between the top nodes, their counts and times (K4, K7, K8)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from . import medians
from .medians import Times, by_kind
from .nodes import NODE
from .parallel import run
from .sequences import Room, Units, edges_of, group, owner, room, shown, walk
from .top_nodes import Classes

Array = NDArray[Any]

_DENSE = 1 << 22
"""The most counters that are laid out for every edge, whether it occurs or not."""

_SAMPLED = 32
"""One block of so many tells between which bounds medians are."""

_LARGE = 1 << 20
"""From so many events on a sample pays."""


class Edges(NamedTuple):
    """Edges that occur; nodes are given as in :attr:`~.top_nodes.Classes.nodes`.

    ``seconds`` is the median, NaN at an exit.
    """

    group: NDArray[np.int64]
    slot: NDArray[np.int64]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    counts: NDArray[np.int64]
    seconds: NDArray[np.float64]


def chunk(steps: int, nodes: int, top: int) -> int:
    """Return of how many groups the counters may be laid out at once."""
    other = min(top, nodes)
    return max(1, _DENSE // (steps * max(nodes, (other + 1) * (other + 2))))


def edges(
    units: Units,
    blocks: NDArray[np.int64],
    place: NDArray[np.int32],
    shown: Classes,
    by_user: bool,
) -> tuple[Edges, NDArray[np.int64]]:
    """Count the edges, and the sequences (users) of each group; find the medians of times.

    Parameters are those of :func:`~.top_nodes.passing`.
    """
    if shown.ids > _DENSE:
        return _listed(units, blocks, place, shown, by_user)
    look = partial(_look, units, place, shown, by_user)
    sampled = np.zeros(len(blocks), np.bool_)
    sampled[:: _SAMPLED if units.rows(blocks) >= _LARGE else 1] = True
    limits = medians.everything(shown.ids)
    passed = look(blocks[sampled], limits)
    if not sampled.all():
        limits = medians.bounds(passed.times())
        passed = _Passed.together([passed.narrowed(limits), look(blocks[~sampled], limits)])
    timed = passed.total.sum(axis=1)
    timed.reshape(-1, shown.other + 2)[:, -1] = 0
    seconds, missed = medians.medians(passed.times(), passed.total[:, 1], timed)
    if missed.any():
        limits = medians.nothing(shown.ids)
        limits[missed] = medians.everything(1)
        again = look(blocks, limits)
        found, _ = medians.medians(again.times(), again.total[:, 1], timed)
        seconds[missed] = found[missed]
    counts = passed.users if by_user else passed.total.sum(axis=1)
    ids = np.flatnonzero(counts)
    return _edges_of_ids(shown, ids, counts[ids], seconds[ids]), passed.starts


def _edges_of_ids(
    shown: Classes,
    ids: NDArray[np.int64],
    counts: NDArray[np.int64],
    seconds: NDArray[np.float64],
) -> Edges:
    """Return edges given by their numbers, below :attr:`~.top_nodes.Classes.ids`."""
    _, steps, _ = shown.nodes.shape
    rest, target = np.divmod(ids, shown.other + 2)
    rest, source = np.divmod(rest, shown.other + 1)
    group, slot = np.divmod(rest, steps)
    # An exit has no next step; its node is the same at each.
    following = np.minimum(slot + 1, steps - 1)
    nodes = shown.nodes[group, slot, source], shown.nodes[group, following, target]
    return Edges(group, slot, *nodes, counts, seconds)


class _Passed(NamedTuple):
    """What was seen of some blocks.

    Attributes
    ----------
    total : int64 array (edges, 2)
        Passages of each edge: with a time that is not below the limits (or an exit), and below.
    users : int64 array
        Of each edge, if users are counted.
    starts : int64 array
        The sequences (users) of each group.
    edge, time : int64 array
        The times within limits.
    """

    total: NDArray[np.int64]
    users: NDArray[np.int64]
    starts: NDArray[np.int64]
    edge: NDArray[np.int64]
    time: NDArray[np.int64]

    def times(self) -> Times:
        """Return the times within limits by edge."""
        return by_kind(self.edge, self.time, len(self.total))

    def narrowed(self, limits: NDArray[np.int64]) -> _Passed:
        """Return the same for narrower limits."""
        total, edge, time = self.total.copy(), self.edge.copy(), self.time.copy()
        kept = _narrow(limits, total, edge, time)
        return self._replace(total=total, edge=edge[:kept], time=time[:kept])

    @classmethod
    def together(cls, parts: Sequence[_Passed]) -> _Passed:
        """Return what was seen of the blocks of all parts."""
        counted = (sum(part[which] for part in parts) for which in range(3))
        listed = (np.concatenate([part[which] for part in parts]) for which in (3, 4))
        return cls(*counted, *listed)  # type: ignore[arg-type]


def _look(
    units: Units,
    place: NDArray[np.int32],
    shown: Classes,
    by_user: bool,
    blocks: NDArray[np.int64],
    limits: NDArray[np.int64],
) -> _Passed:
    """Pass through some blocks, and keep the times within limits."""

    def one(part: NDArray[np.int64]) -> _Passed:
        most = units.rows(part)
        passed = _Passed(
            np.zeros((len(limits), 2), np.int64),
            np.zeros(len(limits) if by_user else 0, np.int64),
            np.zeros(len(shown.nodes), np.int64),
            # What is not written takes no memory.
            np.empty(most, np.int64),
            np.empty(most, np.int64),
        )
        kept = _pass(
            part,
            units,
            room(units, part),
            place,
            shown.of_node,
            shown.other,
            limits,
            by_user,
            *passed,
        )
        return passed._replace(edge=passed.edge[:kept].copy(), time=passed.time[:kept].copy())

    return _Passed.together(
        run([partial(one, part) for part in units.shares(blocks, len(limits) * 16)])
    )


def _listed(
    units: Units,
    blocks: NDArray[np.int64],
    place: NDArray[np.int32],
    shown: Classes,
    by_user: bool,
) -> tuple[Edges, NDArray[np.int64]]:
    """Do as :func:`edges`, from a list of all passages: for more edges than could be laid out."""

    def one(part: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        most = units.rows(part)
        lists = [np.empty(most, np.int64) for _ in range(3)]
        starts = np.zeros(len(shown.nodes), np.int64)
        kept = _list_edges(
            part,
            units,
            room(units, part),
            place,
            shown.of_node,
            shown.other,
            by_user,
            starts,
            *lists,
        )
        return [starts, *(one[:kept].copy() for one in lists)]

    parts = run([partial(one, part) for part in units.shares(blocks)])
    starts = np.sum([part[0] for part in parts], axis=0)
    edge, time, user = (np.concatenate([part[which] for part in parts]) for which in (1, 2, 3))
    ids, edge = np.unique(edge, return_inverse=True)
    if by_user:
        order = np.lexsort((user, edge))
        fresh = np.ones(len(order), np.bool_)
        fresh[1:] = (np.diff(edge[order]) != 0) | (np.diff(user[order]) != 0)
        counts = np.bincount(edge[order][fresh], minlength=len(ids))
    else:
        counts = np.bincount(edge, minlength=len(ids))
    timed = by_kind(edge[time >= 0], time[time >= 0], len(ids))
    seconds, _ = medians.medians(timed, np.zeros(len(ids), np.int64), timed.counts)
    return _edges_of_ids(shown, ids, counts, seconds), starts


@njit(nogil=True, cache=True)
def _pass(
    blocks: Array,
    units: Units,
    hall: Room,
    place: Array,
    of_node: Array,
    other: int,
    limits: Array,
    by_user: bool,
    total: Array,
    users: Array,
    starts: Array,
    edge_out: Array,
    time_out: Array,
) -> int:
    """Count, and write the times within limits; return how many those are."""
    steps = units.steps
    exits = units.from_ or not units.to
    latest = np.zeros(len(users), np.int32)
    latest_start = np.zeros(len(starts), np.int32)
    kinds, places, time = hall.kinds, hall.places, hall.time
    alone = not by_user and not len(units.values)
    written = np.uint64(0)
    # Places without a sign, in arrays of one dimension: others are looked at for being negative.
    one = np.uint64(1)
    nodes = np.uint64(of_node.shape[2])
    classes = of_node.reshape(-1)
    counted, bounds = total.reshape(-1), limits.reshape(-1)
    # An edge is twice as much: the place of its two counters, and of its two limits.
    wide = np.uint64(2 * (other + 2))
    row = np.uint64(other + 1) * wide
    for block in range(len(blocks)):
        low, high = blocks[block, 0], blocks[block, 1]
        owned = 0
        here = 0
        user = 0
        sequences = walk(units, low, high, hall)
        for sequence in range(sequences):
            if not alone:
                owned = owner(hall, sequence, owned)
                unit = hall.units[owned]
                here = group(units, place, low, hall, sequence, unit)
                if here < 0:
                    continue
                user = units.user[unit] + 1
            starts[here] += not by_user or latest_start[here] != user
            latest_start[here] = user
            first, count, slot = shown(units, hall, sequence)
            now_at = np.uint64(first)
            base = np.uint64(here * steps + slot)
            event = places[now_at]
            before = time[event]
            own = base * nodes
            begin = base * row + np.uint64(classes[own + np.uint64(kinds[event] & NODE)]) * wide
            for _ in range(1, count):
                now_at += one
                own += nodes
                base += one
                event = places[now_at]
                now = time[event]
                target = np.uint64(classes[own + np.uint64(kinds[event] & NODE)])
                edge = begin + target + target
                begin = base * row + target * wide
                between = now - before
                before = now
                lowest = bounds[edge]
                counted[edge + np.uint64(between < lowest)] += 1
                edge_out[written] = edge >> one
                time_out[written] = between
                written += np.uint64((between >= lowest) & (between <= bounds[edge + one]))
                if by_user:
                    # Added always: whether a user is there for the first time cannot be foreseen.
                    users[edge >> one] += latest[edge >> one] != user
                    latest[edge >> one] = user
            if exits and count < steps:
                edge = begin + np.uint64(2 * (other + 1))
                counted[edge] += 1
                if by_user:
                    users[edge >> one] += latest[edge >> one] != user
                    latest[edge >> one] = user
    return int(np.int64(written))


@njit(nogil=True, cache=True)
def _narrow(limits: Array, total: Array, edge: Array, time: Array) -> int:
    """Keep the times within limits and count those below; return how many are kept."""
    kept = 0
    for i in range(len(edge)):
        kind = edge[i]
        if time[i] < limits[kind, 0]:
            total[kind, 0] -= 1
            total[kind, 1] += 1
        elif time[i] <= limits[kind, 1]:
            edge[kept], time[kept] = kind, time[i]
            kept += 1
    return kept


@njit(nogil=True, cache=True)
def _list_edges(
    blocks: Array,
    units: Units,
    hall: Room,
    place: Array,
    of_node: Array,
    other: int,
    by_user: bool,
    starts: Array,
    edge_out: Array,
    time_out: Array,
    user_out: Array,
) -> int:
    """Write every passage, of an exit with a time of -1; return how many there are."""
    latest_start = np.zeros(len(starts), np.int32)
    written = 0
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
            if not by_user or latest_start[here] != user:
                latest_start[here] = user
                starts[here] += 1
            first, count, slot = shown(units, hall, sequence)
            for i in range(edges_of(units, count)):
                event = hall.places[first + i]
                source = of_node[here, slot + i, hall.kinds[event] & NODE]
                target = other + 1
                between = np.int64(-1)
                if i < count - 1:
                    following = hall.places[first + i + 1]
                    target = of_node[here, slot + i + 1, hall.kinds[following] & NODE]
                    between = hall.time[following] - hall.time[event]
                base = here * units.steps + slot + i
                edge_out[written] = (base * (other + 1) + source) * (other + 2) + target
                time_out[written] = between
                user_out[written] = user
                written += 1
    return written
