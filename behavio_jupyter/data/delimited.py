"""CSV: how DuckDB reads it so that no row is lost or misread, and what to say where it cannot."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from ..errors import DataError
from .paths import sql_list
from .sql import quoted

# DuckDB would take "#" for the start of a comment and leave the row out, and would guess whether
# 02/01/2026 is in January: a guess that changes every number.
_OPTIONS = "union_by_name = true, sample_size = -1, comment = '', dateformat = '%Y-%m-%d'"
_ISO_TIMES = (
    ", timestampformat = '%Y-%m-%d %H:%M:%S',"
    " auto_type_candidates = ['BOOLEAN', 'BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'VARCHAR']"
)
_SEPARATORS = ",;\t|"


def reader_of(paths: Sequence[Path], *, iso_times: bool = False) -> str:
    """Return the SQL that reads CSV files.

    Parameters
    ----------
    paths : sequence of Path
    iso_times : bool
        Whether times are text unless they are written like ``2026-01-31 10:30:00``.

    Examples
    --------
    >>> reader_of([Path("a.csv")]).startswith("read_csv(['a.csv'], union_by_name = true")
    True
    """
    return f"read_csv({sql_list(paths)}, {_OPTIONS}{_ISO_TIMES if iso_times else ''})"


def guesses_days(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], times: Sequence[str]
) -> bool:
    """Return whether DuckDB guessed what is the day and what the month of some times.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    paths : sequence of Path
    times : sequence of str
        The columns that were read as times without a zone.
    """
    if not times:
        return False
    firsts = ", ".join(f"any_value({quoted(name)})" for name in times)
    for path in paths:
        # Any value tells: those of one column of one file are written alike.
        reader = f"{reader_of([path])[:-1]}, all_varchar = true, header = true)"
        try:
            found = connection.execute(f"SELECT {firsts} FROM (FROM {reader} LIMIT 100000)")
        except duckdb.BinderException:
            continue  # Not every file has every column.
        (row,) = found.fetchall()
        if any(value is not None and not re.match(r"\s*\d{4}", value) for value in row):
            return True
    return False


def check_columns(paths: Sequence[Path], names: Sequence[str]) -> None:
    """Refuse a file whose header was not cut into columns, because its rows do not fit it.

    Raises
    ------
    DataError
    """
    if len(names) == 1 and any(mark in names[0] for mark in _SEPARATORS):
        raise _uneven(paths) or DataError(
            f"The rows of {paths[0]} have not all as many values as its first line"
            f" ({names[0]!r:.80}); correct those, and quote values that hold the separator."
        )


def mistake(paths: Sequence[Path], error: Exception) -> DataError | None:
    """Say in one sentence why DuckDB cannot read CSV files; None where its own sentence does."""
    text = str(error)
    found = re.search(r"^\s*file ?= ?(.+?)\s*$", text, re.MULTILINE)
    path = found[1] if found else str(paths[0])
    if "not utf-8 encoded" in text:
        return DataError(
            f"{path} is not UTF-8 text; save it as UTF-8, or give the frame that"
            " pandas.read_csv(…, encoding=…) reads from it."
        )
    if "compression type is not supported" in text:
        return DataError(f"{path} is compressed in a way that is not read; use gzip or zstd.")
    uneven = _uneven(paths)
    if uneven is not None:
        return uneven
    line = re.search(r"CSV Error on Line: (\d+)\n(?:Original Line:.*\n)?(.*)", text)
    if line:
        reason = line[2].strip().rstrip(".")
        return DataError(f"{path} cannot be read at line {line[1]}: {reason:.150}.")
    if "sniffing" in text:
        return DataError(
            f"{path} cannot be read as CSV: it is no table of text with a separator such as a"
            " comma and one event a line."
        )
    return None


def _uneven(paths: Sequence[Path]) -> DataError | None:
    """Say which line has not as many values as the first; None where all have."""
    for path in paths:
        try:
            with _opened(path) as file:
                lines = csv.reader(_checked(file), delimiter=_separator(path))
                first = next(lines, [])
                for values in lines:
                    if values and len(values) != len(first):
                        return DataError(
                            f"{path} cannot be read at line {lines.line_num}: it has"
                            f" {_some(len(values), 'value')} and the first line {len(first)};"
                            " correct it, and quote values that hold the separator."
                        )
        except _MixedEndsError:
            return DataError(
                f"{path} ends some lines as Windows does and some as Unix does; write it with"
                " one kind of line ends."
            )
        except (csv.Error, OSError, UnicodeDecodeError, pa.ArrowException):
            continue
    return None


class _MixedEndsError(Exception):
    """Some lines end with a carriage return and some do not."""


def _checked(file: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines of a file as long as they all end alike."""
    kinds = set()
    for line in file:
        kinds.add(line[-2:] == "\r\n" if line[-1:] == "\n" else None)
        if {True, False} <= kinds:
            raise _MixedEndsError
        yield line


def _separator(path: Path) -> str:
    with _opened(path) as file:
        header = file.readline(1 << 16)
    return max(_SEPARATORS, key=header.count)


def _opened(path: Path) -> io.TextIOWrapper:
    packing = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix.lower())
    stream = pa.input_stream(str(path), compression=packing)
    return io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8-sig", newline="")


def _some(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
