from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest

from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.errors import DefinitionError, UnknownNameError
from behavio_jupyter.query import DateRange, Duration, Formula, Number, Sessions, Trend
from behavio_jupyter.query.predicate import Not
from tests.definitions import by, compare, did, series

from .small_logs import engine

# 2026-01-05 is a Monday. Nothing happens on the 7th; the log ends on the 8th at noon.
SHOP = """
    ann | 2026-01-05 10:00 | visit | country=US
    ann | 2026-01-05 10:10 | buy   | country=US, amount=10
    ann | 2026-01-05 23:50 | visit | country=DE
    ann | 2026-01-06 00:10 | buy   | country=US, amount=30
    bob | 2026-01-05 09:00 | visit | country=DE
    bob | 2026-01-05 09:05 | buy   | country=DE
    bob | 2026-01-06 09:00 | buy   | country=DE, amount=5
    cat | 2026-01-08 12:00 | visit
"""


@pytest.fixture(scope="module")
def log() -> LocalEngine:
    return engine(SHOP)


def points(log: LocalEngine, value: Any, **options: Any) -> Any:
    """The values by period, null as None; by group if there are groups."""
    answer = log.answer(Trend(value=value, **options))
    frame = answer.points
    frame = frame.assign(value=[None if math.isnan(value) else value for value in frame["value"]])
    frame["value"] = frame["value"].astype(object).where(frame["value"].notna(), None)
    if not answer.groups:
        return frame["value"].tolist()
    keys = list(answer.groups)
    grouped = frame.groupby(keys if len(keys) > 1 else keys[0], sort=False)["value"]
    return grouped.agg(list).to_dict()


def test_counts(log: LocalEngine) -> None:
    assert points(log, series("events", "visit")) == [3, 0, 0, 1]
    assert points(log, series("users", "visit")) == [2, 0, 0, 1]
    assert points(log, series("users")) == [2, 2, 0, 1]
    assert points(log, series("events per user", "visit")) == [1.5, None, None, 1]


def test_table_layout(log: LocalEngine) -> None:
    frame = log.answer(Trend(value=series("users", "visit"))).points
    assert list(frame) == ["period", "value", "complete"]
    assert str(frame["period"].dtype) == "datetime64[us, UTC]"
    assert str(frame["value"].dtype) == "float64"
    assert frame["period"].dt.strftime("%m-%d").tolist() == ["01-05", "01-06", "01-07", "01-08"]
    assert frame["complete"].tolist() == [True, True, True, False]


def test_sums_leave_nulls_out(log: LocalEngine) -> None:
    assert points(log, series("sum", "buy", of="amount")) == [10, 35, 0, 0]
    assert points(log, series("avg", "buy", of="amount")) == [10, 17.5, None, None]
    assert points(log, series("median", "buy", of="amount"), per="week") == [10]
    # Between 10 and 30, at 0.9 * 2 = 1.8.
    assert points(log, series("p90", "buy", of="amount"), per="week") == [pytest.approx(26)]


def test_quantiles_of_infinite_values() -> None:
    log = engine(
        "\n".join(
            f"ann | 2026-01-05 10:0{i} | a | x={x}" for i, x in enumerate(["inf", "inf", "1"])
        )
    )
    assert points(log, series("median", "a", of="x")) == [math.inf]
    assert points(log, series("p90", "a", of="x")) == [math.inf]


def test_what_has_no_value_is_null() -> None:
    log = engine("""
        ann | 2026-01-05 10:00 | a | x=inf
        ann | 2026-01-05 10:01 | a | x=-inf
        ann | 2026-01-05 10:02 | b | x=-inf
        ann | 2026-01-05 10:03 | b | x=1
    """)
    assert points(log, series("sum", "a", of="x")) == [None]
    assert points(log, series("median", "b", of="x")) == [None]
    assert points(log, series("sum", "b", of="x")) == [-math.inf]


def test_sessions_count_in_every_period_they_have_the_event_in(log: LocalEngine) -> None:
    assert points(log, series("sessions", "visit")) == [3, 0, 0, 1]
    # The session of ann over midnight: 23:50 visit, 00:10 buy.
    assert points(log, series("sessions", "buy")) == [2, 2, 0, 0]
    assert points(log, series("sessions"), per="week") == [5]
    long = Sessions(gap=Duration(amount=1, unit="d"))
    assert points(log, series("sessions"), per="week", sessions=long) == [3]
    assert points(log, series("sessions"), per="day", sessions=long) == [2, 2, 0, 1]
    assert points(log, series("sessions"), per="week", sessions=Sessions(by="off")) == [3]


def test_sessions_are_cut_on_the_kept_events(log: LocalEngine) -> None:
    # Without the visit at 23:50 and the earlier buys, two sessions of ann and two of bob remain.
    only_buys = compare("country", "!=", "XX")
    assert points(log, series("sessions"), per="week", where=only_buys) == [4]
    late = DateRange(start=dt.date(2026, 1, 6))
    assert points(log, series("sessions"), during=late) == [2, 0, 1]


def test_mapped_sessions() -> None:
    log = engine(
        """
        ann | 2026-01-05 10:00 | a | session=s
        ann | 2026-01-05 10:01 | a | session=t
        ann | 2026-01-05 10:02 | a | session=s
        ann | 2026-01-06 10:03 | b | session=s
        """,
        session="session",
    )
    mapped = Sessions(by="mapped")
    assert points(log, series("sessions"), sessions=mapped) == [2, 1]
    assert points(log, series("sessions", "b"), per="week", sessions=mapped) == [1]
    with pytest.raises(DefinitionError, match="no session column"):
        points(engine(SHOP), series("sessions"), sessions=mapped)


def test_formulas(log: LocalEngine) -> None:
    spent = series("sum", "buy", of="amount")
    visitors = series("users", "visit")
    ratio = Formula(operator="/", left=spent, right=visitors)
    assert points(log, ratio) == [5, None, None, 0]
    half = Formula(operator="*", left=ratio, right=Number(value=0.5))
    assert points(log, half) == [2.5, None, None, 0]
    less = Formula(operator="-", left=Number(value=1), right=visitors)
    assert points(log, less) == [-1, 1, 1, 0]


def test_formula_of_more_kinds_of_events_than_fit_one_matching() -> None:
    names = [f"e{number:02}" for number in range(40)]
    log = engine("\n".join(f"ann | 2026-01-05 10:00 | {name}" for name in names))
    value: Any = series("events", names[0])
    for name in names[1:]:
        value = Formula(operator="+", left=value, right=series("events", name))
    assert points(log, value) == [40]


def test_range(log: LocalEngine) -> None:
    wide = DateRange(start=dt.date(2026, 1, 3), end=dt.datetime(2026, 1, 5, 10, 10))
    assert points(log, series("events"), during=wide) == [0, 0, 3]
    beyond = DateRange(start=dt.date(2026, 1, 8), end=dt.date(2026, 1, 10))
    frame = log.answer(Trend(value=series("users"), during=beyond)).points
    assert frame["value"].tolist() == [1, 0, 0]
    assert not frame["complete"].any()
    after = DateRange(start=dt.date(2026, 2, 1))
    assert points(log, series("users"), during=after) == []


def test_log_that_ends_at_a_midnight_has_no_period_there() -> None:
    log = engine("ann | 2026-01-05 | a\n ann | 2026-01-06 | a")
    frame = log.answer(Trend(value=series("events"))).points
    assert frame["value"].tolist() == [1, 1]
    assert frame["complete"].all()


def test_breakdown_by_event_property(log: LocalEngine) -> None:
    assert points(log, series("users"), by=by("country")) == {
        "DE": [2, 1, 0, 0],
        "US": [1, 1, 0, 0],
        "(none)": [0, 0, 0, 1],
    }
    # The rest counts users once, whatever their values.
    assert points(log, series("users"), by=by("country", top=1), per="week") == {
        "DE": [2],
        "(other)": [2],
    }


def test_breakdown_ranks_by_events_of_all_series(log: LocalEngine) -> None:
    ratio = Formula(operator="/", left=series("events", "buy"), right=series("users", "visit"))
    # DE: 2 visits and 2 buys; US: 1 and 2; none: 1 and 0.
    assert list(points(log, ratio, by=by("country"))) == ["DE", "US", "(none)"]
    assert list(points(log, series("users", "buy"), by=by("country"))) == ["DE", "US"]


def test_breakdown_by_user_property_and_segments() -> None:
    log = engine(SHOP, users=pd.DataFrame({"user_id": ["ann", "cat"], "plan": ["pro", "pro"]}))
    assert points(log, series("events"), per="week", by=by("plan", owner="user")) == {
        "pro": [5],
        "(none)": [3],
    }
    buyers = did("buy")
    both = points(
        log,
        series("sessions"),
        per="week",
        by=by("plan", owner="user"),
        segments=(buyers, Not(part=buyers)),
    )
    assert list(both.values()) == [[2], [1], [2], [0]]
    assert [value for value, _ in both] == ["pro", "pro", "(none)", "(none)"]


def test_quantiles_by_group(log: LocalEngine) -> None:
    assert points(log, series("median", "buy", of="amount"), by=by("country")) == {
        "DE": [None, 5, None, None],
        "US": [10, 30, None, None],
    }


def test_hours_across_a_clock_change() -> None:
    log = engine(
        """
        ann | 2026-10-25 00:30:00+00:00 | a
        ann | 2026-10-25 01:30:00+00:00 | a
        """,
        timezone="Europe/Berlin",
    )
    frame = log.answer(Trend(value=series("events"), per="hour")).points
    # 02:30 twice: two periods.
    assert frame["value"].tolist() == [1, 1]
    assert frame["period"].dt.hour.tolist() == [2, 2]


def test_members(log: LocalEngine) -> None:
    question = Trend(value=series("users", "buy"), by=by("country"))

    def users(**pick: Any) -> list[str]:
        return list(log.members(question, pick))

    assert users() == ["ann", "bob"]
    assert users(period="2026-01-06") == ["ann", "bob"]
    assert users(period="2026-01-06", country="DE") == ["bob"]
    assert users(period="2026-01-07") == []
    with pytest.raises(UnknownNameError, match="period"):
        users(period="2026-02-01")


@pytest.mark.parametrize("timezone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize("end", ["9999-12-30", "9999-12-31", "9999-12-31 23:59:59"])
def test_a_range_to_the_end_of_all_years_has_no_end(timezone: str, end: str) -> None:
    some = engine("ann | 2026-01-05 10:00 | visit", timezone=timezone)
    far = DateRange.model_validate({"start": "2026-01-01", "end": end})
    asked = Trend(value="users of visit", per="month", during=far)
    assert some.answer(asked).points["value"].tolist() == [1.0]


@pytest.mark.parametrize("timezone", ["Europe/Berlin", "America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize("per", ["hour", "day", "week", "month"])
def test_the_last_event_that_can_be_has_a_period(timezone: str, per: str) -> None:
    some = engine("ann | 9999-12-29 23:59:59.999999+00:00 | visit", timezone=timezone)
    asked = Trend.model_validate({"value": "users of visit", "per": per})
    assert some.answer(asked).points["value"].tolist() == [1.0]
