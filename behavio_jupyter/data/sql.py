"""Writing SQL, where it runs, and asking it for one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb


def quoted(name: str) -> str:
    r"""Return a name as an SQL identifier.

    Examples
    --------
    >>> print(quoted('6" pipes'))
    "6"" pipes"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return text as an SQL string.

    Examples
    --------
    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def database() -> duckdb.DuckDBPyConnection:
    """Return a database in memory of our own, which fetches nothing from the network.

    Examples
    --------
    >>> one_row(database(), "SELECT current_setting('autoinstall_known_extensions')")
    (False,)
    """
    return duckdb.connect(
        config={
            "allow_community_extensions": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def one_row(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] = ()
) -> tuple[Any, ...]:
    """Return the only row of a query, and leave the connection free for the next.

    Examples
    --------
    >>> one_row(duckdb.connect(), "SELECT 1, 'a'")
    (1, 'a')
    """
    (row,) = connection.execute(query, list(parameters)).fetchall()
    return tuple(row)
