"""One sentence about a result, computed from its numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from ...query.trend import Series
from ...result import (
    FunnelResult,
    PathsResult,
    Result,
    RetentionResult,
    SegmentResult,
    TrendResult,
)
from ...result.wording import interval, moment, number, percent, plural
from ..change import NOISE, change, verdict
from ..figures import KeyFigure


def finding(result: Result) -> str:
    r"""Return what is most worth saying of a result, in a sentence.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> log = datasets.contributions()
    >>> print(finding(log.funnel("code -> test within 30d")).replace("\u202f", " "))
    Of 1 623 users who began with code, 32.7 % got to test (95 % interval 30.5–35.0 %).
    """
    if result.nothing:
        return result.nothing
    said = {
        FunnelResult: _funnel,
        RetentionResult: _retention,
        TrendResult: _trend,
        PathsResult: _paths,
        SegmentResult: _segment,
    }
    tell: Any = said[type(result)]
    sentence: str = tell(result)
    return sentence + _few(result)


def _few(result: Result) -> str:
    if not result.small:
        return ""
    if isinstance(result, RetentionResult):
        return " Some cohorts are of fewer than 30."
    if isinstance(result, FunnelResult) and result.groups:
        return " Some groups are of fewer than 30."
    return " These are few: under 30."


def _funnel(result: FunnelResult) -> str:
    if result.definition.per is not None:
        return _funnel_over_time(result)
    if result.groups:
        return _funnel_by_group(result)
    rows = result.table
    first, last = rows.iloc[0], rows.iloc[-1]
    ends = interval(last["from_start_low"], last["from_start_high"])
    sentence = (
        f"Of {plural(int(first['count']), result.unit)} who began with {first['name']}, "
        f"{percent(last['from_start'])} got to {last['name']} (95 % interval {ends})"
    )
    between = rows.iloc[1:]
    if len(between) < 2:
        return f"{sentence}."
    worst = between.iloc[int(np.nanargmin(between["from_previous"]))]
    if worst["from_previous"] == 1:
        return f"{sentence}; nobody is lost on the way."
    # A part of those before it: at an earlier step more users may be lost.
    return (
        f"{sentence}; the largest part is lost before {worst['name']}, which "
        f"{percent(1 - worst['from_previous'])} of those before it do not reach."
    )


def _funnel_by_group(result: FunnelResult) -> str:
    steps = result.table["step"].max()
    last = result.table[result.table["step"] == steps].dropna(subset="from_start")
    if len(last) < 2:
        return f"Only one group of {', '.join(result.groups)} has users here."
    rates = last["from_start"].to_numpy()
    best, worst = last.iloc[int(rates.argmax())], last.iloc[int(rates.argmin())]
    if rates.min() == rates.max():
        return (
            f"{percent(rates[0])} get to {last.iloc[0]['name']} in each of {len(last)} groups of "
            f"{', '.join(result.groups)}."
        )
    compared = result.comparison
    column = "p_adjusted" if "p_adjusted" in compared else "p_value"
    apart = int((compared[column] < NOISE).sum())
    name = _where(best, result.groups), _where(worst, result.groups)
    told = (
        f"{apart} of {len(compared)} differ from the first by more than chance makes"
        if apart
        else "no group differs from the first by more than chance makes"
    )
    return (
        f"{last.iloc[0]['name']} is reached most often where {name[0]} "
        f"({percent(best['from_start'])}) and least often where {name[1]} "
        f"({percent(worst['from_start'])}); {told}."
    )


def _funnel_over_time(result: FunnelResult) -> str:
    steps = result.table["step"].max()
    over = result.table[(result.table["step"] == steps) & result.table["complete"]]
    over = over.dropna(subset="from_start")
    if len(over) < 2:
        return "Fewer than two periods are over and have users."
    now, earlier = over.iloc[-1], over.iloc[:-1]
    return (
        f"In the last period that is over ({moment(now['period'])}) "
        f"{percent(now['from_start'])} got to {now['name']}; before, between "
        f"{percent(earlier['from_start'].min())} and {percent(earlier['from_start'].max())}."
    )


def _retention(result: RetentionResult) -> str:
    rates = result.average.dropna(subset="rate")
    rates = rates[rates["period"] > 0] if (rates["period"] > 0).any() else rates
    if rates.empty:
        return "No cohort has been watched for long enough to say who comes back."
    per = str(result.definition.per)
    parts = []
    for _, rows in (
        rates.groupby(list(result.groups), sort=False) if result.groups else [("", rates)]
    ):
        first, last = rows.iloc[0], rows.iloc[-1]
        name = f"{_named(first, result.groups)}: " if result.groups else ""
        text = (
            f"{name}{percent(first['rate'])} of {number(first['size'])} come back in {per} "
            f"{first['period']:.0f}"
        )
        if first["period"] != last["period"]:
            text += (
                f", {percent(last['rate'])} of {number(last['size'])} in {per} {last['period']:.0f}"
            )
        parts.append(text)
        if len(parts) == 3:
            break
    anew = f"; a user counts anew in every {per}" if result.definition.cohort == "every" else ""
    return f"{'; '.join(parts)} (average of the cohorts that were watched for so long{anew})."


def _trend(result: TrendResult) -> str:
    rows = result.table[result.table["complete"]].dropna(subset="value")
    if rows.empty:
        return "No period is over yet."
    per, counted = result.definition.per, result.definition.value
    if result.groups:
        totals = rows[rows["period"] == rows["period"].max()].sort_values("value", ascending=False)
        first = totals.iloc[0]
        return (
            f"In the last {per} that is over ({moment(first['period'])}) "
            f"{_named(first, result.groups)} leads with {number(first['value'])}."
        )
    now = rows.iloc[-1]
    is_count = isinstance(counted, Series) and counted.function in ("events", "users", "sessions")
    sentence = f"In the last {per} that is over ({moment(now['period'])}) "
    if isinstance(counted, Series) and is_count:
        of = "" if str(counted.events) == "any" else f" of {counted.events}"
        one = counted.function.removesuffix("s")
        sentence += f"there {'is' if now['value'] == 1 else 'are'} "
        sentence += f"{plural(int(now['value']), one)}{of}"
    else:
        sentence += f"{counted} is {number(now['value'])}"
    if len(rows) == 1:
        return f"{sentence}."
    values = rows["value"].to_numpy()
    moved = float(values[-1] / values[-2] - 1) if values[-2] else math.nan
    told = "" if math.isnan(moved) else f", {_more(moved, is_count)} than in the {per} before"
    if told and isinstance(counted, Series) and counted.function == "users":
        last, before = (KeyFigure.counted("users", int(one)) for one in values[:-3:-1])
        told += f" ({verdict(change(last, before))})"
    high = rows.iloc[int(np.nanargmax(values))]
    most = "the most were" if is_count else "the highest was"
    return f"{sentence}{told}; {most} {number(high['value'])} ({moment(high['period'])})."


def _paths(result: PathsResult) -> str:
    rows = result.most_frequent(1)
    if rows.empty:
        return "There are no ways here."
    first = rows.iloc[0]
    way = " → ".join(map(str, first["sequence"]))
    share = f"{percent(first['share'])} of all ({number(first['count'])})"
    return f"The most frequent way is {way}, {share}."


def _segment(result: SegmentResult) -> str:
    return f"{plural(len(result), 'user')} are in the segment, {percent(result.share)} of all."


def _more(change: float, is_count: bool) -> str:
    more, fewer = ("more", "fewer") if is_count else ("higher", "lower")
    if abs(change) < 0.0005:
        return f"no {more} and no {fewer}"
    return f"{percent(abs(change))} {more if change > 0 else fewer}"


def _named(row: pd.Series[Any], groups: tuple[str, ...]) -> str:
    return ", ".join(str(row[column]) for column in groups)


def _where(row: pd.Series[Any], groups: tuple[str, ...]) -> str:
    """Return what holds in a group: a value without its property says little, such as false."""
    return " and ".join(f"{column} is {row[column]}" for column in groups)
