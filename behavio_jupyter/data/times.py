"""Reading instants: date-times, ISO text and epoch numbers as microseconds since 1970 UTC."""

from __future__ import annotations

from zoneinfo import available_timezones

import duckdb

from ..errors import DataError, nearest_hint
from .schema import Roles
from .sources import Source
from .sql import literal, one_row

_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_NUMBERS = (*_INTEGERS, *(f"U{name}" for name in _INTEGERS), "FLOAT", "DOUBLE", "DECIMAL")


def check_timezone(timezone: object) -> str:
    """Return a time zone that exists, or say which one is nearest.

    Examples
    --------
    >>> check_timezone("Europe/Berlin")
    'Europe/Berlin'
    """
    zones = available_timezones()
    if not isinstance(timezone, str) or timezone not in zones:
        raise DataError(
            f"There is no time zone {str(timezone)!r}{nearest_hint(str(timezone), sorted(zones))}."
        )
    return timezone


def is_number(type_: str) -> bool:
    """Return whether a DuckDB type holds numbers."""
    return type_.startswith(_NUMBERS) and not type_.endswith("]")


def unit_of(
    connection: duckdb.DuckDBPyConnection, source: Source, column: str, unit: str | None
) -> str | None:
    """Return what the numbers of a time column are, judged by the size of the median.

    Raises
    ------
    DataError
        ``unit`` is none of s, ms, us, ns.
    """
    if unit is not None and unit not in _PER_SECOND:
        raise DataError(f"unit={unit!r} is none of 's', 'ms', 'us', 'ns'.")
    value = _number(source, column)
    if value is None or unit is not None:
        return unit
    row = one_row(connection, f"SELECT approx_quantile(abs({value}), 0.5) FROM {source.sql}")
    size = row[0] if row else None
    if size is None:
        return "s" if is_number(source.type(column)) else None
    return "s" if size < 1e11 else "ms" if size < 1e14 else "us" if size < 1e17 else "ns"


def time_sql(source: Source, roles: Roles, timezone: str) -> str:
    """Return the SQL of the time as ``TIMESTAMP`` (UTC); null where it cannot be read.

    The session's ``TimeZone`` must be the log's: text without a zone is read in it.
    """
    column, type_ = source.column(roles.time), source.type(roles.time)
    number = _number(source, roles.time)
    if number is not None and roles.unit is not None:
        epoch = f"make_timestamp({_microseconds(number, roles.unit, type_)})"
        if is_number(type_):
            return epoch
        return f"coalesce({_from_text(column)}, {epoch})"
    return instant_sql(column, type_, timezone)


def instant_sql(column: str, type_: str, timezone: str) -> str:
    """Return the SQL of a date-time, date or text as ``TIMESTAMP`` (UTC)."""
    if type_.startswith("TIMESTAMP WITH TIME ZONE"):
        return f"make_timestamp(epoch_us({column}))"
    if type_.startswith(("TIMESTAMP", "DATE")):
        wall = f"CAST({column} AS TIMESTAMP)"
        # Infinite times are no instants: their epoch is null.
        finite = f"CASE WHEN isfinite({wall}) THEN {wall} END"
        if timezone == "UTC":
            return finite
        return f"make_timestamp(epoch_us(timezone({literal(timezone)}, {finite})))"
    if type_ == "VARCHAR" or type_.startswith("ENUM"):
        return _from_text(column)
    return "CAST(NULL AS TIMESTAMP)"


def _from_text(column: str) -> str:
    return f"make_timestamp(epoch_us(TRY_CAST(trim(CAST({column} AS VARCHAR)) AS TIMESTAMPTZ)))"


def _number(source: Source, name: str) -> str | None:
    column, type_ = source.column(name), source.type(name)
    if is_number(type_):
        return column
    if type_ == "VARCHAR" or type_.startswith("ENUM"):
        return f"TRY_CAST(CAST({column} AS VARCHAR) AS DOUBLE)"
    return None


def _microseconds(number: str, unit: str, type_: str) -> str:
    """Return whole microseconds, null where they are beyond what a timestamp holds."""
    per_second = _PER_SECOND[unit]
    if type_ in _INTEGERS:
        wide = f"CAST({number} AS HUGEINT)"
        scaled = (
            f"{wide} * {1_000_000 // per_second}" if per_second <= 1_000_000 else f"{wide} // 1000"
        )
        if type_ != "HUGEINT":
            limit = 200_000_000_000_000_000 * per_second // 1_000_000
            plain = scaled.replace(wide, f"CAST({number} AS BIGINT)")
            return f"CASE WHEN {number} BETWEEN -{limit} AND {limit} THEN {plain} END"
    else:
        scaled = f"round(CAST({number} AS DOUBLE) * {1_000_000 / per_second!r})"
    bounded = f"CASE WHEN {scaled} BETWEEN -2e17 AND 2e17 THEN {scaled} END"
    return f"TRY_CAST({bounded} AS BIGINT)"
