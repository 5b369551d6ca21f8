"""The result of a trend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..engine.answers import TrendAnswer
from ..query import Trend
from .base import QuestionResult, ThemeName
from .picks import Check, dated
from .sheet import MOST, Sheet
from .statistics import FEW
from .wording import MISSING, moment, moments, number, percent, plural

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True, repr=False, eq=False)
class TrendResult(QuestionResult):
    """A number per period (docs/semantics.md, "Trend").

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> result = datasets.cdnow().trend("users of purchase per month")
    >>> result.table["value"].head(3).tolist()
    [7846.0, 9633.0, 9524.0]
    """

    definition: Trend
    answer: TrendAnswer

    @property
    def table(self) -> pd.DataFrame:
        """A row for every period: ``*groups, period, value, complete``; value may be null."""
        return self.answer.points.copy(deep=False)

    @property
    def changes(self) -> pd.DataFrame:
        """Each period compared with the one before (T5).

        Columns: ``*groups, period, value, previous, change`` (value - previous) and ``relative``
        (change / previous); null at the first period, and relative to 0.
        """
        points = self.answer.points
        groups = list(self.groups)
        value = points["value"]
        before = points.groupby(groups, sort=False)["value"].shift() if groups else value.shift()
        change = value - before
        relative = (change / before).where(before != 0, np.nan)
        return points[[*groups, "period", "value"]].assign(
            previous=before, change=change, relative=relative
        )

    @property
    def small(self) -> bool:
        """Whether fewer than 30 users are behind all of it (X2)."""
        return self._behind < FEW

    @property
    def title(self) -> str:
        """The value, the period and the groups."""
        return f"{self.definition.value} per {self.definition.per}{self._grouping}"

    @property
    def counted(self) -> str:
        """How many users are behind the numbers."""
        return f"n = {plural(self._behind, 'user')}"

    @property
    def key_figure(self) -> str:
        """The value of the last period that is over, of the first group."""
        points = self.answer.points
        over = points[points["complete"]]
        for column in self.groups:
            over = over[over[column] == over[column].iloc[0]] if len(over) else over
        if over.empty:
            return MISSING
        last = over.iloc[-1]
        group = "".join(f"{last[column]}, " for column in self.groups)
        return f"{group}{moment(last['period'])}: {number(last['value'])}"

    @property
    def nothing(self) -> str:
        """Say that there is no period."""
        if len(self.answer.points) and self.answer.points["value"].notna().any():
            return ""
        if self.facts.first is None:
            return "The log is empty, so it has no period."
        return (
            f"There is no value of {self.definition.value} in this range. "
            "Try a longer range or fewer conditions."
        )

    def chart(self, theme: ThemeName = "auto") -> go.Figure:
        """Draw lines over time; a period that is not over is dashed."""
        from .charts.trend import draw

        return draw(self, theme)

    @property
    def _checks(self) -> dict[str, Check]:
        return {"period": dated("period", self.answer.points["period"], self.facts.timezone)}

    @property
    def _sheets(self) -> list[Sheet]:
        groups = list(self.groups)
        kept = slice(MOST) if groups else slice(-MOST, None)
        changes, complete = self.changes.iloc[kept], self.answer.points["complete"].iloc[kept]
        rows = [
            [
                *map(str, names),
                period,
                number(value),
                _signed(change),
                percent(relative),
                "" if over else "not over yet",
            ]
            for names, period, value, change, relative, over in zip(
                changes[groups].to_numpy().tolist() if groups else [[]] * len(changes),
                moments(changes["period"]),
                changes["value"],
                changes["change"],
                changes["relative"],
                complete,
                strict=True,
            )
        ]
        columns = [*groups, "period", "value", "change", "relative", ""]
        total = len(self.answer.points)
        return [Sheet(columns, rows, len(groups) + 1, total=total, latest=not groups)]


def _signed(change: float) -> str:
    return MISSING if pd.isna(change) else ("+" if change > 0 else "") + number(change)
