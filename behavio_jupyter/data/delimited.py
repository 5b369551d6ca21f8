"""CSV: how DuckDB reads it so that no row is lost or misread, and what to say where it cannot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ..errors import DataError
from .sql import literal

# DuckDB would take "#" for the start of a comment and leave the row out, and would guess whether
# 02/01/2026 is in January: a guess that changes every number.
_OPTIONS = "union_by_name = true, sample_size = -1, comment = '', dateformat = '%Y-%m-%d'"
_SEPARATORS = ",;\t|"


def reader_of(paths: Sequence[Path]) -> str:
    """Return the SQL that reads CSV files.

    Examples
    --------
    >>> reader_of([Path("a.csv")]).startswith("read_csv(['a.csv'], union_by_name = true")
    True
    """
    files = ", ".join(literal(str(path)) for path in paths)
    return f"read_csv([{files}], {_OPTIONS})"


def check_columns(paths: Sequence[Path], names: Sequence[str]) -> None:
    """Refuse a file whose header was not cut into columns, because its rows do not fit it.

    Raises
    ------
    DataError
    """
    if len(names) == 1 and any(mark in names[0] for mark in _SEPARATORS):
        raise DataError(
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
    line = re.search(r"CSV Error on Line: (\d+)\n(?:Original Line:.*\n)?(.*)", text)
    if line:
        return DataError(f"{path} cannot be read at line {line[1]}: {line[2].strip().rstrip('.')}.")
    return None
