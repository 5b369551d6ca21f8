"""Flows from step to step: edges between the top nodes, their counts and times (K4, K7, K8)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import medians
from .kernels import kernel
from .medians import Listed, Times, by_kind
from .nodes import NODE
from .parallel import added, run
from .sequences import Room, Units, edges_of, group, owner, room, shown, times, walk
from .top_nodes import Classes, visit

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


class Visits(NamedTuple):
    """Nodes that occur, given as in :attr:`~.top_nodes.Classes.nodes`."""

    group: NDArray[np.int64]
    slot: NDArray[np.int64]
    node: NDArray[np.int64]
    counts: NDArray[np.int64]


class Flows(NamedTuple):
    """What goes from step to step.

    Attributes
    ----------
    edges : Edges
    visits : Visits or None
        The sequences (users) at each node, and at the exit, which is the step after a sequence's
        last; None where the edges tell.
    starts : int64 array
        The sequences (users) of each group.
    users : int
        Different users of all the groups; only where users are counted.
    """

    edges: Edges
    visits: Visits | None
    starts: NDArray[np.int64]
    users: int

    def of(self, groups: NDArray[np.int64]) -> Flows:
        """Return the same with the numbers that the groups have among others."""
        edges = self.edges._replace(group=groups[self.edges.group])
        visits = self.visits
        if visits is not None:
            visits = visits._replace(group=groups[visits.group])
        return self._replace(edges=edges, visits=visits)


def flows(
    units: Units,
    blocks: NDArray[np.int64],
    place: NDArray[np.int32],
    shown: Classes,
    by_user: bool,
) -> Flows:
    """Count the edges, the sequences (users) and the nodes; find the medians of times.

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
    edges = _edges_of_ids(shown, ids, counts[ids], seconds[ids])
    return Flows(edges, _visits(passed.at, shown), passed.starts, passed.people)


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


def _room_at(units: Units, shown: Classes, by_user: bool) -> NDArray[np.int64]:
    """Return room for counts at nodes; none where a node's sequences are those of its edges.

    Users come along several edges; and in ``to B`` a node with nothing before B has none.
    """
    groups, steps, _ = shown.nodes.shape
    told = not by_user and not units.backward
    return np.zeros(0 if told else groups * steps * (shown.other + 2), np.int64)


def _visits(at: NDArray[np.int64], shown: Classes) -> Visits | None:
    """Return what was counted at nodes, if it was."""
    if not len(at):
        return None
    groups, steps, _ = shown.nodes.shape
    group, slot, node = np.nonzero(at.reshape(groups, steps, shown.other + 2))
    return Visits(group, slot, shown.nodes[group, slot, node], at[at > 0])


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
    at : int64 array
        Those at each node, if edges do not tell.
    people : int
        Different users, if users are counted.
    listed : list of (int64 array, int64 array)
        The times within limits: edges, and microseconds.
    """

    total: NDArray[np.int64]
    users: NDArray[np.int64]
    starts: NDArray[np.int64]
    at: NDArray[np.int64]
    people: int
    listed: list[Listed]

    def times(self) -> Times:
        """Return the times within limits by edge."""
        return by_kind(self.listed, len(self.total))

    def narrowed(self, limits: NDArray[np.int64]) -> _Passed:
        """Return the same for narrower limits; what was listed is written over."""
        total = self.total.copy()
        kept = [_narrow(limits, total, *one) for one in self.listed]
        listed = [
            (edge[:count], time[:count])
            for (edge, time), count in zip(self.listed, kept, strict=True)
        ]
        return self._replace(total=total, listed=listed)

    @classmethod
    def together(cls, parts: Sequence[_Passed]) -> _Passed:
        """Return what was seen of the blocks of all parts."""
        return cls(
            added([part.total for part in parts]),
            added([part.users for part in parts]),
            added([part.starts for part in parts]),
            added([part.at for part in parts]),
            sum(part.people for part in parts),
            list(chain.from_iterable(part.listed for part in parts)),
        )


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
        # What is not written takes no memory.
        edge, time = np.empty(most, np.int64), np.empty(most, np.int64)
        counted = (
            np.zeros((len(limits), 2), np.int64),
            np.zeros(len(limits) if by_user else 0, np.int64),
            np.zeros(len(shown.nodes), np.int64),
            _room_at(units, shown, by_user),
        )
        kept, people = _pass(
            part,
            units,
            room(units, part),
            place,
            shown.of_node,
            shown.other,
            limits,
            by_user,
            *counted,
            edge,
            time,
        )
        return _Passed(*counted, people, [(edge[:kept], time[:kept])])

    return _Passed.together(
        run([partial(one, part) for part in units.shares(blocks, len(limits) * 16)])
    )


def _listed(
    units: Units,
    blocks: NDArray[np.int64],
    place: NDArray[np.int32],
    shown: Classes,
    by_user: bool,
) -> Flows:
    """Do as :func:`flows`, from a list of all passages: for more edges than could be laid out."""

    def one(part: NDArray[np.int64]) -> tuple[int, list[NDArray[np.int64]]]:
        most = units.rows(part)
        lists = [np.empty(most, np.int64) for _ in range(3)]
        starts = np.zeros(len(shown.nodes), np.int64)
        at = _room_at(units, shown, by_user)
        kept, people = _list_edges(
            part,
            units,
            room(units, part),
            place,
            shown.of_node,
            shown.other,
            by_user,
            starts,
            at,
            *lists,
        )
        return people, [starts, at, *(one[:kept].copy() for one in lists)]

    found = run([partial(one, part) for part in units.shares(blocks)])
    parts = [part for _, part in found]
    starts, at = (added([part[which] for part in parts]) for which in (0, 1))
    edge, time, user = (np.concatenate([part[which] for part in parts]) for which in (2, 3, 4))
    ids, edge = np.unique(edge, return_inverse=True)
    if by_user:
        order = np.lexsort((user, edge))
        fresh = np.ones(len(order), np.bool_)
        fresh[1:] = (np.diff(edge[order]) != 0) | (np.diff(user[order]) != 0)
        counts = np.bincount(edge[order][fresh], minlength=len(ids))
    else:
        counts = np.bincount(edge, minlength=len(ids))
    timed = by_kind([(edge[time >= 0], time[time >= 0])], len(ids))
    seconds, _ = medians.medians(timed, np.zeros(len(ids), np.int64), timed.counts)
    edges = _edges_of_ids(shown, ids, counts, seconds)
    return Flows(edges, _visits(at, shown), starts, sum(people for people, _ in found))


@kernel
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
    at: Array,
    edge_out: Array,
    time_out: Array,
) -> tuple[int, int]:
    """Count, and write the times within limits; return how many, and how many users there are."""
    steps = units.steps
    exits = units.from_ or not units.to
    latest = np.zeros(len(users), np.int32)
    latest_start = np.zeros(len(starts), np.int32)
    latest_at = np.zeros(len(at), np.int32)
    kinds, places = hall.kinds, hall.places
    alone = not by_user and not len(units.values)
    counts_at = len(at) > 0
    people = 0
    user_before = 0
    written = np.uint64(0)
    # Places without a sign, in arrays of one dimension: others are looked at for being negative.
    one = np.uint64(1)
    nodes = np.uint64(of_node.shape[2])
    classes = of_node.reshape(-1)
    counted, bounds = total.reshape(-1), limits.reshape(-1)
    # An edge is twice as much: the place of its two counters, and of its two limits.
    shown_nodes = np.uint64(other + 2)
    wide = shown_nodes + shown_nodes
    row = np.uint64(other + 1) * wide
    for block in range(len(blocks)):
        low, high = blocks[block, 0], blocks[block, 1]
        owned = 0
        here = 0
        user = 0
        sequences = walk(units, low, high, hall)
        time = times(units, low, high, hall)
        for sequence in range(sequences):
            if not alone:
                owned = owner(hall, sequence, owned)
                unit = hall.units[owned]
                here = group(units, place, low, hall, sequence, unit)
                if here < 0:
                    continue
                user = units.user[unit] + 1
                people += user != user_before
                user_before = user
            starts[here] += not by_user or latest_start[here] != user
            latest_start[here] = user
            first, count, slot = shown(units, hall, sequence)
            now_at = np.uint64(first)
            base = np.uint64(here * steps + slot)
            event = places[now_at]
            before = time[event]
            own = base * nodes
            target = np.uint64(classes[own + np.uint64(kinds[event] & NODE)])
            begin = base * row + target * wide
            if counts_at:
                visit(at, latest_at, base * shown_nodes + target, by_user, user)
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
                    visit(users, latest, edge >> one, True, user)
                if counts_at:
                    visit(at, latest_at, base * shown_nodes + target, by_user, user)
            if exits and count < steps:
                edge = begin + np.uint64(2 * (other + 1))
                counted[edge] += 1
                if by_user:
                    visit(users, latest, edge >> one, True, user)
                if counts_at:
                    way_out = (base + one) * shown_nodes + np.uint64(other + 1)
                    visit(at, latest_at, way_out, by_user, user)
    return int(np.int64(written)), people


@kernel
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


@kernel
def _list_edges(
    blocks: Array,
    units: Units,
    hall: Room,
    place: Array,
    of_node: Array,
    other: int,
    by_user: bool,
    starts: Array,
    at: Array,
    edge_out: Array,
    time_out: Array,
    user_out: Array,
) -> tuple[int, int]:
    """Write every passage, of an exit with a time of -1; return how many, and of how many users."""
    latest_start = np.zeros(len(starts), np.int32)
    latest_at = np.zeros(len(at), np.int32)
    people = 0
    user_before = 0
    written = 0
    for block in range(len(blocks)):
        low, high = blocks[block, 0], blocks[block, 1]
        owned = 0
        sequences = walk(units, low, high, hall)
        time = times(units, low, high, hall)
        for sequence in range(sequences):
            owned = owner(hall, sequence, owned)
            unit = hall.units[owned]
            here = group(units, place, low, hall, sequence, unit)
            if here < 0:
                continue
            user = units.user[unit] + 1
            people += user != user_before
            user_before = user
            if not by_user or latest_start[here] != user:
                latest_start[here] = user
                starts[here] += 1
            first, count, slot = shown(units, hall, sequence)
            leaving = edges_of(units, count)
            if len(at):
                base = here * units.steps + slot
                for i in range(count):
                    kind = hall.kinds[hall.places[first + i]] & NODE
                    node = of_node[here, slot + i, kind]
                    cell = np.uint64((base + i) * (other + 2) + node)
                    visit(at, latest_at, cell, by_user, user)
                if leaving == count:
                    cell = np.uint64((base + count) * (other + 2) + other + 1)
                    visit(at, latest_at, cell, by_user, user)
            for i in range(leaving):
                event = hall.places[first + i]
                source = of_node[here, slot + i, hall.kinds[event] & NODE]
                target = other + 1
                between = np.int64(-1)
                if i < count - 1:
                    following = hall.places[first + i + 1]
                    target = of_node[here, slot + i + 1, hall.kinds[following] & NODE]
                    between = time[following] - time[event]
                base = here * units.steps + slot + i
                edge_out[written] = (base * (other + 1) + source) * (other + 2) + target
                time_out[written] = between
                user_out[written] = user
                written += 1
    return written, people
