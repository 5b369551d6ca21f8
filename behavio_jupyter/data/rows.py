"""Rows of any source in one form: roles first, then properties, typed and without surprises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from . import times
from .schema import Kind, Roles
from .sources import Source
from .sql import one_row

ROLES = ("user_id", "anonymous_id", "event", "time", "session", "sequence", "insert_id")

FIRST, LAST = "TIMESTAMP '1000-01-01'", "TIMESTAMP '9999-12-30'"
"""The instants that Python can hold in every time zone, but years of two digits (D12)."""


@dataclass(frozen=True)
class Value:
    """An SQL expression and its type, for one part to play."""

    sql: str
    type: str


@dataclass(frozen=True)
class Property:
    """A property of a part: its name for the user, and its value."""

    name: str
    value: Value


@dataclass(frozen=True)
class Rows:
    """Rows of one source, as expressions over it.

    Attributes
    ----------
    origin : str
        What stands after ``FROM``.
    roles : dict of str to Value
        The expressions of ``ROLES`` that the source has.
    properties : tuple of Property
    count : int
    """

    origin: str
    roles: dict[str, Value]
    properties: tuple[Property, ...]
    count: int


@dataclass(frozen=True)
class Table:
    """Rows of several sources under one set of columns: ``ROLES`` present, then ``p0, p1, …``."""

    selects: tuple[str, ...]
    types: dict[str, str]
    names: tuple[str, ...]
    count: int

    @property
    def sql(self) -> str:
        """The rows of all sources."""
        return " UNION ALL ".join(self.selects)

    @property
    def properties(self) -> tuple[str, ...]:
        """The columns of the properties."""
        return tuple(f"p{number}" for number in range(len(self.names)))


def rows_of(
    connection: duckdb.DuckDBPyConnection, source: Source, roles: Roles, timezone: str
) -> Rows:
    """Return the rows of a source whose columns play known roles."""
    found = {
        "user_id": identifier(connection, source, roles.user),
        "event": Value(_text(source.column(roles.event), source.type(roles.event)), "VARCHAR"),
        "time": Value(times.time_sql(source, roles, timezone), "TIMESTAMP"),
    }
    for role, column in (("anonymous_id", roles.anonymous_id), ("insert_id", roles.insert_id)):
        if column is not None:
            found[role] = identifier(connection, source, column)
    for role, column in (("session", roles.session), ("sequence", roles.sequence)):
        if column is not None:
            found[role] = value_of(source.column(column), source.type(column), timezone)
    kept = roles.properties
    names = kept if kept is not None else source.names
    properties = tuple(
        Property(name, value_of(source.column(name), source.type(name), timezone))
        for name in names
        if name in source.names and name not in roles.taken()
    )
    return Rows(source.sql, found, properties, source.rows)


def identifier(connection: duckdb.DuckDBPyConnection, source: Source, name: str) -> Value:
    """Return an id: whole numbers as ``BIGINT``, anything else as text; not-a-number is null."""
    column, type_ = source.column(name), source.type(name)
    if type_ in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"):
        return Value(f"CAST({column} AS BIGINT)", "BIGINT")
    if type_ == '"NULL"':
        return Value("CAST(NULL AS VARCHAR)", '"NULL"')
    if times.is_number(type_):
        number = f"CASE WHEN NOT isnan(CAST({column} AS DOUBLE)) THEN {column} END"
        row = one_row(
            connection,
            f"SELECT count({number}), count({number}) FILTER (CAST({number} AS DOUBLE)"
            f" = TRY_CAST({number} AS BIGINT)) FROM {source.sql}",
        )
        if row is not None and row[0] == row[1]:
            return Value(f"CAST({number} AS BIGINT)", "BIGINT")
        # 1.0 is 1, whatever other ids the column holds.
        whole = f"TRY_CAST({number} AS BIGINT)"
        return Value(
            f"CASE WHEN {number} = {whole} THEN CAST({whole} AS VARCHAR)"
            f" ELSE CAST({number} AS VARCHAR) END",
            "VARCHAR",
        )
    return Value(_text(column, type_), "VARCHAR")


def value_of(column: str, type_: str, timezone: str) -> Value:
    """Return a property: typed text, number, boolean or time; nested values as text.

    Times with or without zone become instants (UTC) as the log's own times do; dates stay dates.
    """
    if type_.endswith("]") or type_.startswith(("STRUCT", "MAP", "UNION")):
        return Value(f"CAST(to_json({column}) AS VARCHAR)", "VARCHAR")
    if type_ in ("FLOAT", "DOUBLE") or type_.startswith(("DECIMAL", "HUGEINT", "UHUGEINT")):
        kept = "FLOAT" if type_ == "FLOAT" else "DOUBLE"
        number = column if type_ == kept else f"CAST({column} AS DOUBLE)"
        # Adding zero makes one of the two zeros, which are equal but print differently.
        return Value(f"CASE WHEN NOT isnan({number}) THEN {number} + 0 END", kept)
    if times.is_number(type_) or type_ in ("BOOLEAN", "DATE"):
        return Value(column, type_)
    if type_.startswith("TIMESTAMP"):
        return Value(times.instant_sql(column, type_, timezone), "TIMESTAMP")
    if type_ == '"NULL"':
        return Value("CAST(NULL AS VARCHAR)", type_)
    return Value(_text(column, type_), "VARCHAR")


def _text(column: str, type_: str) -> str:
    return column if type_ == "VARCHAR" else f"CAST({column} AS VARCHAR)"


def kind_of(type_: str) -> Kind:
    """Return what a property of a normalised type holds."""
    if type_ == "BOOLEAN":
        return "boolean"
    if type_ in ("DATE", "TIMESTAMP"):
        return "time"
    return "number" if times.is_number(type_) else "text"


def common_type(types: Sequence[str]) -> str:
    """Return the type that holds the values of all types.

    Examples
    --------
    >>> common_type(["BIGINT", "DOUBLE"]), common_type(["BOOLEAN", "BIGINT"])
    ('DOUBLE', 'VARCHAR')
    """
    different = set(types) - {'"NULL"'}
    if not different:
        return "VARCHAR"
    if len(different) == 1:
        return different.pop()
    if all(times.is_number(type_) for type_ in different):
        return "DOUBLE" if different & {"FLOAT", "DOUBLE", "UBIGINT"} else "BIGINT"
    return "TIMESTAMP" if different == {"DATE", "TIMESTAMP"} else "VARCHAR"


def together(parts: Sequence[Rows], timezone: str) -> Table:
    """Return the rows of several sources as one; a property that one lacks is null there."""
    names = tuple(dict.fromkeys(prop.name for part in parts for prop in part.properties))
    roles = [role for role in ROLES if any(role in part.roles for part in parts)]
    values: list[dict[str, Value]] = []
    for part in parts:
        known = {prop.name: prop.value for prop in part.properties}
        values.append(
            {role: part.roles[role] for role in roles if role in part.roles}
            | {f"p{number}": known[name] for number, name in enumerate(names) if name in known}
        )
    columns = [*roles, *(f"p{number}" for number in range(len(names)))]
    types = {
        column: common_type([value[column].type for value in values if column in value])
        for column in columns
    }
    selects = []
    for part, value in zip(parts, values, strict=True):
        chosen = ", ".join(
            f"{_cast(value.get(column), types[column], timezone)} AS {column}" for column in columns
        )
        selects.append(f"SELECT {chosen} FROM {part.origin}")
    return Table(tuple(selects), types, names, sum(part.count for part in parts))


def _cast(value: Value | None, type_: str, timezone: str) -> str:
    if value is None:
        return f"CAST(NULL AS {type_})"
    if (value.type, type_) == ("DATE", "TIMESTAMP"):
        return times.instant_sql(value.sql, value.type, timezone)
    return value.sql if value.type == type_ else f"CAST({value.sql} AS {type_})"
