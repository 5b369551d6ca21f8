"""Trends: a number per period (Trend, T1 to T8)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from behavio_jupyter.query import Formula, Number, Series, Trend
from behavio_jupyter.query.trend import series_of

from .groups import Key, group_columns, grouped, kept_events, parts_of, picked, value_at
from .log import Event, Log
from .predicate import event_matches
from .quantile import quantile
from .sessions import cut


@dataclass
class TrendAnswer:
    groups: tuple[str, ...]
    points: list[dict[str, Any]]


@dataclass
class Match:
    """An event that one of the series asks for, the session it lies in, and its period."""

    series: int
    event: Event
    session: tuple[Any, int]
    period: int


def matches_of(user: Any, trend: Trend, log: Log) -> list[Match]:
    begin, end = log.calendar.bounds(trend.during)
    events = [event for event in kept_events(trend, user, log) if begin <= event.time < end]
    result = []
    for number, session in enumerate(cut(events, trend.sessions)):
        for event in session:
            for place, series in enumerate(series_of(trend.value)):
                if event_matches(series.events, event, log):
                    period = log.calendar.period_start(event.time, trend.per)
                    result.append(Match(place, event, (user, number), period))
    return result


@lru_cache(maxsize=1)  # the answer and the users behind it are asked one after the other
def grouped_matches(trend: Trend, log: Log) -> list[tuple[Key, list[Match]]]:
    """Matches by group; an event that two series ask for counts for each in the ranking (T7)."""
    things = []
    for part in parts_of(trend, log):
        found = [one for user in sorted(part.users) for one in matches_of(user, trend, log)]
        things.append(
            (part, [(value_at(trend.by, one.event.user, one.event, log), one) for one in found])
        )
    return grouped(trend, things)


def answer(trend: Trend, log: Log) -> TrendAnswer:
    result = TrendAnswer(group_columns(trend), [])
    periods = log.periods(trend.during, trend.per)
    for key, matches in grouped_matches(trend, log):
        by_period: dict[int, list[Match]] = {period: [] for period in periods}
        for match in matches:
            by_period[match.period].append(match)
        for period, found in by_period.items():
            # A formula may hold a series twice; each place has its own number.
            numbers = [
                number_of(series, [match for match in found if match.series == place])
                for place, series in enumerate(series_of(trend.value))
            ]
            result.points.append(
                {
                    **key,
                    "period": period,
                    "value": evaluate(trend.value, numbers),
                    "complete": log.is_over(log.calendar.period_end(period, trend.per)),
                }
            )
    return result


def number_of(series: Series, matches: list[Match]) -> float | None:
    """A count, or a number made of the values that are not null (T1, T2)."""
    users = {match.event.user for match in matches}
    if series.function == "events":
        return float(len(matches))
    if series.function == "users":
        return float(len(users))
    if series.function == "sessions":
        return float(len({match.session for match in matches}))
    if series.function == "events per user":
        return len(matches) / len(users) if users else None
    values = [match.event.properties[str(series.property)] for match in matches]
    values = [value for value in values if value is not None]
    if series.function == "sum":
        return float(sum(values))
    if not values:
        return None
    if series.function == "avg":
        return float(sum(values) / len(values))
    return quantile(values, 0.5 if series.function == "median" else 0.9)


def evaluate(expression: Series | Number | Formula, numbers: list[float | None]) -> float | None:
    """The value of an expression, given those of its series from left to right (T4)."""
    if isinstance(expression, Number):
        return float(expression.value)
    if isinstance(expression, Series):
        return numbers[0]
    here = len(series_of(expression.left))
    left = evaluate(expression.left, numbers[:here])
    right = evaluate(expression.right, numbers[here:])
    if left is None or right is None:
        return None
    if expression.operator == "+":
        return left + right
    if expression.operator == "-":
        return left - right
    if expression.operator == "*":
        return left * right
    return left / right if right != 0 else None


def members(trend: Trend, pick: dict[str, Any], log: Log) -> list[Any]:
    """The users with an event that some series asks for, in a period or in any (T8)."""
    return sorted(
        {
            match.event.user
            for key, matches in grouped_matches(trend, log)
            if picked(key, pick)
            for match in matches
            if "period" not in pick or match.period == pick["period"]
        }
    )
