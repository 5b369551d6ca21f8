"""DuckDB, on a table sorted by user and time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from ..workload import Rows
from . import DAY, GAP, MONDAY, NAMES, WEEK, table_rows


class DuckDB:
    """The events in a DuckDB file; users are numbers, names an enum, times microseconds."""

    name = f"DuckDB {duckdb.__version__}"

    def __init__(self, path: Path) -> None:
        self.connection = duckdb.connect(str(path))

    def load(self, events: Path) -> None:
        """Read the events from a Parquet file."""
        self.connection.execute(f"CREATE TYPE name AS ENUM {NAMES}")
        self.connection.execute(
            "CREATE TABLE events AS SELECT CAST(user_id[6:] AS UINTEGER) AS user,"
            " epoch_us(timestamp) AS time, CAST(event AS name) AS event, amount, region"
            f" FROM '{events}' ORDER BY user, time"
        )
        row = self.connection.execute("SELECT max(time) FROM events").fetchone()
        self.last = row[0] if row else 0

    def ask(self, key: str) -> Any:
        """Answer a question of the workload."""
        return self.connection.execute(_SQL[key].format(last=self.last)).df()

    def rows(self, key: str, answer: Any) -> Rows:
        """Return an answer as all sides give it."""
        return table_rows(key, answer)


def _funnel(purchase: str = "", region: str = "") -> str:
    column = f", any_value(v.{region}) AS {region}" if region else ""
    group = f"{region}, " if region else ""
    return f"""
        WITH v AS (FROM events WHERE event = 'visit'),
            c AS (SELECT user, time FROM events WHERE event = 'cart'),
            p AS (SELECT user, time FROM events WHERE event = 'purchase' {purchase})
        SELECT {group}depth, count(*) AS users FROM (
            SELECT v.user{column}, max(CASE WHEN p.time - v.time <= {7 * DAY} THEN 3
                WHEN c.time - v.time <= {7 * DAY} THEN 2 ELSE 1 END) AS depth
            FROM v ASOF LEFT JOIN c ON v.user = c.user AND v.time <= c.time
            ASOF LEFT JOIN p ON c.user = p.user AND c.time <= p.time
            GROUP BY v.user
        ) GROUP BY ALL"""


_SQL = {
    "funnel": _funnel(),
    "predicate": _funnel(purchase="AND amount > 20"),
    # A user has one region, so "the value at step 1" is any of the user's.
    "breakdown": _funnel(region="region"),
    "retention": f"""
        WITH starts AS (
            SELECT user, min(time) AS start FROM events WHERE event = 'visit' GROUP BY user
        )
        SELECT cohort, period, count(*) AS users FROM (
            SELECT DISTINCT user, (start - {MONDAY}) // {WEEK} AS cohort,
                (time - {MONDAY}) // {WEEK} - cohort AS period
            FROM events JOIN starts USING (user)
            WHERE event = 'purchase' AND time > start
        ) WHERE period <= 12 GROUP BY ALL""",
    "paths": f"""
        WITH cut AS (
            SELECT user, time, event, lag(event) OVER ordered AS before,
                coalesce(time - lag(time) OVER ordered > {GAP}, true) AS opens
            FROM events WINDOW ordered AS (PARTITION BY user ORDER BY time, event)
        ), numbered AS (
            SELECT *, sum(CAST(opens AS INTEGER)) OVER (
                PARTITION BY user ORDER BY time, event ROWS UNBOUNDED PRECEDING
            ) AS session
            FROM cut
        ), placed AS (
            SELECT event AS source, row_number() OVER inside AS step,
                lead(event) OVER inside AS following, lead(time) OVER inside - time AS passed
            FROM numbered WHERE opens OR event <> before
            WINDOW inside AS (PARTITION BY user, session ORDER BY time, event)
        )
        SELECT step, CAST(source AS VARCHAR) AS source,
            coalesce(CAST(following AS VARCHAR), '(exit)') AS target,
            count(*) AS count, median(passed) AS micros
        FROM placed WHERE step <= 5 GROUP BY ALL""",
    "segment": f"""
        SELECT user FROM events GROUP BY user
        HAVING count(*) FILTER (
                event = 'purchase' AND amount >= 20 AND time > {{last}} - {90 * DAY}
            ) >= 2
            AND count(*) FILTER (event = 'search' AND time > {{last}} - {7 * DAY}) > 0
            AND count(*) FILTER (event = 'refund') = 0""",
    "trend": f"""
        SELECT (time - {MONDAY}) // {WEEK} AS week, count(DISTINCT user) AS users
        FROM events WHERE event = 'purchase' GROUP BY week""",
}
