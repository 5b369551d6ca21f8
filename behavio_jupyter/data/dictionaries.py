"""Text properties of few different values: kept as numbers with a list of the values."""

from __future__ import annotations

import duckdb

from .progress import Progress
from .rows import Table
from .sql import one_row

FEW = 5_000
"""Different values up to which a property is kept so."""

LONG = 200
"""Bytes of a value from which on the property is kept as text: opening a store reads all values."""

COLUMNS = 50
"""Properties kept so at most; each is one more join of the statement that sorts."""


def dictionaries(
    connection: duckdb.DuckDBPyConnection, rows: str, table: Table, bar: Progress
) -> tuple[str, ...]:
    """Write the values of each property worth it to a table ``{property}_values`` of its own.

    Its columns are the ``value`` and its ``code``: an enum, whose values are ordered as text is, by
    code point, so that sorting by codes gives the order of docs/semantics.md D1.

    Returns
    -------
    tuple of str
        The columns of these properties.
    """
    texts = [name for name in table.properties if table.types[name] == "VARCHAR"]
    if not texts:
        return ()
    looks = ", ".join(f"approx_count_distinct({name})" for name in texts)
    bar.run(
        connection,
        f"CREATE OR REPLACE TEMP TABLE text_values AS SELECT {looks} FROM {rows}",
        label="Looking at text",
    )
    counts = one_row(connection, "FROM text_values")
    counted = sorted((count, place) for place, count in enumerate(counts) if 0 < count <= FEW)
    places = sorted(place for _, place in counted[:COLUMNS])
    return tuple(
        name for name in (texts[place] for place in places) if _collect(connection, rows, name, bar)
    )


def _collect(connection: duckdb.DuckDBPyConnection, rows: str, name: str, bar: Progress) -> bool:
    """Write the values of a property; return false if some are so long that text is better."""
    bar.run(
        connection,
        f"CREATE OR REPLACE TEMP TABLE {name}_texts AS SELECT DISTINCT {name} AS value FROM {rows}"
        f" WHERE {name} IS NOT NULL",
        label="Collecting values",
    )
    (longest,) = one_row(connection, f"SELECT max(strlen(value)) FROM {name}_texts")
    if longest is None or longest > LONG:
        return False
    connection.execute(
        f"CREATE TEMP TYPE {name}_code AS ENUM (SELECT value FROM {name}_texts ORDER BY value)"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name}_values AS SELECT value, CAST(value AS {name}_code)"
        f" AS code FROM {name}_texts"
    )
    connection.execute(f"DROP TYPE {name}_code")
    return True
