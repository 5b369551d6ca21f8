from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from behavio_jupyter.query import DateRange, Formula, Number, Sessions, Trend

from ..definitions import by, compare, did, series
from .log import Log
from .notation import log_of, minute
from .trend import answer, members


def values(value: Any, log: Log, **options: Any) -> list[float | None]:
    return [row["value"] for row in answer(Trend(value=value, **options), log).points]


LOG = log_of({"u": "a 0 x=1, a 5 x=2, b 10 x=9, a 2880 x=4", "v": "a 50, a 2890 x=8"})
"""Three days; on the second nothing happens."""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (series("events", "a"), [3, 0, 2]),
        (series("users", "a"), [2, 0, 2]),
        (series("users"), [2, 0, 2]),
        # With a gap of 30 minutes: u 0-10, v 50; then one each.
        (series("sessions", "a"), [2, 0, 2]),
        (series("events per user", "a"), [1.5, None, 1]),
        (series("sum", "a", of="x"), [3, 0, 12]),
        (series("avg", "a", of="x"), [1.5, None, 6]),
        (series("median", "a", of="x"), [1.5, None, 6]),
        # 1 + 0.9 * (2 - 1); 4 + 0.9 * (8 - 4).
        (series("p90", "a", of="x"), [1.9, None, 7.6]),
        (series("users", "zzz"), [0, 0, 0]),
    ],
)
def test_series(value: Any, expected: list[float | None]):
    assert values(value, LOG) == pytest.approx(expected)


def test_completeness():
    # The log ends at minute 2890, ten minutes into the third day.
    rows = answer(Trend(value=series("events")), LOG).points
    assert [(row["period"], row["complete"]) for row in rows] == [
        (minute(0), True),
        (minute(1440), True),
        (minute(2880), False),
    ]


def test_formulas():
    ratio = Formula(operator="/", left=series("events", "b"), right=series("users", "a"))
    assert values(ratio, LOG) == [0.5, None, 0.0]
    percent = Formula(operator="*", left=ratio, right=Number(value=100))
    assert values(percent, LOG) == [50.0, None, 0.0]


def test_session_in_two_periods_counts_in_both():
    # Across midnight: 1435 and 1445.
    log = log_of({"u": "a 1435, a 1445"})
    assert values(series("sessions"), log) == [1, 1]
    # Cut by the range, and where the filter leaves a gap: a 0, (b 20), a 40.
    log = log_of({"u": "a 0 p=k, b 20, a 40 p=k"})
    assert values(series("sessions", "a"), log) == [1]
    assert values(series("sessions", "a"), log, where=compare("p", "=", "k")) == [2]
    assert values(series("sessions", "a"), log, sessions=Sessions(by="off")) == [1]


def test_range():
    # 31 December to 2 January inclusive.
    during = DateRange(start=dt.date(2023, 12, 31), end=dt.date(2024, 1, 2))
    rows = answer(Trend(value=series("events"), during=during), LOG).points
    assert [(row["period"], row["value"]) for row in rows] == [
        (minute(-1440), 0),
        (minute(0), 4),
        (minute(1440), 0),
    ]


def test_range_that_cuts_a_period():
    during = DateRange(start=dt.datetime(2024, 1, 1, 0, 5), end=dt.datetime(2024, 1, 1, 0, 50))
    assert values(series("events"), LOG, during=during, per="week") == [2]


def test_breakdown_at_each_event():
    # On the one day: p = x twice, y once, null once.
    log = log_of({"u": "a 0 p=x, a 1 p=y, a 2 p=x, a 3"})
    rows = answer(Trend(value=series("users", "a"), by=by("p")), log).points
    assert [(row["p"], row["value"]) for row in rows] == [("x", 1), ("(none)", 1), ("y", 1)]
    rows = answer(Trend(value=series("users", "a"), by=by("p", top=1)), log).points
    assert [(row["p"], row["value"]) for row in rows] == [("x", 1), ("(other)", 1)]


def test_ranking_counts_an_event_for_each_series():
    # y: 2 events, each in one series. x: 1 event in both series and 1 in one: 3.
    log = log_of({"u": "b 0 p=y, b 1 p=y, a 2 p=x, b 3 p=x"})
    ratio = Formula(operator="/", left=series("events", "a"), right=series("events"))
    rows = answer(Trend(value=ratio, by=by("p")), log).points
    assert [(row["p"], row["value"]) for row in rows] == [("x", 0.5), ("y", 0.0)]


def test_one_segment_keeps_its_users():
    assert values(series("users"), LOG, segments=(did("b"),)) == [1, 0, 1]


def test_members():
    trend = Trend(value=series("events", "b"))
    assert members(trend, {}, LOG) == ["u"]
    assert members(trend, {"period": minute(2880)}, LOG) == []


def test_empty_log():
    assert values(series("events"), Log([])) == []
    day = DateRange(start=dt.date(2024, 1, 1), end=dt.date(2024, 1, 1))
    rows = answer(Trend(value=series("events"), during=day), Log([])).points
    assert [(row["value"], row["complete"]) for row in rows] == [(0, False)]


def test_every_group_has_every_period():
    log = log_of({"u": "a 0 p=x, a 1440 p=y"})
    rows = answer(Trend(value=series("events"), by=by("p")), log).points
    assert [(row["p"], row["period"], row["value"]) for row in rows] == [
        ("x", minute(0), 1),
        ("x", minute(1440), 0),
        ("y", minute(0), 0),
        ("y", minute(1440), 1),
    ]


def test_members_have_the_event_whether_or_not_it_has_a_value():
    assert members(Trend(value=series("sum", "b", of="x")), {}, log_of({"u": "b 0"})) == ["u"]


def test_the_last_period_holds_the_last_instant_before_the_end():
    rows = answer(Trend(value=series("events")), log_of({"u": "a 5"}, end=minute(2880))).points
    assert [(row["period"], row["complete"]) for row in rows] == [
        (minute(0), True),
        (minute(1440), True),
    ]
