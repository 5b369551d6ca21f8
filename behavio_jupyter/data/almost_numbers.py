"""Properties that are text though most of their values are numbers."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from .schema import PropertyInfo
from .sql import one_row

_LOOKED_AT = 10_000
"""Events by which it is judged."""

_NUMBER = r"[+-]?\d[\d.'  ]*(,\d+)?"


def comma_numbers(
    connection: duckdb.DuckDBPyConnection, catalog: str, properties: Sequence[PropertyInfo]
) -> dict[str, str]:
    """Return the properties of which every value looks like a number, some with a comma.

    They stay text: ``1,500`` is as well one and a half as one and a half thousand.

    Returns
    -------
    dict of str to str
        For each property one such value.
    """
    texts = [info for info in properties if info.kind == "text"]
    if not texts:
        return {}
    looked_at = ", ".join(
        f"bool_and(regexp_full_match({info.column}, ?)),"
        f" any_value({info.column}) FILTER (contains({info.column}, ','))"
        for info in texts
    )
    chosen = ", ".join(f"CAST({info.column} AS VARCHAR) AS {info.column}" for info in texts)
    found = one_row(
        connection,
        f"SELECT {looked_at} FROM (SELECT {chosen} FROM {catalog}.events LIMIT {_LOOKED_AT})",
        [_NUMBER] * len(texts),
    )
    return {
        info.name: example
        for info, numbers, example in zip(texts, found[::2], found[1::2], strict=True)
        if numbers and example is not None
    }


def odd_values(
    connection: duckdb.DuckDBPyConnection, catalog: str, properties: Sequence[PropertyInfo]
) -> dict[str, str]:
    """Return the properties that would hold numbers but for some values.

    Judged by the first events: most values are numbers. Text of nothing but digits is what was
    given, and not named.

    Returns
    -------
    dict of str to str
        For each property one value that is no number.
    """
    texts = [info for info in properties if info.kind == "text"]
    if not texts:
        return {}
    chosen = ", ".join(f"CAST({info.column} AS VARCHAR) AS {info.column}" for info in texts)
    most = one_row(
        connection,
        "SELECT "
        + ", ".join(f"2 * count({_number(info)}) > count({info.column})" for info in texts)
        + f" FROM (SELECT {chosen} FROM {catalog}.events LIMIT {_LOOKED_AT})",
    )
    likely = [info for info, numbers in zip(texts, most, strict=True) if numbers]
    if not likely:
        return {}
    chosen = ", ".join(f"CAST({info.column} AS VARCHAR) AS {info.column}" for info in likely)
    found = one_row(
        connection,
        "SELECT "
        + ", ".join(f"min({info.column}) FILTER ({_number(info)} IS NULL)" for info in likely)
        + f" FROM (SELECT {chosen} FROM {catalog}.events)",
    )
    return {info.name: odd for info, odd in zip(likely, found, strict=True) if odd is not None}


def _number(info: PropertyInfo) -> str:
    return f"TRY_CAST({info.column} AS DOUBLE)"
