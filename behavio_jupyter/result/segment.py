"""The result of a segment: users."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ..engine.answers import SegmentAnswer
from ..errors import DefinitionError, nearest_hint
from ..query import Period, Segment
from .base import Result, ThemeName, written
from .sheet import MOST, Sheet
from .statistics import FEW, rate
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

    def chart(self, theme: ThemeName = "auto") -> go.Figure:
        """Draw their share of all users."""
        from .charts.segment import share

        return share(self, theme)

    def chart_over_time(self, per: Period, theme: ThemeName = "auto") -> go.Figure:
        """Draw how many they were at the end of each period; one that is not over is dashed."""
        from .charts.segment import over_time

        return over_time(self, per, theme)

    def to_csv(self, path: str | Path | None = None) -> str | None:
        """Write the ids as CSV; without a path, return it."""
        return written(self.users, path)

    @property
    def _sheets(self) -> list[Sheet]:
        rows = [[str(user)] for user in self.answer.users.iloc[:MOST]]
        return [Sheet(["user_id"], rows, 1, ".users", total=len(self))]
