"""Tables in memory in a form that DuckDB reads whole and without surprises."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import DataError


def plain_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with neutral column names and without columns of mixed objects.

    DuckDB looks at a sample of an object column only, and fails on the rest.

    Raises
    ------
    DataError
        Text in it is not Unicode: it holds halves of letters, as wrong decoding makes them.

    Examples
    --------
    >>> plain_frame(pd.DataFrame({"x": [1, "a", True]}, dtype=object))["c0"].tolist()
    ['1', 'a', 'true']
    """
    plain = frame.copy(deep=False)
    plain.columns = pd.Index([f"c{number}" for number in range(frame.shape[1])])
    for column, dtype in plain.dtypes.items():
        values = plain[column]
        if isinstance(dtype, pd.CategoricalDtype):
            values = values.astype(dtype.categories.dtype)
            plain[column] = values
        kind = str(values.dtype)
        if isinstance(values.dtype, pd.PeriodDtype):
            plain[column] = values.dt.to_timestamp()
        elif kind == "object":
            try:
                plain[column] = _typed(values)
            except UnicodeEncodeError as error:
                name = frame.columns[plain.columns.get_loc(column)]
                raise DataError(
                    f"Column {name!a:.60} holds text that is not Unicode, as"
                    f" {error.object!a:.60}; decode it with its own encoding."
                ) from error
        elif kind in ("float128", "float96"):
            plain[column] = values.astype("float64")
        elif kind.startswith(("interval", "Sparse", "complex")):
            plain[column] = values.astype(str).where(values.notna(), None)
    return plain.reset_index(drop=True)


def _typed(values: pd.Series) -> pd.Series:
    found = pd.api.types.infer_dtype(values, skipna=True)
    if found in ("empty", "date"):
        return values
    if found in ("integer", "floating", "mixed-integer-float", "boolean"):
        plain = values.convert_dtypes()
        if plain.dtype != object:
            return plain
    if found in ("datetime", "datetime64"):
        zones = {getattr(value, "tzinfo", None) is None for value in values.dropna()}
        if len(zones) == 1:
            try:
                return pd.to_datetime(values, utc=zones == {False}, errors="raise")
            except (ValueError, OverflowError):
                pass
    if found == "decimal":
        numbers = values.map(lambda number: number if number.is_finite() else None, "ignore")
        try:
            return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(numbers, from_pandas=True)))
        except pa.ArrowInvalid:
            return values.astype("float64")
    return values.map(_text, na_action="ignore").astype("str")


def _text(value: Any) -> str:
    """Return one of several kinds of values as text, such that equal values are equal text."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, float | Decimal) and value == value // 1:
        return str(int(value))
    return str(value)


def plain_table(table: pa.Table) -> pa.Table:
    """Return a table with neutral column names and without types that DuckDB cannot read.

    Raises
    ------
    DataError
        Its memory does not hold what it says: text is not UTF-8, offsets lie outside.

    Examples
    --------
    >>> plain_table(pa.table({"x": pa.array([1.5], pa.float16())})).schema.field("c0").type
    DataType(float)
    """
    try:
        table.validate(full=True)
    except pa.ArrowInvalid as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise DataError(f"The Arrow table is damaged: {reason:.150}.") from error
    columns = [_readable(column) for column in table.columns]
    return pa.table(columns, [f"c{number}" for number in range(len(columns))])


def _readable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_float16(column.type):
        return column.cast(pa.float32())
    if pa.types.is_decimal256(column.type):
        return column.cast(pa.float64())
    return column


def is_unicode(text: str) -> bool:
    """Whether text can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
