"""What retention is: who comes back, by cohort and period."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from ..errors import DefinitionError
from .clauses import EventQuestion
from .predicate import EventsText
from .time import Duration


class Retention(EventQuestion):
    """Who comes back after a start event.

    Parameters
    ----------
    start, returning : Events or str
        The start event and the return event; ``any`` is any event. Text: ``start -> returning``.
    per : {"day", "week", "month"} or Duration in hours, default "week"
        The period. Hours (``per 12h``) are elapsed and imply ``alignment="rolling"``.
    periods : int, default 12
        The last period shown; periods run from 0. Text: ``for 12``.
    cohort : {"first in range", "first ever", "every"}
        Which start events make a cohort. Text: nothing, ``first ever``, ``every``.
    alignment : {"calendar", "rolling"}
        Calendar periods, or elapsed multiples since the user's own start event. Text: ``rolling``.
    unbounded : bool
        Retained in period n or any later one. Text: ``on or after``.
    brackets : sequence of (first, last)
        Periods joined: ``brackets 0, 1-3, 4-7``; in the table a bracket is named by its first
        period. Replaces ``periods``.
    include_start : bool
        The start event itself counts (period 0 is 100 %). Text: ``including start``.
    where, by, segments, during
        As for every analysis. A breakdown takes the value at the start event.

    Notes
    -----
    The counting rules: docs/semantics.md, "Retention".

    Examples
    --------
    >>> print(Retention(start="signup", returning="any", per="week", periods=8))
    retention signup -> any per week for 8
    """

    kind: Literal["retention"] = "retention"
    start: EventsText
    returning: EventsText
    per: Literal["day", "week", "month"] | Duration = "week"
    periods: PositiveInt = Field(12, le=1000)
    cohort: Literal["first in range", "first ever", "every"] = "first in range"
    alignment: Literal["calendar", "rolling"] = "calendar"
    unbounded: bool = False
    brackets: tuple[tuple[NonNegativeInt, NonNegativeInt], ...] = ()
    include_start: bool = False

    @model_validator(mode="before")
    @classmethod
    def _hours_are_rolling(cls, data: object) -> object:
        if isinstance(data, dict) and data.get("per") not in (None, "day", "week", "month"):
            return {"alignment": "rolling", **data}
        return data

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if isinstance(self.per, Duration):
            if self.per.unit != "h":
                raise DefinitionError(
                    f"'per {self.per}' is no period; write day, week, month or hours such as 12h."
                )
            if self.alignment != "rolling":
                raise DefinitionError("Retention per hours is always rolling.")
        previous = -1
        for first, last in self.brackets:
            if first > last or first <= previous or last > 1000:
                raise DefinitionError(
                    "'brackets …' must rise and not overlap, as in: brackets 0, 1-3, 4-7."
                )
            previous = last
        if self.brackets and self.periods != 12:
            raise DefinitionError("'brackets' says which periods are shown; leave out 'for'.")
        return self

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The shown (first, last) periods: the brackets, or each single period from 0."""
        return self.brackets or tuple((n, n) for n in range(self.periods + 1))
