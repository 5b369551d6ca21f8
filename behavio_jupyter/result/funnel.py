"""The result of a funnel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..engine.answers import FunnelAnswer
from ..errors import DefinitionError
from ..query import Events, Funnel
from .base import QuestionResult, ThemeName
from .funnel_sheets import of_comparison, of_periods, of_steps
from .picks import Check, Number, Pick, flag, numbered
from .sheet import Sheet
from .statistics import FEW, compare, holm, rate, wilson
from .wording import FEW_WORDS, apart, number, percent, plural

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True, repr=False, eq=False)
class FunnelResult(QuestionResult):
    """Who gets from step to step (docs/semantics.md, "Funnel").

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> result = datasets.contributions().funnel("code -> test -> docs within 90d")
    >>> result.table["count"].tolist()
    [1623, 533, 180]
    >>> len(result.users(step=2, dropped=True))
    353
    """

    definition: Funnel
    answer: FunnelAnswer

    @property
    def table(self) -> pd.DataFrame:
        """Steps: how many reached them, and which share.

        Columns: ``*groups, step`` (1…k), ``name, count``; ``from_start`` with its 95 % Wilson
        interval ``from_start_low, from_start_high``; ``from_previous``, the share of the last
        required step before (F3; null at step 1); ``median_seconds`` from there. With ``per``, a
        last column ``complete``: whether the window of the period is over (F10). Rates of nobody
        are null.
        """
        return self._table.copy(deep=False)

    @property
    def times(self) -> pd.DataFrame:
        """Times to convert, seconds: ``*groups, step, count, p25, median, p75, p90``.

        Of each step from the last required one before; step 0 is the whole way.
        """
        return self.answer.times.copy(deep=False)

    @property
    def histogram(self) -> pd.DataFrame:
        """Times of the whole way, in equal bins: ``*groups, low, high, count``; seconds."""
        return self.answer.histogram.copy(deep=False)

    @property
    def comparison(self) -> pd.DataFrame:
        """Each group compared with the first by the rate of the last step (X1).

        Columns: ``*groups, count, rate``; ``difference`` from the first group's rate with
        Newcombe's 95 % interval ``low, high``; ``test`` (``"Fisher exact"`` or ``"chi-square"``),
        ``p_value`` (two-sided) and, for more than two comparisons, ``p_adjusted`` (Holm). Periods
        are summed. The tests take groups as separate people: a user in two segments counts in both.

        Raises
        ------
        DefinitionError
            The funnel has no groups.
        """
        if not self.compared:
            raise DefinitionError(
                "There is one group; compare several with 'by …' or 'for a vs b'."
            )
        return self._comparison.copy(deep=False)

    @property
    def small(self) -> bool:
        """Whether some group has fewer than 30 at step 1 (X2)."""
        return bool((self.entered < FEW).any())

    @property
    def entered(self) -> pd.Series:
        """The count at step 1 of each group, periods summed, in the order of the table."""
        counts = self.answer.counts
        first = counts[counts["step"] == 1]
        if not self.compared:
            return pd.Series([first["count"].sum()], name="count")
        return first.groupby(list(self.compared), sort=False)["count"].sum()

    @property
    def compared(self) -> tuple[str, ...]:
        """The group columns but the period: what is compared."""
        return self.groups[:-1] if self.definition.per else self.groups

    @property
    def unit(self) -> str:
        """What is counted: ``user``, ``attempt`` or ``session``."""
        return {"attempts": "attempt", "sessions": "session"}.get(self.definition.counting, "user")

    @property
    def previous(self) -> list[int]:
        """The place of the last required step before each step (F3)."""
        places, last = [], 0
        for place, step in enumerate(self.definition.steps):
            places.append(last)
            last = last if step.optional else place
        return places

    @property
    def title(self) -> str:
        """The steps and the groups."""
        if self.definition.order == "any":
            steps = f"{', '.join(self._labels)} in any order"
        else:
            steps = " → ".join(
                name + ("?" if step.optional else "")
                for name, step in zip(self._labels, self.definition.steps, strict=True)
            )
        per = f" per {self.definition.per}" if self.definition.per else ""
        return f"{steps}{per}{self._grouping}"

    @property
    def counted(self) -> str:
        """How many entered."""
        entered = self.entered
        if len(self.definition.segments) > 1:
            return f"n = {apart(entered.groupby('segment', sort=False).sum().tolist(), self.unit)}"
        return f"n = {plural(int(entered.sum()), self.unit)}"

    @property
    def key_figure(self) -> str:
        """The conversion from the first step to the last, of all groups but those of segments."""
        last = len(self.definition.steps)
        figures = []
        for name, counts in self._by_segment(self.answer.counts):
            entered, converted = (
                int(counts.loc[counts["step"] == step, "count"].sum()) for step in (1, last)
            )
            share = percent(rate(converted, entered))
            figures.append(f"{name}{share} of {plural(entered, self.unit)}")
        return " vs ".join(figures)

    @property
    def nothing(self) -> str:
        """Say that nobody entered."""
        if self.entered.sum():
            return ""
        first = "any step" if self.definition.order == "any" else f"step 1 ({self._events[0]})"
        limits = " and pass the filters" if super()._limits else ""
        return (
            f"No event of {first} is counted: none may lie in this range{limits}, or every attempt "
            "is excluded. Try a longer range or fewer conditions."
        )

    @property
    def numbers(self) -> list[Number]:
        """Those who reached each step, and those who stopped before it."""
        found = []
        table = self._table
        counts = table["count"].tolist()
        steps = len(self.definition.steps)
        groups = [
            self._group_words(row)
            for row in table[list(self.groups)].iloc[::steps].itertuples(index=False)
        ]
        reached, lost = self.reached(table), self.lost(table)
        for place, (step, name) in enumerate(zip(table["step"], table["name"], strict=True)):
            group = groups[place // steps]
            words = f"{group}{step}. {name}"
            found.append(Number(words, number(counts[place]), reached[place]))
            stopped = lost[place]
            if stopped is not None:
                left = counts[place - place % steps + self.previous[place % steps]] - counts[place]
                found.append(Number(f"{group}stopped before {step}. {name}", number(left), stopped))
        return found

    def reached(self, rows: pd.DataFrame) -> list[Pick]:
        """Return what picks those behind the counts of some rows of the table."""
        keys = rows[list(self.groups)].itertuples(index=False, name=None)
        return [
            {**self.group_pick(key), "step": int(step)}
            for key, step in zip(keys, rows["step"], strict=True)
        ]

    def lost(self, rows: pd.DataFrame) -> list[Pick | None]:
        """Return what picks those who stopped before each step; None where F14 has no such."""
        steps = self.definition.steps
        return [
            None
            if pick["step"] == 1 or steps[pick["step"] - 1].optional
            else {**pick, "step": self.previous[pick["step"] - 1] + 1, "dropped": True}
            for pick in self.reached(rows)
        ]

    def chart(self, theme: ThemeName = "auto") -> go.Figure:
        """Draw bars per step with what drops off; with ``per``, the rate over time."""
        from .charts.funnel import draw

        return draw(self, theme)

    @cached_property
    def _table(self) -> pd.DataFrame:
        counts, steps = self.answer.counts, len(self.definition.steps)
        count = counts["count"].to_numpy(np.int64).reshape(-1, steps)
        start = count[:, :1].repeat(steps, axis=1)
        low, high = wilson(count, start)
        back = rate(count, count[:, self.previous])
        back[:, 0] = np.nan
        columns: dict[str, Any] = {name: counts[name].array for name in self.groups}
        columns |= {
            "step": counts["step"].to_numpy(np.int64),
            "name": pd.Index(self._names * len(count), dtype=object),
            "count": count.ravel(),
            "from_start": rate(count, start).ravel(),
            "from_start_low": low.ravel(),
            "from_start_high": high.ravel(),
            "from_previous": back.ravel(),
            "median_seconds": self._medians(steps).ravel(),
        }
        if self.answer.complete is not None:
            complete = self.answer.complete
            columns["complete"] = complete.reindex(counts["period"]).to_numpy(bool)
        return pd.DataFrame(columns)

    def _medians(self, steps: int) -> NDArray[np.float64]:
        """Return the medians of groups × steps, not-a-number at step 1."""
        times = self.answer.times
        step = times["step"].to_numpy(np.int64)
        group, later = np.arange(len(step)) // steps, step > 0
        medians = np.full((len(step) // steps, steps), np.nan)
        medians[group[later], step[later] - 1] = times["median"].to_numpy(np.float64)[later]
        return medians

    @cached_property
    def _comparison(self) -> pd.DataFrame:
        groups = list(self.compared)
        summed = self.answer.counts.groupby([*groups, "step"], sort=False)["count"].sum()
        counts = summed.reset_index()
        last = counts[counts["step"] == len(self.definition.steps)].reset_index(drop=True)
        sizes = counts.loc[counts["step"] == 1, "count"].tolist()
        reached = last["count"].tolist()
        compared = [
            compare(count, size, reached[0], sizes[0])
            for count, size in zip(reached[1:], sizes[1:], strict=True)
        ]
        frame = last[groups].assign(count=reached, rate=rate(reached, sizes)).iloc[1:]
        frame = frame.reset_index(drop=True)
        for place, field in enumerate(("difference", "low", "high", "test", "p_value")):
            kind = object if field == "test" else np.float64
            frame[field] = pd.Series([one[place] for one in compared], dtype=kind)
        if len(compared) > 2:
            frame["p_adjusted"] = holm(frame["p_value"])
        return frame

    @property
    def _events(self) -> list[Events]:
        return [step.events for step in self.definition.steps]

    @property
    def _names(self) -> list[str]:
        steps = len(self.definition.steps)
        if self.definition.order == "any":
            return [f"{step} of {steps}" for step in range(1, steps + 1)]
        return self._labels

    @property
    def _labels(self) -> list[str]:
        """What each step is called: as the question says, else by its events."""
        return [step.label or _name(step.events) for step in self.definition.steps]

    @property
    def _small_words(self) -> str:
        several = len(self.entered) > 1
        return f"{'some groups are small' if several else 'small sample'}: {FEW_WORDS}"

    @property
    def _checks(self) -> dict[str, Check]:
        steps = range(1, len(self.definition.steps) + 1)
        return {"step": numbered("step", steps), "dropped": flag("dropped")}

    @property
    def _limits(self) -> list[str]:
        return [f"within {self.definition.within}", *super()._limits]

    @property
    def _sheets(self) -> list[Sheet]:
        main = of_periods(self) if self.definition.per else of_steps(self)
        return [main] + ([of_comparison(self)] if len(self.entered) > 1 else [])


def _name(events: Events) -> str:
    return events.names[0] if len(events.names) == 1 and events.where is None else str(events)
