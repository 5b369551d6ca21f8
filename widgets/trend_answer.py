"""What the browser draws of trends, lifecycle and stickiness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from behavio_jupyter.query import Formula, Number, Series
from behavio_jupyter.result import ActivityResult, TrendResult

from .plain import plain

_COUNTS = ("new", "returning", "resurrected", "dormant")


def trends_drawn(
    results: Sequence[TrendResult], names: Sequence[str | None], *, compare: bool
) -> dict[str, Any]:
    """Return the values of each line by group and period.

    ``names`` are what the browser called the lines. All lines have the same periods; ``changes``
    are those from the period before, and with ``compare`` ``value_before`` and its changes are
    of the range before.
    """
    first = results[0]
    points = first.table
    once = points["period"].drop_duplicates()
    subtitle = first.subtitle
    if len(results) > 1:  # how many users are behind it is another number for each line
        subtitle = subtitle.removeprefix(f"{first.counted} · ")
    return {
        "view": "trend",
        "subtitle": subtitle,
        "per": first.definition.per,
        "group_names": list(first.groups),
        "periods": [stamp.isoformat() for stamp in once],
        "complete": points["complete"].iloc[: len(once)].tolist(),
        "before": first.before_words if compare else "",
        "lines": [
            {
                "title": str(result.definition.value),
                "name": name,
                "expression": result.definition.value.model_dump(mode="json"),
                "unit": unit(result.definition.value),
                "rule": result.rule,
                "nothing": result.nothing,
                "groups": list(_groups(result, len(once), compare=compare)),
            }
            for result, name in zip(results, names, strict=True)
        ],
    }


def _groups(result: TrendResult, size: int, *, compare: bool) -> Iterator[dict[str, Any]]:
    changes = result.changes
    compared = result.compared if compare else None
    for low in range(0, len(changes), size or 1):
        rows = changes.iloc[low : low + size]
        group: dict[str, Any] = {
            "pick": {name: str(rows[name].iloc[0]) for name in result.groups},
            **{name: plain(rows[name]) for name in ("value", "change", "relative")},
        }
        if compared is not None and result.before is not None:
            own = compared.iloc[low : low + size]
            group["before"] = {
                "period": [_iso(stamp) for stamp in own["period_before"]],
                "value": plain(own["value_before"]),
                "change": plain(own["change"]),
                "relative": plain(own["relative"]),
            }
        yield group


def unit(expression: Series | Number | Formula) -> str:
    """Return what a line's numbers are of; lines of one unit share an axis.

    Examples
    --------
    >>> from behavio_jupyter.query import parse_part
    >>> unit(parse_part("expression", "users of visit"))
    'users'
    >>> unit(parse_part("expression", "avg(purchase.amount)"))
    'amount'
    >>> unit(parse_part("expression", "users of visit / users of any"))
    'users of visit / users of any'
    """
    if not isinstance(expression, Series):
        return str(expression)
    if expression.property is None:
        return expression.function
    sum_ = expression.function == "sum"
    return f"sum of {expression.property}" if sum_ else expression.property


def activity_drawn(result: ActivityResult) -> dict[str, Any]:
    """Return the numbers of lifecycle or stickiness by period."""
    table = result.table
    common = {
        "view": result.part,
        "title": result.title,
        "subtitle": result.subtitle,
        "rule": result.rule,
        "nothing": result.nothing,
        "per": result.definition.per,
        "periods": [stamp.isoformat() for stamp in table["period"]],
        "complete": table["complete"].tolist(),
    }
    if result.part == "lifecycle":
        return common | {name: table[name].tolist() for name in _COUNTS}
    days = result.active_days
    return common | {
        "active": table["active"].tolist(),
        "mean_daily": plain(table["mean_daily"]),
        "ratio": plain(table["ratio"]),
        "days": [
            [_iso(period), *rows] for period, *rows in days.itertuples(index=False, name=None)
        ],
    }


def _iso(stamp: Any) -> str | None:
    return None if pd.isna(stamp) else stamp.isoformat()
