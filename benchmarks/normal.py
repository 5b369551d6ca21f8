"""Answers in the form in which sides are compared."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .workload import Rows

NAMES = (
    "cart",
    "checkout",
    "heartbeat",
    "purchase",
    "refund",
    "search",
    "signup",
    "view",
    "visit",
)
"""The events' names in order of code points: numbers in their place order ties as names do."""

DAY = 86_400_000_000
WEEK = 7 * DAY
MONDAY = 4 * DAY
GAP = 1_800_000_000
"""Microseconds: a day, a week, 1970-01-05, the gap between sessions."""


def days(moments: pd.Series) -> pd.Series:
    """Return dates in UTC as days since 1970."""
    return moments.dt.as_unit("us").astype("int64") // DAY


def rows_of(*columns: Any) -> Rows:
    """Return columns as sorted rows of plain numbers and text."""
    plain = (column.tolist() if hasattr(column, "tolist") else list(column) for column in columns)
    return sorted(zip(*plain, strict=True), key=repr)


def table_rows(key: str, table: pd.DataFrame) -> Rows:
    """Return the table of a peer's answer as all sides give it."""
    if key in ("funnel", "predicate", "unlimited"):
        depths = table.set_index("depth")["users"]
        return [(step, int(depths[depths.index >= step].sum())) for step in (1, 2, 3)]
    if key == "breakdown":
        table = table.astype({"region": object})
        wide = table.pivot_table("users", "region", "depth", "sum", fill_value=0)
        return sorted(
            (
                (region, step, int(depths[depths.index >= step].sum()))
                for region, depths in wide.iterrows()
                for step in (1, 2, 3)
            ),
            key=repr,
        )
    if key == "retention":
        return rows_of(table["cohort"] * 7 + 4, table["period"], table["users"])
    if key == "paths":
        seconds = (table["micros"].astype("float64") / 1e6).fillna(-1).round(3)
        return rows_of(table["step"], table["source"], table["target"], table["count"], seconds)
    if key == "matrix":
        return rows_of(table["source"], table["target"], table["count"])
    if key == "segment":
        return [(len(table), int(table["user"].astype("int64").sum()))]
    return rows_of(table["week"] * 7 + 4, table["users"])
