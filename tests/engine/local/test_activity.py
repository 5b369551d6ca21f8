from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from behavio_jupyter.data import connect_store
from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.query import DateRange, Retention
from behavio_jupyter.query.segment import BetweenDates
from tests.definitions import compare, did, events

from .small_logs import engine

# 2026-01-05 is a Monday. The log runs from Tuesday 01-06 to Wednesday 01-28 at noon: four weeks.
VISITS = """
    ann | 2026-01-06 10:00 | signup
    ann | 2026-01-06 11:00 | visit
    ann | 2026-01-06 23:00 | visit
    ann | 2026-01-08 10:00 | visit
    ann | 2026-01-12 10:00 | visit
    ann | 2026-01-28 12:00 | visit
    bob | 2026-01-13 10:00 | signup
    bob | 2026-01-19 10:00 | visit
    cat | 2026-01-07 10:00 | visit
    cat | 2026-01-08 10:00 | signup
"""


@pytest.fixture(scope="module")
def log() -> LocalEngine:
    return engine(VISITS)


def ask(**options: Any) -> Retention:
    return Retention(**{"start": events("signup"), "returning": events("visit"), **options})


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    if "period" in frame:
        frame = frame.assign(
            period=frame["period"].dt.strftime("%m-%d %H:%M").str.removesuffix(" 00:00")
        )
    return list(frame.itertuples(index=False, name=None))


def test_lifecycle(log: LocalEngine) -> None:
    assert rows(log.activity(ask()).lifecycle) == [
        ("01-05", 2, 0, 0, 0, True),
        ("01-12", 0, 1, 0, 1, True),
        ("01-19", 1, 0, 0, 1, True),
        ("01-26", 0, 0, 1, 1, False),
    ]


def test_active_days(log: LocalEngine) -> None:
    assert rows(log.activity(ask()).active_days) == [
        ("01-05", 1, 1),
        ("01-05", 2, 1),
        ("01-12", 1, 1),
        ("01-19", 1, 1),
        ("01-26", 1, 1),
    ]


def test_active_users(log: LocalEngine) -> None:
    # The log has six days of its first week, three of its last.
    assert rows(log.activity(ask()).active_users) == [
        ("01-05", 2, 3 / 6, True),
        ("01-12", 1, 1 / 7, True),
        ("01-19", 1, 1 / 7, True),
        ("01-26", 1, 1 / 3, False),
    ]


def test_survival(log: LocalEngine) -> None:
    # ann was active at the end, so she is censored there; cat never after the signup.
    hours = 3600.0
    assert rows(log.activity(ask()).survival) == [
        (0.0, True, 1),
        (6 * 24 * hours, True, 1),
        (22 * 24 * hours + 2 * hours, False, 1),
    ]


def test_survival_is_censored_up_to_one_period_before_the_end(log: LocalEngine) -> None:
    # Everybody was active in the last 30 days.
    monthly = log.activity(ask(per="month")).survival
    assert rows(monthly) == [
        (15 * 86400.0 + 7200, False, 1),
        (20 * 86400.0 + 7200, False, 1),
        (22 * 86400.0 + 7200, False, 1),
    ]


def test_range_and_cohort_rule_choose_the_start_event() -> None:
    log = engine(
        """
        a | 2026-01-01 | go
        a | 2026-01-03 | go
        a | 2026-01-05 | go
        b | 2026-03-01 | end
        """
    )
    during = DateRange(start=dt.date(2026, 1, 2))

    def lasted(cohort: str) -> list[tuple[Any, ...]]:
        question = ask(
            start=events("go"), returning=events("go"), during=during, cohort=cohort, per="day"
        )
        return rows(log.activity(question).survival)

    assert lasted("first in range") == [(2 * 86400.0, True, 1)]
    assert lasted("every") == [(2 * 86400.0, True, 1)]
    assert lasted("first ever") == []


def test_segments(log: LocalEngine) -> None:
    # "for a vs b" is about the users of either.
    either = ask(segments=(did("signup"), did("visit")))
    assert log.activity(either).lifecycle.equals(log.activity(ask()).lifecycle)
    day = DateRange(start=dt.date(2026, 1, 12), end=dt.date(2026, 1, 12))
    ann = ask(segments=(did("visit", window=BetweenDates(range=day)),))
    assert log.activity(ann).lifecycle["new"].tolist() == [1, 0, 0, 0]
    assert len(log.activity(ann).survival) == 1


def test_where() -> None:
    log = engine(
        """
        a | 2026-01-05 | visit | web=1
        a | 2026-01-06 | visit | web=0
        a | 2026-01-07 | visit | web=1
        """
    )
    question = ask(start=events(), where=compare("web", "=", 1), per="day")
    found = log.activity(question)
    assert rows(found.lifecycle) == [
        ("01-05", 1, 0, 0, 0, True),
        ("01-06", 0, 0, 0, 1, True),
        ("01-07", 0, 0, 1, 0, True),
    ]
    assert rows(found.survival) == [(3 * 86400.0, False, 1)]


def test_blocks_of_hours() -> None:
    # 20454 days after Monday 1970-01-05 00:00 a block of 36 hours begins: the 13637th.
    log = engine(
        """
        a | 2026-01-05 01:00 | visit
        a | 2026-01-06 01:00 | visit
        a | 2026-01-06 13:00 | visit
        """
    )
    found = log.activity(ask(per="36h"))
    assert rows(found.active_days) == [("01-05", 2, 1), ("01-06 12:00", 1, 1)]
    assert rows(found.lifecycle) == [
        ("01-05", 1, 0, 0, 0, True),
        ("01-06 12:00", 0, 1, 0, 0, False),
    ]
    # The day in which a block begins counts for it and for the one before.
    assert rows(found.active_users) == [("01-05", 1, 1.0, True), ("01-06 12:00", 1, 1.0, False)]


def test_empty_log() -> None:
    frame = pd.DataFrame({"user_id": ["x"], "event": ["e"], "timestamp": [pd.NaT]})
    found = LocalEngine(connect_store(frame), {}).activity(ask())
    assert [len(part) for part in (found.lifecycle, found.active_days, found.active_users)] == [
        0
    ] * 3
    assert found.survival.columns.tolist() == ["seconds", "ended", "users"]
