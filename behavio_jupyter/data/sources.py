"""Opening what events are read from, as something DuckDB can select from."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ..errors import DataError, nearest_hint
from . import delimited
from .frames import is_unicode, plain_frame, plain_table
from .paths import found_paths, kind_of_file, refuse_bombs, sql_list
from .sql import database, literal, one_row, quoted


@dataclass(frozen=True)
class Source:
    """Rows to read.

    Attributes
    ----------
    sql : str
        What stands after ``FROM``.
    names : tuple of str
        The columns as the user knows them.
    columns : tuple of str
        The same columns as quoted SQL identifiers.
    types : tuple of str
        Their DuckDB types.
    rows : int
    """

    sql: str
    names: tuple[str, ...]
    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: int

    def column(self, name: str) -> str:
        """Return the SQL identifier of a column."""
        return self.columns[self.names.index(name)]

    def type(self, name: str) -> str:
        """Return the DuckDB type of a column."""
        return self.types[self.names.index(name)]


def open_source(
    connection: duckdb.DuckDBPyConnection,
    source: Any,
    slot: str,
    table: str | None = None,
    query: str | None = None,
) -> Source:
    """Open a source of rows.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        The building database; what is registered in it is named after ``slot``.
    source : DataFrame, Table, RecordBatchReader, Dataset, path, connection or relation
    slot : str
    table, query : str, optional
        What to read of a DuckDB database.

    Raises
    ------
    DataError
        The source cannot be read, or nothing is known that reads such a thing.
    """
    library = type(source).__module__.partition(".")[0].lstrip("_")
    is_database = library == "duckdb"
    is_path = isinstance(source, str | os.PathLike)
    if (table is not None or query is not None) and not (is_database or is_path):
        raise DataError("table=… and query=… belong to a DuckDB database; leave them out here.")
    try:
        if is_database:
            return _from_duckdb(connection, source, slot, table, query)
        if library == "pandas" and hasattr(source, "columns"):
            return _from_pandas(connection, source, slot)
        if library == "polars" and hasattr(source, "explode"):
            return _from_arrow(connection, _collected(source).to_arrow(), slot)
        if library == "pyarrow":
            return _from_arrow(connection, source, slot)
        if is_path or (isinstance(source, Sequence) and not isinstance(source, bytes)):
            return _from_paths(connection, source, slot, table, query)
    except duckdb.Error as error:
        what = os.fspath(source) if is_path else "The events"
        raise DataError(f"{what} cannot be read: {first_line(error)}") from error
    raise _no_source(source)


def _no_source(source: Any) -> DataError:
    return DataError(
        f"Events cannot be read from {type(source).__name__!r}; give a pandas, polars or Arrow"
        " table, a path to Parquet, CSV or JSON lines, or a DuckDB database."
    )


def first_line(error: BaseException) -> str:
    """Return what a DuckDB error says, in one line that ends with a full stop."""
    line = str(error).strip().partition("\n")[0].strip().rstrip(".!")
    return "".join(letter if letter.isprintable() else " " for letter in line).strip() + "."


def _described(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[str]]:
    rows = connection.execute(f"DESCRIBE SELECT * FROM {sql}").fetchall()
    return [row[0] for row in rows], [row[1] for row in rows]


def _source(
    connection: duckdb.DuckDBPyConnection, sql: str, names: Iterable[str] | None = None
) -> Source:
    columns, types = _described(connection, sql)
    (count,) = one_row(connection, f"SELECT count(*) FROM {sql}")
    return Source(
        sql,
        tuple(columns if names is None else names),
        tuple(quoted(column) for column in columns),
        tuple(types),
        count,
    )


def _staged(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    slot: str,
    names: Iterable[str] | None = None,
) -> Source:
    """Read rows once that cannot, or should not, be read several times."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {slot} AS SELECT * FROM {sql}")
    return _source(connection, slot, names)


def _unique(names: Iterable[Any]) -> list[str]:
    """Return names as text; a repeated one gets a number."""
    seen: set[str] = set()
    unique = []
    for name in map(str, names):
        if not is_unicode(name):
            raise DataError(f"The name of column {name!a:.80} is not Unicode; rename it.")
        fresh, number = name, 0
        while fresh in seen:
            number += 1
            fresh = f"{name}_{number}"
        seen.add(fresh)
        unique.append(fresh)
    return unique


def _from_pandas(connection: duckdb.DuckDBPyConnection, frame: Any, slot: str) -> Source:
    return _registered(connection, plain_frame(frame), slot, _unique(frame.columns))


def _collected(frame: Any) -> Any:
    """Return a polars frame, made if it is a lazy one."""
    if not hasattr(frame, "collect"):
        return frame
    polars = sys.modules["polars"]  # Whoever made the frame has loaded it.
    try:
        return frame.collect()
    except (polars.exceptions.PolarsError, OSError) as error:
        raise DataError(f"The lazy frame cannot be made: {first_line(error)}") from error


def _registered(
    connection: duckdb.DuckDBPyConnection, rows: Any, slot: str, names: list[str]
) -> Source:
    if not names:
        raise DataError("The table of events has no columns.")
    connection.register(slot, rows)
    return _source(connection, slot, names)


def _from_arrow(connection: duckdb.DuckDBPyConnection, rows: Any, slot: str) -> Source:
    import pyarrow as pa
    import pyarrow.dataset as ds

    if isinstance(rows, pa.RecordBatch):
        rows = pa.Table.from_batches([rows])
    if isinstance(rows, pa.Table):
        return _registered(connection, plain_table(rows), slot, _unique(rows.column_names))
    if isinstance(rows, pa.RecordBatchReader):
        names = _unique(rows.schema.names)
        schema = plain_table(rows.schema.empty_table()).schema
        batches = (part for batch in rows for part in _plain_batches(batch))
        connection.register(f"{slot}_reader", pa.RecordBatchReader.from_batches(schema, batches))
        source = _staged(connection, f"{slot}_reader", slot, names)
        connection.unregister(f"{slot}_reader")
        return source
    if isinstance(rows, ds.Dataset):
        connection.register(slot, rows)
        return _source(connection, slot)
    raise DataError(f"Events cannot be read from a pyarrow {type(rows).__name__}; give a Table.")


def _plain_batches(batch: Any) -> list[Any]:
    import pyarrow as pa

    return plain_table(pa.Table.from_batches([batch])).to_batches()


def _from_duckdb(
    connection: duckdb.DuckDBPyConnection,
    source: Any,
    slot: str,
    table: str | None,
    query: str | None,
) -> Source:
    """Read through the user's own connection, which is left as it is."""
    if isinstance(source, duckdb.DuckDBPyConnection):
        # Its own cursor would not see the tables that are registered in the connection.
        tables = [str(row[0]) for row in source.sql("SHOW TABLES").fetchall()]
        relation = source.sql(selection(tables, table, query, "the connection"))
    elif table is not None or query is not None:
        raise DataError("A relation is read as it is; leave table=… and query=… out.")
    else:
        relation = source
    if relation is None:
        raise DataError("query=… gives no rows; it must be a SELECT.")
    return _from_arrow(connection, relation.to_arrow_reader(), slot)


def _reading(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a database beside whoever has it open."""
    connection = database()
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS source (READ_ONLY, TYPE duckdb)")
        connection.execute("USE source")
    except duckdb.Error as error:
        connection.close()
        if "already attached" not in str(error):
            raise
        # This process has it open for writing: then it is the same database.
        return duckdb.connect(str(path))
    return connection


def selection(tables: list[str], table: str | None, query: str | None, where: str) -> str:
    """Return the SELECT that reads a table or query of a database.

    Raises
    ------
    DataError
        Both or neither are given, or there is no such table.
    """
    if table is not None and query is not None:
        raise DataError("Give table=… or query=…, not both.")
    if query is not None:
        return _one_select(query)
    if table is None:
        if not tables:
            raise DataError(f"There is no table in {where}.")
        listed = ", ".join(repr(name) for name in tables[:12])
        raise DataError(f"Say which table of {where} holds the events with table=…: {listed}.")
    if table in tables:
        return f"FROM {quoted(table)}"
    if "." not in table:
        raise DataError(f"table={table!r}: no such table{nearest_hint(table, tables)}.")
    return "FROM " + ".".join(quoted(part) for part in table.split("."))


def _one_select(query: str) -> str:
    """Return a query that only reads, or refuse it."""
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise DataError(f"query=… cannot be read: {first_line(error)}") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise DataError("query=… must be one SELECT; it gives the rows that are the events.")
    return query.strip().rstrip(";")


def _from_paths(
    connection: duckdb.DuckDBPyConnection,
    source: Any,
    slot: str,
    table: str | None,
    query: str | None,
) -> Source:
    named = [source] if isinstance(source, str | os.PathLike) else source
    for part in named:
        if not isinstance(part, str | os.PathLike):
            raise _no_source(part)
    paths = [path for part in named for path in found_paths(part)]
    if not paths:
        raise DataError("The list of files is empty.")
    kinds = {kind_of_file(path) for path in paths}
    if len(kinds) > 1:
        raise DataError(f"The files are of several kinds ({', '.join(sorted(kinds))}); give one.")
    kind = kinds.pop()
    if kind == "database":
        if len(paths) > 1:
            raise DataError("Only one DuckDB database can be read at a time.")
        return _from_database(connection, paths[0], slot, table, query)
    if table is not None or query is not None:
        raise DataError(f"table=… and query=… belong to a DuckDB database; {paths[0]} is none.")
    files = sql_list(paths)
    if kind == "Parquet":
        return _source(connection, f"read_parquet({files}, union_by_name = true)")
    if all(path.stat().st_size == 0 for path in paths):
        raise DataError(f"{paths[0]} is empty: it has not even the names of columns.")
    refuse_bombs(paths)
    if kind == "JSON lines":
        reader = f"read_json({files}, union_by_name = true, maximum_object_size = 268435456)"
        return _staged(connection, reader, slot)
    try:
        found = _staged(connection, delimited.reader_of(paths), slot)
        clocks = [
            name
            for name, type_ in zip(found.names, found.types, strict=True)
            if type_ == "TIMESTAMP"
        ]
        if delimited.guesses_days(connection, paths, clocks):
            found = _staged(connection, delimited.reader_of(paths, iso_times=True), slot)
    except duckdb.Error as error:
        raise (delimited.mistake(paths, error) or error) from None
    delimited.check_columns(paths, found.names)
    return found


def _from_database(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    slot: str,
    table: str | None,
    query: str | None,
) -> Source:
    reader = _reading(path)
    try:
        tables = [str(row[0]) for row in reader.execute("SHOW TABLES").fetchall()]
        relation = reader.sql(selection(tables, table, query, str(path)))
        if relation is None:
            raise DataError("query=… gives no rows; it must be a SELECT.")
        return _from_arrow(connection, relation.to_arrow_reader(), slot)
    finally:
        reader.close()
