"""The engines that Behavio is compared with, each asked in its own best SQL."""

from __future__ import annotations

import pandas as pd

from ..sides import rows_of
from ..workload import Rows

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


def table_rows(key: str, table: pd.DataFrame) -> Rows:
    """Return the table of a peer's answer as all sides give it."""
    if key in ("funnel", "predicate"):
        depths = table.set_index("depth")["users"]
        return [(step, int(depths[depths.index >= step].sum())) for step in (1, 2, 3)]
    if key == "breakdown":
        wide = table.pivot_table("users", "region", "depth", "sum", fill_value=0)
        return rows_of(
            *zip(
                *(
                    (region, step, int(depths[depths.index >= step].sum()))
                    for region, depths in wide.iterrows()
                    for step in (1, 2, 3)
                ),
                strict=True,
            )
        )
    if key == "retention":
        return rows_of(table["cohort"] * 7 + 4, table["period"], table["users"])
    if key == "paths":
        seconds = (table["micros"].astype("float64") / 1e6).fillna(-1).round(3)
        return rows_of(table["step"], table["source"], table["target"], table["count"], seconds)
    if key == "segment":
        return [(len(table), int(table["user"].sum()))]
    return rows_of(table["week"] * 7 + 4, table["users"])
