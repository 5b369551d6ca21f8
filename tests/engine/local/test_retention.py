from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.errors import DefinitionError, UnknownNameError
from behavio_jupyter.query import DateRange, Retention
from behavio_jupyter.query.predicate import Not
from tests.definitions import by, compare, did, events

from .small_logs import engine

# 2026-01-05 is a Monday. The log ends on Tuesday 2026-01-27 at noon.
SIGNUPS = """
    ann | 2026-01-05 10:00 | signup | country=US
    ann | 2026-01-05 11:00 | visit  | country=US
    ann | 2026-01-13 10:00 | visit  | country=DE
    ann | 2026-01-27 12:00 | visit  | country=US
    bob | 2026-01-11 23:00 | signup | country=DE
    bob | 2026-01-12 01:00 | visit  | country=US
    cat | 2026-01-14 10:00 | signup
    cat | 2026-01-20 09:00 | signup | country=US
    cat | 2026-01-20 12:00 | visit  | country=US
"""


@pytest.fixture(scope="module")
def log() -> LocalEngine:
    return engine(SIGNUPS)


def ask(**options: Any) -> Retention:
    options = {"start": events("signup"), "returning": events("visit"), "periods": 3, **options}
    if "brackets" in options:
        del options["periods"]
    return Retention(**options)


def cells(log: LocalEngine, question: Retention, complete: bool = False) -> dict[Any, list[Any]]:
    """By group and cohort: its size, then what is retained, or complete, in each period."""
    answer = log.answer(question)
    frame = answer.cells.assign(cohort=answer.cells["cohort"].dt.strftime("%m-%d"))
    columns = [*answer.groups, "cohort", "size"]
    shown = frame.groupby(columns, sort=False)["complete" if complete else "retained"].agg(list)
    keys = [key[:-1] if len(key) > 2 else key[0] for key in shown.index]
    return {
        key: [index[-1], *row] for key, index, row in zip(keys, shown.index, shown, strict=True)
    }


def test_calendar_periods(log: LocalEngine) -> None:
    assert cells(log, ask()) == {"01-05": [2, 1, 2, 0, 1], "01-12": [1, 0, 1, 0, 0]}
    assert cells(log, ask(), complete=True) == {
        "01-05": [2, True, True, True, False],
        "01-12": [1, True, True, False, False],
    }


def test_what_lies_after_a_log_that_ends_with_a_period_is_not_over() -> None:
    log = engine("ann | 2026-01-05 | signup\n ann | 2026-01-18 | visit")
    assert cells(log, ask()) == {"01-05": [1, 0, 1, 0, 0]}
    assert cells(log, ask(), complete=True) == {"01-05": [1, True, True, False, False]}


def test_table_layout(log: LocalEngine) -> None:
    frame = log.answer(ask(by=by("country"))).cells
    assert list(frame) == ["country", "cohort", "size", "period", "retained", "complete"]
    assert str(frame["cohort"].dtype) == "datetime64[us, UTC]"
    assert [str(frame[name].dtype) for name in ("size", "period", "retained", "complete")] == [
        "int64",
        "int64",
        "int64",
        "bool",
    ]


def test_rolling_periods(log: LocalEngine) -> None:
    question = ask(alignment="rolling")
    assert cells(log, question) == {"01-05": [2, 2, 1, 0, 1], "01-12": [1, 1, 0, 0, 0]}
    # R3: the cohort's end and (n + 1) weeks must be over.
    assert cells(log, question, complete=True) == {
        "01-05": [2, True, True, False, False],
        "01-12": [1, True, False, False, False],
    }


def test_hours_are_rolling_in_blocks(log: LocalEngine) -> None:
    answer = log.answer(ask(per="12h", periods=1, start=events("signup"))).cells
    assert answer["cohort"].dt.strftime("%m-%d %H").tolist()[::2] == [
        "01-05 00",
        "01-11 12",
        "01-14 00",
    ]
    assert answer["retained"].tolist() == [1, 0, 1, 0, 0, 0]


def test_periods_longer_than_any_log_are_never_over(log: LocalEngine) -> None:
    # Twelve of them are more microseconds than an int64 holds.
    assert not log.answer(ask(per="300000000h", periods=12)).cells["complete"].any()


def test_on_or_after(log: LocalEngine) -> None:
    assert cells(log, ask(unbounded=True)) == {"01-05": [2, 2, 2, 1, 1], "01-12": [1, 1, 1, 0, 0]}


def test_brackets(log: LocalEngine) -> None:
    question = ask(brackets=((0, 0), (1, 3)))
    assert cells(log, question) == {"01-05": [2, 1, 2], "01-12": [1, 0, 1]}
    assert cells(log, question, complete=True)["01-05"] == [2, True, False]
    assert log.answer(question).cells["period"].tolist() == [0, 1, 0, 1]
    # A gap between brackets counts nowhere; on or after counts from the first period of each.
    assert cells(log, ask(brackets=((0, 0), (2, 2))))["01-05"] == [2, 1, 0]
    assert cells(log, ask(brackets=((0, 0), (2, 2)), unbounded=True))["01-05"] == [2, 2, 1]


def test_every_start_period_is_a_cohort(log: LocalEngine) -> None:
    assert cells(log, ask(cohort="every")) == {
        "01-05": [2, 1, 2, 0, 1],
        "01-12": [1, 0, 1, 0, 0],
        "01-19": [1, 1, 0, 0, 0],
    }


def test_first_in_range_and_first_ever(log: LocalEngine) -> None:
    late = DateRange(start=dt.date(2026, 1, 19), end=dt.date(2026, 1, 25))
    assert cells(log, ask(during=late)) == {"01-19": [1, 1, 0, 0, 0]}
    assert cells(log, ask(during=late, cohort="first ever")) == {}
    # Return events may lie after the range.
    early = DateRange(end=dt.date(2026, 1, 6))
    assert cells(log, ask(during=early)) == {"01-05": [1, 1, 1, 0, 1]}


def test_including_start(log: LocalEngine) -> None:
    assert cells(log, ask(include_start=True)) == {
        "01-05": [2, 2, 2, 0, 1],
        "01-12": [1, 1, 1, 0, 0],
    }
    # The start event is no return event of a later period, in brackets and "on or after" alike.
    nothing_else = ask(include_start=True, unbounded=True, returning=events("signup"))
    assert cells(log, nothing_else)["01-05"] == [2, 2, 0, 0, 0]
    assert cells(log, ask(include_start=True, brackets=((1, 3),)))["01-05"] == [2, 2]


def test_where_filters_both_events(log: LocalEngine) -> None:
    assert cells(log, ask(where=compare("country", "=", "US"))) == {
        "01-05": [1, 1, 0, 0, 1],
        "01-19": [1, 1, 0, 0, 0],
    }


def test_breakdown_takes_the_value_at_the_start(log: LocalEngine) -> None:
    assert cells(log, ask(by=by("country"))) == {
        ("(none)", "01-12"): [1, 0, 1, 0, 0],
        ("DE", "01-05"): [1, 0, 1, 0, 0],
        ("US", "01-05"): [1, 1, 1, 0, 1],
    }
    assert list(cells(log, ask(by=by("country", top=1)))) == [
        ("(none)", "01-12"),
        ("(other)", "01-05"),
    ]
    # Each entry has the value of its own start event.
    assert cells(log, ask(by=by("country"), cohort="every"))["US", "01-19"] == [1, 1, 0, 0, 0]


def test_breakdown_by_a_property_of_the_user() -> None:
    plans = pd.DataFrame({"user_id": ["ann", "cat"], "plan": ["pro", "pro"]})
    log = engine(SIGNUPS, users=plans)
    answer = log.answer(ask(by=by("plan", owner="user")))
    assert answer.groups == ("user.plan",)
    assert cells(log, ask(by=by("plan", owner="user"))) == {
        ("pro", "01-05"): [1, 1, 1, 0, 1],
        ("pro", "01-12"): [1, 0, 1, 0, 0],
        ("(none)", "01-05"): [1, 0, 1, 0, 0],
    }


def test_segments_make_groups(log: LocalEngine) -> None:
    german = did("signup").model_copy(
        update={"events": events("signup", where=compare("country", "=", "DE"))}
    )
    question = ask(segments=(german, Not(part=german)))
    assert log.answer(question).groups == ("segment",)
    assert list(cells(log, question).values()) == [
        [1, 0, 1, 0, 0],
        [1, 1, 1, 0, 1],
        [1, 0, 1, 0, 0],
    ]
    assert list(cells(log, ask(segments=(german,)))) == ["01-05"]
    assert cells(log, ask(segments=(did("visit"),))) == cells(log, ask())


def test_equal_timestamps_follow_the_order_of_names() -> None:
    log = engine("ann | 2026-01-05 10:00 | a\n ann | 2026-01-05 10:00 | b")
    after = ask(start=events("a"), returning=events("b"), periods=1)
    assert cells(log, after) == {"01-05": [1, 1, 0]}
    assert cells(log, ask(start=events("b"), returning=events("a"), periods=1)) == {
        "01-05": [1, 0, 0]
    }


def test_a_day_with_a_clock_change_has_23_hours() -> None:
    log = engine(
        """
        ann | 2026-03-28 12:00+01:00 | a
        ann | 2026-03-29 23:30+02:00 | b
        ann | 2026-03-30 00:30+02:00 | b
        """,
        timezone="Europe/Berlin",
    )
    question = ask(start=events("a"), returning=events("b"), per="day", periods=2)
    assert cells(log, question) == {"03-28": [1, 0, 1, 1]}
    # Elapsed: 34.5 and 35.5 hours.
    rolling = ask(
        start=events("a"), returning=events("b"), per="day", periods=2, alignment="rolling"
    )
    assert cells(log, rolling) == {"03-28": [1, 0, 1, 0]}


def test_many_events_of_one_user() -> None:
    # 400 days with an event an hour: every day a cohort, every later day retained.
    times = pd.date_range("2025-01-01", periods=400 * 24, freq="h").astype(str)
    log = engine("\n".join(f"ann | {time} | a" for time in times))
    answer = log.answer(
        ask(start=events("a"), returning=events("a"), per="day", periods=30, cohort="every")
    )
    assert answer.cells["cohort"].nunique() == 400
    assert answer.cells.loc[answer.cells["complete"], "retained"].eq(1).all()
    last_day = answer.cells[answer.cells["cohort"] == "2026-02-04"]
    assert last_day["retained"].tolist() == [1] + [0] * 30


def test_members(log: LocalEngine) -> None:
    def users(**pick: Any) -> list[str]:
        return list(log.members(ask(by=by("country")), pick))

    assert users() == ["ann", "bob", "cat"]
    assert users(cohort="2026-01-05") == ["ann", "bob"]
    assert users(cohort="2026-01-05", period=0) == ["ann"]
    assert users(cohort="2026-01-05", period=0, retained=False) == ["bob"]
    assert users(cohort="2026-01-05", country="DE") == ["bob"]
    assert users(country="US", period=1) == ["ann"]
    brackets = ask(brackets=((0, 0), (1, 3)))
    assert list(log.members(brackets, {"period": 1})) == ["ann", "bob", "cat"]
    with pytest.raises(DefinitionError, match="Period 7 is not in the table"):
        users(period=7)
    with pytest.raises(UnknownNameError, match="value of country 'UK'"):
        users(country="UK")
    with pytest.raises(UnknownNameError, match="cohort"):
        users(cohort="2026-01-06")
