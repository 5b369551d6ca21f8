"""ClickHouse in process, on a MergeTree all in one part, sorted by user and time or by time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
from chdb import session

from ..normal import DAY, GAP, MONDAY, NAMES, WEEK, table_rows
from ..serving import serve
from ..workload import DAYS, Rows

_ENUM = ", ".join(f"'{name}' = {number}" for number, name in enumerate(NAMES))
_ORDER = "(time, user)" if sys.argv[1:2] == ["time"] else "(user, time)"


class ClickHouse:
    """The events in ClickHouse; users are numbers, names an enum, times microseconds."""

    def __init__(self, folder: Path) -> None:
        self.session = session.Session(str(folder))

    def load(self, events: str) -> None:
        """Read the events from a Parquet file, or find them read."""
        self.session.query("CREATE DATABASE IF NOT EXISTS bench")
        if not self._table("SELECT name FROM system.tables WHERE database = 'bench'").empty:
            self.session.query("DROP TABLE bench.events")
        for statement in (
            f"CREATE TABLE bench.events (user UInt32, time UInt64, event Enum8({_ENUM}),"
            " amount Nullable(Float64), region LowCardinality(String))"
            f" ENGINE = MergeTree ORDER BY {_ORDER}",
            "INSERT INTO bench.events SELECT toUInt32(substring(user_id, 6)),"
            " toUnixTimestamp64Micro(timestamp), event, amount, region"
            f" FROM file('{events}', Parquet)",
            "OPTIMIZE TABLE bench.events FINAL",
        ):
            self.session.query(statement)
        self.last = int(self._table("SELECT max(time) AS t FROM bench.events")["t"][0])

    def ask(self, key: str) -> Any:
        """Answer a question of the workload."""
        return self._table(_SQL[key].format(last=self.last))

    def rows(self, key: str, answer: Any) -> Rows:
        """Return an answer as all sides give it."""
        return table_rows(key, answer)

    def _table(self, sql: str) -> Any:
        answer = self.session.query(sql, "Arrow")
        return pa.ipc.open_file(pa.BufferReader(answer.bytes())).read_all().to_pandas()


def _funnel(
    first: str = "visit",
    second: str = "cart",
    third: str = "purchase",
    *,
    within: int = 7,
    where: str = "",
    by: str = "",
) -> str:
    column = f", any({by}) AS {by}" if by else ""
    group = f"{by}, " if by else ""
    return (
        f"SELECT {group}depth, count() AS users FROM (SELECT user{column},"
        f" windowFunnel({within * DAY})(time, event = '{first}', event = '{second}',"
        f" event = '{third}' {where}) AS depth"
        f" FROM bench.events WHERE event IN ('{first}', '{second}', '{third}') GROUP BY user)"
        f" GROUP BY {group}depth"
    )


_SQL = {
    "funnel": _funnel(),
    "predicate": _funnel(where="AND amount > 20"),
    # A user has one region, so "the value at step 1" is any of the user's.
    "breakdown": _funnel(by="region"),
    "unlimited": _funnel("cart", "checkout", "purchase", within=DAYS),
    "retention": f"""
        SELECT cohort, period, count() AS users FROM (
            SELECT intDiv(start - {MONDAY}, {WEEK}) AS cohort, arrayJoin(arrayDistinct(arrayMap(
                t -> intDiv(t - {MONDAY}, {WEEK}) - cohort, arrayFilter(t -> t > start, returns)
            ))) AS period
            FROM (
                SELECT minIf(time, event = 'visit') AS start,
                    groupArrayIf(time, event = 'purchase') AS returns
                FROM bench.events WHERE event IN ('visit', 'purchase')
                GROUP BY user HAVING start > 0 AND notEmpty(returns)
            )
        ) WHERE period <= 12 GROUP BY cohort, period""",
    "paths": f"""
        SELECT step, source, target, count() AS count,
            quantileExactInclusive(0.5)(seconds) AS micros
        FROM (
            SELECT arrayJoin(arrayMap(
                (n, x, y, t, u) -> (n, x, y, if(y = '(exit)', NULL, u - t)),
                arrayEnumerate(arraySlice(nodes, 1, 5)),
                arraySlice(nodes, 1, 5),
                arraySlice(arrayPushBack(arrayPopFront(nodes), '(exit)'), 1, 5),
                arraySlice(times, 1, 5),
                arraySlice(arrayPushBack(arrayPopFront(times), 0), 1, 5)
            )) AS edge, edge.1 AS step, edge.2 AS source, edge.3 AS target, edge.4 AS seconds
            FROM (
                SELECT arraySlice(kept.1, 1, 6) AS times,
                    arrayMap(e -> toString(e), arraySlice(kept.2, 1, 6)) AS nodes,
                    arrayFilter(
                        (e, i) -> i = 1 OR e.2 != session[i - 1].2,
                        session, arrayEnumerate(session)
                    ) AS kept
                FROM (
                    SELECT arrayJoin(arraySplit(
                        (e, passed) -> passed > {GAP}, sorted, arrayDifference(sorted.1)
                    )) AS session
                    FROM (
                        SELECT arraySort(groupArray((time, event))) AS sorted
                        FROM bench.events GROUP BY user
                    )
                )
            )
        ) GROUP BY step, source, target""",
    "segment": f"""
        SELECT user FROM bench.events WHERE event IN ('purchase', 'search', 'refund')
        GROUP BY user
        HAVING countIf(event = 'purchase' AND amount >= 20 AND time > {{last}} - {90 * DAY}) >= 2
            AND countIf(event = 'search' AND time > {{last}} - {7 * DAY}) > 0
            AND countIf(event = 'refund') = 0""",
    "trend": f"""
        SELECT week, count() AS users FROM (
            SELECT DISTINCT user, intDiv(time - {MONDAY}, {WEEK}) AS week
            FROM bench.events WHERE event = 'purchase'
        ) GROUP BY week""",
    "matrix": """
        SELECT toString(event) AS source, toString(following) AS target, count() AS count FROM (
            SELECT event, leadInFrame(event) OVER following AS following,
                leadInFrame(1, 1, 0) OVER following AS more
            FROM bench.events
            WINDOW following AS (
                PARTITION BY user ORDER BY time, event
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            )
        ) WHERE more GROUP BY event, following""",
}


if __name__ == "__main__":
    # The arguments: ``time``, if the table is sorted by it, and the folder.
    serve(ClickHouse)
