"""Two groups of users compared by what each did, or by what became of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ...log import EventLog
from ...result.statistics import compare, holm, rate
from ...result.wording import number, percent, plural, points, points_interval
from ..change import NOISE
from .traits import Trait, having

COLUMNS = [
    "kind", "name", "count", "size", "rate", "other_count", "other_size", "other_rate",
    "difference", "low", "high", "p_adjusted",
]  # fmt: skip

# Kinds whose names say what they are.
_PLAIN = ("activity", "funnel", "next", "way")


def differing(
    log: EventLog, traits: Iterable[Trait], inside: pd.Series[Any], outside: pd.Series[Any]
) -> pd.DataFrame:
    """Return what users of one group do, or are, more or less often than those of another.

    Traits that nobody or everybody has are left out.

    Parameters
    ----------
    log : EventLog
    traits : iterable of Trait
    inside, outside : Series
        Ids of users; the groups share none.

    Returns
    -------
    DataFrame
        ``kind, name`` (of the trait); ``count`` of ``size`` users inside who have it and their
        ``rate``; the same outside (``other_…``); ``difference`` (inside minus outside) with
        Newcombe's 95 % interval ``low, high``; ``p_adjusted`` (chi-square, or Fisher's exact test
        where few are expected; Holm over all rows). Sorted by ``p_adjusted``, then by the size of
        the difference.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> from behavio_jupyter.report.analyses.traits import activity
    >>> log = datasets.cdnow()
    >>> new = log.segment("first_seen >= 1997-03-01").users
    >>> old = log.segment("first_seen < 1997-03-01").users
    >>> found = differing(log, activity("between 1998-01-01 and 1998-06-30"), new, old)
    >>> found[["name", "count", "size"]].head(1).to_numpy().tolist()
    [['5 or more events', 155, 7248]]
    """
    rows = []
    for trait in traits:
        users = having(log, trait)
        here, there = int(inside.isin(users).sum()), int(outside.isin(users).sum())
        if 0 < here + there < len(inside) + len(outside):
            rows.append((trait.kind, trait.name, here, len(inside), there, len(outside)))
    return compared(rows)


def going_with(
    log: EventLog, traits: Iterable[Trait], population: pd.Series[Any], outcome: pd.Series[Any]
) -> pd.DataFrame:
    """Return how often an outcome comes with each trait, and without it.

    This says what goes together, not what causes what.

    Parameters
    ----------
    log : EventLog
    traits : iterable of Trait
    population : Series
        Ids of the users who are looked at.
    outcome : Series
        Ids of those whose outcome it is; others than the population's do not count.

    Returns
    -------
    DataFrame
        As :func:`differing` returns it: ``count`` of the ``size`` users with the trait have the
        outcome, ``other_count`` of the ``other_size`` without it.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> from behavio_jupyter.report.analyses.traits import activity
    >>> log = datasets.cdnow()
    >>> later = log.segment("last_seen >= 1998-01-01").users
    >>> found = going_with(log, activity("within 7d of first(any)"), log.users, later)
    >>> bool((found["size"] + found["other_size"] == len(log.users)).all())
    True
    """
    became = population[population.isin(outcome)]
    rows = []
    for trait in traits:
        users = having(log, trait)
        size, count = int(population.isin(users).sum()), int(became.isin(users).sum())
        if 0 < size < len(population):
            rest = len(became) - count, len(population) - size
            rows.append((trait.kind, trait.name, count, size, *rest))
    return compared(rows)


def compared(rows: list[tuple[str, str, int, int, int, int]]) -> pd.DataFrame:
    """Return counts with rates, differences and tests; see :func:`differing`.

    Parameters
    ----------
    rows : list of tuple
        ``kind, name, count, size, other_count, other_size``.

    Examples
    --------
    >>> compared([("variant", "b", 56, 70, 48, 80)])["difference"].round(2).tolist()
    [0.2]
    """
    names = ["kind", "name", "count", "size", "other_count", "other_size"]
    table = pd.DataFrame(rows, columns=names)
    table["rate"] = rate(table["count"], table["size"])
    table["other_rate"] = rate(table["other_count"], table["other_size"])
    found = [compare(*row[2:]) for row in rows]
    for column in ("difference", "low", "high"):
        table[column] = np.array([getattr(one, column) for one in found], np.float64)
    table["p_adjusted"] = holm([one.p_value for one in found])
    order = np.lexsort((-table["difference"].abs(), table["p_adjusted"]))
    return table.iloc[order].reset_index(drop=True)[COLUMNS]


def told(table: pd.DataFrame, group: str, other: str, what: str = "") -> str:
    """Return the largest sure difference in a sentence.

    Parameters
    ----------
    table : DataFrame
        As :func:`differing` or :func:`going_with` returns it.
    group, other : str
        What the two groups of each row are called.
    what : str
        What the rates are of, where a trait parts the groups: ``stayed``. Default: the rates are
        of having the trait.
    """
    if table.empty:
        return "There is nothing in which the two groups could differ: all did the same."
    sure = table[table["p_adjusted"] < NOISE]
    looked = plural(len(table), "difference")
    if sure.empty:
        return f"None of {looked} between {group} and {other} is more than chance makes."
    first = sure.iloc[sure["difference"].abs().argmax()]
    rates = f"{percent(first['rate'])} of {number(first['size'])} {group}"
    rest = f"{percent(first['other_rate'])} of {number(first['other_size'])} {other}"
    between = points_interval(first["low"], first["high"])
    name = label(first)
    return (
        f"{f'{what} with {name}' if what else name}: {rates} against {rest} "
        f"({points(first['difference'])}, 95 % interval {between}); "
        f"{len(sure)} of {looked} {'is' if len(sure) == 1 else 'are'} more than chance makes."
    )


def label(row: pd.Series[Any]) -> str:
    """Return what a trait is called beside others: ``code (event)``."""
    return str(row["name"]) if row["kind"] in _PLAIN else f"{row['name']} ({row['kind']})"


def written(table: pd.DataFrame, group: str, other: str, rows: int = 12) -> pd.DataFrame:
    """Return the first rows as they are read."""
    top = table.head(rows)
    return pd.DataFrame(
        {
            "what": [label(row) for _, row in top.iterrows()],
            group: [_of(*row) for row in zip(top["count"], top["size"], strict=True)],
            other: [_of(*row) for row in zip(top["other_count"], top["other_size"], strict=True)],
            "difference": [points(one) for one in top["difference"]],
            "95 % interval": [
                points_interval(*ends) for ends in zip(top["low"], top["high"], strict=True)
            ],
            "worth": ["differs" if p < NOISE else "noise" for p in top["p_adjusted"]],
        }
    )


def _of(count: int, size: int) -> str:
    return f"{percent(count / size) if size else '–'} of {number(size)}"
