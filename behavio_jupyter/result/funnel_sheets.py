"""The tables of a funnel as they are read: its steps, its periods, its groups compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from .picks import Pick
from .sheet import Sheet
from .wording import (
    MISSING,
    duration,
    interval,
    moments,
    number,
    percent,
    points,
    points_interval,
)

if TYPE_CHECKING:
    from .funnel import FunnelResult


def of_steps(result: FunnelResult) -> Sheet:
    """Return a row for each step of each group; rates from the first step are drawn as bars."""
    table = result.table
    columns = ["count", "from_start", "95 % interval", "from_previous", "median time"]
    rows = [
        [
            *map(str, row[: len(result.groups)]),
            number(one["step"]),
            one["name"],
            number(one["count"]),
            percent(one["from_start"]),
            interval(one["from_start_low"], one["from_start_high"]),
            percent(one["from_previous"]),
            duration(one["median_seconds"]),
        ]
        for row, one in _both(table)
    ]
    names = [*result.groups, "step", "name", *columns]
    bars = (len(result.groups) + 3, table["from_start"].fillna(0).tolist())
    at = len(result.groups) + 2

    def picks() -> dict[int, list[Pick]]:
        return dict.fromkeys((at, at + 1), result.reached(table))

    return Sheet(names, rows, at, bars=bars, picks=picks)


def of_periods(result: FunnelResult) -> Sheet:
    """Return a row for each period of each group, from the first step to the last."""
    table = result.table
    steps = len(result.definition.steps)
    first, last = table.iloc[::steps], table.iloc[steps - 1 :: steps]
    periods = moments(first["period"])
    rows = [
        [
            *map(str, row[: len(result.compared)]),
            period,
            number(entered),
            number(one["count"]),
            percent(one["from_start"]),
            interval(one["from_start_low"], one["from_start_high"]),
            "" if one["complete"] else "window still open",
        ]
        for period, entered, (row, one) in zip(periods, first["count"], _both(last), strict=True)
    ]
    columns = ["entered", "converted", "from_start", "95 % interval", ""]
    names = [*result.groups, *columns]
    bars = (len(result.groups) + 2, last["from_start"].fillna(0).tolist())
    at = len(result.groups)

    def picks() -> dict[int, list[Pick]]:
        converted = result.reached(last)
        return {at: result.reached(first), at + 1: converted, at + 2: converted}

    return Sheet(names, rows, at, latest=not result.compared, bars=bars, picks=picks)


def of_comparison(result: FunnelResult) -> Sheet:
    """Return a row for each group but the first, which it is compared with."""
    comparison = result.comparison
    adjusted = "p_adjusted" in comparison
    first = result.entered.index[0]
    name = " · ".join(first) if isinstance(first, tuple) else first
    rows = [
        [
            *map(str, row[: len(result.compared)]),
            points(one["difference"]),
            points_interval(one["low"], one["high"]),
            one["test"] or MISSING,
            _p(one["p_value"]),
            *([_p(one["p_adjusted"])] if adjusted else []),
        ]
        for row, one in _both(comparison)
    ]
    columns = ["difference", "95 % interval", "test", "p"]
    columns += ["p (Holm-adjusted)"] if adjusted else []
    return Sheet(
        [*result.compared, *columns],
        rows,
        len(result.compared),
        ".comparison",
        f"Conversion to the last step compared with {name}",
    )


def _both(frame: pd.DataFrame) -> list[tuple[list[Any], dict[str, Any]]]:
    """Return rows as lists and as mappings."""
    columns = [str(column) for column in frame.columns]
    return [
        (list(row), dict(zip(columns, row, strict=True)))
        for row in frame.itertuples(index=False, name=None)
    ]


def _p(value: float) -> str:
    if pd.isna(value):
        return MISSING
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
