"""Paths answered over a log's arrays (docs/semantics.md "Paths", K1 to K12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import DefinitionError, UnknownNameError
from ...query import Paths
from ..answers import EXIT, OTHER, PathsAnswer
from .flows import Edges, Pairs, classes, edges, pairs, users_of
from .groups import Groups, Values, rank
from .nodes import nodes
from .sequences import Sequences, find
from .top_paths import Counted, Spelling, count, tuples

if TYPE_CHECKING:
    from .engine import LocalEngine

_TAKEN = ("step", "source", "target", "count", "median_seconds", "sequence", "share")
_ARROW = " -> "
_Part = NDArray[np.int64] | slice
"""Some of the sequences."""


class _Asked(NamedTuple):
    """The sequences of a question and the group of each.

    Attributes
    ----------
    names : list of str
        The nodes, then ``(other)`` and ``(exit)``.
    groups : Groups
    found : Sequences
    places : int32 array
        The breakdown value of each sequence.
    segments : tuple of bool array
        Which users each segment has.
    """

    names: list[str]
    groups: Groups
    found: Sequences
    places: NDArray[np.int32]
    segments: tuple[NDArray[np.bool_], ...]

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return len(self.names) - 2

    def parts(self) -> list[_Part]:
        """Return which sequences each group has."""
        by_segment: list[Sequence[_Part]] = []
        for users in self.segments:
            inside = users[self.found.users]
            if self.groups.values is None:
                # Without groups nothing is copied.
                everything = bool(inside.all())
                by_segment.append([slice(None) if everything else np.flatnonzero(inside)])
                continue
            number = len(self.groups.values.names)
            places = self.places[inside].astype(np.min_scalar_type(number))
            order = np.argsort(places, kind="stable")
            ends = np.cumsum(np.bincount(places, minlength=number))
            by_segment.append(np.split(np.flatnonzero(inside)[order], ends)[:number])
        return [part for value in zip(*by_segment, strict=True) for part in value]

    @property
    def unnamed(self) -> list[int]:
        """The nodes that are spelled like a made-up name (K13)."""
        return [place for place in range(self.nodes) if self.names[place] in (OTHER, EXIT)]

    def picked(self, pick: Mapping[str, Any]) -> list[_Part]:
        """Return which sequences each group has that a pick of group columns means."""
        value, segment, _ = self.groups.chosen(pick)
        return [
            part
            for (place, number, _), part in zip(
                np.ndindex(self.groups.shape), self.parts(), strict=True
            )
            if value in (None, place) and segment in (None, number)
        ]


def answer(engine: LocalEngine, question: Paths) -> PathsAnswer:
    """Return the flows of a question."""
    asked = _ask(engine, question)
    by_user = question.counting == "users"
    spelling = Spelling(asked.nodes, question.steps)
    words = spelling.of(asked.found)
    shown, adjacent, counted, starts = [], [], [], []
    for part in asked.parts():
        some = asked.found.part(part)
        top = classes(some, asked.nodes, question.top, by_user, asked.unnamed)
        shown.append(edges(some, top, by_user))
        adjacent.append(pairs(some, asked.nodes))
        counted.append(count(words[:, part]))
        starts.append(len(some.by_user()) - 1 if by_user else len(some.users))

    labels = np.array(asked.names, object)
    frame = asked.groups.frame
    return PathsAnswer(
        groups=asked.groups.columns,
        edges=_edge_frame(asked, shown),
        matrix=frame(
            _sizes(adjacent),
            source=labels[_joined(adjacent, "source")],
            target=labels[_joined(adjacent, "target")],
            count=_joined(adjacent, "counts"),
        ),
        starts=frame(1, count=np.array(starts, np.int64)),
        list_sequences=partial(_sequence_frame, asked.groups, counted, spelling, asked.names),
    )


def members(engine: LocalEngine, question: Paths, pick: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return the users of an edge, of a sequence, or of all sequences."""
    asked = _ask(engine, question)
    mask = np.zeros(len(asked.segments[0]), np.bool_)
    wanted = [name for name in ("step", "source", "target") if name in pick]
    if "sequence" in pick:
        spelling = Spelling(asked.nodes, question.steps)
        words = spelling.of(asked.found)
        same = np.zeros(words.shape[1], np.bool_)
        for spelled in _read(str(pick["sequence"]), asked.names[:-2]):
            if len(spelled) <= question.steps:
                same |= (words == spelling.of_nodes(spelled)[:, None]).all(axis=0)
    for part in asked.picked(pick):
        some = asked.found.part(part)
        if "sequence" in pick:
            mask[some.users[same[part]]] = True
        elif wanted:
            by_user = question.counting == "users"
            top = classes(some, asked.nodes, question.top, by_user, asked.unnamed)
            all_edges = edges(some, top, by_user)
            picked = _picked(all_edges, asked, {name: pick[name] for name in wanted})
            mask |= users_of(some, top, all_edges.number[picked], len(mask))
        else:
            mask[some.users] = True
    return mask


def _ask(engine: LocalEngine, question: Paths) -> _Asked:
    columns = engine.columns
    scope = engine.scope(question)
    shown = nodes(columns, question, scope.keep_in_range(columns))
    found, first_rows = find(columns, question, shown, scope.users)
    segments = tuple(segment.users for segment in scope.segments)
    values: Values | None = None
    places = np.zeros(len(found.users), np.int32)
    if question.by is not None:
        codes = columns.codes(question.by.property)
        by_event = question.by.property.owner == "event"
        at_first = codes.codes[first_rows if by_event else found.users]
        weights = np.zeros(len(codes.names) + 1, np.int64)
        for users in segments:
            weights += np.bincount(at_first[users[found.users]] + 1, minlength=len(weights))
        values = rank(question.by, codes, weights, _TAKEN)
        places = values.of(at_first)
    compared = tuple(str(segment.label) for segment in scope.segments) if scope.compared else ()
    return _Asked(
        [*shown.names, OTHER, EXIT], Groups(values, compared, None), found, places, segments
    )


def _edge_frame(asked: _Asked, shown: Sequence[Edges]) -> pd.DataFrame:
    """Return the edges of all groups, in order."""
    group = np.repeat(np.arange(len(shown)), _sizes(shown))
    slot, source, target, counts = (
        _joined(shown, name) for name in ("slot", "source", "target", "counts")
    )
    labels = np.array(asked.names, object)
    rank_of_name = np.argsort(np.argsort(labels, kind="stable"))
    order = np.lexsort((rank_of_name[target], rank_of_name[source], -counts, slot, group))
    return asked.groups.frame(
        _sizes(shown),
        step=_step(slot[order], asked.found),
        source=labels[source[order]],
        target=labels[target[order]],
        count=counts[order],
        median_seconds=_joined(shown, "seconds", np.float64)[order],
    )


def _sizes(parts: Sequence[Edges | Pairs | Counted]) -> NDArray[np.int64]:
    """Return how many rows each group has."""
    return np.array([len(part.counts) for part in parts], np.int64)


def _joined(parts: Sequence[Any], name: str, dtype: type = np.int64) -> NDArray[Any]:
    """Return an array of all groups, of which there may be none."""
    return np.concatenate([np.empty(0, dtype), *(getattr(part, name) for part in parts)])


def _step(slot: NDArray[np.int64], found: Sequences) -> NDArray[np.int64]:
    """Return the numbers of steps: from 1 on, or up to 0 in ``to B``."""
    return slot + (1 - found.steps if found.backward else 1)


def _sequence_frame(
    groups: Groups, counted: Sequence[Counted], spelling: Spelling, names: Sequence[str]
) -> pd.DataFrame:
    sequences = [tuples(one, spelling, names[:-2]) for one in counted]
    return groups.frame(
        _sizes(counted),
        sequence=np.concatenate([np.empty(0, object), *sequences]),
        count=_joined(counted, "counts"),
    )


def _picked(all_edges: Edges, asked: _Asked, pick: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return which edges have the step, source and target picked."""
    chosen = np.ones(len(all_edges.number), np.bool_)
    for what, value in pick.items():
        if what == "step":
            steps = _step(np.arange(asked.found.steps), asked.found)
            if value not in steps.tolist():
                raise DefinitionError(
                    f"Step {value!r} is not in the table; steps go from {steps[0]} to {steps[-1]}."
                )
            chosen &= _step(all_edges.slot, asked.found) == value
        else:
            numbers = [place for place, name in enumerate(asked.names) if name == value]
            if not numbers:
                raise UnknownNameError(what, str(value), asked.names)
            chosen &= np.isin(getattr(all_edges, what), numbers)
    return chosen


def _read(text: str, names: Sequence[str]) -> Iterator[list[int]]:
    """Iterate over the sequences of nodes that are written so; a name may itself hold an arrow."""
    numbers = {name: number for number, name in enumerate(names)}
    words = text.split(_ARROW)

    def rest(start: int) -> Iterator[list[int]]:
        if start == len(words):
            yield []
        for end in range(start + 1, len(words) + 1):
            number = numbers.get(_ARROW.join(words[start:end]))
            if number is not None:
                for following in rest(end):
                    yield [number, *following]

    return rest(0)
