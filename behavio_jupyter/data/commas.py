"""Properties that are text because their numbers have a comma."""

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
