"""When schedules are due."""

import datetime as dt

import pytest

from behavio_jupyter import DefinitionError, UnknownNameError
from behavio_jupyter.report.schedule.cron import Cron

UTC = dt.UTC


def moments(line, zone, first, last):
    start = dt.datetime.combine(dt.date.fromisoformat(first), dt.time(), UTC)
    end = dt.datetime.combine(dt.date.fromisoformat(last), dt.time(), UTC)
    return [moment.isoformat() for moment in Cron(line, zone).between(start, end)]


@pytest.mark.parametrize(
    ("zone", "spring", "autumn"),
    [
        ("Europe/Berlin", ("2026-03-29", "+02:00"), ("2026-10-25", "+02:00")),
        ("America/New_York", ("2026-03-08", "-04:00"), ("2026-11-01", "-04:00")),
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_is_due_once(zone, spring, autumn):
    for (day, offset), shown in ((spring, "03:30:00"), (autumn, "02:30:00")):
        before = str(dt.date.fromisoformat(day) - dt.timedelta(days=1))
        after = str(dt.date.fromisoformat(day) + dt.timedelta(days=2))
        due = [moment for moment in moments("30 2 * * *", zone, before, after) if day in moment]
        if zone == "America/New_York" and shown == "02:30:00":
            offset = "-05:00"  # there the clock shows one o'clock twice, not two
        assert due == [f"{day}T{shown}{offset}"]


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("MON", [0]),
        ("1", [0]),
        ("0", [6]),
        ("7", [6]),
        ("1-5", [0, 1, 2, 3, 4]),
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("5-7", [4, 5, 6]),
        ("*/2", [1, 3, 5, 6]),  # from Sunday: Sunday, Tuesday, Thursday, Saturday
        ("1,SAT", [0, 5]),
        ("SUN-THU", [0, 1, 2, 3, 6]),
        ("SAT-SUN", [5, 6]),
    ],
)
def test_weekdays_are_those_of_cron(field, days):
    due = moments(f"0 8 * * {field}", "UTC", "2026-11-02", "2026-11-09")
    assert [dt.datetime.fromisoformat(moment).weekday() for moment in due] == days


def test_the_first_moment_is_left_out_and_the_last_one_belongs_to_it():
    at = dt.datetime(2026, 11, 23, 8, tzinfo=UTC)
    cron = Cron("0 8 * * *", "UTC")
    day = dt.timedelta(days=1)
    assert list(cron.between(at - day, at)) == [at]
    assert list(cron.between(at, at + day)) == [at + day]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("8 MON", "it has five fields"),
        ("0 25 * * *", "is no line of cron"),
        ("0 8 * * 8", "is no day of the week"),
        ("0 8 * * MONDAI", "is no line of cron"),
        ("0 8 1 * MON", "make two schedules"),
        ("0 8 last * *", "'last' is no day of the month"),  # APScheduler knows it, cron does not
        ("0 8 * * 1/2", "'1/2' is no day of the week"),
    ],
)
def test_what_is_no_line_of_cron(line, said):
    with pytest.raises(DefinitionError, match=said):
        Cron(line, "UTC")


def test_an_unknown_zone_has_a_nearest_one():
    with pytest.raises(UnknownNameError, match="the nearest is 'Europe/Berlin'"):
        Cron("0 8 * * *", "Europe/Berlni")
