"""The result of paths."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..engine.answers import EXIT, PathsAnswer
from ..query import Paths
from ..query.paths import way_of
from .base import QuestionResult, ThemeName
from .picks import Check, Number, Pick, flag, named, numbered
from .sheet import MOST, Sheet
from .statistics import FEW
from .wording import MISSING, apart, duration, number, percent

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ..query.variables import Scalars
    from .segment import SegmentResult

__all__ = ["EXIT", "PathsResult"]

_LISTED = 500_000
"""Of more ways than this the whole ones are listed by ``.sequences`` only: it takes seconds."""


@dataclass(frozen=True, repr=False, eq=False)
class PathsResult(QuestionResult):
    """Which ways users take (docs/semantics.md, "Paths").

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> result = datasets.contributions().paths("from code steps 3 session 1d")
    >>> result.table["count"].head(2).tolist()
    [3724, 1804]
    """

    definition: Paths
    answer: PathsAnswer

    @property
    def table(self) -> pd.DataFrame:
        """Flows: ``*groups, step, source, target, count, median_seconds``.

        ``(other)`` and ``(exit)`` are made up; ``step`` is the source's.
        """
        return self.answer.edges.copy(deep=False)

    @property
    def nodes(self) -> pd.DataFrame:
        """How many come to a node: ``*groups, step, node, count, share`` (of all in the group).

        Counted as docs/semantics.md K14 says. Names are those of ``.table``; ``(exit)``
        stands at the step after the last of a sequence.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> result = datasets.contributions().paths("from code steps 3 session 1d")
        >>> result.nodes[["node", "count"]].head(2).to_numpy().tolist()
        [['code', 7736], ['(exit)', 3724]]
        """
        frame = self.answer.nodes
        return frame.assign(share=frame["count"].to_numpy() / self._of_group(frame))

    @property
    def sequences(self) -> pd.DataFrame:
        """Whole ways by frequency: ``*groups, sequence`` (tuple), ``count, share`` of a group."""
        frame = self.answer.sequences
        groups = list(self.groups)
        count = frame["count"]
        total = (
            frame.groupby(groups, sort=False)["count"].transform("sum") if groups else count.sum()
        )
        return frame.assign(share=(count / total).astype(np.float64))

    @property
    def of_source(self) -> pd.Series:
        """The share of those at its source who take a flow, for each row of ``.table``."""
        edges, nodes = self.answer.edges, self.answer.nodes
        groups = list(self.groups)
        # Merging such small tables takes pandas a tenth of what the whole answer does.
        at = zip(*(nodes[name] for name in (*groups, "step", "node")), strict=True)
        whole = dict(zip(at, nodes["count"], strict=True))
        sources = zip(*(edges[name] for name in (*groups, "step", "source")), strict=True)
        found = np.array([whole[source] for source in sources], np.float64)
        return (edges["count"] / found).rename("of_source")

    def most_frequent(self, number: int) -> pd.DataFrame:
        """Return the first rows of ``.sequences``, at most ``number`` of each group.

        Faster than ``.sequences``, which makes all of them.
        """
        frame = self._frequent if number <= MOST else self.answer.list_sequences(number)
        groups = list(self.groups)
        frame = frame.groupby(groups, sort=False).head(number) if groups else frame.head(number)
        frame = frame.reset_index(drop=True)
        share = (frame["count"] / frame["total"]).astype(np.float64)
        return frame.drop(columns="total").assign(share=share)

    @property
    def matrix(self) -> pd.DataFrame:
        """Counts of neighbours, source × target, whatever the step; groups first in the index."""
        pairs = self.answer.matrix.set_index([*self.groups, "source", "target"])["count"]
        wide = pairs.unstack("target", fill_value=0)
        return wide.astype(np.int64)

    @property
    def transitions(self) -> pd.DataFrame:
        """The pairs of ``.matrix`` that occur: ``*groups, source, target, count, share``.

        ``share`` is of all that follow the source, as in ``.probabilities``. Small where a log has
        thousands of events, of which the matrix would have a cell for every pair.
        """
        pairs = self.answer.matrix
        whole = pairs.groupby([*self.groups, "source"], sort=False)["count"].transform("sum")
        return pairs.assign(share=pairs["count"] / whole)

    @property
    def probabilities(self) -> pd.DataFrame:
        """The matrix with every row divided by its sum: where one goes from a source."""
        counts = self.matrix
        return counts.div(counts.sum(axis=1), axis=0)

    @property
    def small(self) -> bool:
        """Whether fewer than 30 users are behind all of it (X2)."""
        return self._few

    @property
    def title(self) -> str:
        """The anchors and the groups."""
        question = self.definition
        start = f" from {question.from_}" if question.from_ is not None else ""
        end = f" to {question.to}" if question.to is not None else ""
        return f"Paths{start}{end}{self._grouping}"

    @property
    def counted(self) -> str:
        """How many ways there are."""
        what = "user" if self.definition.counting == "users" else "sequence"
        return f"n = {apart(self.answer.whole['count'].tolist(), what)}"

    @property
    def key_figure(self) -> str:
        """The most frequent flow from one node to another."""
        edges = self.answer.edges
        edges = edges[edges["target"] != EXIT]
        if edges.empty:
            return MISSING
        top = edges.iloc[int(edges["count"].to_numpy().argmax())]
        return f"{top['source']} → {top['target']} at step {top['step']}: {number(top['count'])}"

    @property
    def nothing(self) -> str:
        """Say that there is no way."""
        if len(self.answer.edges):
            return ""
        anchors = [one for one in (self.definition.from_, self.definition.to) if one is not None]
        through = f" through {' and '.join(map(str, anchors))}" if anchors else ""
        return (
            f"No path{through} lies in this range. "
            "Try a longer range, other anchors or fewer conditions."
        )

    def users(self, **pick: Any) -> SegmentResult:
        """Return the users of an edge, a node, a way, or of a cell of ``.matrix``.

        Beside groups it takes ``step``, ``source`` and ``target``; or ``step`` and ``node``; or
        ``sequence``, which may be a tuple of names; or ``source`` and ``target`` with
        ``whole=True``: the one right before the other somewhere in a whole sequence.
        """
        if isinstance(pick.get("sequence"), tuple | list):
            pick["sequence"] = way_of(map(str, pick["sequence"]))
        return self._users(pick, self._pair_checks if pick.get("whole") else self._checks)

    @property
    def numbers(self) -> list[Number]:
        """The flows, and the whole ways where there are not too many."""
        edges = self.answer.edges
        keys = edges[list(self.groups)].to_numpy().tolist()
        found = []
        for key, pick, count in zip(keys, self.flow_picks(edges), edges["count"], strict=True):
            way = f"step {pick['step']}: {pick['source']} → {pick['target']}"
            found.append(Number(f"{self._group_words(key)}{way}", number(count), pick))
        if self._lists_ways:
            ways = self.answer.sequences
            keys = ways[list(self.groups)].to_numpy().tolist()
            counted = zip(ways["sequence"], self.way_picks(ways), ways["count"], strict=True)
            for key, (way, pick, count) in zip(keys, counted, strict=True):
                words = f"{self._group_words(key)}path {' → '.join(way)}"
                found.append(Number(words, number(count), pick))
        return found

    def flow_picks(self, rows: pd.DataFrame) -> list[Pick]:
        """Return what picks those behind some rows of the table."""
        keys = rows[list(self.groups)].itertuples(index=False, name=None)
        return [
            {**self.group_pick(key), "step": int(step), "source": source, "target": target}
            for key, step, source, target in zip(
                keys, rows["step"], rows["source"], rows["target"], strict=True
            )
        ]

    def way_picks(self, rows: pd.DataFrame) -> list[Pick]:
        """Return what picks those behind some rows of the whole ways."""
        keys = rows[list(self.groups)].itertuples(index=False, name=None)
        return [
            {**self.group_pick(key), "sequence": way_of(way)}
            for key, way in zip(keys, rows["sequence"], strict=True)
        ]

    def chart(self, theme: ThemeName = "auto") -> go.Figure:
        """Draw flows from step to step (Sankey)."""
        from .charts.paths import draw

        return draw(self, theme)

    @cached_property
    def _few(self) -> bool:
        # No user is behind more of them than there are.
        return bool(self.answer.starts["count"].sum() < FEW) or self.engine.fewer(
            self.definition, FEW
        )

    @cached_property
    def _frequent(self) -> pd.DataFrame:
        return self.answer.list_sequences(MOST)

    def _of_group(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Return for each row how many sequences (users) its group has."""
        starts = self.answer.starts
        groups = list(self.groups)
        if not groups:
            return np.full(len(frame), starts["count"].sum(), np.float64)
        at = zip(*(starts[name] for name in groups), strict=True)
        whole = dict(zip(at, starts["count"], strict=True))
        keys = zip(*(frame[name] for name in groups), strict=True)
        return np.array([whole[key] for key in keys], np.float64)

    @property
    def _checks(self) -> dict[str, Check]:
        edges = self.answer.edges

        def node(value: Any) -> Scalars:
            return named("node", self.answer.nodes["node"])(value)

        def sequence(value: Any) -> Scalars:
            # Among the most frequent it is found without making them all.
            if value in map(way_of, self._frequent["sequence"]):
                return str(value)
            return named("sequence", map(way_of, self.answer.sequences["sequence"]))(value)

        # Where every way ends at the last kept step, a step has nodes but no edge from it.
        steps = {*edges["step"], *(edges["step"] + 1)}
        return {
            "step": numbered("step", steps),
            "source": named("source", edges["source"]),
            "target": named("target", edges["target"]),
            "node": node,
            "sequence": sequence,
            "whole": flag("whole"),
        }

    @property
    def _pair_checks(self) -> dict[str, Check]:
        pairs = self.answer.matrix
        return {
            "source": named("source", pairs["source"]),
            "target": named("target", pairs["target"]),
            "whole": flag("whole"),
        }

    @property
    def _sheets(self) -> list[Sheet]:
        groups = list(self.groups)
        edges = self.answer.edges
        rows = [
            [
                *map(str, row[: len(groups)]),
                number(row[-5]),
                row[-4],
                row[-3],
                number(row[-2]),
                percent(share),
                duration(row[-1]),
            ]
            for row, share in zip(
                edges.iloc[:MOST].itertuples(index=False, name=None), self.of_source, strict=False
            )
        ]
        flow = Sheet(
            [*groups, "step", "source", "target", "count", "of source", "median time"],
            rows,
            len(groups) + 3,
            caption="Flows from step to step",
            total=len(edges),
            bars=(len(groups) + 3, (edges["count"] / self._of_group(edges)).iloc[:MOST].tolist()),
            picks=lambda: {len(groups) + 3: self.flow_picks(edges.iloc[:MOST])},
        )
        if not self._lists_ways:
            return [flow]
        ways = self.sequences
        whole = Sheet(
            [*groups, "sequence", "count", "share"],
            [
                [*map(str, row[:-3]), " → ".join(row[-3]), number(row[-2]), percent(row[-1])]
                for row in ways.iloc[:MOST].itertuples(index=False, name=None)
            ],
            len(groups) + 1,
            ".sequences",
            "Whole paths by frequency",
            len(ways),
            bars=(len(groups) + 2, ways["share"].iloc[:MOST].tolist()),
            picks=lambda: {len(groups) + 1: self.way_picks(ways.iloc[:MOST])},
        )
        return [flow, whole]

    @property
    def _lists_ways(self) -> bool:
        return bool(self.answer.starts["count"].sum() <= _LISTED)
