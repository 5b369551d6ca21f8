"""The funnel explorer."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd

from behavio_jupyter import Funnel
from behavio_jupyter.result import FunnelResult

from .base import AnalysisWidget
from .log_widget import built
from .plain import plain


class FunnelExplorer(AnalysisWidget):
    """Build a funnel by clicking: steps, window, order, filters, groups (semantics.md, "Funnel").

    Parameters
    ----------
    log : EventLog
    question : Funnel, str or None
        What is asked first, such as ``"visit -> purchase within 7d"``; default: nothing yet.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> explorer = FunnelExplorer(datasets.contributions(), "code -> test within 30d")
    >>> explorer.definition = "code -> test -> docs within 90d"
    >>> explorer.wait()
    >>> explorer.text, explorer.answer["groups"][0]["count"]
    ('%funnel code -> test -> docs within 90d', [1623, 533, 180])
    """

    _esm = built("funnel.js")
    _css = built("funnel.css")

    asks: ClassVar[Any] = Funnel

    def drawn(self, result: FunnelResult) -> dict[str, Any]:
        """Return the counts, rates and times of each group, and what compares groups."""
        asked = result.definition
        over_time = None
        if asked.per is not None:
            over_time = _over_time(result)
            result = self._log.funnel(asked.model_copy(update={"per": None}))
        steps = len(asked.steps)
        return {
            "title": result.title,
            "subtitle": result.subtitle,
            "rule": result.rule,
            "nothing": result.nothing,
            "unit": result.unit,
            "names": list(result.table["name"].iloc[:steps]),
            "optional": [step.optional for step in asked.steps],
            "previous": result.previous,
            "group_names": list(result.groups),
            "groups": _groups(result, steps),
            "window": asked.within.microseconds / 1e6,
            "comparison": _records(result.comparison) if len(result.groups) else [],
            "over_time": over_time,
        }


def _groups(result: FunnelResult, steps: int) -> list[dict[str, Any]]:
    """Return the columns of each group's table, its times of the whole way, its histogram."""
    table, times, histogram = result.table, result.times, result.histogram
    whole = times[times["step"] == 0]
    bins = len(histogram) // max(1, len(whole))
    numbers = ["count", "from_start", "from_start_low", "from_start_high", "from_previous"]
    found = []
    for place in range(len(table) // steps):
        rows = table.iloc[place * steps : (place + 1) * steps]
        found.append(
            {"pick": {name: str(rows[name].iloc[0]) for name in result.groups}}
            | {name: plain(rows[name]) for name in [*numbers, "median_seconds"]}
            | {"whole": _records(whole.iloc[[place]])[0]}
            | {"histogram": plain(histogram["count"].iloc[place * bins : (place + 1) * bins])}
        )
    return found


def _over_time(result: FunnelResult) -> list[dict[str, Any]]:
    """Return the rate of the last step by period, for each group."""
    table = result.table
    steps = len(result.definition.steps)
    last = table[table["step"] == steps]
    entered = pd.Series(table["count"].iloc[::steps].to_numpy(), index=last.index)
    groups = list(result.groups[:-1])
    parts = last.groupby(groups, sort=False) if groups else [((), last)]
    return [
        {"key": [str(part) for part in key], "period": [one.isoformat() for one in rows["period"]]}
        | {
            name: plain(rows[name])
            for name in ("count", "from_start", "from_start_low", "from_start_high")
        }
        | {"entered": plain(entered.loc[rows.index])}
        | {"complete": rows["complete"].tolist()}
        for key, rows in parts
    ]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = {str(name): plain(frame[name]) for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
