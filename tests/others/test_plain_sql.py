"""Segments, trends and retention beside plain SQL in DuckDB, written from the rules.

SQL gets ``timestamp``, which is UTC, and ``clock``, what clocks in the log's time zone showed:
calendar periods are cut by the one and spans counted by the other.
"""

from __future__ import annotations

import datetime as dt

import duckdb
import pandas as pd
import pytest
from hypothesis import given

from behavio_jupyter import EventLog

from . import clickhouse
from .events import few, opened, random_events, real, seeds, tiny

ZONE = "Europe/Berlin"


def ask(sql: str, events: pd.DataFrame, zone: str = "UTC") -> list[tuple]:
    times = events["timestamp"]
    bare = events.assign(
        timestamp=times.dt.tz_localize(None), clock=times.dt.tz_convert(zone).dt.tz_localize(None)
    )
    with duckdb.connect() as connection:
        connection.register("events", bare)
        return connection.sql(sql).fetchall()


def begins(clock: dt.datetime, zone: str) -> pd.Timestamp:
    return pd.Timestamp(clock).tz_localize(zone)


def members(condition: str) -> str:
    """Users by a condition on groups; ``now`` is the end of the log."""
    return (
        "SELECT user_id FROM (SELECT *, max(timestamp) OVER () AS now,"
        " min(timestamp) FILTER (event = 'a') OVER (PARTITION BY user_id) AS first_a,"
        " row_number() OVER (PARTITION BY user_id ORDER BY timestamp) AS n FROM events)"
        f" GROUP BY user_id, now HAVING {condition} ORDER BY user_id"
    )


SEGMENTS = {
    "did(a)": "count(*) FILTER (event = 'a') > 0",
    "not did(b)": "count(*) FILTER (event = 'b') = 0",
    "count(a) >= 3": "count(*) FILTER (event = 'a') >= 3",
    "count(a where p = 'k') = 1": "count(*) FILTER (event = 'a' AND p = 'k') = 1",
    "count(b where p != 'k') >= 1": "count(*) FILTER (event = 'b' AND p <> 'k') >= 1",
    "count(b where not (p = 'k' and x > 1)) >= 2": (
        "count(*) FILTER (event = 'b' AND NOT (p = 'k' AND x > 1)) >= 2"
    ),
    "count(any where p is null or x in (0.5, 3)) >= 4": (
        "count(*) FILTER (p IS NULL OR x IN (0.5, 3)) >= 4"
    ),
    "count_days(any) >= 5": "count(DISTINCT date_trunc('day', clock)) >= 5",
    "sum(any.x) > 6": "coalesce(sum(x), 0) > 6",
    "sum(a.x) = 0": "coalesce(sum(x) FILTER (event = 'a'), 0) = 0",
    "avg(a.x) >= 1": "avg(x) FILTER (event = 'a') >= 1",
    "max(b.x) < 3": "max(x) FILTER (event = 'b') < 3",
    "min(b.x) = 0": "min(x) FILTER (event = 'b') = 0",
    "distinct(any.p) = 2": "count(DISTINCT p) = 2",
    "distinct(any.x) >= 4": "count(DISTINCT x) FILTER (NOT isnan(x)) >= 4",
    "count(a) >= 1 in last 3d": (
        "count(*) FILTER (event = 'a' AND timestamp > now - INTERVAL 72 HOUR) >= 1"
    ),
    "count(b) >= 1 within 2d of first(a)": (
        "count(*) FILTER (event = 'b' AND timestamp BETWEEN first_a"
        " AND first_a + INTERVAL 48 HOUR) >= 1"
    ),
    "count(a) = 1 within 2d of first(a)": (
        "count(*) FILTER (event = 'a' AND timestamp BETWEEN first_a"
        " AND first_a + INTERVAL 48 HOUR) = 1"
    ),
    "count(any) >= 2 between 2024-03-06 and 2024-03-09": (
        "count(*) FILTER (timestamp >= TIMESTAMP '2024-03-06 00:00:00'"
        " AND timestamp < TIMESTAMP '2024-03-10 00:00:00') >= 2"
    ),
    "first_seen >= 2024-03-06": "min(timestamp) >= TIMESTAMP '2024-03-06 00:00:00'",
    "last_seen < 4d ago": "max(timestamp) < now - INTERVAL 96 HOUR",
    "inactive for 5d": "count(*) FILTER (timestamp > now - INTERVAL 120 HOUR) = 0",
    "first(p) = 'k'": "arg_min(p, timestamp) FILTER (p IS NOT NULL) = 'k'",
    "last(x) > 1": "arg_max(x, timestamp) FILTER (x IS NOT NULL) > 1",
    "did(a) and (did(c) or not did(d)) and not inactive for 2d": (
        "count(*) FILTER (event = 'a') > 0 AND (count(*) FILTER (event = 'c') > 0"
        " OR count(*) FILTER (event = 'd') = 0)"
        " AND count(*) FILTER (timestamp > now - INTERVAL 48 HOUR) > 0"
    ),
}


@given(seed=seeds)
@few
def test_segments(seed: int):
    # Without ties, so that "first" and "last" are one event in SQL, too.
    events = random_events(seed, ties=False)
    log = opened(events)
    for text, condition in SEGMENTS.items():
        found = log.segment(text).users.tolist()
        assert found == [user for (user,) in ask(members(condition), events)], text


def test_segments_of_contributions():
    events, log = real("contributions")
    for text, condition in {
        "count(code) >= 10 and not did(docs)": (
            "count(*) FILTER (event = 'code') >= 10 AND count(*) FILTER (event = 'docs') = 0"
        ),
        "count_days(any) >= 30 in last 365d": (
            "count(DISTINCT date_trunc('day', clock))"
            " FILTER (timestamp > now - INTERVAL 8760 HOUR) >= 30"
        ),
        "sum(any.insertions where bot = false) > 10000": (
            "coalesce(sum(insertions) FILTER (bot = false), 0) > 10000"
        ),
        "distinct(any.repo) >= 3 and last_seen >= 2020-01-01": (
            "count(DISTINCT repo) >= 3 AND max(timestamp) >= TIMESTAMP '2020-01-01 00:00:00'"
        ),
    }.items():
        wanted = ask(members(condition), events)
        assert log.segment(text).users.tolist() == [user for (user,) in wanted], text
        assert wanted


COUNTED = {
    "events of a": "count(*) FILTER (event = 'a')",
    "events of any": "count(*)",
    "users of (a | b)": "count(DISTINCT user_id) FILTER (event IN ('a', 'b'))",
    "users of b[x > 1]": "count(DISTINCT user_id) FILTER (event = 'b' AND x > 1)",
    "sum(any.x)": "coalesce(sum(x), 0)",
    "sum(c.x where p = 'k')": "coalesce(sum(x) FILTER (event = 'c' AND p = 'k'), 0)",
}
MEASURED = {
    "events per user of a": (
        "count(*) FILTER (event = 'a') / nullif(count(DISTINCT user_id) FILTER (event = 'a'), 0)"
    ),
    "avg(a.x)": "avg(x) FILTER (event = 'a')",
    "median(any.x)": "quantile_cont(x, 0.5)",
    "p90(b.x)": "quantile_cont(x, 0.9) FILTER (event = 'b')",
    "100 * sum(a.x) / users of b": (
        "100 * coalesce(sum(x) FILTER (event = 'a'), 0)"
        " / nullif(count(DISTINCT user_id) FILTER (event = 'b'), 0)"
    ),
}


def assert_trend(log: EventLog, events: pd.DataFrame, value: str, sql: str, per: str, zone: str):
    """Every period has a row; of nothing a count and a sum are 0, the others null."""
    wanted = {
        begins(period, zone): value
        for period, value in ask(
            f"SELECT date_trunc('{per}', clock), {sql} FROM events GROUP BY ALL", events, zone
        )
    }
    table = log.trend(f"{value} per {per}").table
    step = {"day": pd.DateOffset(days=1), "week": pd.DateOffset(days=7)}
    every = pd.date_range(
        min(wanted), max(wanted), freq=step.get(per, pd.DateOffset(months=1)), unit="us"
    )
    assert table["period"].tolist() == every.tolist()
    nothing = 0 if value.startswith(("events of", "users of", "sum(")) else None
    column = pd.Series([wanted.get(period, nothing) for period in every], dtype=float)
    pd.testing.assert_series_equal(table["value"], column, check_names=False, rtol=1e-12)


def in_berlin(seed: int) -> tuple[pd.DataFrame, EventLog]:
    """A log over the change to summer time, in a zone that changes, with empty days."""
    events = random_events(seed, logs=20)
    late = events["timestamp"] + pd.Timedelta(days=20, hours=23)
    events = events.assign(timestamp=late)[~late.dt.day.isin([28, 29])]
    return events, opened(events, timezone=ZONE)


@given(seed=seeds)
@few
def test_trends(seed: int):
    events, log = in_berlin(seed)
    for value, sql in {**COUNTED, **MEASURED}.items():
        for per in ("day", "week"):
            assert_trend(log, events, value, sql, per, ZONE)


@given(seed=seeds)
@few
def test_trends_by_a_property(seed: int):
    events, log = in_berlin(seed)
    wanted = ask(
        "SELECT coalesce(p, '(none)'), date_trunc('day', clock), count(DISTINCT user_id)"
        " FROM events GROUP BY ALL",
        events,
        ZONE,
    )
    table = log.trend("users of any per day by p").table
    some = table[table["value"] > 0]
    found = zip(some["p"], some["period"], some["value"], strict=True)
    assert set(found) == {(name, begins(day, ZONE), users) for name, day, users in wanted}


@given(seed=seeds)
@few
def test_sessions(seed: int):
    events, log = in_berlin(seed)
    wanted = ask(
        """SELECT day, count(DISTINCT (user_id, session)) FILTER (event = 'a') FROM (
            SELECT *, date_trunc('day', clock) AS day,
                sum(opens) OVER (PARTITION BY user_id ORDER BY timestamp) AS session
            FROM (
                SELECT *, coalesce(timestamp - lag(timestamp) OVER (
                    PARTITION BY user_id ORDER BY timestamp
                ) > INTERVAL 12 HOUR, true)::INT AS opens FROM events
            )
        ) GROUP BY day""",
        events,
        ZONE,
    )
    table = log.trend("sessions of a per day session 12h").table
    found = dict(zip(table["period"], table["value"], strict=True))
    assert {day: value for day, value in found.items() if value} == {
        begins(day, ZONE): sessions for day, sessions in wanted if sessions
    }


@pytest.mark.parametrize("name", ["cdnow", "contributions"])
def test_trends_of_real_logs(name: str):
    events, log = real(name)
    event, number = ("purchase", "amount") if name == "cdnow" else ("code", "insertions")
    for value, sql in {
        f"users of {event}": f"count(DISTINCT user_id) FILTER (event = '{event}')",
        f"sum({event}.{number})": f"coalesce(sum({number}) FILTER (event = '{event}'), 0)",
        f"p90({event}.{number})": f"quantile_cont({number}, 0.9) FILTER (event = '{event}')",
    }.items():
        for per in ("week", "month"):
            assert_trend(log, events, value, sql, per, "UTC")


def cells(
    events: pd.DataFrame, start: str, back: str, unit: str, zone: str, hours: int = 0, on: str = "="
) -> list[tuple]:
    """Cohort, size, period, retained, complete.

    Rolling periods are of so many ``hours``, 0 stands for those of the calendar. Of two events at
    one time the one whose name is later is later.
    """
    number = f"date_diff('{unit}', cohort, date_trunc('{unit}', clock))"
    if hours:
        number = f"(epoch_us(timestamp) - epoch_us(t0)) // {hours * 3_600_000_000}"
    found = ask(
        f"""WITH starts AS (
            SELECT user_id, min(timestamp) AS t0, date_trunc('{unit}', min(clock)) AS cohort
            FROM events WHERE event = '{start}' GROUP BY user_id
        ), returns AS (
            SELECT user_id, cohort, {number} AS n FROM starts JOIN events USING (user_id)
            WHERE event = '{back}' AND timestamp {">=" if back > start else ">"} t0
        ), sizes AS (SELECT cohort AS c, count(*) AS size FROM starts GROUP BY c)
        SELECT c, size, p, count(DISTINCT user_id)
        FROM sizes CROSS JOIN range(7) AS r(p) LEFT JOIN returns ON cohort = c AND n {on} p
        GROUP BY ALL ORDER BY c, p""",
        events,
        zone,
    )

    def over(cohort: pd.Timestamp, period: int) -> pd.Timestamp:
        ends = cohort + pd.DateOffset(**{f"{unit}s": 1 if hours else period + 1})
        return ends + pd.Timedelta(hours=hours * (period + 1))

    end = events["timestamp"].max()
    rows = [(begins(clock, zone), size, period, kept) for clock, size, period, kept in found]
    return [(*row, over(row[0], row[2]) <= end) for row in rows]


def asked(log: EventLog, text: str) -> list[tuple]:
    table = log.retention(text).table[["cohort", "size", "period", "retained", "complete"]]
    return list(table.itertuples(index=False, name=None))


@given(seed=seeds)
@few
def test_retention(seed: int):
    events, log = in_berlin(seed)
    for start, back in (("a", "b"), ("c", "a")):
        steps = f"{start} -> {back}"
        found = asked(log, f"{steps} per day for 6")
        assert found == cells(events, start, back, "day", ZONE)
        found = asked(log, f"{steps} per day for 6 rolling")
        assert found == cells(events, start, back, "day", ZONE, hours=24)
        found = asked(log, f"{steps} per week for 6 on or after")
        assert found == cells(events, start, back, "week", ZONE, on=">=")
        found = asked(log, f"{steps} per week for 6 rolling on or after")
        assert found == cells(events, start, back, "week", ZONE, hours=168, on=">=")


def test_retention_of_contributions():
    events, log = real("contributions")
    for start, back in (("code", "docs"), ("docs", "code")):
        found = asked(log, f"{start} -> {back} per month for 6")
        assert found == cells(events, start, back, "month", "UTC")
        found = asked(log, f"{start} -> {back} per month for 6 rolling on or after")
        assert found == cells(events, start, back, "month", "UTC", hours=720, on=">=")


@given(seed=seeds)
@few
def test_lifecycle_and_stickiness(seed: int):
    events, log = in_berlin(seed)
    activity = log.retention("a -> (a | b) per week")
    wanted = ask(
        """WITH active AS (
            SELECT DISTINCT user_id, date_trunc('week', clock) AS week FROM events
            WHERE event IN ('a', 'b')
        ), known AS (
            SELECT *, min(week) OVER (PARTITION BY user_id) AS first,
                lag(week) OVER (PARTITION BY user_id ORDER BY week) AS before,
                lead(week) OVER (PARTITION BY user_id ORDER BY week) AS after FROM active
        ), weeks AS (SELECT DISTINCT date_trunc('week', clock) AS w FROM events)
        SELECT w, count(*) FILTER (week = w AND week = first),
            count(*) FILTER (week = w AND before = w - to_weeks(1)),
            count(*) FILTER (week = w AND before < w - to_weeks(1)),
            count(*) FILTER (week = w - to_weeks(1) AND after IS DISTINCT FROM w)
        FROM weeks CROSS JOIN known GROUP BY w ORDER BY w""",
        events,
        ZONE,
    )
    rows = activity.lifecycle.drop(columns="complete").itertuples(index=False, name=None)
    assert list(rows) == [(begins(week, ZONE), *row) for week, *row in wanted]
    days = ask(
        """SELECT week, days, count(*) FROM (
            SELECT user_id, date_trunc('week', clock) AS week,
                count(DISTINCT date_trunc('day', clock)) AS days
            FROM events WHERE event IN ('a', 'b') GROUP BY ALL
        ) GROUP BY ALL ORDER BY ALL""",
        events,
        ZONE,
    )
    rows = activity.active_days.itertuples(index=False, name=None)
    assert list(rows) == [(begins(week, ZONE), *row) for week, *row in days]


# Where the rules differ: docs/comparison.md, "pandas and SQL".


def test_pandas_takes_null_for_a_value_that_differs():
    events = tiny("u: a@0; v: a@0; w: a@0").assign(p=["k", "l", None])
    assert opened(events).segment("did(a where p != 'k')").users.tolist() == ["v"]
    assert events.loc[events["p"] != "k", "user_id"].tolist() == ["v", "w"]
    found = ask("SELECT user_id FROM events WHERE p <> 'k'", events)
    assert found == [("v",)]


def test_pandas_calls_a_week_by_its_last_day_and_clickhouse_begins_it_on_sunday():
    events = tiny("u: a@0 a@160")  # Monday, and Sunday of the same week
    week = opened(events).trend("events of a per week").table
    assert week["period"].dt.strftime("%a %d").tolist() == ["Mon 04"]
    assert week["value"].tolist() == [2]
    resampled = events.set_index("timestamp").resample("W").size()
    assert resampled.index.strftime("%a %d").tolist() == ["Sun 10"]
    for mode, counts in ((0, [1, 1]), (1, [2])):
        sql = f"SELECT count() AS n FROM events GROUP BY toStartOfWeek(timestamp, {mode}, 'UTC')"
        assert clickhouse.ask(sql, events)["n"].tolist() == counts


def test_a_day_of_the_change_of_clocks_is_no_24_hours():
    events = tiny("u: a@0 b@47").assign(
        timestamp=pd.to_datetime(["2024-03-30 12:00", "2024-03-31 11:00"], utc=True).as_unit("us")
    )
    log = opened(events, timezone=ZONE)  # 13:00 on the clock both days, 23 hours apart
    assert asked(log, "a -> b per day for 1 rolling")[1][3] == 0
    assert asked(log, "a -> b per day for 1")[1][3] == 1
    found = ask("SELECT date_sub('day', min(clock), max(clock)) FROM events", events, ZONE)
    assert found == [(1,)]
