"""From rows to a store: drop what is no event, number users and names, sort, drop duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from .dictionaries import dictionaries
from .identity import people
from .progress import Progress
from .rows import FIRST, LAST, Table
from .sql import literal, one_row
from .survey import Survey, survey
from .ties import drop_rows, repeated_rows, settle

PLAIN = 100_000
"""Logs with fewer rows are sorted by all columns at once; that is slow, but simple."""

MANY = 0.05
"""The share of rows with the time and name of the row before at which sorting again is faster."""

TAIL = ("session_no", "anonymous_id", "source_user", "insert_id")
"""What orders rows equal in everything else, so that nothing depends on how rows arrived."""


@dataclass(frozen=True)
class Built:
    """What was counted on the way.

    Attributes
    ----------
    survey : Survey
        What the kept events are.
    same_insert_id, same_row : int
        Rows removed as duplicates.
    joined : int
        Anonymous ids that link several user ids.
    examples : dict of str to list of dict
        Some rows removed as duplicates: by ``insert id`` and ``row``, under the columns of the
        table.
    """

    survey: Survey
    same_insert_id: int
    same_row: int
    joined: int
    examples: dict[str, list[dict[str, Any]]]


def is_event(table: Table) -> str:
    """Return the SQL condition of rows that are events (docs/semantics.md, Null)."""
    user = "user_id IS NOT NULL"
    if "anonymous_id" in table.types:
        user = f"({user} OR anonymous_id IS NOT NULL)"
    return f"{user} AND event IS NOT NULL AND time BETWEEN {FIRST} AND {LAST}"


def build(
    connection: duckdb.DuckDBPyConnection, catalog: str, table: Table, timezone: str, bar: Progress
) -> Built:
    """Write the tables ``events``, ``users`` (ids only), ``names`` and ``sessions`` of a catalog.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        The building database, its time zone that of the log.
    catalog : str
    table : Table
    timezone : str
    bar : Progress
    """
    rows = f"(SELECT * FROM ({table.sql}) WHERE {is_event(table)})"
    removed = 0
    examples: dict[str, list[dict[str, Any]]] = {}
    if "insert_id" in table.types:
        rows, removed, examples["insert id"] = _without_repeated_ids(connection, rows, table, bar)

    count, joined = people(connection, catalog, rows, table, bar)
    if count == table.count:
        # All are events: what does not need ids and times need not read them.
        rows = f"({table.sql})"
    bar.run(
        connection,
        f"CREATE TABLE {catalog}.names AS SELECT row_number() OVER (ORDER BY event) - 1 AS"
        f" event_no, event AS name FROM (SELECT DISTINCT event FROM {rows})",
        label="Counting names",
    )
    (different,) = one_row(connection, f"SELECT count(*) FROM {catalog}.names")
    number = "USMALLINT" if different <= 65_536 else "UINTEGER"
    connection.execute(f"ALTER TABLE {catalog}.names ALTER event_no TYPE {number}")
    if "session" in table.types:
        bar.run(
            connection,
            f"CREATE TABLE {catalog}.sessions AS SELECT CAST(row_number() OVER (ORDER BY session)"
            f" - 1 AS INTEGER) AS session_no, session FROM (SELECT DISTINCT session FROM {rows}"
            " WHERE session IS NOT NULL)",
            label="Counting sessions",
        )
    coded = dictionaries(connection, rows, table, bar)
    small = table.count < PLAIN
    _sort(connection, catalog, rows, table, coded, small, bar)
    found = survey(connection, catalog, timezone)
    if not small and len(found.tied) > found.events * MANY:
        connection.execute(f"DROP TABLE {catalog}.events")
        _sort(connection, catalog, rows, table, coded, True, bar)
    elif not small and len(found.tied):
        settle(connection, catalog, full_order(table), found.tied)
    repeated = repeated_rows(connection, catalog, full_order(table), found.tied)
    if len(repeated):
        properties = "".join(f", {name}" for name in table.properties)
        shown = ", ".join(str(place) for place in repeated[:5])
        examples["row"] = _dicts(
            connection,
            f"SELECT user_id, name AS event, time{properties} FROM {catalog}.events e"
            f" JOIN {catalog}.users USING (user_no) JOIN {catalog}.names USING (event_no)"
            f" WHERE e.rowid IN ({shown}) ORDER BY e.rowid",
        )
        found = drop_rows(connection, catalog, found, repeated)
    return Built(found, removed, len(repeated), joined, examples)


def _dicts(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = connection.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _without_repeated_ids(
    connection: duckdb.DuckDBPyConnection, rows: str, table: Table, bar: Progress
) -> tuple[str, int, list[dict[str, Any]]]:
    """Keep, of rows with one insert id, the first by time, user, name, properties (D8)."""
    bar.run(
        connection,
        "CREATE OR REPLACE TEMP TABLE repeated AS SELECT insert_id, count(*) AS n FROM"
        f" {rows} WHERE insert_id IS NOT NULL GROUP BY insert_id HAVING n > 1",
        label="Looking for repeated insert ids",
    )
    (removed,) = one_row(connection, "SELECT coalesce(sum(n - 1), 0) FROM repeated")
    if not removed:
        return rows, 0, []
    rest = [name for name in ("sequence", "session", "anonymous_id") if name in table.types]
    order = ", ".join(
        f"{name} NULLS LAST" for name in ("time", "user_id", "event", *table.properties, *rest)
    )
    bar.run(
        connection,
        "CREATE OR REPLACE TEMP TABLE several AS SELECT *, row_number() OVER (PARTITION BY"
        f" insert_id ORDER BY {order}) AS rank FROM {rows} SEMI JOIN repeated USING (insert_id)",
        label="Removing repeated insert ids",
    )
    examples = _dicts(
        connection, "SELECT * EXCLUDE (rank) FROM several WHERE rank > 1 ORDER BY ALL LIMIT 5"
    )
    columns = ", ".join(table.types)
    single = f"SELECT {columns} FROM {rows} ANTI JOIN repeated USING (insert_id)"
    return (
        f"({single} UNION ALL SELECT {columns} FROM several WHERE rank = 1)",
        int(removed),
        examples,
    )


def _sort(
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    rows: str,
    table: Table,
    coded: Sequence[str],
    whole: bool,
    bar: Progress,
) -> None:
    types = table.types
    joins = [f"JOIN {catalog}.names ON event = name"]
    kept = ["time", "names.event_no"]
    if "anonymous_id" in types:
        joins.append("LEFT JOIN user_people AS u ON u.id = user_id")
        joins.append("LEFT JOIN anonymous_people AS a ON a.id = anonymous_id")
        kept.insert(0, "coalesce(u.user_no, a.user_no) AS user_no")
    else:
        joins.append(f"JOIN {catalog}.users USING (user_id)")
        kept.insert(0, "user_no")
    if "session" in types:
        joins.append(f"LEFT JOIN {catalog}.sessions USING (session)")
        kept.append("session_no")
    else:
        kept.append("CAST(NULL AS INTEGER) AS session_no")
    kept.extend(name for name in ("sequence", "insert_id", "anonymous_id") if name in types)
    if "anonymous_id" in types:
        kept.append("user_id AS source_user")
    for name in table.properties:
        if name in coded:
            joins.append(f"LEFT JOIN {name}_values ON {name} = {name}_values.value")
            kept.append(f"{name}_values.code AS {name}")
        else:
            kept.append(name)
    order = full_order(table)
    if not whole:
        order = order[: order.index("event_no") + 1]
    bar.run(
        connection,
        f"CREATE TABLE {catalog}.events AS SELECT {', '.join(kept)} FROM {rows}"
        f" {' '.join(joins)} ORDER BY {', '.join(f'{name} NULLS LAST' for name in order)}",
        label="Sorting events",
    )


def full_order(table: Table) -> list[str]:
    """Return the columns of ``events`` that order its rows, all of them (D1)."""
    needed = {"session_no": "session", "source_user": "anonymous_id"}
    sequence = ["sequence"] if "sequence" in table.types else []
    tail = [name for name in TAIL if needed.get(name, name) in table.types]
    return ["user_no", "time", *sequence, "event_no", *table.properties, *tail]


def set_up(connection: duckdb.DuckDBPyConnection, timezone: str) -> None:
    """Prepare a building database of our own: its zone and its order."""
    connection.execute(f"SET TimeZone = {literal(timezone)}")
    connection.execute("SET preserve_insertion_order = true")
    # Writing takes two thirds of the time without it, and the file half as much room again.
    connection.execute("SET disabled_compression_methods = 'bitpacking'")
