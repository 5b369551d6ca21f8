"""Rows with the same user, time and name: their order, and which of them are repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .sql import one_row
from .survey import Survey

KEYS = ("user_no", "time", "event_no")


def settle(
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    order: Sequence[str],
    tied: NDArray[np.int64],
) -> None:
    """Put tied rows in order, where they lie, in a table sorted by user, time and name only.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    catalog : str
    order : sequence of str
        All columns that order rows.
    tied : int64 array
        Places of rows with the user, time and name of the row before.
    """
    places = np.union1d(tied, tied - 1)
    starts = ~np.isin(places, tied)
    first = places[np.maximum.accumulate(np.where(starts, np.arange(len(places)), 0))]
    connection.register("places", pa.table({"place": places, "first": first}))
    ranked = ", ".join(f"{name} NULLS LAST" for name in order)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE settled AS SELECT place, first - 1 + row_number() OVER"
        f" (PARTITION BY first ORDER BY {ranked}) AS target, events.* FROM"
        f" {catalog}.events JOIN places ON events.rowid = place"
    )
    connection.unregister("places")
    moved = ", ".join(f"{name} = settled.{name}" for name in order if name not in KEYS)
    if moved:
        connection.execute(
            f"UPDATE {catalog}.events SET {moved} FROM settled"
            " WHERE events.rowid = target AND place <> target"
        )
    connection.execute("DROP TABLE settled")


def repeated_rows(
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    order: Sequence[str],
    tied: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return which tied rows equal the row before in every column; equal rows lie side by side."""
    if not len(tied):
        return tied
    equal = " AND ".join(
        f"a.{name} IS NOT DISTINCT FROM b.{name}" for name in order if name not in KEYS
    )
    connection.register("candidates", pa.table({"place": tied}))
    found = connection.execute(
        f"SELECT place FROM candidates JOIN {catalog}.events a ON a.rowid = place"
        f" JOIN {catalog}.events b ON b.rowid = place - 1 WHERE {equal or 'true'} ORDER BY place"
    ).fetchnumpy()["place"]
    connection.unregister("candidates")
    return np.asarray(found, np.int64)


def drop_rows(
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    found: Survey,
    places: NDArray[np.int64],
) -> Survey:
    """Remove rows that equal the row before from ``events``, and return what is left.

    Writing all others again would cost a third of the whole build, so row ids get gaps.
    """
    connection.register("repeated_rows", pa.table({"place": places}))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE dropped AS SELECT user_no, time, event_no"
        f" FROM {catalog}.events JOIN repeated_rows ON rowid = place"
    )
    connection.execute(
        f"DELETE FROM {catalog}.events WHERE rowid IN (SELECT place FROM repeated_rows)"
    )
    connection.unregister("repeated_rows")
    dropped = connection.execute("SELECT user_no, event_no FROM dropped").fetchnumpy()
    users, events = np.asarray(dropped["user_no"]), np.asarray(dropped["event_no"])
    # Where one row is left of an instant, only copies of it shared the instant.
    (alone,) = one_row(
        connection,
        f"SELECT count(*) FROM (SELECT user_no, time FROM {catalog}.events"
        " SEMI JOIN dropped USING (user_no, time) GROUP BY ALL HAVING count(*) = 1)",
    )
    connection.execute("DROP TABLE dropped")
    return replace(
        found,
        events=found.events - len(places),
        names=found.names - np.bincount(events, minlength=len(found.names)),
        per_user=found.per_user - np.bincount(users, minlength=len(found.per_user)),
        shared_instants=found.shared_instants - alone,
    )
