"""ClickHouse, in process."""

from __future__ import annotations

import tempfile
from pathlib import Path

import chdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def ask(sql: str, events: pd.DataFrame) -> pd.DataFrame:
    """Answer a query; ``events`` in it is the frame, with ``t``, its times in microseconds."""
    table = pa.Table.from_pandas(events, preserve_index=False)
    times = table["timestamp"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).cast(pa.uint64())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.parquet")
        pq.write_table(table.append_column("t", times), path)
        # Aggregates of several conditions drop rows where one is null, and take eight at most.
        known = ", ".join(f"assumeNotNull({name}) AS {name}" for name in ("user_id", "event", "t"))
        source = f"WITH events AS (SELECT * REPLACE ({known}) FROM file('{path}', Parquet)) "
        answer = chdb.query(source + sql, "Arrow")
        return pa.ipc.open_file(pa.BufferReader(answer.bytes())).read_all().to_pandas()


def depths(
    events: pd.DataFrame, steps: list[str], window: int, mode: str = "", by: str = "user_id"
) -> dict[str, int]:
    """Return how deep ``windowFunnel`` finds each user who entered.

    A null condition would drop the event from all steps (docs/comparison.md), so null is no match.
    With more in ``by`` than the user a user has the deepest of several funnels.
    """
    conditions = ", ".join(f"ifNull({step}, 0)" for step in steps)
    arguments = ", ".join([str(window), *([f"'{mode}'"] if mode else [])])
    found = ask(
        f"SELECT user_id, max(depth) AS depth FROM (SELECT user_id,"
        f" windowFunnel({arguments})(t, {conditions}) AS depth FROM events GROUP BY {by})"
        " GROUP BY user_id HAVING depth > 0",
        events,
    )
    return {user: int(depth) for user, depth in zip(found["user_id"], found["depth"], strict=True)}


def per_user(events: pd.DataFrame, expression: str) -> dict[str, int]:
    """Return an aggregate of each user's events."""
    found = ask(f"SELECT user_id, {expression} AS value FROM events GROUP BY user_id", events)
    return {user: int(value) for user, value in zip(found["user_id"], found["value"], strict=True)}
