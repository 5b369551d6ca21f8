"""Periods of the calendar in the log's time zone (Data: "Time zone", D4 to D6, D9, D10).

Instants are integers: microseconds since 1970-01-01 00:00 UTC.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from behavio_jupyter.query import DateRange

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
HOUR = 3_600_000_000
DAY = 24 * HOUR
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIRST_MONDAY = 4 * DAY
"""1970-01-05 00:00 UTC, from which blocks of hours are counted (R2)."""


def to_instant(moment: dt.datetime) -> int:
    """Microseconds of a date-time that has a zone."""
    return (moment - EPOCH) // dt.timedelta(microseconds=1)


def to_datetime(instant: int) -> dt.datetime:
    return EPOCH + dt.timedelta(microseconds=instant)


class Calendar:
    """The clock on the wall of a log."""

    def __init__(self, timezone: str = "UTC", week_start: str = "monday") -> None:
        self.zone = ZoneInfo(timezone)
        self.first_weekday = WEEKDAYS.index(week_start)
        self._starts: dict[dt.date, int] = {}
        self._days: dict[int, dt.date] = {}

    # From the wall to instants.

    def instant(self, moment: dt.datetime | dt.date) -> int:
        """The instant of a moment; a date means its midnight, a time without zone the wall's."""
        if not isinstance(moment, dt.datetime):
            return self.day_start(moment)
        if moment.tzinfo is not None:
            return to_instant(moment)
        # Of two such times the first (D6): fold=0.
        first = to_instant(moment.replace(tzinfo=self.zone, fold=0))
        if self.wall(first) == moment:
            return first
        # The clock skips it (D10): the instant of the change, which lies between the readings
        # by the clock after the change and by the clock before it.
        before = to_instant(moment.replace(tzinfo=self.zone, fold=1))
        after = first
        while after - before > 1:
            middle = (before + after) // 2
            if self.offset(middle) == self.offset(before):
                before = middle
            else:
                after = middle
        return after

    def wall(self, instant: int) -> dt.datetime:
        """What the clock on the wall shows, without zone."""
        return to_datetime(instant).astimezone(self.zone).replace(tzinfo=None, fold=0)

    def offset(self, instant: int) -> int:
        """How far the wall is ahead of UTC, in microseconds."""
        return (self.wall(instant) - to_datetime(instant).replace(tzinfo=None)) // dt.timedelta(
            microseconds=1
        )

    def day_start(self, day: dt.date) -> int:
        """The midnight that begins a day (D6)."""
        if day not in self._starts:
            self._starts[day] = self.instant(dt.datetime.combine(day, dt.time()))
        return self._starts[day]

    def bounds(self, range_: DateRange | None) -> tuple[float, float]:
        """The range [start, end) in instants; an open side is infinite."""
        start, end = float("-inf"), float("inf")
        if range_ is not None and range_.start is not None:
            start = self.instant(range_.start)
        last = None if range_ is None else range_.end
        if last is not None and (last.year, last.month, last.day) < (9999, 12, 30):  # D12
            if isinstance(last, dt.datetime):
                end = self.instant(last)
            else:
                end = self.day_start(last + dt.timedelta(days=1))
        return start, end

    # From instants to periods. A period is named by its first instant.

    def day_of(self, instant: int) -> dt.date:
        """The day that holds an instant: the last one that begins at or before it."""
        if instant not in self._days:
            day = self.wall(instant).date()
            if self.day_start(day + dt.timedelta(days=1)) <= instant:
                day += dt.timedelta(days=1)
            elif self.day_start(day) > instant:
                day -= dt.timedelta(days=1)
            self._days[instant] = day
        return self._days[instant]

    def period_start(self, instant: int, per: str) -> int:
        """The first instant of the hour, day, week or month that holds an instant."""
        if per == "hour":
            offset = self.offset(instant)
            return (instant + offset) // HOUR * HOUR - offset
        day = self.day_of(instant)
        if per == "week":
            day -= dt.timedelta(days=(day.weekday() - self.first_weekday) % 7)
        if per == "month":
            day = day.replace(day=1)
        return self.day_start(day)

    def period_end(self, start: int, per: str) -> int:
        """The first instant after the period that begins at ``start``."""
        if per == "hour":
            return start + HOUR
        day = self.day_of(start)
        if per == "day":
            return self.day_start(day + dt.timedelta(days=1))
        if per == "week":
            return self.day_start(day + dt.timedelta(days=7))
        next_month = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        return self.day_start(next_month)

    def periods(self, first: int, last: int, per: str) -> list[int]:
        """The starts of all periods from that of ``first`` to that of ``last``."""
        starts = []
        start = self.period_start(first, per)
        while start <= last:
            starts.append(start)
            start = self.period_end(start, per)
        return starts

    def is_midnight(self, instant: int) -> bool:
        return self.day_start(self.day_of(instant)) == instant

    def next_midnight(self, instant: int) -> int:
        return self.day_start(self.day_of(instant) + dt.timedelta(days=1))
