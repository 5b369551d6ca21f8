"""Who the users of a segment are, beside the rest."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ...log import EventLog
from ...query import parse
from ...result import SegmentResult
from ...result.wording import number, percent
from ..figures import KeyFigure
from ..period import Period
from . import counting
from . import differences as differing
from .traits import activity, traits

if TYPE_CHECKING:
    import plotly.graph_objects as go


class Profile:
    """A segment at the end of a period.

    Parameters
    ----------
    log : EventLog
    segment : str
        The name of a saved one, or a condition; empty:
        :func:`~behavio_jupyter.report.analyses.counting.usual_segment`.
    period : Period

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> found = Profile(datasets.cdnow(), "count(purchase) >= 5", Period.parse("1998-06"))
    >>> [figure.name for figure in found.figures(found.period)]
    ['users in the segment', 'share of all users', 'active of the segment']
    """

    def __init__(self, log: EventLog, segment: str, period: Period) -> None:
        self.log, self.period = log, period
        text = segment or counting.usual_segment(log, period)
        if text in log.segments:
            text = str(log.segments[text]).removeprefix("segment ")
        self.text = text
        parse(text, kind="segment")

    @cached_property
    def members(self) -> SegmentResult:
        """The segment at the end of the period."""
        return self._at(self.period)

    def figures(self, period: Period) -> list[KeyFigure]:
        """Return how many they are at the end of a period, and how many of them were active."""
        found = self._at(period)
        seen = len(self.log.segment(f"first_seen < {period.end}"))
        active = self.log.segment(f"did(any) {period.window}").users
        return [
            # Who is in it stays in it: at two ends of months these are not independent people.
            KeyFigure.measured("users in the segment", len(found), "users"),
            KeyFigure.rate("share of all users", len(found), seen, tested=False),
            KeyFigure.rate(
                "active of the segment", int(found.users.isin(active).sum()), len(found)
            ),
        ]

    def over_time(self) -> tuple[go.Figure, pd.DataFrame, str, str]:
        """Return a chart of how many they were at the end of each month, and its words.

        Returns
        -------
        tuple
            The chart, its table, the table's name, and a sentence.
        """
        table = self.members.over_time("month")
        chart = self.members.chart_over_time("month")
        over = table[table["complete"] & (table["users"] > 0)]
        if over.empty:
            return chart, table, "size", "At no month's end there was anybody in it."
        first, last = over.iloc[0], over.iloc[-1]
        most = over.iloc[int(over["users"].to_numpy().argmax())]
        sentence = (
            f"From {number(first['users'])} at the end of the month {first['period']:%Y-%m} "
            f"to {number(last['users'])} at that of {last['period']:%Y-%m}, which is "
            f"{percent(last['share'])} of all users by then; the most were "
            f"{number(most['users'])} ({most['period']:%Y-%m})."
        )
        return chart, table, "size", sentence

    def differences(self, months: int) -> pd.DataFrame:
        """Return what they did more or less often than others in the months up to the period.

        Only users who were active in these months are compared, of the segment and of the rest.

        Returns
        -------
        DataFrame
            As :func:`~behavio_jupyter.report.analyses.differences.differing` returns it.
        """
        window = f"between {self.period.back(months - 1).start} and {self.period.last}"
        active = self.log.segment(f"did(any) {window}").users
        inside = active.isin(self.members.users)
        return differing.differing(
            self.log,
            [*traits(self.log, window), *activity(window)],
            active[inside],
            active[~inside],
        )

    def overlap(self) -> pd.DataFrame:
        """Return how many of them are in each saved segment, as it is read."""
        found = self.members.overlap
        return pd.DataFrame(
            {
                "segment": found["segment"],
                "users": [number(one) for one in found["size"]],
                "in both": [number(one) for one in found["both"]],
                "of this segment": [percent(one) for one in found["share_of_this"]],
                "of that segment": [percent(one) for one in found["share_of_that"]],
            }
        )

    def overlap_told(self) -> str:
        """Return which saved segment shares most users with this one, in a sentence."""
        found = self.members.overlap
        if found.empty:
            return "No segment is saved in this log: there is none to compare with."
        first = found.iloc[0]
        return f"{percent(first['share_of_this'])} of them are in {first['segment']}, too."

    def _at(self, period: Period) -> SegmentResult:
        end = "" if " as of " in self.text else f" as of {period.end}"
        return self.log.segment(f"{self.text}{end}")
