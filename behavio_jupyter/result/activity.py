"""Lifecycle and stickiness: how they are shown, and the users behind their numbers."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ..engine.answers import SegmentAnswer, TrendAnswer
from ..errors import DefinitionError
from ..query import DateRange, Retention, Segment, Series, Trend
from ..query.predicate import And, Not
from ..query.rule import activity_rule
from ..query.segment import BetweenDates, Measured, UsersOf
from ..query.time import Duration
from .base import dates
from .page import fragment, text
from .picks import checked, dated, iso, named, numbered
from .sheet import Sheet
from .wording import decimals_of, moments, number, percent, plural

if TYPE_CHECKING:
    from .retention import RetentionResult
    from .segment import SegmentResult

Part = Literal["lifecycle", "stickiness"]
STATES = ("new", "returning", "resurrected", "dormant")
"""What a user can be in a period (docs/semantics.md R9)."""

ACTIVE = "active"
"""New, returning or resurrected."""


@dataclass(frozen=True, repr=False, eq=False)
class ActivityResult:
    """Lifecycle or stickiness of a retention's return event (docs/semantics.md R9, R10, R13).

    Made by ``result.activity("lifecycle")``.

    Attributes
    ----------
    retention : RetentionResult
    part : {"lifecycle", "stickiness"}

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> result = datasets.cdnow().retention("purchase -> purchase per month")
    >>> lifecycle = result.activity("lifecycle")
    >>> int(lifecycle.table["dormant"][1]), len(lifecycle.users("1997-02-01", "dormant"))
    (6689, 6689)
    """

    retention: RetentionResult
    part: Part

    @property
    def definition(self) -> Retention:
        """The retention that was asked."""
        return self.retention.definition

    @cached_property
    def table(self) -> pd.DataFrame:
        """The rows of ``lifecycle`` or ``stickiness`` of the periods that the range touches."""
        of = self.retention
        return self._in_range(of.lifecycle if self.part == "lifecycle" else of.stickiness)

    @cached_property
    def active_days(self) -> pd.DataFrame:
        """Users by number of active days, of the periods that the range touches."""
        return self._in_range(self.retention.active_days)

    @property
    def title(self) -> str:
        """The activity and the period."""
        per = self.definition.per
        period = per if isinstance(per, str) else f"{per} period"
        return f"{self.part.capitalize()} of {self.definition.returning} per {period}"

    @property
    def subtitle(self) -> str:
        """Over which periods, of whom, in which log."""
        facts, asked = self.retention.facts, self.definition
        parts = [plural(len(self.table), "period")]
        parts += [f"where {asked.where}"] if asked.where is not None else []
        parts += [f"for {' or '.join(map(str, asked.segments))}"] if asked.segments else []
        parts += [dates(asked.during)] if asked.during is not None else []
        return " · ".join(part for part in [*parts, facts.timezone, facts.name] if part)

    @property
    def rule(self) -> str:
        """How it was counted, in words."""
        return activity_rule(self.definition, self.part)

    @property
    def nothing(self) -> str:
        """Say that there is no period, or nobody in any."""
        if self.table.empty:
            return "The log is empty, so it has no period."
        counted = self.table["new" if self.part == "lifecycle" else "active"]
        if counted.any():
            return ""
        return f"Nobody has {self.definition.returning} here. Try fewer conditions."

    def to_fragment(self) -> str:
        """Return markup for a page that draws no chart: the table, with bars."""
        shown = [self._sheet]
        return fragment(self.title, self.subtitle, shown, self.rule, self.nothing, drawn=True)

    def __repr__(self) -> str:
        return text(self.title, self.subtitle, [self._sheet], self.rule, self.nothing)

    def users(self, period: Any, state: str = ACTIVE, days: int | None = None) -> SegmentResult:
        """Return the users of a state in a period as a segment (R14).

        Parameters
        ----------
        period : text, date or timestamp
            The start of the period.
        state : {"active", "new", "returning", "resurrected", "dormant"}
        days : int, optional
            Only those who are active on so many days of the period, as in ``active_days``.

        Raises
        ------
        DefinitionError
            There is no such period, state or number of days, or periods are blocks of hours.
        """
        from .segment import SegmentResult

        of, stamps = self.retention, list(self.retention.lifecycle["period"])
        zone = of.facts.timezone
        states = named("state", (ACTIVE, *STATES))
        checks = {"period": dated("period", stamps, zone), "state": states}
        pick = dict(checked("", {"period": period, "state": state}, checks))
        texts = [iso(stamp, zone) for stamp in stamps]
        place = texts.index(str(pick["period"]))
        before = texts[place - 1] if place else None
        segment = users_in(self.definition, str(pick["state"]), texts[place], before)
        if days is not None:
            counted = of.active_days.loc[of.active_days["period"] == stamps[place], "days"]
            numbered("number of days", counted)(days)
            segment = on_days(segment, self.definition, stamps[place], days)
        found = of.engine.answer(segment)
        assert isinstance(found, SegmentAnswer)
        return SegmentResult(segment, found, of.engine, of.facts, of.bar)

    def _in_range(self, rows: pd.DataFrame) -> pd.DataFrame:
        during = self.definition.during
        if during is None:
            return rows
        asked = _asked(self.definition).model_copy(update={"during": during})
        answer = self.retention.engine.answer(asked)
        assert isinstance(answer, TrendAnswer)
        inside = rows["period"].isin(answer.points["period"])
        return rows[inside].reset_index(drop=True)

    @property
    def _sheet(self) -> Sheet:
        made = lifecycle_sheet if self.part == "lifecycle" else stickiness_sheet
        return made(self.table)


def users_in(retention: Retention, state: str, period: str, before: str | None) -> Segment:
    """Return the users of a state in a period, as a segment (R14).

    Parameters
    ----------
    retention : Retention
        Its return event is the activity.
    state : {"new", "returning", "resurrected", "dormant", "active"}
    period : str
        As definitions hold it.
    before : str or None
        The period before; None for the first one of the log.

    Raises
    ------
    DefinitionError
        The periods are blocks of hours, of which no trend can be asked.
    """
    asked, event = _asked(retention), retention.returning
    entered = Retention(
        start=event,
        returning=event,
        cohort="first ever",
        per=retention.per,
        where=retention.where,
        segments=retention.segments,
    )
    active = UsersOf(query=asked, pick=(("period", period),))
    new = UsersOf(query=entered, pick=(("cohort", period),))
    nobody = And(parts=(active, Not(part=active)))
    earlier = UsersOf(query=asked, pick=(("period", before),)) if before else nobody
    return Segment(
        condition={
            "active": active,
            "new": new,
            "returning": And(parts=(active, earlier)),
            "resurrected": And(parts=(active, Not(part=earlier), Not(part=new))),
            "dormant": And(parts=(earlier, Not(part=active))),
        }[state]
    )


def on_days(segment: Segment, retention: Retention, period: pd.Timestamp, days: int) -> Segment:
    """Return those of a segment who are active on so many days of a period, which it begins."""
    event, where = retention.returning, retention.where
    if where is not None:
        both = where if event.where is None else And(parts=(event.where, where))
        event = event.model_copy(update={"where": both})
    first = period.date()
    last = {
        "day": first,
        "week": first + dt.timedelta(days=6),
        "month": first.replace(day=calendar.monthrange(first.year, first.month)[1]),
    }[str(retention.per)]
    active = Measured(
        function="count_days",
        events=event,
        operator="=",
        value=days,
        window=BetweenDates(range=DateRange(start=first, end=last)),
    )
    return Segment(condition=And(parts=(segment.condition, active)))


def _asked(retention: Retention) -> Trend:
    """Return the trend of the active users."""
    per = retention.per
    if isinstance(per, Duration):
        raise DefinitionError(
            f"Neither range nor users of a lifecycle per {per} can be chosen; ask per day, week or "
            "month."
        )
    users = Series(function="users", events=retention.returning)
    return Trend(value=users, per=per, where=retention.where, segments=retention.segments)


def lifecycle_sheet(lifecycle: pd.DataFrame) -> Sheet:
    """Return the table of a lifecycle; active users are drawn as bars."""
    active = lifecycle[["new", "returning", "resurrected"]].sum(axis=1)
    rows = [
        [period, number(all_), *map(number, counts), "" if over else "not over yet"]
        for period, all_, counts, over in zip(
            moments(lifecycle["period"]),
            active,
            lifecycle[list(STATES)].to_numpy(),
            lifecycle["complete"],
            strict=True,
        )
    ]
    bars = (1, (active / max(1, active.max())).tolist() if len(active) else [])
    return Sheet(["period", ACTIVE, *STATES, ""], rows, 1, ".lifecycle", latest=True, bars=bars)


def stickiness_sheet(stickiness: pd.DataFrame) -> Sheet:
    """Return the table of stickiness; the ratio is drawn as bars."""
    decimals = decimals_of(stickiness["mean_daily"])
    rows = [
        [
            period,
            number(active),
            number(daily, decimals),
            percent(ratio),
            "" if over else "not over yet",
        ]
        for period, active, daily, ratio, over in zip(
            moments(stickiness["period"]),
            stickiness["active"],
            stickiness["mean_daily"],
            stickiness["ratio"],
            stickiness["complete"],
            strict=True,
        )
    ]
    bars = (3, np.nan_to_num(stickiness["ratio"]).tolist())
    columns = ["period", "active users", "daily mean", "stickiness", ""]
    return Sheet(columns, rows, 1, ".stickiness", latest=True, bars=bars)
