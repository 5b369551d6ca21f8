"""The ways that people take in their sessions, beside those of the period before."""

from __future__ import annotations

import pandas as pd

from ...log import EventLog
from ...result import PathsResult
from ...result.wording import number, percent
from ..change import NOISE
from ..figures import KeyFigure
from ..period import Period
from . import differences

_WAYS, _STEPS = 12, 5
NOTE = "Tests take sessions for independent; those of one user are not."


def paths(log: EventLog, period: Period, begin: str = "", pause: str = "30m") -> PathsResult:
    """Return the paths of a period.

    Parameters
    ----------
    log : EventLog
    period : Period
    begin : str
        The event that they begin with, in the language; empty: any.
    pause : str
        How long a pause ends a session, in the language.
    """
    start = f"from {begin} " if begin else ""
    return log.paths(f"{start}steps {_STEPS} top 6 session {pause} during {period.during}")


def figures(log: EventLog, period: Period, begin: str = "", pause: str = "30m") -> list[KeyFigure]:
    """Return how many paths there are, for how many users, and how many go nowhere.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> [one.name for one in figures(datasets.contributions(), Period.parse("2026-07"))]
    ['paths', 'paths of one event', 'the most frequent way']
    """
    found = paths(log, period, begin, pause)
    sequences = found.sequences
    total = int(sequences["count"].sum())
    alone = int(sequences.loc[sequences["sequence"].map(len) == 1, "count"].sum())
    most = int(sequences["count"].max()) if total else 0
    return [
        # Some users have many paths: these are not independent of each other.
        KeyFigure.measured("paths", total, "paths"),
        KeyFigure.rate("paths of one event", alone, total, "down", tested=False),
        KeyFigure.rate("the most frequent way", most, total, "", tested=False),
    ]


def shifts(log: EventLog, period: Period, begin: str = "", pause: str = "30m") -> pd.DataFrame:
    """Return the 12 most frequent ways with their share of all, beside the period before.

    Ways are cut after five events. Tests take sessions for independent.

    Returns
    -------
    DataFrame
        As :func:`~behavio_jupyter.report.analyses.differences.differing` returns it: this period,
        and as the other the one before.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> found = shifts(datasets.contributions(), Period.parse("2026-07"))
    >>> found["kind"].unique().tolist()
    ['way']
    """
    now, before = (
        paths(log, one, begin, pause).sequences.set_index("sequence")["count"]
        for one in (period, period.before)
    )
    both = pd.concat([now, before], axis=1, keys=["now", "before"]).fillna(0).astype("int64")
    both = both.assign(all=both.sum(axis=1)).sort_values("all", ascending=False, kind="stable")
    sizes = int(now.sum()), int(before.sum())
    return differences.compared(
        [
            ("way", " → ".join(way), now_count, sizes[0], then_count, sizes[1])
            for way, now_count, then_count in zip(
                both.index[:_WAYS],
                both["now"].head(_WAYS).tolist(),
                both["before"].head(_WAYS).tolist(),
                strict=True,
            )
        ]
    )


def told(table: pd.DataFrame, period: Period) -> str:
    """Return which way is the most frequent and what shifted, in a sentence."""
    if table.empty:
        return f"Nobody took a way in {period} or the one before."
    first = table.iloc[table["count"].argmax()]
    sure = table[table["p_adjusted"] < NOISE]
    shifted = (
        f"the share of {sure.iloc[0]['name']} moved most surely, "
        f"{percent(sure.iloc[0]['other_rate'])} before and {percent(sure.iloc[0]['rate'])} now"
        if len(sure)
        else f"no share of {len(table)} moved by more than chance makes"
    )
    return f"{first['name']} is {percent(first['rate'])} of all ways in {period}; {shifted}. {NOTE}"


def written(table: pd.DataFrame, now: str, before: str) -> pd.DataFrame:
    """Return the ways as they are read."""
    return differences.written(table, now, before)


def following(found: PathsResult) -> pd.DataFrame:
    """Return the 12 most frequent pairs of neighbours: ``source, target, count, share``.

    ``share`` is of all that follows the source.
    """
    return found.transitions.sort_values("count", ascending=False, kind="stable").head(12)


def following_told(table: pd.DataFrame) -> str:
    """Return the most frequent pair, in a sentence."""
    if table.empty:
        return "No event follows another one in a session."
    first = table.iloc[0]
    return (
        f"{first['target']} after {first['source']} is the most frequent step "
        f"({number(first['count'])} times, {percent(first['share'])} of what follows "
        f"{first['source']})."
    )


def following_written(table: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs as they are read."""
    return pd.DataFrame(
        {
            "from → to": [
                f"{a} → {b}" for a, b in zip(table["source"], table["target"], strict=True)
            ],
            "times": [number(one) for one in table["count"]],
            "of what follows": [percent(one) for one in table["share"]],
        }
    )


def endings(found: PathsResult) -> pd.DataFrame:
    """Return where ways end: ``event``, ``count``, ``share`` of the ways of up to four events.

    Longer ones are cut, so that nobody knows here how they end.
    """
    sequences = found.sequences
    short = sequences[sequences["sequence"].map(len) < _STEPS]
    last = short["sequence"].map(lambda way: way[-1])
    counts = short["count"].groupby(last).sum().sort_values(ascending=False, kind="stable")
    return pd.DataFrame(
        {"event": counts.index, "count": counts.to_numpy(), "share": counts / counts.sum()}
    ).reset_index(drop=True)


def endings_told(table: pd.DataFrame) -> str:
    """Return where most ways end, in a sentence."""
    if table.empty:
        return "No way ends within four events."
    first = table.iloc[0]
    return (
        f"{percent(first['share'])} of {number(table['count'].sum())} ways of up to four events "
        f"end with {first['event']}."
    )


def endings_written(table: pd.DataFrame) -> pd.DataFrame:
    """Return the ends as they are read."""
    return pd.DataFrame(
        {
            "last event": table["event"],
            "ways": [number(one) for one in table["count"]],
            "share": [percent(one) for one in table["share"]],
        }
    ).head(12)
