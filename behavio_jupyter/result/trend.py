"""The result of a trend."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..engine.answers import OTHER, TrendAnswer
from ..query import DateRange, Trend
from ..query import trend as expressions
from ..query.earlier import earlier
from .base import QuestionResult, ThemeName
from .picks import Check, Number, Pick, dated, iso
from .sheet import MOST, Sheet
from .statistics import FEW
from .wording import MISSING, decimals_of, moment, moments, number, percent, plural

if TYPE_CHECKING:
    import plotly.graph_objects as go

_GROUPS_BEFORE = 1000


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
    def range_before(self) -> DateRange | None:
        """The range before, as long as the one asked; None where that has no start (T9)."""
        asked, end = self.definition.during, self.facts.end
        if asked is None or asked.start is None or end is None or self.answer.points.empty:
            return None
        if asked.end is None:
            asked = DateRange(start=asked.start, end=end.tz_localize(None).to_pydatetime())
        periods = self.answer.points["period"].nunique()
        return earlier(asked, self.definition.per, periods, self.facts.timezone)

    @cached_property
    def before(self) -> TrendResult | None:
        """The same question of the range before (T9), asked when it is looked at.

        A breakdown has up to 1000 groups there, as others may have been the largest. None where
        there is no such range, or nothing of it lies in the log.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> log = datasets.cdnow()
        >>> result = log.trend("users of purchase per month during 1997-04-01 to 1997-06-30")
        >>> str(result.before.definition.during), result.before.table["value"].tolist()
        ('1997-01-01 to 1997-03-31', [7846.0, 9633.0, 9524.0])
        """
        during, first = self.range_before, self.facts.first
        if during is None or first is None or _closing(during) <= first.tz_localize(None):
            return None
        by = self.definition.by
        if by is not None:
            by = by.model_copy(update={"top": max(by.top, _GROUPS_BEFORE)})
        question = self.definition.model_copy(update={"during": during, "by": by})
        answer = self.engine.answer(question)
        assert isinstance(answer, TrendAnswer)
        return TrendResult(question, answer, self.engine, self.facts, self.bar)

    @property
    def compared(self) -> pd.DataFrame:
        """Each period beside the one that lies as far in the range before (T9).

        Columns: ``*groups, period, value, complete, period_before, value_before, change`` (value -
        value_before) and ``relative`` (change / value_before); the last four are null where the
        range before has no such period, the log had not begun, or the group is ``(other)``.
        """
        points, groups = self.answer.points, list(self.groups)
        there = points["period"].map(self._periods_before)
        paired = points.assign(period_before=pd.Series(there, dtype=points["period"].dtype))
        if self.before is None:
            found = paired.assign(value_before=np.nan)
        else:
            ago = self.before.answer.points[[*groups, "period", "value"]]
            ago = ago.rename(columns={"period": "period_before", "value": "value_before"})
            if self.definition.by is not None:
                ago = ago[ago[groups[0]] != OTHER]
            found = paired.merge(ago, "left", [*groups, "period_before"])
            # Who is not there before has what nothing gives (T2), where the log had begun.
            begun = found["period_before"].isin(self.before.answer.points["period"])
            if self.definition.by is not None:
                known = self.before.answer.points[groups[0]]
                begun &= (found[groups[0]] != OTHER) & (OTHER not in set(known))
            is_new = begun & ~_keys(found, [*groups, "period_before"]).isin(
                _keys(ago, [*groups, "period_before"])
            )
            found.loc[is_new, "value_before"] = _of_nothing(self.definition.value)
        change = found["value"] - found["value_before"]
        relative = (change / found["value_before"]).where(found["value_before"] != 0, np.nan)
        return found.assign(change=change, relative=relative)

    @property
    def before_words(self) -> str:
        """What the range before is, and where the log does not have it, in a sentence."""
        during, first = self.range_before, self.facts.first
        if first is None:
            return "The log is empty, so there is no range before."
        if during is None:
            return "Choose the first day of the range to compare it with the range before."
        if self.before is None:
            return (
                f"The range before, {during}, lies before the log, which begins on {moment(first)}."
            )
        assert during.start is not None
        if pd.Timestamp(during.start) < first.tz_localize(None).normalize():
            return (
                f"The range before is {during}; the log begins on {moment(first)}, "
                "and what is before that has no value."
            )
        return f"The range before is {during}."

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

    @property
    def numbers(self) -> list[Number]:
        """The points."""
        points = self.answer.points
        keys = points[list(self.groups)].to_numpy().tolist()
        periods = moments(points["period"])
        return [
            Number(f"{self._group_words(key)}{period}", number(value), pick)
            for key, period, value, pick in zip(
                keys, periods, points["value"], self.picks(points), strict=True
            )
        ]

    def picks(self, rows: pd.DataFrame) -> list[Pick]:
        """Return what picks those behind some rows of the table."""
        keys = rows[list(self.groups)].itertuples(index=False, name=None)
        return [
            {**self.group_pick(key), "period": iso(period, self.facts.timezone)}
            for key, period in zip(keys, rows["period"], strict=True)
        ]

    def chart(self, theme: ThemeName = "auto") -> go.Figure:
        """Draw lines over time; a period that is not over is dashed."""
        from .charts.trend import draw

        return draw(self, theme)

    @cached_property
    def _periods_before(self) -> dict[pd.Timestamp, pd.Timestamp]:
        """For each period the one of the range before, from that of the log's first event on."""
        if self.before is None:
            return {}
        own = list(self.answer.points["period"].drop_duplicates())
        theirs = list(self.before.answer.points["period"].drop_duplicates())
        pairs = dict(zip(own, theirs, strict=False))
        if self.definition.per == "hour":
            # By the clock: one of the days may have an hour more than the other.
            days = (own[0].tz_localize(None) - theirs[0].tz_localize(None)).round("D")
            shown = {stamp.tz_localize(None): stamp for stamp in reversed(theirs)}
            asked = {stamp: shown.get(stamp.tz_localize(None) - days) for stamp in own}
            pairs = {stamp: there for stamp, there in asked.items() if there is not None}
        begins = max((stamp for stamp in theirs if stamp <= self.facts.first), default=theirs[0])
        return {stamp: there for stamp, there in pairs.items() if there >= begins}

    @property
    def _checks(self) -> dict[str, Check]:
        return {"period": dated("period", self.answer.points["period"], self.facts.timezone)}

    @property
    def _sheets(self) -> list[Sheet]:
        groups = list(self.groups)
        # By period: where the table is cut, the last ones of all groups stay.
        kept = self.changes.assign(complete=self.answer.points["complete"])
        changes = kept.sort_values("period", kind="stable").iloc[-MOST:]
        decimals = decimals_of(changes["value"])
        rows = [
            [
                *map(str, names),
                period,
                number(value, decimals),
                _signed(change, number(change, decimals)),
                _signed(relative, percent(relative)),
                "" if over else "not over yet",
            ]
            for names, period, value, change, relative, over in zip(
                changes[groups].to_numpy().tolist() if groups else [[]] * len(changes),
                moments(changes["period"]),
                changes["value"],
                changes["change"],
                changes["relative"],
                changes["complete"],
                strict=True,
            )
        ]
        columns = [*groups, "period", "value", "change", "relative", ""]
        total = len(self.answer.points)
        bars = (len(groups) + 1, _lengths(changes["value"]))
        words = len(groups) + 1
        return [
            Sheet(
                columns,
                rows,
                words,
                total=total,
                latest=True,
                bars=bars,
                picks=lambda: {words: self.picks(changes)},
            )
        ]


def _lengths(values: pd.Series) -> list[float]:
    """Return values as lengths of bars; where some are below zero there are none."""
    finite = values.astype(np.float64).replace([np.inf, -np.inf], np.nan)
    most = finite.max()
    drawn = most > 0 and not (finite < 0).any()
    return (finite / most).fillna(0.0).tolist() if drawn else [0.0] * len(values)


def _closing(during: DateRange) -> pd.Timestamp:
    """Return the end of a closed range on the log's clock."""
    end = during.end
    assert end is not None
    return pd.Timestamp(end if isinstance(end, dt.datetime) else end + dt.timedelta(days=1))


def _keys(frame: pd.DataFrame, columns: list[str]) -> pd.Index:
    return pd.MultiIndex.from_frame(frame[columns])


def _of_nothing(value: expressions.Expression) -> float:
    """Return a value where no event is counted: 0 for counts and sums, else null (T2)."""
    if isinstance(value, expressions.Number):
        return float(value.value)
    if isinstance(value, expressions.Series):
        return 0.0 if value.function in ("events", "users", "sessions", "sum") else np.nan
    left, right = _of_nothing(value.left), _of_nothing(value.right)
    if value.operator == "/":
        return left / right if right else np.nan
    return {"+": left + right, "-": left - right, "*": left * right}[value.operator]


def _signed(change: float, words: str) -> str:
    size = words.removeprefix("-")
    if not size.strip("0.\u202f%"):
        return size  # what is written as 0 has no sign
    return ("+" if change > 0 else "−" if change < 0 else "") + size
