"""The result of paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..engine.answers import EXIT, PathsAnswer
from ..query import Paths
from .base import QuestionResult, ThemeName
from .picks import Check, named, numbered
from .sheet import MOST, Sheet
from .statistics import FEW, rate
from .wording import MISSING, duration, number, percent, plural

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ..query.variables import Scalars
    from .segment import SegmentResult

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
    def matrix(self) -> pd.DataFrame:
        """Counts of neighbours, source × target, whatever the step; groups first in the index."""
        pairs = self.answer.matrix.set_index([*self.groups, "source", "target"])["count"]
        wide = pairs.unstack("target", fill_value=0)
        return wide.astype(np.int64)

    @property
    def probabilities(self) -> pd.DataFrame:
        """The matrix with every row divided by its sum: where one goes from a source."""
        counts = self.matrix
        return counts.div(counts.sum(axis=1), axis=0)

    @property
    def small(self) -> bool:
        """Whether fewer than 30 users are behind all of it (X2)."""
        return self._behind < FEW

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
        if len(self.definition.segments) > 1:
            sums = self.answer.starts.groupby("segment", sort=False)["count"].sum()
            return f"n = {' + '.join(map(number, sums))} {what}s"
        return f"n = {plural(int(self.answer.starts['count'].sum()), what)}"

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
        """Return the users of an edge, a node or a way; ``sequence`` may be a tuple of names."""
        if isinstance(pick.get("sequence"), tuple | list):
            pick["sequence"] = " -> ".join(map(str, pick["sequence"]))
        return super().users(**pick)

    def chart(self, theme: ThemeName = "auto") -> go.Figure:
        """Draw flows from step to step (Sankey)."""
        from .charts.paths import draw

        return draw(self, theme)

    @property
    def _checks(self) -> dict[str, Check]:
        edges = self.answer.edges

        def sequence(value: Any) -> Scalars:
            ways = self.answer.sequences["sequence"]
            return named("sequence", (" -> ".join(way) for way in ways))(value)

        # Where every way ends at the last kept step, a step has nodes but no edge from it.
        steps = {*edges["step"], *(edges.loc[edges["target"] != EXIT, "step"] + 1)}
        return {
            "step": numbered("step", steps),
            "source": named("source", edges["source"]),
            "target": named("target", edges["target"]),
            "sequence": sequence,
        }

    @property
    def _sheets(self) -> list[Sheet]:
        groups = list(self.groups)
        edges = self.answer.edges
        outward = edges.groupby([*groups, "step", "source"], sort=False)["count"].transform("sum")
        shares = rate(edges["count"], outward)
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
                edges.iloc[:MOST].itertuples(index=False, name=None), shares, strict=False
            )
        ]
        flow = Sheet(
            [*groups, "step", "source", "target", "count", "of source", "median time"],
            rows,
            len(groups) + 3,
            caption="Flows from step to step",
            total=len(edges),
        )
        if self.answer.starts["count"].sum() > _LISTED:
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
        )
        return [flow, whole]
