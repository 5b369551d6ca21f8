"""The reference as an engine: every question, and the users behind every number."""

from __future__ import annotations

from typing import Any

from behavio_jupyter.query import Funnel, Paths, Retention, Segment, Trend

from . import funnel, paths, retention, segment, trend
from .funnel import FunnelAnswer
from .log import Log
from .paths import PathsAnswer
from .retention import RetentionAnswer
from .segment import SegmentAnswer
from .trend import TrendAnswer

Answer = FunnelAnswer | RetentionAnswer | PathsAnswer | TrendAnswer | SegmentAnswer


def answer(question: Any, log: Log) -> Answer:
    if isinstance(question, Funnel):
        return funnel.answer(question, log)
    if isinstance(question, Retention):
        return retention.answer(question, log)
    if isinstance(question, Paths):
        return paths.answer(question, log)
    if isinstance(question, Trend):
        return trend.answer(question, log)
    assert isinstance(question, Segment)
    return segment.answer(question, log)


def members(question: Any, pick: dict[str, Any], log: Log) -> list[Any]:
    """The users behind one number, sorted; periods and cohorts as instants in microseconds."""
    pick = {name: moment(name, value, log) for name, value in pick.items()}
    if isinstance(question, Funnel):
        return funnel.members(question, pick, log)
    if isinstance(question, Retention):
        return retention.members(question, pick, log)
    if isinstance(question, Paths):
        return paths.members(question, pick, log)
    if isinstance(question, Trend):
        return trend.members(question, pick, log)
    assert isinstance(question, Segment)
    return segment.answer(question, log).users


def moment(name: str, value: Any, log: Log) -> Any:
    """A period or cohort given as ISO text, as an instant; anything else as it is."""
    import datetime as dt

    if name not in ("period", "cohort") or not isinstance(value, str):
        return value
    if len(value) == len("2026-01-01"):
        return log.calendar.instant(dt.date.fromisoformat(value))
    return log.calendar.instant(dt.datetime.fromisoformat(value))
