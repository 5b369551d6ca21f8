"""Whole weeks later, the same happens: periods are that much later and nothing else changes.

In a time zone whose clock is never changed that holds for every question that does not cut months.
Where clocks change, weeks later by elapsed time keep what counts elapsed time only, and weeks later
on the clock keep what counts periods of the calendar only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
from hypothesis import assume, given
from hypothesis import strategies as st

from behavio_jupyter.query import Events, Retention, Segment, Sessions
from behavio_jupyter.query.segment import Did

from ..engine.conditions import conditions
from ..engine.raw_logs import CHANGES, GRIDS, Grid
from ..engine.strategies import funnels, paths, retentions, trends
from .answers import assert_equal, everything, later, parts_of
from .logs import FINE, STEADY, LargeLog, large_logs
from .questions import asks_calendar, asks_elapsed_time, moved, one_of_each, rewritten, some

NOONS = Grid(dt.timedelta(days=1), 70, ("1d", "3d", "1w"), midnights=True)
weeks = st.integers(-150, 150).filter(bool)


def shifted(log: LargeLog, count: int, on_the_clock: bool = False) -> LargeLog:
    """The log with all times, its end and the dates of its segments whole weeks later."""

    def move(times: Any) -> Any:
        if not on_the_clock:
            return times + pd.Timedelta(weeks=count)
        zone = log.settings["timezone"]
        return (
            (times.tz_convert(zone).tz_localize(None) + pd.Timedelta(weeks=count))
            .tz_localize(zone)
            .tz_convert("UTC")
        )

    end = log.settings.get("end")
    rows = log.rows.assign(time=move(pd.DatetimeIndex(log.rows["time"])))
    segments = {name: moved(segment, count) for name, segment in log.segments.items()}
    other = replace(log.of(rows), segments=segments)
    return other if end is None else other.ending(move(end))


@some()
@given(st.data(), large_logs(zones=STEADY), weeks)
def test_weeks_later_in_a_steady_zone(data: st.DataObject, log: LargeLog, count: int):
    log = replace(log, segments={name: no_months(part) for name, part in log.segments.items()})
    questions = {name: no_months(q) for name, q in data.draw(one_of_each(log.span)).items()}
    before = everything(log.engine(), questions)
    after = everything(
        shifted(log, count).engine(), {name: moved(q, count) for name, q in questions.items()}
    )
    # Segments in the question name their groups by their text, dates and all.
    wanted = {name: later(part, count) for name, part in before.items()}
    assert_equal(unnamed(after), unnamed(wanted))


def unnamed(answers: dict[str, Any]) -> dict[str, Any]:
    """The parts of answers with segments in the order asked, not by their text."""
    found: dict[str, Any] = {}
    for name, part in answers.items():
        if isinstance(part, pd.DataFrame) and "segment" in part:
            part = part.assign(segment=pd.factorize(part["segment"])[0])
        found[name] = part
    return found


@some()
@given(st.data(), large_logs(grids=(*GRIDS[:3], FINE)), weeks)
def test_weeks_later_by_elapsed_time(data: st.DataObject, log: LargeLog, count: int):
    """Funnels, paths and segments without dates do not look at the clock."""
    assume(len(log.whole_rows))
    log = without(asks_calendar, log.observed_as_now())
    condition = conditions(log.span).filter(lambda found: not asks_calendar(found))
    kinds = (
        funnels(log.span).map(timeless),
        paths(log.span).map(timeless),
        st.builds(Segment, condition=condition),
    )
    one, other = log.engine(), shifted(log, count).engine()
    for question in (data.draw(kind) for kind in kinds for _ in range(3)):
        assert_equal(parts_of(other.answer(question)), parts_of(one.answer(question)))
        assert list(other.members(question, {})) == list(one.members(question, {}))


def without(asks: Callable[[Any], bool], log: LargeLog) -> LargeLog:
    """The log with anyone in the saved segments that ask something."""
    anyone = Segment(condition=Did(events=Events()))
    known = {name: anyone if asks(part) else part for name, part in log.segments.items()}
    return replace(log, segments=known)


def timeless(question: Any) -> Any:
    """The question without what looks at the clock."""
    found = {
        "segments": tuple(c for c in question.segments if not asks_calendar(c)),
        "during": None,
    }
    if question.kind == "funnel":
        found["per"] = None
    return question.model_copy(update=found)


@some()
@given(st.data(), large_logs(zones=tuple(CHANGES), grids=(NOONS,)), weeks)
def test_weeks_later_on_the_clock(data: st.DataObject, log: LargeLog, count: int):
    """Retention and trends by days and weeks do not look at how long a day is."""
    noon = pd.Timedelta(hours=12)
    rows = log.rows.assign(time=on_clock(log, pd.DatetimeIndex(log.rows["time"]), noon))
    assume(rows["time"].notna().any())
    # A saved segment that asks for "within 1w" has others in it when a day in between has 25 hours.
    log = without(asks_elapsed_time, log.of(rows).ending(rows["time"].max()))
    retention = data.draw(retentions(log.span).map(of_calendar))
    trend = data.draw(trends(log.span).map(of_calendar))
    one, other = log.engine(), shifted(log, count, on_the_clock=True).engine()
    for question in (retention, trend):
        wanted = parts_of(one.answer(question))
        wanted = {name: later(part, count) for name, part in wanted.items()}
        found = parts_of(other.answer(moved(question, count)))
        assert_equal(unnamed(found), unnamed(wanted))


def on_clock(log: LargeLog, times: pd.DatetimeIndex, more: pd.Timedelta) -> pd.DatetimeIndex:
    """Times of the day's first hour, as times of the log's clock that much after midnight."""
    zone = log.settings["timezone"]
    days = times.tz_convert(zone).tz_localize(None).normalize()
    return (days + more).tz_localize(zone).tz_convert("UTC").as_unit("us")


def of_calendar(question: Any) -> Any:
    """The question by days or weeks, of conditions that know no spans of time."""
    found: dict[str, Any] = {
        "segments": tuple(part for part in question.segments if not asks_elapsed_time(part)),
        "per": question.per if question.per in ("day", "week") else "day",
    }
    if isinstance(question, Retention):
        found["alignment"] = "calendar"
    else:
        found["sessions"] = Sessions(by="off")
    return question.model_copy(update=found)


def no_months(definition: Any) -> Any:
    """The definition by weeks where it was by months."""

    def change(node: Any) -> Any:
        if getattr(node, "per", None) == "month":
            return node.model_copy(update={"per": "week"})
        return node

    return rewritten(definition, change)
