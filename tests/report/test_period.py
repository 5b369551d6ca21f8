"""Periods of the calendar."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from behavio_jupyter import DefinitionError
from behavio_jupyter.report import Period
from behavio_jupyter.report.period import UNITS

days = st.dates(dt.date(1971, 1, 1), dt.date(2090, 12, 31))
units = st.sampled_from(UNITS)


@given(units, days)
def test_a_name_is_read_back(unit, day):
    period = Period.containing(unit, day)
    assert Period.parse(str(period)) == period
    assert period.start <= day <= period.last


@given(units, days)
def test_periods_follow_each_other(unit, day):
    period = Period.containing(unit, day)
    assert period.after.before == period
    assert period.before.end == period.start
    assert period.after.start == period.end == period.last + dt.timedelta(days=1)
    assert period.days == sum(
        Period.containing(unit, period.start + dt.timedelta(days=n)) == period for n in range(400)
    )


@given(units, days)
def test_names_sort_as_time_does(unit, day):
    period = Period.containing(unit, day)
    assert str(period.before) < str(period) < str(period.after)


def test_weeks_are_those_of_iso():
    assert str(Period.containing("week", dt.date(2027, 1, 1))) == "2026-W53"
    assert Period.parse("2026-W53").during == "2026-12-28 to 2027-01-03"


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-W47", "2025-W47"),
        ("2026-W53", None),
        ("2024-02-29", None),
        ("2026-Q4", "2025-Q4"),
        ("2026-11", "2025-11"),
        ("2026", "2025"),
    ],
)
def test_a_year_ago(now, then):
    earlier = Period.parse(now).year_before
    assert (None if earlier is None else str(earlier)) == then


def test_the_last_week_that_is_over():
    zone = ZoneInfo("Europe/Berlin")
    monday = dt.datetime(2026, 11, 23, 0, 0, tzinfo=zone)
    assert str(Period.last_complete("week", monday)) == "2026-W47"
    assert str(Period.last_complete("week", monday - dt.timedelta(seconds=1))) == "2026-W46"


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "2026-13", "2026-02-30", "2026-W00"])
def test_what_the_calendar_does_not_have(text):
    with pytest.raises(DefinitionError, match="The calendar has no"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["", "last week", "2026-W7", "2026-Q5", "26-11"])
def test_what_is_no_period(text):
    with pytest.raises(DefinitionError, match="is no period; write a week as 2026-W47"):
        Period.parse(text)


def test_a_report_looks_back_at_one_period_or_more():
    assert str(Period.parse("2026-W47").back(0)) == "2026-W47"
    with pytest.raises(DefinitionError, match="ask for 1 week or more"):
        Period.parse("2026-W47").back(-1)


@pytest.mark.parametrize("text", ["9999-W52", "0001", "1899-12-31", "2201-Q1"])
def test_what_is_too_far_away_is_refused(text):
    with pytest.raises(DefinitionError, match="a period is of the years 1900 to 2200"):
        Period.parse(text)
