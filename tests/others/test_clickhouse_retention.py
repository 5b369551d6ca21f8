"""Retention beside ClickHouse's ``retention``."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given

from behavio_jupyter import EventLog

from . import clickhouse
from .events import DAY, few, opened, random_events, real, seeds, tiny

PERIODS = 8


def peer(events: pd.DataFrame, start: str, back: str, days: int = 1, shift: int = 0) -> list[list]:
    """Cohort, size and retained in periods 1 and on, for every cohort at once.

    ``start`` says which events put a user into a cohort, where ``day`` is the event's number and
    ``cohort`` the one asked for; ``retention`` is asked once for each user and cohort.
    """
    returns = ", ".join(f"ifNull(day = cohort + {n} AND {back}, 0)" for n in range(1, PERIODS + 1))
    found = clickhouse.ask(
        f"""SELECT cohort, sum(r[1]) AS size,
            {", ".join(f"sum(r[{n + 1}]) AS p{n}" for n in range(1, PERIODS + 1))}
        FROM (
            SELECT user_id, cohort, retention(ifNull(day = cohort AND {start}, 0), {returns}) AS r
            FROM (SELECT *, intDiv(t - {shift}, {days * DAY}) AS day FROM events) AS e
            CROSS JOIN (
                SELECT DISTINCT intDiv(t - {shift}, {days * DAY}) AS cohort FROM events
            ) AS c GROUP BY user_id, cohort
        ) GROUP BY cohort HAVING size > 0 ORDER BY cohort""",
        events,
    )
    return found.to_numpy().tolist()


def ours(log: EventLog, text: str, days: int = 1, shift: int = 0) -> list[list]:
    table = log.retention(text).answer.cells
    wide = table.pivot(index=["cohort", "size"], columns="period", values="retained")
    wide = wide[range(1, PERIODS + 1)].reset_index()
    micros = wide["cohort"].dt.as_unit("us").astype("int64")
    return wide.assign(cohort=(micros - shift) // (days * DAY)).to_numpy().tolist()


@given(seed=seeds)
@few
def test_cohorts_of_every_day(seed: int):
    events = random_events(seed)
    found = ours(opened(events), f"every a -> (b | c) per day for {PERIODS}")
    assert found == peer(events, "event = 'a'", "event IN ('b', 'c')")


@given(seed=seeds)
@few
def test_cohorts_of_the_first_day(seed: int):
    events = random_events(seed)
    first = events["timestamp"].where(events["event"] == "a").groupby(events["user_id"])
    marked = events.assign(first=first.transform("min") == events["timestamp"])
    found = ours(opened(events), f"a -> b[p = 'k'] per day for {PERIODS}")
    assert found == peer(marked, "first AND event = 'a'", "event = 'b' AND p = 'k'")


@pytest.mark.parametrize("repeated", [True, False])
def test_contributions_by_week(repeated: bool):
    events, _ = real("contributions")
    recent = events[events["timestamp"] >= "2024-06-03"].reset_index(names="id")
    first = recent["timestamp"] == recent.groupby("user_id")["timestamp"].transform("min")
    monday = 4 * DAY  # 1970-01-05
    cohorts = "every any" if repeated else "any"
    found = ours(opened(recent), f"{cohorts} -> code per week for {PERIODS}", 7, monday)
    start = "1" if repeated else "first"
    assert found == peer(recent.assign(first=first), start, "event = 'code'", 7, monday)


# Where the rules differ: docs/comparison.md, "ClickHouse".


def test_the_order_within_a_period_counts_here():
    events = tiny("u: b@1 a@2; v: a@1 b@2")
    table = opened(events).retention("a -> b per day for 1").answer.cells
    assert table["retained"].tolist() == [1, 0]
    both = "retention(event = 'a', event = 'b')[2]"
    assert clickhouse.per_user(events, both) == {"u": 1, "v": 1}


def test_retention_asks_only_whether_both_happened():
    events = tiny("u: b@1 a@50")
    assert len(opened(events).segment("sequence(a -> b)")) == 0
    both = "retention(event = 'a', event = 'b')[2]"
    assert clickhouse.per_user(events, both) == {"u": 1}


def test_periods_that_are_not_over_are_no_zeros_here():
    events = tiny("u: a@1 b@30; v: a@2 b@40 b@49")
    result = opened(events).retention("a -> b per day for 2")
    assert result.table["retained"].tolist() == [0, 2, 1]
    assert result.table["rate"].isna().tolist() == [False, False, True]
    counts = [row[1:4] for row in peer(events, "event = 'a'", "event = 'b'")]
    assert counts == [[2, 2, 1]]
