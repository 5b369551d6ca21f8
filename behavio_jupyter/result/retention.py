"""The result of a retention."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..engine.answers import ActivityAnswer, RetentionAnswer
from ..errors import DefinitionError, nearest_hint
from ..query import Retention
from .activity import ActivityResult, Part
from .base import QuestionResult, ThemeName
from .picks import Check, Number, Pick, dated, flag, iso, numbered
from .sheet import Sheet
from .statistics import FEW, Floats, rate, wilson
from .survival import kaplan_meier
from .wording import FEW_WORDS, MISSING, apart, interval, moments, number, percent, plural

if TYPE_CHECKING:
    import plotly.graph_objects as go

KINDS = ("heatmap", "curves")
_DRAWN = 6
"""So many groups have their averages drawn where there is no chart."""


@dataclass(frozen=True, repr=False, eq=False)
class RetentionResult(QuestionResult):
    """Who comes back (docs/semantics.md, "Retention").

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> log = datasets.cdnow()
    >>> result = log.retention("first ever purchase -> purchase per month for 3")
    >>> result.matrix.round(3).to_numpy().tolist()[0]
    [0.107, 0.147, 0.123, 0.103]
    >>> len(result.users(cohort="1997-01-01", period=1)), len(result.users(cohort="1997-01-01"))
    (1157, 7846)
    """

    definition: Retention
    answer: RetentionAnswer

    @property
    def table(self) -> pd.DataFrame:
        """Cells, in the order of cohorts and periods.

        Columns: ``*groups, cohort`` (period start), ``size, period`` (0…n; of a bracket, its
        first), ``retained``; ``rate`` with its 95 % Wilson interval ``low, high``; ``complete``.
        In an incomplete cell ``retained`` counts so far, and the rates are null (R1).
        """
        return self._table.copy(deep=False)

    @property
    def matrix(self) -> pd.DataFrame:
        """Rates as cohorts × periods; incomplete cells are null. Groups come first in the index."""
        return self._wide("rate")

    @property
    def average(self) -> pd.DataFrame:
        """Per period, cohorts weighted by size, complete cells only (R7).

        Columns: ``*groups, period, size, retained, rate, low, high``.
        """
        return self._average.copy(deep=False)

    @property
    def churn(self) -> pd.DataFrame:
        """Who does not come back in a period or later: 1 - "on or after" (R8).

        Columns: ``*groups, cohort, size, period, churned, rate, low, high, complete``.
        """
        return self._churn.copy(deep=False)

    @property
    def churn_average(self) -> pd.DataFrame:
        """Per period, churn of all cohorts, weighted by size, complete cells only (R7, R8).

        Columns: ``*groups, period, size, churned, rate, low, high``.
        """
        return self._weighed(self._churn, "churned")

    @property
    def lifecycle(self) -> pd.DataFrame:
        """Users by what they are in a period (R9).

        Columns: ``period, new, returning, resurrected, dormant, complete``.
        """
        return self._activity.lifecycle.copy(deep=False)

    @property
    def stickiness(self) -> pd.DataFrame:
        """How often active users are active (R10).

        Columns: ``period, active`` (users), ``mean_daily`` (active users of a day), ``ratio``
        (mean_daily / active; DAU/WAU or DAU/MAU), ``complete``.
        """
        frame = self._activity.active_users.copy()
        ratio = rate(frame["mean_daily"], frame["active"])
        frame.insert(frame.columns.get_loc("complete"), "ratio", ratio)  # type: ignore[arg-type]
        return frame

    @property
    def active_days(self) -> pd.DataFrame:
        """Users by number of active days in a period: ``period, days, users`` (R10)."""
        return self._activity.active_days.copy(deep=False)

    def activity(self, part: Part) -> ActivityResult:
        """Return lifecycle or stickiness as it is shown, with the users behind its numbers."""
        parts = get_args(Part)
        if part not in parts:
            raise DefinitionError(f"There is no part {part!r}{nearest_hint(part, parts)}.")
        return ActivityResult(self, part)

    @property
    def survival(self) -> pd.DataFrame:
        """How many are still active after a time: Kaplan–Meier (R11).

        Columns: ``time_days`` since the start event, ``at_risk``, ``survival`` with its 95 %
        interval ``low, high`` (log-log; null where survival is 0). A row for each time at which a
        user's last activity was.
        """
        return kaplan_meier(self._activity.survival)

    @property
    def small(self) -> bool:
        """Whether some cohort has fewer than 30 users (X2)."""
        return bool((self.answer.cells["size"] < FEW).any()) or self.answer.cells.empty

    @property
    def title(self) -> str:
        """The events, the period and the groups."""
        question = self.definition
        cohort = "" if question.cohort == "first in range" else f"{question.cohort} "
        kind = " on or after" if question.unbounded else ""
        rolling = ", rolling" if question.alignment == "rolling" else ""
        return (
            f"Retention{kind}: {cohort}{question.start} → {question.returning} "
            f"per {question.per}{rolling}{self._grouping}"
        )

    @property
    def counted(self) -> str:
        """How many are in cohorts."""
        sizes = self.cohorts["size"]
        users = "user" if self.definition.cohort != "every" else "membership"
        if len(self.definition.segments) > 1:
            # A user may be in several segments.
            of_segments = self.cohorts.groupby("segment", sort=False)["size"]
            names = [str(segment) for segment in self.definition.segments]
            sums, numbers = (
                found.reindex(names, fill_value=0).tolist()
                for found in (of_segments.sum(), of_segments.size())
            )
            return f"n = {apart(sums, users)} in {apart(numbers, 'cohort')}"
        return f"n = {plural(int(sizes.sum()), users)} in {plural(len(sizes), 'cohort')}"

    @property
    def key_figure(self) -> str:
        """The average of period 1, of all groups but those of segments."""
        number_, *later = self.spans
        period = later[0] if later else number_
        figures = []
        for name, average in self._by_segment(self._average):
            cells = average[average["period"] == period]
            size = int(cells["size"].sum())
            share = percent(rate(int(cells["retained"].sum()), size))
            figures.append(f"{name}{share} of {number(size)}")
        return f"period {self.spans[period]}: {' vs '.join(figures)}"

    @property
    def cohorts(self) -> pd.DataFrame:
        """The cohorts: ``*groups, cohort, size``."""
        # Every cohort has a row for every period (R1).
        firsts = self.answer.cells.iloc[:: len(self.spans)]
        return firsts[[*self.groups, "cohort", "size"]].reset_index(drop=True)

    @property
    def spans(self) -> dict[int, str]:
        """The periods by number, and what they are called: ``3``, or ``1–3`` for a bracket."""
        return {a: f"{a}" if a == b else f"{a}–{b}" for a, b in self.definition.spans}

    @property
    def nothing(self) -> str:
        """Say that nobody started."""
        if len(self.answer.cells):
            return ""
        limits = " that passes the filters" if self._limits else ""
        return (
            f"No start event ({self.definition.start}){limits} lies in this range. "
            "Try a longer range or fewer conditions."
        )

    @property
    def numbers(self) -> list[Number]:
        """The cells, also those that are not over; the averages of those that are over."""
        found = []
        averages, cells = self._average, self._table
        for rows, picks, cohorts in (
            (averages, self.average_picks(averages), ["average"] * len(averages)),
            (
                cells,
                self.cell_picks(),
                [f"cohort {text}" for text in moments(cells["cohort"])],
            ),
        ):
            keys = rows[list(self.groups)].to_numpy().tolist()
            counted = zip(keys, rows["period"], rows["retained"], rows["size"], strict=True)
            for (key, period, retained, size), pick, cohort in zip(
                counted, picks, cohorts, strict=True
            ):
                if pick is not None:
                    words = f"{self._group_words(key)}{cohort}, period {self.spans[period]}"
                    figure = f"{number(retained)} of {number(size)}"
                    found.append(Number(words, figure, pick))
        return found

    def cell_picks(self) -> list[Pick]:
        """Return what picks those retained in the rows of the table."""
        # The cells of a cohort lie together: a group and a moment are written once for all of them.
        heads = [
            self.group_pick(key) | {"cohort": iso(cohort, self.facts.timezone)}
            for *key, cohort, _ in self.cohorts.itertuples(index=False, name=None)
        ]
        return [head | {"period": period} for head in heads for period in self.spans]

    def average_picks(self, rows: pd.DataFrame) -> list[Pick | None]:
        """Return what picks those retained in some rows of the averages; None where none is."""
        keys = rows[list(self.groups)].itertuples(index=False, name=None)
        return [
            {**self.group_pick(key), "period": int(period), "complete": True} if size else None
            for key, period, size in zip(keys, rows["period"], rows["size"], strict=True)
        ]

    def chart(
        self, theme: ThemeName = "auto", kind: Literal["heatmap", "curves"] = "heatmap"
    ) -> go.Figure:
        """Draw cohorts × periods as a heatmap, or curves with the weighted average.

        The last 90 cohorts have a row, the last 40 a curve; the average is of all. With groups, a
        row or a curve is the weighted average of a group's cohorts.
        """
        from .charts.retention import curves, heatmap

        if kind not in KINDS:
            raise DefinitionError(f"There is no kind of chart {kind!r}{nearest_hint(kind, KINDS)}.")
        return heatmap(self, theme) if kind == "heatmap" else curves(self, theme)

    @cached_property
    def _table(self) -> pd.DataFrame:
        return self._rated(self.answer.cells, "retained")

    @cached_property
    def _average(self) -> pd.DataFrame:
        return self._weighed(self.answer.cells, "retained")

    def _weighed(self, cells: pd.DataFrame, counted: str) -> pd.DataFrame:
        """Return the averages of cells over cohorts, weighted by their sizes."""
        keys = [*self.groups, "period"]
        complete = cells[["size", counted]].where(cells["complete"], 0)
        frame = cells[keys].join(complete).groupby(keys, sort=False).sum().reset_index()
        return frame.assign(**_rates(frame[counted], frame["size"]))

    @cached_property
    def _churn(self) -> pd.DataFrame:
        question = self.definition.model_copy(update={"unbounded": True})
        answer = self.engine.answer(question)
        assert isinstance(answer, RetentionAnswer)
        cells = answer.cells
        cells = cells.assign(churned=cells["size"] - cells["retained"])
        return self._rated(cells, "churned")

    def _rated(self, cells: pd.DataFrame, counted: str) -> pd.DataFrame:
        """Return cells with the rates of those that are complete."""
        names = [*self.groups, "cohort", "size", "period", counted]
        columns: dict[str, Any] = {name: cells[name].array for name in names}
        columns |= _rates(cells[counted], np.where(cells["complete"], cells["size"], 0))
        return pd.DataFrame({**columns, "complete": cells["complete"].array})

    @cached_property
    def _activity(self) -> ActivityAnswer:
        return self.engine.activity(self.definition)

    def _wide(self, column: str) -> pd.DataFrame:
        index = [*self.groups, "cohort"]
        wide = self._table.set_index([*index, "period"])[column].unstack("period", sort=False)
        return wide.reindex(columns=pd.Index(list(self.spans), name="period"))

    @property
    def _small_words(self) -> str:
        return f"some cohorts are small: {FEW_WORDS}"

    @property
    def _checks(self) -> dict[str, Check]:
        return {
            "cohort": dated("cohort", self.answer.cells["cohort"], self.facts.timezone),
            "period": numbered("period", self.spans),
            "retained": flag("retained"),
            "complete": flag("complete"),
        }

    @property
    def _sheets(self) -> list[Sheet]:
        rates = self._wide("rate")
        words = len(self.groups) + 1
        names = self.cohorts
        heads = [
            [str(text) for text in row] for row in names[list(self.groups)].to_numpy().tolist()
        ]
        rows = [
            [*head, cohort, number(size), *map(percent, row)]
            for head, cohort, size, row in zip(
                heads, moments(names["cohort"]), names["size"], rates.to_numpy(), strict=True
            )
        ]
        averages = self._average
        size = len(self.spans)
        means = [
            [
                *map(str, averages[list(self.groups)].iloc[place]),
                "average",
                number(names["size"].sum()) if not self.groups else "",
                *map(percent, averages["rate"].iloc[place : place + size]),
            ]
            for place in range(0, len(averages), size)
        ]

        def picks() -> dict[int, list[Pick | None]]:
            cells = [*self.average_picks(averages), *self.cell_picks()]
            return {words + 1 + place: cells[place::size] for place in range(size)}

        note = f"Retained by {self._per} after the start; {MISSING} not over yet, or unknown"
        columns = [*self.groups, "cohort", "size", *self.spans.values()]
        return [
            Sheet(
                columns,
                [*means, *rows],
                words,
                ".table and .average",
                note,
                latest=not self.groups,
                pinned=len(means),
                picks=picks,
            )
        ]

    @property
    def _sheets_drawn(self) -> list[Sheet]:
        return [*self._sheets_of_averages, *self._sheets]

    @property
    def _sheets_of_averages(self) -> list[Sheet]:
        """The average row of each group, a period in a row, its rate as a bar."""
        averages = self._average
        size = len(self.spans)
        sheets = []
        for place in range(0, min(len(averages), _DRAWN * size), size):
            cells = averages.iloc[place : place + size]
            rows = [
                [span, number(count), number(of), percent(share), interval(low, high)]
                for span, count, of, share, low, high in zip(
                    self.spans.values(),
                    *(cells[name] for name in ("retained", "size", "rate", "low", "high")),
                    strict=True,
                )
            ]
            head = " · ".join(map(str, cells[list(self.groups)].iloc[0]))
            columns = [self._per, "retained", "of", "rate", "95 % interval"]
            caption = f"{head}: average of cohorts" if head else "Average of cohorts"
            bars = (3, cells["rate"].fillna(0).tolist())
            sheets.append(Sheet(columns, rows, 0, ".average", caption, bars=bars))
        return sheets

    @property
    def _per(self) -> str:
        per = self.definition.per
        return per if isinstance(per, str) else f"{per} period"


def _rates(count: ArrayLike, size: ArrayLike) -> dict[str, Floats]:
    """Return rates and the ends of their intervals."""
    low, high = wilson(count, size)
    return {"rate": rate(count, size), "low": low, "high": high}
