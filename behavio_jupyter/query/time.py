"""Spans and ranges of time as users write them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ..errors import DefinitionError
from .base import Model, from_text

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


def _moment(value: Any) -> Any:
    """Read ISO text; make a moment that text can say: no zone but its offset, no ambiguity left."""
    if isinstance(value, str):
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
                return dt.date.fromisoformat(value.strip())
            value = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            raise DefinitionError(
                f"{value!r} is no date; write one like 2026-01-31 or 2026-01-31 10:30."
            ) from None
    if isinstance(value, dt.datetime):
        offset = value.utcoffset()
        return dt.datetime(
            *(value.year, value.month, value.day, value.hour, value.minute, value.second),
            value.microsecond,
            None if offset is None else dt.timezone(offset),
        )
    if isinstance(value, dt.date):
        return value
    raise DefinitionError(f"Expected a date such as 2026-01-31, not {value!r}.")


Moment = Annotated[dt.datetime | dt.date, BeforeValidator(_moment)]
"""A point in time in the log's time zone; a date alone means its midnight."""


class Duration(Model):
    """An elapsed time such as ``30m``, ``12h``, ``7d``, ``4w`` or ``3mo`` (a month is 30 days).

    Examples
    --------
    >>> Duration.model_validate("7d").microseconds == 7 * 86_400 * 10**6
    True
    """

    amount: Annotated[int, Field(gt=0, le=10**12)]
    unit: Unit

    @model_validator(mode="after")
    def _countable(self) -> Self:
        if self.microseconds >= 2**60:
            raise DefinitionError(f"A span of {self} is too long; the longest is 13000000d.")
        return self

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, dt.timedelta) and value > dt.timedelta():
            left = value // dt.timedelta(microseconds=1)
            for unit in ("w", "d", "h", "m", "s"):
                if left % MICROSECONDS[unit] == 0:
                    return {"amount": left // MICROSECONDS[unit], "unit": unit}
        if not isinstance(value, str):
            return value
        match = re.fullmatch(r"\s*(\d{1,15})\s*(mo|[smhdw])\s*", value)
        if match is None:
            raise DefinitionError(
                f"{value!r} is no span of time; write one like 30m, 12h, 7d, 4w or 3mo."
            )
        if int(match[1]) == 0:
            raise DefinitionError("A span of time is longer than 0.")
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

    Examples
    --------
    >>> print(DateRange.model_validate("2026-01-01 to 2026-03-31"))
    2026-01-01 to 2026-03-31
    """

    start: Moment | None = None
    end: Moment | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return dict(from_text("range", value))
        return value

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start is None and self.end is None:
            raise DefinitionError("A date range needs a start or an end.")
        if self.start is not None and self.end is not None:
            start, end = _instant(self.start), _instant(self.end)
            if not isinstance(self.end, dt.datetime):
                start = dt.datetime.combine(start, dt.time())  # the end's whole day is in the range
            # Without the log's time zone a moment with an offset and one without do not compare.
            if (start.tzinfo is None) == (end.tzinfo is None) and start > end:
                raise DefinitionError(
                    f"The date range ends ({self.end}) before it starts ({self.start})."
                )
        return self

    def __str__(self) -> str:
        """Return the text form, such as ``2026-01-01 to 2026-03-31`` or ``since 2026-01-01``."""
        if self.end is None:
            return f"since {self.start}"
        if self.start is None:
            return f"until {self.end}"
        return f"{self.start} to {self.end}"


def _instant(moment: Moment) -> dt.datetime:
    return moment if isinstance(moment, dt.datetime) else dt.datetime.combine(moment, dt.time())
