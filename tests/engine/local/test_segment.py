from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from behavio_jupyter.data import connect_store
from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.engine.local.segment import users_meeting
from behavio_jupyter.errors import DefinitionError
from behavio_jupyter.query import DateRange, Duration, Events, Funnel, Segment
from behavio_jupyter.query.predicate import And, FirstLast, IsNull, Not, Or
from behavio_jupyter.query.segment import (
    BetweenDates,
    Inactive,
    InLast,
    InSegment,
    Measured,
    Seen,
    Sequence,
    ThenNot,
    UsersOf,
    WithinOfFirst,
)
from tests.definitions import by, compare, did, events, prop, steps

from .small_logs import engine

# The log ends on 2026-01-20 10:00 with dan's visit.
SHOP = """
    ann | 2026-01-01 10:00 | visit | country=US
    ann | 2026-01-01 10:30 | buy   | country=US,amount=20
    ann | 2026-01-03 10:30 | buy   | country=DE,amount=30
    ann | 2026-01-15 09:00 | visit | country=DE
    bob | 2026-01-02 10:00 | visit
    bob | 2026-01-02 10:00 | buy   | amount=5
    bob | 2026-01-05 10:00 | buy
    cat | 2026-01-10 10:00 | buy   | country=FR,amount=0
    cat | 2026-01-13 10:00 | visit | country=FR
    dan | 2026-01-20 10:00 | visit | country=US
"""
PLANS = pd.DataFrame({"user_id": ["ann", "bob", "dan"], "plan": ["pro", "free", None]})


@pytest.fixture(scope="module")
def log() -> LocalEngine:
    return engine(SHOP, users=PLANS)


def who(log: LocalEngine, condition: Any, **reference: Any) -> str:
    return " ".join(log.answer(Segment(condition=condition, **reference)).users)


def number(function: str, of: Events, operator: str, value: float, window: Any = None) -> Measured:
    name = None if function in ("count", "count_days") else "amount"
    return Measured(
        function=function, events=of, property=name, operator=operator, value=value, window=window
    )


def span(text: str) -> Duration:
    return Duration.model_validate(text)


def test_did(log: LocalEngine) -> None:
    assert who(log, did("buy")) == "ann bob cat"
    assert who(log, Not(part=did("buy"))) == "dan"
    assert who(log, did("buy", "visit")) == "ann bob cat dan"
    assert who(log, did()) == "ann bob cat dan"
    dear = events("buy", where=compare("amount", ">=", 20))
    assert who(log, number("count", dear, ">=", 1)) == "ann"


def test_users_seen(log: LocalEngine) -> None:
    answer = log.answer(Segment(condition=did("visit"), reference=dt.date(2026, 1, 11)))
    assert list(answer.users) == ["ann", "bob"]
    assert answer.seen == 3
    assert answer.users.name == "user_id"


def test_window_in_last_leaves_out_its_start(log: LocalEngine) -> None:
    # (01-13 10:00, 01-20 10:00]: cat's visit lies exactly 7 days back.
    assert who(log, did("visit", window=InLast(duration=span("7d")))) == "ann dan"
    assert who(log, did("visit", window=InLast(duration=span("8d")))) == "ann cat dan"
    week = did("visit", window=InLast(duration=span("7d")))
    assert who(log, week, reference=dt.date(2026, 1, 8)) == "ann bob"


def test_window_between_dates_includes_the_last_day(log: LocalEngine) -> None:
    window = BetweenDates(range=DateRange(start=dt.date(2026, 1, 2), end=dt.date(2026, 1, 10)))
    assert who(log, did("buy", window=window)) == "ann bob cat"
    assert who(log, did("visit", window=window)) == "bob"


def test_window_after_the_first_event(log: LocalEngine) -> None:
    # ann's two days from her first visit end half an hour before her second buy.
    window = WithinOfFirst(duration=span("2d"), anchor=events("visit"))
    assert who(log, number("count", events("buy"), "=", 1, window)) == "ann bob"
    assert who(log, number("count", events("buy"), "=", 0, window)) == "cat dan"
    longer = WithinOfFirst(duration=span("3d"), anchor=events("visit"))
    assert who(log, number("count", events("buy"), ">=", 2, longer)) == "ann bob"


@pytest.mark.parametrize(
    ("function", "operator", "value", "users"),
    [
        ("count", ">", 1, "ann bob"),
        ("count", "!=", 2, "cat dan"),
        ("count", "<", 1.5, "cat dan"),
        ("count", ">=", -1, "ann bob cat dan"),
        ("count_days", "=", 2, "ann bob"),
        ("sum", "=", 50, "ann"),
        ("sum", "=", 0, "cat dan"),
        ("avg", "=", 25, "ann"),
        ("avg", "<", 10, "bob cat"),
        ("min", "<=", 5, "bob cat"),
        ("max", "!=", 30, "bob cat"),
        ("distinct", "=", 1, "bob cat"),
        ("distinct", "=", 0, "dan"),
    ],
)
def test_measures(log: LocalEngine, function: str, operator: str, value: float, users: str) -> None:
    assert who(log, number(function, events("buy"), operator, value)) == users


def test_null_is_neither_true_nor_false(log: LocalEngine) -> None:
    cheap = number("avg", events("buy"), "<", 10)
    assert who(log, Not(part=cheap)) == "ann"
    assert who(log, Or(parts=(cheap, did("visit")))) == "ann bob cat dan"
    assert who(log, Not(part=And(parts=(cheap, did("buy"))))) == "ann dan"
    assert who(log, Not(part=Or(parts=(cheap, did("buy"))))) == ""


def test_distinct_values_of_text(log: LocalEngine) -> None:
    countries = Measured(
        function="distinct", events=events(), property="country", operator=">=", value=2
    )
    assert who(log, countries) == "ann"


def test_distinct_holds_apart_many_values() -> None:
    rows = [(user, value) for user in range(20) for value in [*range(user + 1)] * 3]
    frame = pd.DataFrame(rows, columns=["user_id", "x"])
    frame["event"] = "e"
    frame["timestamp"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(frame.index, "s")
    log = LocalEngine(connect_store(frame), {})
    for count in (1, 7, 20):
        condition = Measured(
            function="distinct", events=events("e"), property="x", operator="=", value=count
        )
        assert log.answer(Segment(condition=condition)).users.tolist() == [count - 1]


def test_distinct_holds_apart_whole_numbers_that_floats_do_not() -> None:
    log = engine(
        """
        ann | 2026-01-01 | buy | order=1700000000000000000
        ann | 2026-01-02 | buy | order=1700000000000000001
        bob | 2026-01-01 | buy | order=1700000000000000000
        bob | 2026-01-02 | buy | order=1700000000000000000
        """
    )
    condition = Measured(
        function="distinct", events=events("buy"), property="order", operator=">=", value=2
    )
    assert who(log, condition) == "ann"


def test_days_are_those_of_the_time_zone() -> None:
    # 2026-03-29 has 23 hours in Berlin: it ends at 22:00 UTC, the day before at 23:00 UTC.
    log = engine(
        """
        a | 2026-03-28T22:30Z | e
        a | 2026-03-28T23:30Z | e
        a | 2026-03-29T21:30Z | e
        b | 2026-03-29T21:30Z | e
        b | 2026-03-29T22:30Z | e
        b | 2026-03-30T21:30Z | e
        """,
        timezone="Europe/Berlin",
    )
    assert who(log, number("count_days", events("e"), "=", 2)) == "a b"


def test_first_and_last_values(log: LocalEngine) -> None:
    first = FirstLast(which="first", property="country")
    last = FirstLast(which="last", property="country")
    assert who(log, compare(first, "=", "US")) == "ann dan"
    assert who(log, compare(last, "=", "DE")) == "ann"
    assert who(log, compare(last, "!=", first)) == "ann"
    assert who(log, IsNull(value=first)) == "bob"
    bought = FirstLast(which="first", property="amount", events=events("buy"))
    assert who(log, compare(bought, "<", 10)) == "bob cat"
    assert who(log, Not(part=compare(bought, "<", 10))) == "ann"
    assert who(log, compare(last, "=", "US"), reference=dt.date(2026, 1, 2)) == "ann"


def test_user_properties(log: LocalEngine) -> None:
    plan = prop("plan", "user")
    assert who(log, compare("user.plan", "=", "pro")) == "ann"
    assert who(log, Not(part=compare("user.plan", "=", "pro"))) == "bob"
    assert who(log, IsNull(value=plan)) == "cat dan"
    country = FirstLast(which="first", property="country")
    assert who(log, Or(parts=(compare(country, "=", plan), IsNull(value=plan)))) == "cat dan"
    assert who(log, compare(country, "<", plan)) == "ann"


def test_whole_numbers_stay_exact() -> None:
    log = engine("a | 2026-01-01 | e | n=9007199254740993")
    first = FirstLast(which="first", property="n")
    assert who(log, compare(first, "=", 9007199254740993)) == "a"
    assert who(log, compare(first, "=", 9007199254740992)) == ""


def test_seen_and_inactive(log: LocalEngine) -> None:
    def seen(which: str, operator: str, at: Any) -> Seen:
        return Seen(which=which, operator=operator, at=at)

    assert who(log, seen("first", "<", "2026-01-02")) == "ann"
    assert who(log, seen("first", "=", "2026-01-02 10:00")) == "bob"
    assert who(log, seen("last", ">", "7d")) == "ann dan"
    assert who(log, seen("last", ">=", "7d")) == "ann cat dan"
    assert who(log, Inactive(duration=span("7d"))) == "bob cat"
    assert who(log, Inactive(duration=span("8d"))) == "bob"


def test_sequences(log: LocalEngine) -> None:
    assert who(log, Sequence(steps=steps("visit buy"))) == "ann bob"
    assert who(log, Sequence(steps=steps("visit buy"), within="29m")) == "bob"
    # Among equal times the step decides: bob's visit comes after what he buys, or before.
    assert who(log, Sequence(steps=steps("buy visit"), within="3d")) == "bob cat"
    assert who(log, Sequence(steps=steps("buy visit"))) == "ann bob cat"
    assert who(log, Sequence(steps=steps("buy visit")), reference="2026-01-15 08:00") == "bob cat"


def test_a_sequence_may_end_with_the_last_event_of_the_log() -> None:
    ending = engine("""
        ann | 2026-01-01 10:00 | visit
        ann | 2026-01-03 10:00 | visit
        ann | 2026-01-03 11:00 | buy
    """)
    # The first visit's window is over long before; what it lacked is at the end, and seen.
    assert who(ending, Sequence(steps=steps("visit buy"), within="2h")) == "ann"
    bought = Sequence(steps=steps("visit buy"), within="2h")
    assert who(ending, bought, reference="2026-01-03 10:59") == ""


def test_then_not(log: LocalEngine) -> None:
    def left(first: str, absent: str, within: str) -> ThenNot:
        return ThenNot(first=events(first), absent=events(absent), within=within)

    # Among equal times the name decides: bob buys before he visits.
    assert who(log, left("visit", "buy", "2d")) == "ann bob cat"
    assert who(log, left("visit", "buy", "3d")) == "ann cat"
    assert who(log, left("buy", "visit", "3d")) == "ann bob"
    assert who(log, left("visit", "visit", "7d")) == "ann bob cat"
    assert who(log, left("visit", "visit", "8d")) == "ann bob"


def test_named_segments_are_sets() -> None:
    saved = {
        "cheap": Segment(condition=number("avg", events("buy"), "<", 10)),
        "early": Segment(condition=did("visit"), reference=dt.date(2026, 1, 5)),
    }
    log = LocalEngine(engine(SHOP).columns.store, saved)
    assert who(log, InSegment(name="cheap")) == "bob cat"
    assert who(log, Not(part=InSegment(name="cheap"))) == "ann dan"
    assert who(log, InSegment(name="cheap"), reference=dt.date(2026, 1, 3)) == "bob"
    assert who(log, InSegment(name="early")) == "ann bob"


def test_users_of_a_funnel(log: LocalEngine) -> None:
    funnel = Funnel(steps=steps("visit buy"), within="7d")
    assert who(log, UsersOf(query=funnel)) == "ann bob"
    dropped = UsersOf(query=funnel, pick=(("dropped", True), ("step", 1)))
    assert who(log, dropped) == "cat dan"
    # The funnel looks at the whole log, whatever the reference time.
    assert who(log, dropped, reference=dt.date(2026, 1, 11)) == "cat"


def test_users_of_a_value_that_nobody_has(log: LocalEngine) -> None:
    funnel = Funnel(steps=steps("visit buy"), within="7d", by=by("country"))
    assert who(log, UsersOf(query=funnel, pick=(("country", "US"),))) == "ann"
    assert who(log, UsersOf(query=funnel, pick=(("country", "UK"),))) == ""


def test_members(log: LocalEngine) -> None:
    segment = Segment(condition=did("buy"), reference=dt.date(2026, 1, 4))
    assert log.members(segment, {}).tolist() == ["ann", "bob"]
    with pytest.raises(DefinitionError, match="cannot be picked by 'step'"):
        log.members(segment, {"step": 1})


def test_reference_as_an_instant(log: LocalEngine) -> None:
    first = pd.Timestamp("2026-01-02 10:00").as_unit("us").value // 1000
    assert users_meeting(log, did("buy"), first).tolist() == [True, True, False, False]
    assert users_meeting(log, did("buy"), first - 1).tolist() == [True, False, False, False]


def test_over_time(log: LocalEngine) -> None:
    week = did("buy", window=InLast(duration=span("7d")))
    segment = Segment(condition=week, reference=dt.date(2026, 1, 1))
    frame = log.over_time(segment, "week")
    # References: Monday 01-05, 01-12, 01-19, and the end of the log instead of 01-26.
    assert frame["period"].dt.strftime("%m-%d").tolist() == ["12-29", "01-05", "01-12", "01-19"]
    assert frame["users"].tolist() == [2, 2, 0, 0]
    assert frame["seen"].tolist() == [2, 3, 3, 4]
    assert frame["complete"].tolist() == [True, True, True, False]


def test_empty_log() -> None:
    frame = pd.DataFrame({"user_id": ["x"], "event": ["e"], "timestamp": [pd.NaT]})
    log = LocalEngine(connect_store(frame), {})
    condition = Or(parts=(did("e"), Inactive(duration=span("1d"))))
    assert who(log, condition) == ""
    assert len(log.over_time(Segment(condition=condition), "day")) == 0


def test_saved_segments_that_name_each_other_again_and_again_are_evaluated_once() -> None:
    saved = {"s0": Segment(condition=did("buy"))}
    for place in range(1, 61):
        last = InSegment(name=f"s{place - 1}")
        rare = And(parts=(did("visit"), last))
        saved[f"s{place}"] = Segment(condition=And(parts=(Or(parts=(last, rare)), last)))
    log = engine(SHOP).knowing(saved)
    assert who(log, InSegment(name="s60")) == "ann bob cat"
    assert who(log, Not(part=InSegment(name="s60"))) == "dan"
