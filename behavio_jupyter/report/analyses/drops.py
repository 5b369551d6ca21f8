"""Where users leave a funnel, what they do around it, and which ways convert."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ...log import EventLog
from ...query import Funnel
from ...result import FunnelResult, PathsResult
from ...result.paths import EXIT
from ...result.statistics import wilson
from ...result.wording import duration, interval, number, percent, plural
from ..change import NOISE
from .counting import whole_days
from .differences import compared, written

_WAYS = 12
_LONGEST = 3
NOWHERE = "nothing more"
"""What those did next who did nothing within the window."""


def worst_step(result: FunnelResult) -> int:
    """Return the required step that loses most of those who reach it; not the last.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> worst_step(datasets.contributions().funnel("code -> test -> docs within 7d"))
    2
    """
    steps = result.definition.steps
    counts = result.table["count"].tolist()
    required = [place for place, step in enumerate(steps, 1) if not step.optional]
    lost = {
        here: 1 - counts[there - 1] / counts[here - 1]
        for here, there in pairwise(required)
        if counts[here - 1]
    }
    return max(lost, key=lambda step: lost[step]) if lost else 1


def after_dropping(log: EventLog, funnel: Funnel, step: int) -> pd.DataFrame:
    """Return what those who dropped at a step did next, beside those who went on.

    Next is the first other event after the step in a session that a pause of the funnel's window
    ends; ``nothing more`` where it has none. Who had several such sessions counts in each. The
    next step itself is left out: it is what parts the two.

    Returns
    -------
    DataFrame
        As :func:`~behavio_jupyter.report.analyses.differences.differing` returns it, for those who
        dropped and, as the others, those who went on; the most frequent after dropping first.

    Examples
    --------
    >>> from behavio_jupyter import datasets, parse
    >>> log, asked = datasets.contributions(), parse("funnel code -> test -> docs within 7d")
    >>> after_dropping(log, asked, 1)["name"].tolist()[:2]
    ['nothing more', 'docs']
    """
    result = log.funnel(funnel)
    dropped = result.users(step=step, dropped=True).users
    reached = result.users(step=step).users
    went_on = reached[~reached.isin(dropped)]
    paths = log.paths(_from(funnel, step, "counting users steps 2 top 30"))
    following = next(one for one in funnel.steps[step:] if not one.optional).events
    rows = []
    nodes = paths.nodes
    for name in [] if paths.nothing else nodes[nodes["step"] == 2]["node"]:
        if name in following.names:
            continue
        users = paths.users(step=2, node=name).users
        counts = [int(part.isin(users).sum()) for part in (dropped, went_on)]
        said = NOWHERE if name == EXIT else str(name)
        rows.append(("next", said, counts[0], len(dropped), counts[1], len(went_on)))
    table = compared(rows)
    return table.sort_values("count", ascending=False, kind="stable", ignore_index=True)


def before_leaving(log: EventLog, funnel: Funnel, step: int) -> pd.DataFrame:
    """Return the last event in each session from a step on, of those who dropped there.

    A session ends with a pause of the funnel's window, and begins here with its first event of the
    step. Who had several such sessions counts in each.

    Returns
    -------
    DataFrame
        ``name, count, size, rate, low, high``: sessions that end so, of all; the most frequent
        first, with the Wilson interval of the share.

    Examples
    --------
    >>> from behavio_jupyter import datasets, parse
    >>> log, asked = datasets.contributions(), parse("funnel code -> test -> docs within 7d")
    >>> before_leaving(log, asked, 1)["name"].tolist()[:2]
    ['code', 'docs']
    """
    paths = log.paths(f"{_from(funnel, step, 'steps 2')} for {_dropped(funnel, step)}")
    if paths.nothing:
        return pd.DataFrame(columns=["name", "count", "size", "rate", "low", "high"])
    pairs, ways = paths.matrix, paths.sequences
    begun = ways.groupby(ways["sequence"].str[0])["count"].sum()
    # An event is the last one each time that it comes and nothing follows.
    ended = pairs.sum(axis=0).add(begun, fill_value=0).sub(pairs.sum(axis=1), fill_value=0)
    ended = ended[ended > 0].astype(int).sort_values(ascending=False, kind="stable")
    size = int(ended.sum())
    low, high = wilson(ended, np.full(len(ended), size))
    return pd.DataFrame(
        {
            "name": ended.index,
            "count": ended.to_numpy(),
            "size": size,
            "rate": ended.to_numpy() / size,
            "low": low,
            "high": high,
        }
    )


def before_told(table: pd.DataFrame, name: str) -> str:
    """Return what those who dropped did last, in a sentence.

    Parameters
    ----------
    table : DataFrame
        Of :func:`before_leaving`.
    name : str
        Of the step.
    """
    if table.empty:
        return f"Nobody dropped at {name}."
    first = table.iloc[0]
    told = (
        f"Of {plural(first['size'], 'session')} of those who dropped at {name}, "
        f"{percent(first['rate'])} ended with {first['name']}"
    )
    if len(table) == 1:
        return f"{told}."
    second = table.iloc[1]
    return f"{told}, and {percent(second['rate'])} with {second['name']}."


def before_written(table: pd.DataFrame, rows: int = 12) -> pd.DataFrame:
    """Return what comes last before leaving as it is read."""
    some = table.head(rows)
    return pd.DataFrame(
        {
            "last before leaving": some["name"],
            "sessions": [number(one) for one in some["count"]],
            "share": [percent(one) for one in some["rate"]],
            "95 % interval": [
                interval(*one) for one in zip(some["low"], some["high"], strict=True)
            ],
        }
    )


def dropping_paths(log: EventLog, funnel: Funnel, step: int) -> PathsResult:
    """Return the paths, from a step on, of those who dropped there."""
    asked = _from(funnel, step, "counting users steps 4 top 6")
    return log.paths(f"{asked} for {_dropped(funnel, step)}")


def ways(log: EventLog, funnel: Funnel) -> pd.DataFrame:
    """Return how well each of the 12 most frequent ways into the funnel converts.

    A way is the first three different events from the first step on, the last step's left out: it
    is the outcome. Who took several ways counts in each; each way is compared with all others who
    began. What goes together need not be cause and effect.

    Returns
    -------
    DataFrame
        As :func:`~behavio_jupyter.report.analyses.differences.differing` returns it; empty where
        the last step is the same event as the first.

    Examples
    --------
    >>> from behavio_jupyter import datasets, parse
    >>> log, asked = datasets.contributions(), parse("funnel code -> docs -> test within 7d")
    >>> ways(log, asked)["name"].str.startswith("code").all()
    np.True_
    """
    first, last = funnel.steps[0].events, funnel.steps[-1].events
    # Hiding the outcome must leave a beginning.
    if not last.names or not first.names or set(last.names) & set(first.names):
        return compared([])
    result = log.funnel(funnel)
    began = result.users(step=1).users
    converted = result.users(step=len(funnel.steps)).users
    paths = log.paths(_from(funnel, 1, f"steps {_LONGEST} hide {last} top 30"))
    rows = []
    for way in [] if paths.nothing else paths.most_frequent(_WAYS)["sequence"]:
        users = paths.users(sequence=way).users
        took, others = began[began.isin(users)], began[~began.isin(users)]
        if len(took) and len(others):
            counts = [int(part.isin(converted).sum()) for part in (took, others)]
            rows.append(("way", " → ".join(way), counts[0], len(took), counts[1], len(others)))
    return compared(rows)


def ways_told(table: pd.DataFrame) -> str:
    """Return which way converts best and which worst, in a sentence."""
    if table.empty:
        return "There are no different ways into this funnel to compare."
    enough = table[table["size"] >= 30]
    if len(enough) < 2:
        return "No two ways were taken by 30 users: these rates are too unsure to rank."
    best, worst = (
        enough.iloc[place] for place in (enough["rate"].argmax(), enough["rate"].argmin())
    )
    if best["rate"] == worst["rate"]:
        return f"All ways that 30 or more took convert alike: {percent(best['rate'])}."
    sure = int((table["p_adjusted"] < NOISE).sum())
    return (
        f"Of ways that 30 or more took, {best['name']} converts best ({percent(best['rate'])} of "
        f"{number(best['size'])}) and {worst['name']} worst ({percent(worst['rate'])} of "
        f"{number(worst['size'])}); {sure} of {len(table)} differ from the others by more than "
        "chance makes."
    )


def after_told(table: pd.DataFrame, name: str) -> str:
    """Return what those who dropped did next, in a sentence.

    Parameters
    ----------
    table : DataFrame
        Of :func:`after_dropping`.
    name : str
        Of the step.
    """
    if table.empty or not table["size"].iloc[0]:
        return f"Nobody dropped at {name}."
    nothing = table[table["name"] == NOWHERE]
    others = table[(table["name"] != NOWHERE) & (table["count"] > 0)]
    share = percent(nothing["rate"].sum())
    told = f"Of {number(table['size'].iloc[0])} who dropped at {name}, {share} did nothing more"
    if others.empty:
        return f"{told} within the window."
    first = others.iloc[0]
    return (
        f"{told} within the window; the most frequent thing to do next is {first['name']} "
        f"({percent(first['rate'])})."
    )


def _dropped(funnel: Funnel, step: int) -> str:
    return f"users of ({funnel}) with step = {step} and dropped = true"


def _from(funnel: Funnel, step: int, clauses: str) -> str:
    days = funnel.during
    if days is not None and days.end is not None:
        # Who began on the last day takes the other steps, and does something next, after it.
        days = days.model_copy(update={"end": days.end + whole_days(funnel)})
    during = "" if days is None else f" during {days}"
    events = funnel.steps[step - 1].events
    text = f"from {events} {clauses} session {funnel.within}"
    if funnel.where is not None:
        text += f" where {funnel.where}"
    return text + during


def after_written(table: pd.DataFrame) -> pd.DataFrame:
    """Return what follows dropping as it is read."""
    found = written(table, "dropped", "went on")
    return found.assign(what=table["name"].head(len(found))).rename(columns={"what": "did next"})


def times_told(result: FunnelResult) -> str:
    """Return how long the whole way takes, in a sentence."""
    whole = result.times[result.times["step"] == 0]
    if whole.empty or not whole["count"].iloc[0]:
        return "Nobody went the whole way: there are no times to convert."
    row = whole.iloc[0]
    return (
        f"Half of {number(row['count'])} who went the whole way took up to "
        f"{duration(row['median'])}, and nine of ten up to {duration(row['p90'])}."
    )


def times_written(result: FunnelResult) -> pd.DataFrame:
    """Return the times to convert as they are read."""
    names = {0: "the whole way", **{row.step: f"to {row.name}" for row in _steps(result)}}
    rows = result.times
    return pd.DataFrame(
        {
            "way": [names[step] for step in rows["step"]],
            "users": [number(one) for one in rows["count"]],
            "a quarter within": [duration(one) for one in rows["p25"]],
            "half within": [duration(one) for one in rows["median"]],
            "three quarters within": [duration(one) for one in rows["p75"]],
            "nine of ten within": [duration(one) for one in rows["p90"]],
        }
    )


def _steps(result: FunnelResult) -> list[Any]:
    return list(result.table[["step", "name"]].itertuples(index=False))
