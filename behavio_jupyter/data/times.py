"""Reading instants: date-times, ISO text and epoch numbers as microseconds since 1970 UTC."""

from __future__ import annotations

import functools
import math
from zoneinfo import available_timezones

import duckdb
import numpy as np
import pandas as pd

from ..errors import DataError, nearest_hint
from .schema import Roles
from .sources import Source
from .sql import literal, one_row

_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_NUMBERS = (*_INTEGERS, *(f"U{name}" for name in _INTEGERS), "FLOAT", "DOUBLE", "DECIMAL")


@functools.cache
def _timezones() -> frozenset[str]:
    # "localtime" is whatever the machine is set to: no log may depend on it.
    return frozenset(available_timezones() - {"localtime"})


def check_timezone(timezone: object) -> str:
    """Return a time zone that exists, or say which one is nearest.

    Examples
    --------
    >>> check_timezone("Europe/Berlin")
    'Europe/Berlin'
    """
    zones = _timezones()
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
        ``unit`` is none of s, ms, us, ns; or it is not given, and the numbers are dates written
        without dashes, as 20260131.
    """
    if unit is not None and unit not in _PER_SECOND:
        raise DataError(f"unit={unit!r:.40} is none of 's', 'ms', 'us', 'ns'.")
    value = _number(source, column)
    if value is None or unit is not None:
        return unit
    row = one_row(connection, f"SELECT approx_quantile(abs({value}), 0.5) FROM {source.sql}")
    size = row[0] if row else None
    if size is None:
        return "s" if is_number(source.type(column)) else None
    _refuse_dates(connection, source, column, value, size)
    return "s" if size < 1e11 else "ms" if size < 1e14 else "us" if size < 1e17 else "ns"


_RUN_TOGETHER = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
"""Dates and times without dashes, by their digits: read as seconds they would be in 1970."""


def _refuse_dates(
    connection: duckdb.DuckDBPyConnection, source: Source, column: str, value: str, median: float
) -> None:
    digits = len(str(int(median))) if math.isfinite(median) else 0
    if digits not in _RUN_TOGETHER or not 1900 <= median // 10 ** (digits - 4) <= 2100:
        return
    written = f"try_strptime(CAST(TRY_CAST({value} AS BIGINT) AS VARCHAR), ?)"
    wrong, example = one_row(
        connection,
        f"SELECT count(*) FILTER (WHERE {written} IS NULL), CAST(any_value(TRY_CAST({value} AS"
        f" BIGINT)) AS VARCHAR) FROM {source.sql} WHERE {value} IS NOT NULL",
        [_RUN_TOGETHER[digits]],
    )
    if not wrong:
        raise DataError(
            f"Column {column!r:.80} holds dates without dashes, as {example}; write them like"
            " '2026-01-31 10:30:00', or give unit='s' if they are seconds since 1970."
        )


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
        return f"coalesce({_from_text(column, timezone)}, {epoch})"
    return instant_sql(column, type_, timezone)


def instant_sql(column: str, type_: str, timezone: str) -> str:
    """Return the SQL of a date-time, date or text as ``TIMESTAMP`` (UTC)."""
    if type_.startswith("TIMESTAMP WITH TIME ZONE"):
        return f"make_timestamp(epoch_us({column}))"
    if type_.startswith(("TIMESTAMP", "DATE")):
        wall = f"CAST({column} AS TIMESTAMP)"
        # Infinite times are no instants: their epoch is null.
        return _of_wall(f"CASE WHEN isfinite({wall}) THEN {wall} END", timezone)
    if type_ == "VARCHAR" or type_.startswith("ENUM"):
        return _from_text(column, timezone)
    return "CAST(NULL AS TIMESTAMP)"


_WALL = r"\d{4}-\d\d?-\d\d?([ T]+\d\d?:\d\d(:\d\d([.]\d+)?)?)?"
"""Text of a date or time without a zone."""


def _from_text(column: str, timezone: str) -> str:
    text = f"trim(CAST({column} AS VARCHAR))"
    close = rf"regexp_replace({text}, '\s+([+-]\d\d:?\d\d)$', '\1')"  # 10:00:00 +0200
    zoned = (
        f"make_timestamp(epoch_us(coalesce(TRY_CAST({text} AS TIMESTAMPTZ),"
        f" TRY_CAST({close} AS TIMESTAMPTZ))))"
    )
    if timezone == "UTC":
        return zoned
    wall = _of_wall(f"TRY_CAST({text} AS TIMESTAMP)", timezone)
    return f"CASE WHEN regexp_full_match({text}, '{_WALL}') THEN {wall} ELSE {zoned} END"


def _of_wall(wall: str, timezone: str) -> str:
    """Return the instant at which the clock of a zone shows a time (docs/semantics.md D10).

    Read with the offset of a few hours before and of a few hours after, most times give one
    instant. The others are near a clock change: of two instants the first counts, and a time that
    was skipped is the instant of the change.
    """
    if timezone == "UTC":
        return wall
    zone, near = literal(timezone), "INTERVAL 3 HOUR"
    before = f"timezone({zone}, {wall} - {near}) + {near}"
    after = f"timezone({zone}, {wall} + {near}) - {near}"
    changes = ", ".join(str(instant) for instant in clock_changes(timezone))
    skipped = f"list_max(list_filter([{changes}], lambda x: x <= epoch_us({before})))"
    return (
        f"make_timestamp(CASE WHEN {before} = {after} THEN epoch_us({before})"
        f" WHEN timezone({zone}, {before}) = {wall} THEN epoch_us({before})"
        f" WHEN timezone({zone}, {after}) = {wall} THEN epoch_us({after})"
        f" WHEN {wall} IS NOT NULL THEN {skipped} END)"
    )


@functools.cache
def clock_changes(timezone: str) -> tuple[int, ...]:
    """Return when the clock of a zone was or will be put forward, 1900 to 2100, in microseconds.

    Examples
    --------
    >>> 1_774_746_000_000_000 in clock_changes("Europe/Berlin")
    True
    """
    quarters = np.arange(np.datetime64("1900", "us"), np.datetime64("2100", "us"), _QUARTER)
    local = pd.DatetimeIndex(quarters).tz_localize("UTC").tz_convert(timezone).tz_localize(None)
    jumps = np.flatnonzero(np.diff(local.as_unit("us").asi8) > _QUARTER.astype(np.int64))
    changes = []
    for place in jumps:
        # Old zones changed at odd seconds.
        seconds = np.arange(quarters[place], quarters[place + 1] + _SECOND, _SECOND)
        shown = pd.DatetimeIndex(seconds).tz_localize("UTC").tz_convert(timezone).tz_localize(None)
        first = int(np.argmax(np.diff(shown.as_unit("us").asi8)))
        changes.append(int(seconds[first + 1].astype(np.int64)))
    return tuple(changes)


_SECOND = np.timedelta64(1_000_000, "us")
_QUARTER = 900 * _SECOND


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
