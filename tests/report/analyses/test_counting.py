"""Periods that can be compared, and those that cannot."""

import datetime as dt

import pandas as pd
import pytest

from behavio_jupyter import DefinitionError, connect, datasets, parse
from behavio_jupyter.report import KeyFigure, Period, Review, quality
from behavio_jupyter.report.analyses.counting import conversions, watched
from behavio_jupyter.report.analyses.launch import Readout
from behavio_jupyter.report.analyses.movers import movers, told
from behavio_jupyter.report.analyses.traits import having, traits
from behavio_jupyter.report.source import ends_early

WEEK = Period.parse("2026-W40")  # 28 September to 4 October


def log_of(days, **given):
    """A log with a user of its own at noon of each day."""
    return log_at([dt.datetime.combine(day, dt.time(12)) for day in days], **given)


def log_at(times, **given):
    users = [f"u{place}" for place in range(len(times))]
    return connect(pd.DataFrame({"user": users, "event": "visit", "time": times}), **given)


def daily(first, last):
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


@pytest.mark.parametrize(
    ("within", "began"), [("7d", "2026-W39"), ("23h", "2026-W39"), ("8d", "2026-W38")]
)
def test_who_began_has_had_the_whole_window(within, began):
    assert str(watched(WEEK, parse(f"funnel a -> b within {within}"))) == began


def test_a_window_of_hours_is_not_cut_off_by_the_end_of_the_log():
    rows = []
    for n in range(40):
        start = dt.datetime(2026, 9, 1, 20) + dt.timedelta(days=n)
        for user in range(10):
            rows.append((f"{n}-{user}", "a", start))
            if user < 6:
                rows.append((f"{n}-{user}", "b", start + dt.timedelta(hours=10)))
    events = pd.DataFrame(rows, columns=["user", "event", "time"])
    log = connect(events[events["time"] < pd.Timestamp("2026-10-05")])
    [found] = conversions(log, WEEK, parse("funnel a -> b within 23h"))
    assert (found.count, found.size) == (42, 70)


def test_a_week_before_the_log_began_is_compared_with_nothing(capsys):
    review = Review("cdnow", "1997-W02")
    assert "nothing to compare" in told(movers(review.log, review.period), review.period) or (
        movers(review.log, review.period)["p_adjusted"].isna().all()
    )
    review.figures(lambda week: [KeyFigure.counted("active", 5)])
    assert "There is nothing to compare these numbers with." in capsys.readouterr().out


def test_numbers_that_cannot_be_tested_are_compared_all_the_same(capsys):
    Review("cdnow", "1997-W20").figures(lambda week: [KeyFigure.measured("ways", 5.0, "ways")])
    said = capsys.readouterr().out
    assert "None of these key figures can be tested" in said
    assert "nothing to compare" not in said


def test_days_before_the_log_began_are_told():
    log = datasets.cdnow()
    asked = parse("funnel purchase -> purchase within 7d")
    with pytest.raises(DefinitionError, match="The log begins on 1997-01-01, within the 28 days"):
        Readout(log, Period.parse("1997-02"), "1997-01-15", 28, "", asked)


def test_segments_are_as_they_were_at_the_end_of_each_period():
    days = daily(dt.date(2026, 8, 1), dt.date(2026, 10, 31))
    events = pd.DataFrame({"user": "one", "event": "visit", "time": pd.to_datetime(days)})
    log = connect(events)
    log.save_segment("busy", "count(visit) >= 30")
    for end, members in ((dt.date(2026, 8, 25), 0), (dt.date(2026, 9, 5), 1)):
        window = f"between {end - dt.timedelta(days=7)} and {end - dt.timedelta(days=1)}"
        [one] = [trait for trait in traits(log, window, end) if trait.kind == "segment"]
        assert len(having(log, one)) == members


def test_one_outage_does_not_excuse_the_next():
    days = [
        day
        for day in daily(dt.date(2026, 7, 1), dt.date(2026, 10, 4))
        if day not in (dt.date(2026, 9, 8), dt.date(2026, 9, 30))
    ]
    found = quality.checks(log_of(days), WEEK).set_index("check").loc["days without events"]
    assert (found["found"], found["fine"]) == ("2026-09-30", "look")


def test_weekends_off_are_usual():
    days = [day for day in daily(dt.date(2026, 7, 1), dt.date(2026, 10, 9)) if day.weekday() < 5]
    found = quality.checks(log_of(days), WEEK).set_index("check").loc["days without events"]
    assert (found["found"], found["fine"]) == (
        "2026-10-03, 2026-10-04, as on most such weekdays before",
        "yes",
    )


def hourly(until, **given):
    return log_at(list(pd.date_range("2026-09-01 00:05", until, freq="h")), **given)


def test_a_log_that_ends_early_on_the_last_day_is_worth_a_look():
    found = quality.checks(hourly("2026-10-04 12:05"), WEEK).set_index("check")
    assert found.loc["end of the log", "fine"] == "look"
    said = found.loc["end of the log", "found"].replace("\u202f", " ")
    assert said == "11 h 55 min before the end of the period"
    whole = hourly("2026-10-04 12:05", end=dt.date(2026, 10, 4))
    assert quality.checks(whole, WEEK).set_index("check").loc["end of the log", "fine"] == "yes"


WORKING = [day for day in daily(dt.date(2026, 7, 1), dt.date(2026, 10, 2)) if day.weekday() < 5]


@pytest.mark.parametrize(
    ("log", "early"),
    [
        (lambda: hourly("2026-10-04 00:05"), True),
        (lambda: hourly("2026-10-04 17:55"), True),
        (lambda: hourly("2026-10-04 18:05"), False),
        (lambda: log_of(WORKING), False),  # Friday noon; Monday comes 72 h after
        (lambda: log_of(WORKING[:-1]), True),
        (lambda: log_at(daily(dt.date(2026, 9, 1), dt.date(2026, 10, 3))), True),  # days only
        (lambda: log_at(daily(dt.date(2026, 9, 1), dt.date(2026, 10, 4))), False),
        (lambda: log_at([dt.datetime(2026, 10, 4, 12)]), True),
    ],
)
def test_a_log_may_end_as_early_as_it_is_silent_at_times(log, early):
    assert ends_early(log(), WEEK) == early


def test_a_period_that_goes_on_has_events_to_come():
    now = dt.datetime.now()
    year = Period.containing("year", now.date())
    years = [now - dt.timedelta(days=days) for days in (900, 450, 0)]
    assert ends_early(log_at(years), year)


def test_weeks_that_begin_on_sunday_are_refused(tmp_path):
    days = daily(dt.date(2026, 7, 1), dt.date(2026, 10, 9))
    log_of(days, week_start="sunday").save(tmp_path / "shop.behavio")
    with pytest.raises(DefinitionError, match="The weeks of the log begin on Sunday"):
        Review(str(tmp_path / "shop.behavio"), "2026-W40")
