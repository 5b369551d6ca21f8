"""Trends answered over a log's arrays (docs/semantics.md "Trend", T1 to T8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...query import Trend
from ...query.trend import Formula, Number, Series, series_of
from ..answers import TrendAnswer
from .calendar import EARLIEST, LATEST, Periods, observed
from .columns import Columns
from .groups import Groups, Values, position_of, rank
from .occurrences import Occurrences
from .scope import Scope
from .series import by_session, by_user, numbers, ratio, tallied

if TYPE_CHECKING:
    from .engine import LocalEngine

_TAKEN = (
    *("period", "value", "complete", "previous", "change", "relative"),
    *("period_before", "value_before"),
)


class _Asked(NamedTuple):
    """What a question looks at.

    Attributes
    ----------
    found : list of Occurrences
        For each series, where the events are that it counts.
    """

    scope: Scope
    periods: Periods
    found: list[Occurrences]
    groups: Groups

    @property
    def place(self) -> NDArray[np.int32]:
        """The group of each code + 1; without a breakdown, of every event."""
        values = self.groups.values
        return np.zeros(2, np.int32) if values is None else values.place


def answer(engine: LocalEngine, question: Trend) -> TrendAnswer:
    """Return the points of a trend."""
    asked = _ask(engine, question)
    columns, groups, shown = engine.columns, asked.groups, asked.periods
    shape = (groups.shape[0], len(shown))
    parts: list[NDArray[np.float64]] = []
    for series, found in zip(series_of(question.value), asked.found, strict=True):
        users = by_user(columns, question, found, asked.scope, shown.bounds, asked.place)
        sessions = None
        if series.function == "sessions":
            sessions = by_session(columns, question, asked.scope, users)
        parts.append(numbers(series, columns, users, sessions, asked.scope.segments, shape))
    value = np.broadcast_to(_value(question.value, parts), (shape[0], groups.shape[1], shape[1]))
    repeated = np.tile(np.arange(len(shown)), shape[0] * groups.shape[1])
    frame = groups.frame(
        len(shown),
        period=shown.labels[repeated],
        value=value.ravel(),
        complete=shown.over(columns.end)[repeated],
    )
    return TrendAnswer(groups.columns, frame)


def members(engine: LocalEngine, question: Trend, pick: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return the users with an event of any series, in a period or in all."""
    asked = _ask(engine, question)
    columns, groups = engine.columns, asked.groups
    value, segment, _ = groups.chosen(pick)
    start, end = asked.scope.start, asked.scope.end
    if "period" in pick:
        period = position_of(asked.periods, pick["period"], "period")
        start = max(start, int(asked.periods.bounds[period]))
        end = min(end, int(asked.periods.bounds[period + 1]))
    mask = np.zeros(columns.users, np.bool_)
    for found in asked.found:
        counts = (found.time >= start) & (found.time < end)
        if value is not None and question.by is not None:
            codes = columns.codes(question.by.property).codes
            if question.by.property.owner == "event":
                counts &= asked.place[codes[found.rows] + 1] == value
            else:
                mask |= _any(counts, found) & (asked.place[codes + 1] == value)
                continue
        mask |= _any(counts, found)
    return mask & (asked.scope.users if segment is None else asked.scope.segments[segment].users)


def _any(counts: NDArray[np.bool_], found: Occurrences) -> NDArray[np.bool_]:
    """Return the users of whom some event counts."""
    some = found.offsets[1:] > found.offsets[:-1]
    some[some] = np.logical_or.reduceat(counts, found.offsets[:-1][some])
    return some


def _ask(engine: LocalEngine, question: Trend) -> _Asked:
    columns = engine.columns
    scope = engine.scope(question)
    found = [
        columns.occurrences(series.events, question.where) for series in series_of(question.value)
    ]
    values = _values(columns, question, scope, found)
    compared = tuple(str(segment.label) for segment in scope.segments) if scope.compared else ()
    shown = observed(columns.schema, question.per, scope.start, scope.end)
    return _Asked(scope, shown, found, Groups(values, compared, None))


def _values(
    columns: Columns,
    question: Trend,
    scope: Scope,
    found: list[Occurrences],
) -> Values | None:
    """Rank the values of the breakdown by the matching events of all series (A3)."""
    if question.by is None:
        return None
    codes = columns.codes(question.by.property)
    weights = np.zeros(len(codes.names) + 1, np.int64)
    always = np.array([EARLIEST, LATEST])
    each = np.arange(len(weights), dtype=np.int32)
    for occurrences in found:
        users = by_user(columns, question, occurrences, scope, always, each)
        weights += tallied(users, scope.segments, (len(weights), 1))[..., 0].sum(axis=(1, 2))
    return rank(question.by, codes, weights, _TAKEN)


def _value(
    expression: Series | Number | Formula, parts: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Combine series, left to right; null in, null out (T4)."""
    if isinstance(expression, Number):
        return np.float64(expression.value).reshape(1, 1, 1)
    if isinstance(expression, Series):
        return parts[0]
    count = len(series_of(expression.left))
    left, right = _value(expression.left, parts[:count]), _value(expression.right, parts[count:])
    match expression.operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return ratio(left, right)
