from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from behavio_jupyter.query import DateRange

from .calendar import DAY, HOUR, Calendar, to_datetime, to_instant


def utc(*parts: int) -> int:
    return to_instant(dt.datetime(*parts, tzinfo=dt.UTC))


def test_days_with_a_clock_change_have_23_or_25_hours():
    berlin = Calendar("Europe/Berlin")
    # 31 March 2024 begins at 23:00 UTC the day before and ends at 22:00 UTC.
    start = berlin.period_start(utc(2024, 3, 31, 12), "day")
    assert start == utc(2024, 3, 30, 23)
    assert berlin.period_end(start, "day") - start == 23 * HOUR
    start = berlin.period_start(utc(2024, 10, 27, 12), "day")
    assert berlin.period_end(start, "day") - start == 25 * HOUR


def test_midnight_that_does_not_exist_is_the_first_instant_of_the_day():
    # On 4 November 2018 the clock in Sao Paulo went from 00:00 (-03) to 01:00 (-02), at 03:00 UTC.
    calendar = Calendar("America/Sao_Paulo")
    assert calendar.day_start(dt.date(2018, 11, 4)) == utc(2018, 11, 4, 3)
    assert calendar.day_start(dt.date(2018, 11, 5)) == utc(2018, 11, 5, 2)
    assert calendar.is_midnight(utc(2018, 11, 4, 3))


def test_hour_before_midnight_that_occurs_twice_is_all_in_the_old_day():
    # On 18 February 2018 00:00 (-02) became 23:00 (-03) of the 17th, at 02:00 UTC.
    calendar = Calendar("America/Sao_Paulo")
    assert calendar.day_of(utc(2018, 2, 18, 2)) == dt.date(2018, 2, 17)
    assert calendar.day_start(dt.date(2018, 2, 18)) == utc(2018, 2, 18, 3)


def test_midnight_that_occurs_twice_is_the_first():
    # In Havana the clock went from 01:00 (-04) to 00:00 (-05) on 3 November 2024, at 05:00 UTC.
    calendar = Calendar("America/Havana")
    assert calendar.day_start(dt.date(2024, 11, 3)) == utc(2024, 11, 3, 4)
    assert calendar.day_of(utc(2024, 11, 3, 5)) == dt.date(2024, 11, 3)


def test_skipped_time_is_the_instant_of_the_change():
    # 02:30 does not exist in Berlin on 31 March 2024: the clock jumps at 01:00 UTC.
    assert Calendar("Europe/Berlin").instant(dt.datetime(2024, 3, 31, 2, 30)) == utc(2024, 3, 31, 1)


def test_time_that_occurs_twice_is_the_first():
    # 02:30 occurs at 00:30 and 01:30 UTC.
    assert Calendar("Europe/Berlin").instant(dt.datetime(2024, 10, 27, 2, 30)) == utc(
        2024, 10, 27, 0, 30
    )


def test_hours_are_those_of_the_clock():
    # Kathmandu is 5:45 ahead: its full hours are at a quarter past in UTC.
    kathmandu = Calendar("Asia/Kathmandu")
    assert kathmandu.period_start(utc(2024, 1, 1, 10, 20), "hour") == utc(2024, 1, 1, 10, 15)
    assert kathmandu.period_start(utc(2024, 1, 1, 10, 10), "hour") == utc(2024, 1, 1, 9, 15)


def test_hour_that_the_clock_shows_twice_is_two_periods():
    periods = Calendar("Europe/Berlin").periods(utc(2024, 10, 27), utc(2024, 10, 27, 2), "hour")
    assert [to_datetime(period).hour for period in periods] == [0, 1, 2]


@pytest.mark.parametrize(
    ("week_start", "day"), [("monday", 1), ("sunday", 7), ("wednesday", 3), ("thursday", 4)]
)
def test_weeks_start_on_the_day_set(week_start: str, day: int):
    # 8 January 2024 is a Monday, so its week began on the 8th (monday), 7th (sunday) …
    calendar = Calendar("UTC", week_start)
    found = to_datetime(calendar.period_start(utc(2024, 1, 8, 12), "week"))
    assert found.day == (8 if week_start == "monday" else day)


def test_months():
    calendar = Calendar()
    start = calendar.period_start(utc(2024, 2, 29), "month")
    assert start == utc(2024, 2, 1)
    assert calendar.period_end(start, "month") == utc(2024, 3, 1)
    assert calendar.period_end(utc(2024, 12, 1), "month") == utc(2025, 1, 1)


def test_range_end_given_as_a_date_includes_that_day():
    calendar = Calendar("Europe/Berlin")
    days = DateRange(start=dt.date(2024, 3, 31), end=dt.date(2024, 3, 31))
    start, end = calendar.bounds(days)
    assert end - start == 23 * HOUR
    # A date-time is the instant itself, in the log's time zone or in its own.
    half = DateRange(start=dt.date(2024, 1, 1), end=dt.datetime(2024, 1, 1, 12))
    assert calendar.bounds(half)[1] == utc(2024, 1, 1, 11)
    zoned = DateRange(end=dt.datetime(2024, 1, 1, tzinfo=ZoneInfo("UTC")))
    assert calendar.bounds(zoned) == (float("-inf"), utc(2024, 1, 1))


def test_instants_count_from_1970():
    assert utc(1970, 1, 2) == DAY
