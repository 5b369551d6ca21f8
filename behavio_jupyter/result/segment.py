"""The result of a segment: users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..engine.answers import SegmentAnswer
from ..errors import DefinitionError, nearest_hint
from ..query import Events, Period, Segment
from ..query.left_out import left_out
from ..query.segment import Did
from .base import Result, ThemeName
from .page import fragment
from .picks import Number, checked, dated, iso
from .sheet import MOST, Sheet
from .statistics import FEW, rate, wilson
from .wording import number, percent, plural

if TYPE_CHECKING:
    import plotly.graph_objects as go

_PERIODS = ("hour", "day", "week", "month")


@dataclass(frozen=True, repr=False, eq=False)
class SegmentResult(Result):
    """A set of users (docs/semantics.md, "Segment").

    ``len(result)`` is their number. Its ``definition`` can stand in any question, be saved in the
    log under a name, and prints to text.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> loyal = datasets.cdnow().segment("count(purchase) >= 10")
    >>> len(loyal), round(loyal.share, 3)
    (1145, 0.049)
    >>> loyal.over_time("month")["users"].tail(2).tolist()
    [1059, 1145]
    """

    definition: Segment
    answer: SegmentAnswer

    @property
    def users(self) -> pd.Series:
        """Their ids, sorted, named ``user_id``."""
        return self.answer.users.copy(deep=False)

    def __len__(self) -> int:
        return len(self.answer.users)

    def __bool__(self) -> bool:
        return True  # a result that exists, also where it has nobody

    @property
    def share(self) -> float:
        """Their share of the users seen by the reference time; null where nobody was."""
        return float(rate(len(self), self.answer.seen))

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of their share; null where nobody was seen."""
        low, high = wilson([len(self)], [self.answer.seen])
        return float(low[0]), float(high[0])

    @property
    def small(self) -> bool:
        """Whether they are fewer than 30 (X2)."""
        return len(self) < FEW

    @property
    def title(self) -> str:
        """The condition."""
        return f"Segment: {self.definition}"

    @property
    def counted(self) -> str:
        """How many they are, and of how many."""
        return (
            f"n = {plural(len(self), 'user')} of {number(self.answer.seen)} ({percent(self.share)})"
        )

    @property
    def key_figure(self) -> str:
        """How many they are, and their share."""
        return f"{plural(len(self), 'user')} ({percent(self.share)})"

    @property
    def nothing(self) -> str:
        """Say that there is nobody."""
        return (
            ""
            if len(self)
            else "No user meets this condition. Try a longer window or a lower bound."
        )

    def over_time(self, per: Period) -> pd.DataFrame:
        """Return the same condition at the end of each period (S8).

        Parameters
        ----------
        per : {"hour", "day", "week", "month"}

        Returns
        -------
        DataFrame
            ``period, users, share`` (of the users seen by then), ``complete``.

        Raises
        ------
        DefinitionError
            There is no such period.
        """
        if per not in _PERIODS:
            raise DefinitionError(f"There is no period {per!r}{nearest_hint(str(per), _PERIODS)}.")
        frame = self.engine.over_time(self.definition, per)
        return pd.DataFrame(
            {
                "period": frame["period"],
                "users": frame["users"],
                "share": rate(frame["users"], frame["seen"]),
                "complete": frame["complete"],
            }
        )

    def at_end_of(self, per: Period, period: Any) -> SegmentResult:
        """Return the same condition at the end of one of the periods of :meth:`over_time`.

        Parameters
        ----------
        per : {"hour", "day", "week", "month"}
        period : text, date or timestamp
            The start of the period.

        Raises
        ------
        DefinitionError
            There is no such period.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> loyal = datasets.cdnow().segment("count(purchase) >= 10")
        >>> print(len(loyal.at_end_of("month", "1998-05-01")))
        1059
        """
        stamps = list(self.over_time(per)["period"])
        zone = self.facts.timezone
        ((_, start),) = checked("", {"period": period}, {"period": dated("period", stamps, zone)})
        place = [iso(stamp, zone) for stamp in stamps].index(str(start))
        # The last one ends, as far as the log goes, with the log.
        end = stamps[place + 1].to_pydatetime() if place + 1 < len(stamps) else None
        asked = Segment(condition=self.definition.condition, reference=end)
        found = self.engine.answer(asked)
        assert isinstance(found, SegmentAnswer)
        return SegmentResult(asked, found, self.engine, self.facts, self.bar)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """What each part of the condition does to their number (S11).

        Parts are what ``and``, ``or`` and ``not`` join, whole groups of them too, outermost first.

        Returns
        -------
        DataFrame
            ``path`` (where the part stands in the definition), ``condition`` (its text),
            ``without`` (how many users the segment would have without the part), ``change`` (what
            the part adds to that; negative where it removes users), int64.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> found = datasets.cdnow().segment("count(purchase) >= 10 and sum(purchase.cds) > 40")
        >>> len(found), found.effects[["without", "change"]].tail(2).to_numpy().tolist()
        (412, [[516, -104], [1145, -733]])
        """
        sizes: dict[str, int] = {}
        rows = []
        for path, part, rest in left_out(self.definition.condition):
            left = str(rest)
            if left not in sizes:
                sizes[left] = len(self._meeting(rest))
            rows.append((path, str(part), sizes[left], len(self) - sizes[left]))
        frame = pd.DataFrame(rows, columns=["path", "condition", "without", "change"])
        return frame.astype({"without": "int64", "change": "int64"})

    def without(self, path: str) -> SegmentResult:
        """Return the segment without a part of its condition; without all of it, everybody.

        Parameters
        ----------
        path : str
            Where the part stands, as in :attr:`effects`.

        Raises
        ------
        DefinitionError
            There is no part there.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> found = datasets.cdnow().segment("count(purchase) >= 10 and sum(purchase.cds) > 40")
        >>> print(found.without("condition.parts.1").definition)
        count(purchase) >= 10
        """
        for found in left_out(self.definition.condition):
            if found.path == path:
                return self._meeting(found.rest)
        paths = [found.path for found in left_out(self.definition.condition)]
        raise DefinitionError(f"There is no condition at {path!r}{nearest_hint(path, paths)}.")

    def _meeting(self, condition: Any) -> SegmentResult:
        """Return the segment with another condition; without one, everybody."""
        everybody = Did(events=Events())
        asked = self.definition.model_copy(update={"condition": condition or everybody})
        found = self.engine.answer(asked)
        assert isinstance(found, SegmentAnswer)
        return SegmentResult(asked, found, self.engine, self.facts, self.bar)

    @cached_property
    def overlap(self) -> pd.DataFrame:
        """How many of them are in each segment that was saved when they were asked for (S12).

        Returns
        -------
        DataFrame
            ``segment`` (its name), ``size`` (its users), ``both`` (those who are in this one too),
            ``share_of_this`` (of these users), ``share_of_that`` (of its users), ``jaccard``
            (both, of the users in either); the largest ``both`` first, then by name.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> log = datasets.cdnow()
        >>> log.save_segment("loyal", "count(purchase) >= 10")
        >>> log.segment("sum(purchase.cds) > 40").overlap.round(2)
          segment  size  both  share_of_this  share_of_that  jaccard
        0   loyal  1145   412            0.8           0.36     0.33
        """
        frame = self.engine.overlap(self.definition)
        frame = frame.sort_values(["both", "segment"], ascending=[False, True], ignore_index=True)
        both = frame["both"]
        return frame.assign(
            share_of_this=rate(both, len(self)),
            share_of_that=rate(both, frame["size"]),
            jaccard=rate(both, len(self) + frame["size"] - both),
        )

    def chart(self, theme: ThemeName = "auto") -> go.Figure:
        """Draw their share of all users."""
        from .charts.segment import share

        return share(self, theme)

    def chart_over_time(self, per: Period, theme: ThemeName = "auto") -> go.Figure:
        """Draw how many they were at the end of each period; one that is not over is dashed."""
        from .charts.segment import over_time

        return over_time(self, per, theme)

    def to_fragment(self) -> str:
        """Return markup for a page that draws no chart: their share as a bar, and the first ids."""
        counts = (len(self), self.answer.seen - len(self))
        shares = [0.0 if count == 0 else count / self.answer.seen for count in counts]
        names = ("in the segment", "not in it")
        rows = [
            [name, number(count), percent(share)]
            for name, count, share in zip(names, counts, shares, strict=True)
        ]
        bar = Sheet(["", "users", "share"], rows, 1, bars=(2, shares))
        sheets = [bar, *self._sheets]
        return fragment(self.title, self.subtitle, sheets, self.rule, self.nothing, drawn=True)

    @property
    def numbers(self) -> list[Number]:
        """The one number: how many they are."""
        return [Number("in the segment", number(len(self)), {})]

    def behind(self, pick: Mapping[str, Any]) -> SegmentResult:
        """Return the segment itself: it has one number, which is picked by nothing."""
        checked("a segment", pick, {})
        return self

    @property
    def _numbers(self) -> pd.Series:
        return self.users

    @property
    def _sheets(self) -> list[Sheet]:
        rows = [[str(user)] for user in self.answer.users.iloc[:MOST]]
        return [Sheet(["user_id"], rows, 1, ".users", total=len(self))]
