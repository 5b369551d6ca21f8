"""DuckDB, on a table sorted by user, time and name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from ..normal import DAY, GAP, MONDAY, NAMES, WEEK, table_rows
from ..serving import serve
from ..workload import DAYS, Rows


class DuckDB:
    """The events in a DuckDB file; users are numbers, names an enum, times microseconds."""

    def __init__(self, folder: Path) -> None:
        self.connection = duckdb.connect(str(folder / "events.duckdb"))

    def load(self, events: str) -> None:
        """Read the events from a Parquet file."""
        self.connection.execute("DROP TABLE IF EXISTS events")
        self.connection.execute("DROP TYPE IF EXISTS name")
        self.connection.execute(f"CREATE TYPE name AS ENUM {NAMES}")
        self.connection.execute(
            "CREATE TABLE events AS SELECT CAST(user_id[6:] AS UINTEGER) AS user,"
            " epoch_us(timestamp) AS time, CAST(event AS name) AS event, amount, region"
            f" FROM '{events}' ORDER BY user, time, event"
        )
        row = self.connection.execute("SELECT max(time) FROM events").fetchone()
        self.last = row[0] if row else 0

    def ask(self, key: str) -> Any:
        """Answer a question of the workload."""
        return self.connection.execute(_SQL[key].format(last=self.last)).df()

    def rows(self, key: str, answer: Any) -> Rows:
        """Return an answer as all sides give it."""
        return table_rows(key, answer)


def _funnel(
    first: str = "visit",
    second: str = "cart",
    third: str = "purchase",
    *,
    within: int = 7,
    where: str = "",
    by: str = "",
) -> str:
    column = f", any_value(v.{by}) AS {by}" if by else ""
    group = f"{by}, " if by else ""
    return f"""
        WITH v AS (FROM events WHERE event = '{first}'),
            c AS (SELECT user, time FROM events WHERE event = '{second}'),
            p AS (SELECT user, time FROM events WHERE event = '{third}' {where})
        SELECT {group}depth, count(*) AS users FROM (
            SELECT v.user{column}, max(CASE WHEN p.time - v.time <= {within * DAY} THEN 3
                WHEN c.time - v.time <= {within * DAY} THEN 2 ELSE 1 END) AS depth
            FROM v ASOF LEFT JOIN c ON v.user = c.user AND v.time <= c.time
            ASOF LEFT JOIN p ON c.user = p.user AND c.time <= p.time
            GROUP BY v.user
        ) GROUP BY ALL"""


# Windows without partition and order run over the rows as they lie in the table, in one pass:
# several times faster than sorting them again by user.
_SQL = {
    "funnel": _funnel(),
    "predicate": _funnel(where="AND amount > 20"),
    # A user has one region, so "the value at step 1" is any of the user's.
    "breakdown": _funnel(by="region"),
    "unlimited": _funnel("cart", "checkout", "purchase", within=DAYS),
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
            SELECT time, event, lag(event) OVER () AS before,
                coalesce(
                    lag(user) OVER () <> user OR time - lag(time) OVER () > {GAP}, true
                ) AS opens
            FROM events
        ), kept AS (
            SELECT time, event, opens FROM cut WHERE opens OR event <> before
        ), numbered AS (
            SELECT event, opens, row_number() OVER () AS row, lead(event) OVER () AS following,
                lead(time) OVER () - time AS passed,
                coalesce(lead(opens) OVER (), true) AS ends
            FROM kept
        ), placed AS (
            SELECT event, following, passed, ends, 1 + row - max(CASE WHEN opens THEN row END)
                OVER (ROWS UNBOUNDED PRECEDING) AS step
            FROM numbered
        )
        SELECT step, CAST(event AS VARCHAR) AS source,
            CASE WHEN ends THEN '(exit)' ELSE CAST(following AS VARCHAR) END AS target,
            count(*) AS count, median(passed) FILTER (NOT ends) AS micros
        FROM placed WHERE step <= 5 GROUP BY ALL""",
    "segment": f"""
        SELECT user FROM events WHERE event IN ('purchase', 'search', 'refund') GROUP BY user
        HAVING count(*) FILTER (
                event = 'purchase' AND amount >= 20 AND time > {{last}} - {90 * DAY}
            ) >= 2
            AND count(*) FILTER (event = 'search' AND time > {{last}} - {7 * DAY}) > 0
            AND count(*) FILTER (event = 'refund') = 0""",
    "trend": f"""
        SELECT (time - {MONDAY}) // {WEEK} AS week, count(DISTINCT user) AS users
        FROM events WHERE event = 'purchase' GROUP BY week""",
    "matrix": """
        SELECT CAST(event AS VARCHAR) AS source, CAST(following AS VARCHAR) AS target,
            count(*) AS count
        FROM (
            SELECT event, lead(event) OVER () AS following, lead(user) OVER () = user AS more
            FROM events
        ) WHERE more GROUP BY event, following""",
}


if __name__ == "__main__":
    serve(DuckDB)
