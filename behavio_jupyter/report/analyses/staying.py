"""Who stays, and which early behaviours go with it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from ...log import EventLog
from ...result import RetentionResult
from ...result.wording import interval, number, percent
from ..change import NOISE
from ..period import Period
from ..source import last_day
from . import differences
from .drawing import lifecycle_chart
from .traits import activity, traits

if TYPE_CHECKING:
    import plotly.graph_objects as go

_FIRST = "within 7d of first(any)"
# Eight weeks, and the log's last day, which may not be over.
_WATCHED = dt.timedelta(weeks=8, days=1)
WITH, WITHOUT = "with it", "without it"


def early_behaviours(
    log: EventLog, start: dt.date, last: dt.date, back: str = "any"
) -> pd.DataFrame:
    """Return how many stay of those who did something in their first 7 days, and of the rest.

    Staying is an event ``back`` in the weeks 4 to 7 after the first event. Looked at are users
    whose first event lies in the range, at least 8 weeks before the log ends. No behaviour of the
    first week can be one of the weeks that count as staying.

    Parameters
    ----------
    log : EventLog
    start, last : date
        First and last day of the first event.
    back : str
        What counts as coming back, in the language.

    Returns
    -------
    DataFrame
        As :func:`~behavio_jupyter.report.analyses.differences.going_with` returns it.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> days = dt.date(1997, 1, 1), dt.date(1997, 3, 31)
    >>> found = early_behaviours(datasets.cdnow(), *days)
    >>> found["name"].tolist()[0], int(found["size"][0] + found["other_size"][0])
    ('2 or more days', 23570)
    """
    ends = last_day(log)
    latest = last if ends is None else min(last, ends - _WATCHED)
    if latest < start:
        return differences.compared([])
    after = latest + dt.timedelta(days=1)
    began = log.segment(f"first_seen >= {start} and first_seen < {after}").users
    stayed = log.retention(
        f"first ever any -> {back} per week brackets 0-3, 4-7 rolling during {start} to {latest}"
    )
    if stayed.nothing:
        return differences.compared([])
    users = stayed.users(period=4).users
    # Who is in a saved segment is known at the end of the log: that is no early behaviour.
    early = [one for one in traits(log, _FIRST) if one.kind != "segment"]
    return differences.going_with(log, [*early, *activity(_FIRST)], began, users)


def told(table: pd.DataFrame) -> str:
    """Return the early behaviour that goes with staying most, in a sentence."""
    if table.empty:
        return "Nobody who began here was watched for eight weeks, or all did the same at first."
    sure = table[table["p_adjusted"] < NOISE]
    size = number(table["size"].iloc[0] + table["other_size"].iloc[0])
    if sure.empty:
        return (
            f"Of {len(table)} early behaviours of {size} users, none goes with staying by more "
            "than chance makes."
        )
    first = sure.iloc[sure["difference"].abs().argmax()]
    return (
        f"{differences.label(first)} in the first week goes with staying most: "
        f"{percent(first['rate'])} of {number(first['size'])} stayed with it, "
        f"{percent(first['other_rate'])} of {number(first['other_size'])} without it; "
        f"{len(sure)} of {len(table)} behaviours differ by more than chance makes."
    )


def written(table: pd.DataFrame) -> pd.DataFrame:
    """Return the behaviours as they are read."""
    return differences.written(table, WITH, WITHOUT)


def curve_told(result: RetentionResult) -> str:
    """Return where the curve of retention stops falling, in a sentence."""
    if result.nothing:
        return result.nothing
    rates = result.average.dropna(subset="rate")
    rates = rates[rates["period"] > 0]
    if rates.empty:
        return "No cohort has been watched for long enough to say who comes back."
    first, last = rates.iloc[0], rates.iloc[-1]
    per = str(result.definition.per)
    ends = interval(last["low"], last["high"])
    return (
        f"{percent(first['rate'])} are back in {per} {first['period']:.0f} and "
        f"{percent(last['rate'])} in {per} {last['period']:.0f} (95 % interval {ends}, of "
        f"{number(last['size'])})."
    )


def lifecycle(
    log: EventLog, start: dt.date, period: Period
) -> tuple[go.Figure, pd.DataFrame, str, str]:
    """Return a chart of new, returning, resurrected and dormant users by month, and its words.

    Returns
    -------
    tuple
        The chart, its table, the table's name, and a sentence.
    """
    asked = log.retention(f"any -> any per month during {start} to {period.last}")
    table = asked.lifecycle
    table = table[table["period"].dt.date >= start]
    row = table[table["period"].dt.date <= period.last].iloc[-1:]
    sentence = "There is nobody here."
    if len(row):
        one = row.iloc[0]
        sentence = (
            f"In the month {one['period']:%Y-%m} {number(one['new'])} are new, "
            f"{number(one['returning'])} were there the month before too, "
            f"{number(one['resurrected'])} are back after a pause and {number(one['dormant'])} of "
            "the month before are gone."
        )
    return lifecycle_chart(table), table, "lifecycle", sentence
