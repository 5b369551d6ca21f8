"""The stretch of time that a report is about."""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import dataclass
from typing import Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from ..errors import DefinitionError, UnknownNameError

Unit = Literal["day", "week", "month", "quarter", "year"]
UNITS: tuple[Unit, ...] = get_args(Unit)

_EARLIEST, _LATEST = 1900, 2200
"""Years of periods: their neighbours, and those a year and 156 weeks before, are dates as well."""

_NAMES: dict[Unit, str] = {
    "day": r"(\d{4})-(\d\d)-(\d\d)",
    "week": r"(\d{4})-W(\d\d)",
    "month": r"(\d{4})-(\d\d)",
    "quarter": r"(\d{4})-Q([1-4])",
    "year": r"(\d{4})",
}


def zone(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises
    ------
    UnknownNameError
        There is none of that name.
    """
    if name not in _zones():
        raise UnknownNameError("time zone", name, _zones())
    return ZoneInfo(name)


@functools.cache
def _zones() -> frozenset[str]:
    # They are read from the disk; and "localtime" is whatever the machine is set to.
    return frozenset(available_timezones() - {"localtime"})


@dataclass(frozen=True)
class Period:
    """A day, ISO week (Monday to Sunday), month, quarter or year of the calendar.

    Attributes
    ----------
    unit : {"day", "week", "month", "quarter", "year"}
    start : date
        The first day.

    Examples
    --------
    >>> week = Period.parse("2026-W47")
    >>> week.during, str(week.before), str(week.year_before)
    ('2026-11-16 to 2026-11-22', '2026-W46', '2025-W47')
    """

    unit: Unit
    start: dt.date

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026-11-23``, ``2026-W47``, ``2026-11``, ``2026-Q4`` or ``2026``.

        Raises
        ------
        DefinitionError
            There is no such period, or not in the years 1900 to 2200.
        """
        for unit, pattern in _NAMES.items():
            match = re.fullmatch(pattern, text.strip())
            if match is None:
                continue
            parts = [int(part) for part in match.groups()]
            if not _EARLIEST <= parts[0] <= _LATEST:
                raise DefinitionError(
                    f"{text.strip()} is too far away: a period is of the years {_EARLIEST} to "
                    f"{_LATEST}."
                )
            try:
                if unit == "week":
                    return cls(unit, dt.date.fromisocalendar(*parts, 1))  # type: ignore[call-arg]
                if unit == "quarter":
                    parts[1] = 3 * parts[1] - 2
                return cls(unit, dt.date(*parts, *[1] * (3 - len(parts))))
            except ValueError:
                raise DefinitionError(f"The calendar has no {unit} {text.strip()}.") from None
        raise DefinitionError(
            f"{text!r} is no period; write a week as 2026-W47, a month as 2026-11, a quarter as "
            "2026-Q4, a year as 2026, a day as 2026-11-23."
        )

    @classmethod
    def containing(cls, unit: Unit, day: dt.date) -> Period:
        """Return the period that a day belongs to."""
        if unit == "week":
            return cls(unit, day - dt.timedelta(days=day.weekday()))
        if unit == "month":
            return cls(unit, day.replace(day=1))
        if unit == "quarter":
            return cls(unit, day.replace(month=day.month - (day.month - 1) % 3, day=1))
        return cls(unit, day.replace(month=1, day=1) if unit == "year" else day)

    @classmethod
    def last_complete(cls, unit: Unit, now: dt.datetime) -> Period:
        """Return the last period that is over at a moment of the log's time zone."""
        return cls.containing(unit, now.date()).before

    @property
    def end(self) -> dt.date:
        """The day after the last one."""
        return self.after.start

    @property
    def last(self) -> dt.date:
        """The last day."""
        return self.end - dt.timedelta(days=1)

    @property
    def before(self) -> Period:
        """The period before this one."""
        return Period.containing(self.unit, self.start - dt.timedelta(days=1))

    @property
    def after(self) -> Period:
        """The period after this one."""
        longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[self.unit]
        return Period.containing(self.unit, self.start + dt.timedelta(days=longest))

    def back(self, periods: int) -> Period:
        """Return the one so many periods before this one.

        Raises
        ------
        DefinitionError
            The number is negative: a report was told to look at fewer than one.
        """
        if periods < 0:
            raise DefinitionError(f"There is nothing to look at: ask for 1 {self.unit} or more.")
        earlier = self
        for _ in range(periods):
            earlier = earlier.before
        return earlier

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def year_before(self) -> Period | None:
        """The same period a year ago; None where that year has none (29 February, week 53)."""
        year, rest = str(self).split("-", 1) if "-" in str(self) else (str(self), "")
        earlier = f"{int(year) - 1:04}" + (f"-{rest}" if rest else "")
        try:
            return Period.parse(earlier)
        except DefinitionError:
            return None

    @property
    def window(self) -> str:
        """The window of a condition on users."""
        return f"between {self.start} and {self.last}"

    @property
    def during(self) -> str:
        """The text of the clause ``during``: first and last day."""
        return f"{self.start} to {self.last}"

    def __str__(self) -> str:
        """Return the name, such as ``2026-W47``; :meth:`parse` reads it."""
        if self.unit == "week":
            year, week, _ = self.start.isocalendar()
            return f"{year:04}-W{week:02}"
        if self.unit == "quarter":
            return f"{self.start.year:04}-Q{(self.start.month + 2) // 3}"
        length = {"day": 10, "month": 7, "year": 4}[self.unit]
        return self.start.isoformat()[:length]
