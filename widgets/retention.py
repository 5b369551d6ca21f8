"""The retention explorer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from behavio_jupyter import BehavioError, Retention
from behavio_jupyter.result import RetentionResult, SegmentResult
from behavio_jupyter.result.wording import moments

from .base import AnalysisWidget
from .log_widget import Content, built
from .plain import plain

_CELLS = 12_000
"""About so many cells of a group's table are told; of more, the latest cohorts are."""
_FEWEST, _MOST = 30, 300
"""So many cohorts are told at least, where there are so many, and at most."""
_TIMES = 500
"""A curve of survival is drawn at no more times than this."""
_STEPS = (1 / 24, 1 / 4, 1, 2, 5, 10, 20, 50, 100)
_GROUPS = 12
"""So many groups are drawn; it is told how many are not."""


class RetentionExplorer(AnalysisWidget):
    """Find by clicking who comes back: cohorts, curves, churn (semantics.md, "Retention").

    Parameters
    ----------
    log : EventLog
    question : Retention, str or None
        What is asked first, such as ``"signup -> any per week"``; default: nothing yet.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> explorer = RetentionExplorer(datasets.cdnow(), "first ever purchase -> any per month")
    >>> explorer.definition = "first ever purchase -> any per month for 3"
    >>> explorer.wait()
    >>> explorer.answer["groups"][0]["counted"], explorer.answer["cohorts"]["size"]
    ([2662, 3501, 2696, 2349], [7846, 8476, 7248])
    """

    _esm = built("retention.js")
    _css = built("retention.css")

    asks: ClassVar[Any] = Retention

    def drawn(self, result: RetentionResult) -> dict[str, Any]:
        """Return the averages of each group and the cohorts of the first.

        Cohorts of other groups, churn and survival are told when they are asked for.
        """
        asked = result.definition
        return {
            "title": result.title,
            "subtitle": result.subtitle,
            "rule": result.rule,
            "nothing": result.nothing,
            "unit": "membership" if asked.cohort == "every" else "user",
            "per": str(asked.per),
            "rolling": asked.alignment == "rolling",
            "unbounded": asked.unbounded,
            "group_names": list(result.groups),
            "periods": list(result.spans),
            "spans": list(result.spans.values()),
            "groups": _averages(result, result.average, "retained"),
            "left": max(0, len(_sizes(result)) - _GROUPS) if len(result.groups) else 0,
            "cohorts": _cohorts(result, result.table, "retained", 0),
        }

    @property
    def requests(self) -> dict[str, Callable[[Content], Content]]:
        """What can be asked for, and what answers it."""
        return super().requests | {
            "cohorts": self._cohorts_of,
            "churn": self._churn_of,
            "survival": self._survivals,
        }

    def users(self, pick: Content) -> SegmentResult:
        """Return the users behind a cell.

        With ``unbounded`` it is one of the same question asked with "on or after", as churn is.
        """
        result = self._answered_one
        rest = dict(pick)
        if rest.pop("unbounded", False):
            result = self._log.retention(result.definition.model_copy(update={"unbounded": True}))
        return result.users(**rest)

    @property
    def _answered_one(self) -> RetentionResult:
        if not isinstance(self._result, RetentionResult):
            raise BehavioError("There is no answer yet.")
        return self._result

    def _cohorts_of(self, content: Content) -> Content:
        result = self._answered_one
        return {"cohorts": _cohorts(result, result.table, "retained", content["group"])}

    def _churn_of(self, content: Content) -> Content:
        result = self._answered_one
        return {
            "groups": _averages(result, result.churn_average, "churned"),
            "cohorts": _cohorts(result, result.churn, "churned", content["group"]),
        }

    def _survivals(self, _content: Content) -> Content:
        """Return the curve of survival; of several segments, that of each."""
        result = self._answered_one
        segments = result.definition.segments
        if len(segments) < 2:
            return {"curves": [{"name": "", **_curve(result)}], "left": 0}
        alone = [
            result.definition.model_copy(update={"segments": (one,), "by": None})
            for one in segments[:_GROUPS]
        ]
        return {
            "left": len(segments) - len(alone),
            "curves": [
                {"name": str(segment), **_curve(self._log.retention(question))}
                for segment, question in zip(segments, alone, strict=False)
            ],
        }


def _averages(result: RetentionResult, average: pd.DataFrame, counted: str) -> list[dict[str, Any]]:
    """Return the average row of each group, with the number and the size of its cohorts."""
    sizes = _sizes(result)
    width = len(result.spans)
    return [
        {
            "pick": {name: str(cells[name].iloc[0]) for name in result.groups},
            "size": int(total),
            "cohorts": int(number),
            "sizes": cells["size"].tolist(),
            "counted": cells[counted].tolist(),
            **{name: plain(cells[name]) for name in ("rate", "low", "high")},
        }
        for number, total, cells in (
            (number, total, average.iloc[place * width : (place + 1) * width])
            for place, (number, total) in enumerate(zip(sizes["count"], sizes["sum"], strict=True))
        )
    ][:_GROUPS]


def _cohorts(
    result: RetentionResult, table: pd.DataFrame, counted: str, group: int
) -> dict[str, Any]:
    """Return the latest cohorts of a group, and how many earlier ones there are.

    Rates are null in cells that are not over.
    """
    width = len(result.spans)
    cohorts = result.cohorts
    ends = np.append(0, _sizes(result)["count"].cumsum())
    first, last = ends[group : group + 2] if group + 1 < len(ends) else (0, 0)
    kept = min(max(_CELLS // width, _FEWEST), _MOST)
    left = max(0, int(last - first) - kept)
    cells = table.iloc[(first + left) * width : last * width]
    shown = cohorts.iloc[first + left : last]
    return {
        "left": left,
        "cohort": [stamp.isoformat() for stamp in shown["cohort"]],
        "name": moments(shown["cohort"]),
        "size": shown["size"].tolist(),
        "counted": _wide(cells[counted], width),
        # Nine digits are half as long as all, and are shown as the same percentages.
        **{name: _wide(cells[name].round(9), width) for name in ("rate", "low", "high")},
    }


def _sizes(result: RetentionResult) -> pd.DataFrame:
    """Return of each group how many cohorts it has, and their size in sum."""
    cohorts = result.cohorts
    keys = list(result.groups) or np.zeros(len(cohorts))
    return cohorts.groupby(keys, sort=False)["size"].agg(["count", "sum"])


def _curve(result: RetentionResult) -> dict[str, Any]:
    """Return survival at equal steps of time, in days, from 0 to the last time that is known."""
    known = result.survival
    end = float(known["time_days"].max()) if len(known) else 0.0
    step = next((one for one in _STEPS if end / one <= _TIMES), end / _TIMES)
    times = np.arange(int(np.ceil(end / step)) + 1) * step
    # The curve is a stair: each value holds until the next one.
    place = np.searchsorted(known["time_days"], times + 1e-9, "right") - 1
    columns = {
        name: np.where(place < 0, start, known[name].to_numpy()[place] if len(known) else start)
        for name, start in (("survival", 1.0), ("low", np.nan), ("high", np.nan))
    }
    return {
        "step": step,
        **{name: plain(pd.Series(values)) for name, values in columns.items()},
    }


def _wide(values: pd.Series, width: int) -> list[list[Any]]:
    told = plain(values)
    return [told[place : place + width] for place in range(0, len(told), width)]
