"""Spans and ranges of time as users write them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, PositiveInt, model_validator

from ..errors import DefinitionError
from .base import Model

Unit = Literal["s", "m", "h", "d", "w", "mo"]
Period = Literal["hour", "day", "week", "month"]

MICROSECONDS: dict[str, int] = {
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 7 * 86_400_000_000,
    "mo": 30 * 86_400_000_000,
}


def _date_or_datetime(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        return dt.date.fromisoformat(value.strip())
    return value


Moment = Annotated[dt.datetime | dt.date, BeforeValidator(_date_or_datetime)]
"""A point in time in the log's time zone; a date alone means its midnight."""


class Duration(Model):
    """An elapsed time such as ``30m``, ``12h``, ``7d``, ``4w`` or ``3mo`` (a month is 30 days).

    Examples
    --------
    >>> Duration.model_validate("7d").microseconds == 7 * 86_400 * 10**6
    True
    """

    amount: PositiveInt
    unit: Unit

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        match = re.fullmatch(r"\s*(\d+)\s*(mo|[smhdw])\s*", value)
        if match is None:
            raise DefinitionError(f"{value!r} is no span of time; write one like 30m, 12h, 7d, 4w or 3mo.")
        return {"amount": int(match[1]), "unit": match[2]}

    @property
    def microseconds(self) -> int:
        """The span in microseconds."""
        return self.amount * MICROSECONDS[self.unit]

    def __str__(self) -> str:
        """Return the text form, such as ``7d``."""
        return f"{self.amount}{self.unit}"


class DateRange(Model):
    """``[start, end)`` in the log's time zone; an end given as a date includes that day.

    Either side may be open (``None``).
    """

    start: Moment | None = None
    end: Moment | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start is None and self.end is None:
            raise DefinitionError("A date range needs a start or an end.")
        if self.start is not None and self.end is not None and _instant(self.start) > _instant(self.end):
            raise DefinitionError(f"The date range ends ({self.end}) before it starts ({self.start}).")
        return self


def _instant(moment: Moment) -> dt.datetime:
    return moment if isinstance(moment, dt.datetime) else dt.datetime.combine(moment, dt.time())
