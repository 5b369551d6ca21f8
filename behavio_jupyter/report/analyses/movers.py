"""What moved: events, segments and property values whose users became more or fewer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...log import EventLog
from ...result.statistics import holm
from ..change import NOISE, change, signed
from ..figures import KeyFigure
from ..period import Period
from ..source import covered
from .traits import having, traits


class _Part(NamedTuple):
    kind: str
    name: str
    now: int
    before: int


def movers(log: EventLog, period: Period, before: Period | None = None) -> pd.DataFrame:
    """Return who became more or fewer, those that chance does not explain first.

    For each event, saved segment and property value that
    :func:`~behavio_jupyter.report.analyses.traits.traits` looks at: the users who were active with
    it in the period and in the one before.

    Returns
    -------
    DataFrame
        ``kind`` (``event``, ``segment``, or the property's name), ``name``, ``now``, ``before``
        (users), ``change`` (relative; null from 0), and ``p_adjusted``: Poisson test of the two
        counts, Holm over all rows. Sorted by ``p_adjusted``, then by the difference. Periods of
        different lengths are not tested, nor one before which the log had not begun.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> found = movers(datasets.contributions(), Period.parse("2026-Q2"))
    >>> found.columns.tolist()
    ['kind', 'name', 'now', 'before', 'change', 'p_adjusted']
    """
    earlier = period.before if before is None else before
    parts = [part for part in _parts(log, period, earlier) if part.now or part.before]
    tested = covered(log, earlier)
    changes = [
        change(
            KeyFigure.counted(part.name, part.now, tested=tested),
            KeyFigure.counted(part.name, part.before, tested=tested),
            (period.days, earlier.days),
        )
        for part in parts
    ]
    table = pd.DataFrame(parts, columns=["kind", "name", "now", "before"])
    table["change"] = np.array([one.relative for one in changes], dtype=np.float64)
    table["p_adjusted"] = holm([one.p_value for one in changes])
    order = np.lexsort((-(table["now"] - table["before"]).abs(), table["p_adjusted"]))
    return table.iloc[order].reset_index(drop=True)


def told(table: pd.DataFrame, period: Period) -> str:
    """Return what moved, in a sentence."""
    sure = table[table["p_adjusted"] < NOISE]
    if table.empty:
        return f"Nobody was active in {period} or the one before."
    if table["p_adjusted"].isna().all():
        return (
            f"What moved in {period} is not tested: the period before is not as long, or the log "
            "had not begun by then."
        )
    if sure.empty:
        return (
            f"Nothing moved by more than chance makes in {period}: of "
            f"{len(table)} events, segments and values looked at, "
            "each change is within the noise."
        )
    shown = [
        f"{name} ({_more(relative)})"
        for name, relative in zip(sure["name"][:3], sure["change"][:3], strict=True)
    ]
    return f"Beyond chance moved {', '.join(shown)}, of {len(table)} looked at."


def _more(relative: float) -> str:
    return "new" if pd.isna(relative) else signed(relative)


def written(table: pd.DataFrame, rows: int = 10) -> pd.DataFrame:
    """Return the first rows of :func:`movers` as they are read."""
    top = table.head(rows)
    worth = ["changed" if p < NOISE else "noise" for p in top["p_adjusted"]]
    return pd.DataFrame(
        {
            "what": [
                f"{name} ({kind})" for kind, name in zip(top["kind"], top["name"], strict=True)
            ],
            "users": top["now"],
            "before": top["before"],
            "change": [_more(one) for one in top["change"]],
            "worth": worth,
        }
    )


def _parts(log: EventLog, period: Period, before: Period) -> Iterator[_Part]:
    now, then = (traits(log, one.window, one.end) for one in (period, before))
    for trait, earlier in zip(now, then, strict=True):
        counts = len(having(log, trait)), len(having(log, earlier))
        yield _Part(trait.kind, trait.name, *counts)
