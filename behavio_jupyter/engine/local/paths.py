"""Paths answered over a log's arrays (docs/semantics.md "Paths", K1 to K13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import DefinitionError, UnknownNameError
from ...query import Paths
from ...query.paths import names_of
from ..answers import EXIT, OTHER, PathsAnswer
from . import passers
from .flows import Edges, Flows, Visits, chunk, flows
from .groups import Groups, Values, rank
from .nodes import nodes
from .recent import Recent
from .sequences import Units, count_values, units
from .top_nodes import Classes, classes, passing
from .top_paths import Spelling, count, tuples
from .transitions import pairs

if TYPE_CHECKING:
    from .engine import LocalEngine

_TAKEN = (
    "step",
    "source",
    "target",
    "node",
    "count",
    "median_seconds",
    "sequence",
    "share",
    "total",
    "all",
    "whole",
)

_FIRST = 64
"""In so many blocks it is first looked whether there are some users at least."""


class _Some(NamedTuple):
    """The sequences of one segment, and of some of the breakdown's values.

    Attributes
    ----------
    units : Units
    place : int32 array
        The group of each value's code (:func:`~.sequences.group`), from 0 to ``values``.
    values : int
    groups : int64 array
        The place of each of the groups among all.
    """

    units: Units
    place: NDArray[np.int32]
    values: int
    groups: NDArray[np.int64]


class _Asked(NamedTuple):
    """What a question is about; everything else is found from it.

    Attributes
    ----------
    names : list of str
        The nodes, then ``(other)`` and ``(exit)``.
    groups : Groups
    units : Units
        Of all users.
    blocks : int64 array
    segments : tuple of bool array
        Which users each segment has.
    passed : Recent
        How many come to each node and have each value, of recent questions.
    """

    names: list[str]
    groups: Groups
    units: Units
    blocks: NDArray[np.int64]
    segments: tuple[NDArray[np.bool_], ...]
    passed: Recent[NDArray[np.int64]]

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return len(self.names) - 2

    @property
    def unnamed(self) -> list[int]:
        """The nodes that are spelled like a made-up name (K13)."""
        return [place for place in range(self.nodes) if self.names[place] in (OTHER, EXIT)]

    def parts(
        self,
        most: int | None = None,
        chosen: tuple[int | None, int | None, int | None] = (None, None, None),
    ) -> Iterator[_Some]:
        """Iterate over the sequences by segment and by so many values, or over those chosen."""
        value, segment, _ = chosen
        values, segments, _ = self.groups.shape
        most = max(values, 1) if most is None else most
        last = values if value is None else value + 1
        for number in range(segments) if segment is None else [segment]:
            some = self.units.of(self.segments[number])
            for low in range(value or 0, last, most):
                high = min(low + most, last)
                place = np.zeros(0, np.int32)
                if self.groups.values is not None:
                    place = self.groups.values.place
                    place = np.where((place >= low) & (place < high), place - low, -1)
                groups = np.arange(low, high) * segments + number
                yield _Some(some, place.astype(np.int32), high - low, groups)

    def classes(self, some: _Some, question: Paths) -> Classes:
        """Return how nodes are shown in the flows of some groups."""
        shape = (some.values, question.steps, self.nodes)
        passed = None
        if question.top < self.nodes:
            by_user = question.counting == "users"
            count = partial(passing, some.units, self.blocks, some.place, shape, by_user)
            # Another top needs no other counts. What a segment's name stands for may change.
            key = repr((question.model_copy(update={"top": 1}), some.groups.tolist()))
            passed = count() if question.segments else self.passed.get(key, count)
        return classes(shape, question.top, self.unnamed, passed)


def answer(engine: LocalEngine, question: Paths) -> PathsAnswer:
    """Return the flows of a question."""
    asked = _ask(engine, question)
    by_user = question.counting == "users"
    starts = np.zeros(int(np.prod(asked.groups.shape)), np.int64)
    found = []
    for some in asked.parts(chunk(question.steps, asked.nodes, question.top)):
        top = asked.classes(some, question)
        own = flows(some.units, asked.blocks, some.place, top, by_user)
        starts[some.groups] = own.starts
        found.append(own.of(some.groups))
    return PathsAnswer(
        groups=asked.groups.columns,
        edges=_edge_frame(asked, [own.edges for own in found], question),
        starts=asked.groups.frame(1, count=starts),
        whole=replace(asked.groups, values=None).frame(
            1, count=_whole(asked, question, found, starts)
        ),
        list_nodes=partial(_node_frame, asked, question, found),
        list_pairs=partial(_pair_frame, asked),
        list_sequences=partial(_sequence_frame, asked),
    )


def _whole(
    asked: _Asked, question: Paths, found: Sequence[Flows], starts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count the sequences (users) of each segment, whatever their value."""
    values, segments, _ = asked.groups.shape
    if question.counting != "users" or not asked.units.by_event:
        return starts.reshape(values, segments).sum(axis=0)
    if len(found) == segments:
        return np.array([own.users for own in found], np.int64)
    # Users of several values may be in several of the parts.
    masks = np.zeros((segments, len(asked.segments[0])), np.bool_)
    for number, mask in enumerate(masks):
        for some in asked.parts(chosen=(None, number, None)):
            passers.taking(some.units, asked.blocks, some.place, None, mask)
    return np.count_nonzero(masks, axis=1)


def members(engine: LocalEngine, question: Paths, pick: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return the users of an edge, a node, a sequence, a pair of the matrix, or of all."""
    asked = _ask(engine, question)
    mask = np.zeros(len(asked.segments[0]), np.bool_)
    wanted = {name: pick[name] for name in ("step", "node", "source", "target") if name in pick}
    chosen = asked.groups.chosen(pick)
    if "sequence" in pick:
        way = _numbers(str(pick["sequence"]), asked.names[:-2])
        ways = [way] if 0 < len(way) <= question.steps else []
    if pick.get("whole"):
        first, second = _named(asked, pick, "source"), _named(asked, pick, "target")
    for some in asked.parts(chunk(question.steps, asked.nodes, question.top), chosen):
        if "sequence" in pick:
            passers.taking(some.units, asked.blocks, some.place, ways, mask)
        elif pick.get("whole"):
            passers.following(some.units, asked.blocks, some.place, first, second, mask)
        elif wanted:
            top = asked.classes(some, question)
            sources, targets, exits = _ends(asked, top, question, wanted)
            if "node" in wanted:
                leaving = _step(np.arange(question.steps), question) == wanted.get("step")
                leaving |= "step" not in wanted
                leaving &= wanted["node"] == EXIT
                passers.at(some.units, asked.blocks, some.place, sources, leaving, mask)
            else:
                passers.along(some.units, asked.blocks, some.place, sources, targets, exits, mask)
        else:
            passers.taking(some.units, asked.blocks, some.place, None, mask)
    return mask


def fewer(engine: LocalEngine, question: Paths, number: int) -> bool:
    """Return whether fewer than so many users have a sequence; most logs show it at once."""
    asked = _ask(engine, question)
    mask = np.zeros(len(asked.segments[0]), np.bool_)
    first = np.zeros(len(asked.blocks), np.bool_)
    first[:_FIRST] = True
    for blocks in (asked.blocks[first], asked.blocks[~first]):
        for some in asked.parts():
            passers.taking(some.units, blocks, some.place, None, mask)
        if np.count_nonzero(mask) >= number:
            break
    return bool(np.count_nonzero(mask) < number)


def _ask(engine: LocalEngine, question: Paths) -> _Asked:
    columns = engine.columns
    scope = engine.scope(question)
    shown = nodes(columns, question, scope.keep_in_range(columns))
    codes = None if question.by is None else columns.codes(question.by.property)
    found = units(columns, question, shown, codes)
    blocks = found.blocks()
    segments = tuple(segment.users for segment in scope.segments)
    values: Values | None = None
    if question.by is not None and codes is not None:
        weigh = partial(_weights, found, blocks, segments, len(codes.names) + 1)
        # How far sequences are followed and what is shown of them changes nothing.
        key = repr((question.model_copy(update={"steps": 2, "top": 1, "counting": ""}), "values"))
        weights = weigh() if question.segments else columns.passed.get(key, weigh)
        values = rank(question.by, codes, weights, _TAKEN)
    compared = tuple(str(segment.label) for segment in scope.segments) if scope.compared else ()
    groups = Groups(values, compared, None)
    names = [*shown.names, OTHER, EXIT]
    return _Asked(names, groups, found, blocks, segments, columns.passed)


def _weights(
    found: Units,
    blocks: NDArray[np.int64],
    segments: Sequence[NDArray[np.bool_]],
    number: int,
) -> NDArray[np.int64]:
    """Count the sequences of all segments by the code of their value, from null (-1) on."""
    return np.sum(
        [count_values(found.of(users), blocks, number) for users in segments],
        axis=0,
        dtype=np.int64,
    )


def _edge_frame(asked: _Asked, found: Sequence[Edges], question: Paths) -> pd.DataFrame:
    """Return the edges of all groups, in order."""
    group, slot, source, target, counts = (
        _joined(found, name) for name in ("group", "slot", "source", "target", "counts")
    )
    seconds = np.concatenate([np.empty(0), *(one.seconds for one in found)])
    labels = np.array(asked.names, object)
    rank_of_name = np.argsort(np.argsort(labels, kind="stable"))
    order = np.lexsort((rank_of_name[target], rank_of_name[source], -counts, slot, group))
    return _framed(
        asked,
        group,
        step=_step(slot[order], question),
        source=labels[source[order]],
        target=labels[target[order]],
        count=counts[order],
        median_seconds=seconds[order],
    )


def _node_frame(asked: _Asked, question: Paths, found: Sequence[Flows]) -> pd.DataFrame:
    """Return the nodes of all groups, in order."""
    visits = [own.visits for own in found if own.visits is not None]
    if not visits:
        visits = [_nodes_of_edges(asked, question, [own.edges for own in found])]
    group, slot, node, count_of = (_joined(visits, name) for name in Visits._fields)
    labels = np.array(asked.names, object)
    rank_of_name = np.argsort(np.argsort(labels, kind="stable"))
    order = np.lexsort((rank_of_name[node], -count_of, slot, group))
    return _framed(
        asked,
        group,
        step=_step(slot[order], question),
        node=labels[node[order]],
        count=count_of[order],
    )


def _nodes_of_edges(asked: _Asked, question: Paths, found: Sequence[Edges]) -> Visits:
    """Return the nodes of sequences, which leave each but the last step, or exit."""
    group, slot, source, target, passed = (
        _joined(found, name) for name in ("group", "slot", "source", "target", "counts")
    )
    last = (slot == question.steps - 2) | (target > asked.nodes)
    group = np.concatenate([group, group[last]])
    slot = np.concatenate([slot, slot[last] + 1])
    node = np.concatenate([source, target[last]])
    passed = np.concatenate([passed, passed[last]])
    size = len(asked.names)
    keys, which = np.unique((group * question.steps + slot) * size + node, return_inverse=True)
    total = np.zeros(len(keys), np.int64)
    np.add.at(total, which, passed)
    rest, node = np.divmod(keys, size)
    return Visits(*np.divmod(rest, question.steps), node, total)


def _pair_frame(asked: _Asked) -> pd.DataFrame:
    """Return the transition matrix of all groups, in order."""
    labels = np.array(asked.names, object)
    found = []
    for some in asked.parts():
        own = pairs(some.units, asked.blocks, some.place, some.values, asked.nodes)
        found.append(own._replace(group=some.groups[own.group]))
    group, source, target, counts = (
        _joined(found, name) for name in ("group", "source", "target", "counts")
    )
    order = np.argsort(group, kind="stable")
    return _framed(
        asked,
        group,
        source=labels[source[order]],
        target=labels[target[order]],
        count=counts[order],
    )


def _sequence_frame(asked: _Asked, most: int | None) -> pd.DataFrame:
    """Return the sequences of all groups, in order; of each group no more than ``most``."""
    spelling = Spelling(asked.nodes, asked.units.steps)
    counted = {}
    for some in asked.parts():
        words, group = spelling.of(some.units, asked.blocks, some.place)
        for value, place in enumerate(some.groups.tolist()):
            counted[place] = count(words[:, group == value] if some.values > 1 else words)
    found = [counted[place] for place in sorted(counted)]
    totals = [own.counts.sum() for own in found]
    found = [own.first(most) for own in found]
    sizes = np.array([len(own.counts) for own in found], np.int64)
    sequences = [tuples(own, spelling, asked.names[:-2]) for own in found]
    return _framed(
        asked,
        np.repeat(np.arange(len(found)), sizes),
        sequence=np.concatenate([np.empty(0, object), *sequences]),
        count=_joined(found, "counts"),
        total=np.repeat(np.array(totals, np.int64), sizes),
    )


def _joined(found: Sequence[Any], name: str) -> NDArray[np.int64]:
    """Return a column of all groups, of which there may be none."""
    return np.concatenate([np.empty(0, np.int64), *(getattr(own, name) for own in found)])


def _framed(asked: _Asked, group: NDArray[np.int64], **columns: Any) -> pd.DataFrame:
    """Return columns, in order of groups, with the names of the groups before them."""
    sizes = np.bincount(group, minlength=int(np.prod(asked.groups.shape)))
    return asked.groups.frame(sizes, **columns)


def _step(slot: NDArray[np.int64], question: Paths) -> NDArray[np.int64]:
    """Return the numbers of steps: from 1 on, or up to 0 in ``to B``."""
    backward = question.to is not None and question.from_ is None
    return slot + (1 - question.steps if backward else 1)


def _ends(
    asked: _Asked, top: Classes, question: Paths, pick: Mapping[str, Any]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], bool]:
    """Return which nodes an edge picked begins and ends at, and whether it may be an exit."""
    sources = np.ones(top.of_node.shape, np.bool_)
    targets = np.ones(top.of_node.shape, np.bool_)
    exits = True
    shown = np.take_along_axis(top.nodes, top.of_node.astype(np.int64), axis=2)
    for what, value in pick.items():
        if what == "step":
            steps = _step(np.arange(question.steps), question)
            if value not in steps.tolist():
                raise DefinitionError(
                    f"Step {value!r} is not in the table; steps go from {steps[0]} to {steps[-1]}."
                )
            sources &= (steps == value)[None, :, None]
            continue
        numbers = [place for place, name in enumerate(asked.names) if name == value]
        if not numbers:
            raise UnknownNameError(what, str(value), asked.names)
        if what in ("source", "node"):
            sources &= np.isin(shown, numbers)
        else:
            targets &= np.isin(shown, numbers)
            exits = asked.nodes + 1 in numbers
    return sources, targets, exits


def _numbers(way: str, names: Sequence[str]) -> list[int]:
    """Return the nodes of a sequence; none where one of them is not in the log."""
    numbers = {name: number for number, name in enumerate(names)}
    found = [numbers.get(name, -1) for name in names_of(way)]
    return [] if -1 in found else found


def _named(asked: _Asked, pick: Mapping[str, Any], what: str) -> NDArray[np.bool_]:
    """Return which nodes have the name that is picked; all where none is."""
    if what not in pick:
        return np.ones(asked.nodes, np.bool_)
    found = np.array([name == pick[what] for name in asked.names[:-2]], np.bool_)
    if not found.any():
        raise UnknownNameError(what, str(pick[what]), asked.names[:-2])
    return found
