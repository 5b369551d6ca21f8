"""Random logs with random questions about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from behavio_jupyter.query import (
    Breakdown,
    Duration,
    Events,
    Exclusion,
    Formula,
    Funnel,
    Number,
    Paths,
    Rename,
    Retention,
    Segment,
    Series,
    Sessions,
    Trend,
)
from behavio_jupyter.query.predicate import (
    Or,
)
from behavio_jupyter.query.segment import (
    Did,
    InSegment,
    UsersOf,
)

from .conditions import (
    PLAN,
    F,
    N,
    P,
    T,
    X,
    combined,
    conditions,
    durations,
    maybe_predicate,
    moments,
    ordered_steps,
    periods,
    ranges,
    some_events,
    steps_apart,
    user_leaves,
)
from .opening import reference_log
from .raw_logs import (
    CHANGES,
    GRIDS,
    PLANS,
    PROPERTIES,
    RawLog,
    Span,
    instant,
    large_rows,
    small_rows,
)


@dataclass
class Case:
    """A log, questions about it, and where to look for a number to ask the users of."""

    log: RawLog
    questions: list[Any]
    seed: int


@st.composite
def spans_and_logs(draw: st.DrawFn) -> tuple[Span, RawLog]:
    timezone = draw(st.sampled_from(tuple(CHANGES)))
    zone = ZoneInfo(timezone)
    grid = draw(st.sampled_from(GRIDS))
    change = draw(st.sampled_from(CHANGES[timezone]))
    first_day = change - dt.timedelta(days=draw(st.integers(0, max(1, grid.days - 1))))
    rows = draw(st.one_of(small_rows(grid.slots), large_rows(grid.slots), large_rows(grid.slots)))
    for row in rows:
        if row["time"] is not None:
            row["time"] = instant(first_day, row["time"], grid, zone)
        if row["t"] is not None:
            row["t"] = instant(first_day, row["t"], grid, zone)
    users = draw(
        st.dictionaries(
            st.sampled_from([f"u{number:02}" for number in (0, 1, 2, 3, 4, 99)]),
            st.fixed_dictionaries({"plan": st.sampled_from((None, *PLANS))}),
            max_size=6,
        )
    )
    later = draw(st.none() | st.integers(0, 10))
    log = RawLog(
        rows=rows,
        users=users,
        timezone=timezone,
        week_start=draw(st.sampled_from(("monday", "sunday", "wednesday"))),
        end=None if later is None else instant(first_day, grid.slots + later, grid, zone),
        has_sequence=draw(st.booleans()),
        has_session=draw(st.booleans()),
        has_insert_id=draw(st.integers(0, 3)) == 3,
        has_anonymous_id=draw(st.booleans()),
        segments={},
    )
    kept = reference_log(log).events.values()
    names = sorted({event.name for events in kept for event in events})
    span = Span(first_day, grid, log.has_session, tuple(names))
    either = Or(parts=(InSegment(name="one"), Did(events=Events(names=span.names[:1]))))
    log.segments["one"] = Segment(condition=draw(conditions(span, 1)))
    log.segments["two"] = Segment(condition=either, reference=draw(st.none() | moments(span)))
    return span, log


half = settings(max_examples=settings.default.max_examples // 2)
"""For tests of cases: each asks twice as many questions as the profile has in mind."""


@st.composite
def cases(draw: st.DrawFn, questions: Callable[[Span], st.SearchStrategy[Any]]) -> Case:
    """Several questions, as drawing and opening a log takes longer than asking it."""
    span, log = draw(spans_and_logs())
    some = draw(st.lists(questions(span), min_size=4, max_size=5))
    return Case(log, some, draw(st.integers(0, 2**16)))


@st.composite
def users_of(draw: st.DrawFn, span: Span) -> UsersOf:
    """The users behind a number of another question."""
    kinds = st.one_of(
        st.builds(
            lambda query, step, dropped: UsersOf(
                query=query, pick=(("dropped", dropped), ("step", step))
            ),
            funnels(span, plain=True),
            st.integers(1, 2),
            st.booleans(),
        ),
        st.builds(
            lambda query, retained: UsersOf(
                query=query, pick=(("period", 0), ("retained", retained))
            ),
            retentions(span, plain=True),
            st.booleans(),
        ),
        st.builds(
            lambda query, source: UsersOf(query=query, pick=(("source", source),)),
            paths(span, plain=True),
            st.sampled_from(span.names or ("(other)",)),
        ),
        st.builds(lambda query: UsersOf(query=query), trends(span, plain=True)),
    )
    return draw(kinds)


def segments(span: Span) -> st.SearchStrategy[Segment]:
    named = st.sampled_from((InSegment(name="one"), InSegment(name="two")))
    leaves = st.one_of(user_leaves(span), user_leaves(span), named, users_of(span))
    return st.builds(
        Segment, condition=combined(leaves, 1), reference=st.none() | st.none() | moments(span)
    )


# Questions. "plain" ones have neither groups nor segments, to stand inside a condition.


breakdowns = st.builds(
    Breakdown, property=st.sampled_from((P, X, F, N, T, PLAN)), top=st.sampled_from((1, 2, 10))
)


@st.composite
def shared(draw: st.DrawFn, span: Span, plain: bool) -> dict[str, Any]:
    """The clauses of every analysis."""
    found: dict[str, Any] = {
        "where": draw(maybe_predicate),
        "during": draw(ranges(span)) if draw(st.integers(0, 3)) == 3 else None,
    }
    if not plain:
        found["by"] = draw(st.none() | breakdowns)
        count = draw(st.sampled_from((0, 0, 0, 1, 2, 3)))
        some = st.one_of(conditions(span, 1), conditions(span, 1), st.just(InSegment(name="one")))
        chosen = draw(st.lists(some, min_size=count, max_size=count, unique_by=repr))
        found["segments"] = tuple(chosen)
    return found


def sessions(span: Span) -> st.SearchStrategy[Sessions]:
    ways = [
        st.builds(Sessions, by=st.just("gap"), gap=durations(span)),
        st.just(Sessions(by="off")),
    ]
    if span.has_session:
        ways.append(st.just(Sessions(by="mapped")))
    return st.one_of(ways)


@st.composite
def funnels(draw: st.DrawFn, span: Span, plain: bool = False) -> Funnel:
    clauses = draw(shared(span, plain))
    # Without rules, and with steps that share no event, engines may take shorter ways.
    simple = len(span.names) > 1 and draw(st.booleans())
    order = "ordered" if simple else draw(st.sampled_from(("ordered", "ordered", "strict", "any")))
    steps = draw(steps_apart(span) if simple else ordered_steps(span, optional=order == "ordered"))
    counting = draw(st.sampled_from(("users", "first entries", "attempts", "sessions")))
    required = [number for number, step in enumerate(steps, 1) if not step.optional]
    exclusions = []
    ruled = not simple and order != "any"
    for _ in range(draw(st.sampled_from((0, 0, 1, 1, 2))) if ruled else 0):
        after, before = sorted(
            draw(st.lists(st.sampled_from(required), min_size=2, max_size=2, unique=True))
        )
        exclusions.append(Exclusion(events=draw(some_events(span)), after=after, before=before))
    attribution: Any = "first"
    if clauses.get("by") is not None:
        attribution = draw(st.sampled_from(("first", "last", *range(1, len(steps) + 1))))
    return Funnel(
        **clauses,
        steps=steps,
        within=draw(durations(span)),
        order=order,
        counting=counting,
        sessions=draw(sessions(span)) if counting == "sessions" else Sessions(),
        same=None if simple else draw(st.sampled_from((*[None] * 6, *PROPERTIES))),
        exclusions=tuple(exclusions),
        attribution=attribution,
        per=None if plain else draw(st.none() | st.none() | periods(span)),
    )


@st.composite
def retentions(draw: st.DrawFn, span: Span, plain: bool = False) -> Retention:
    clauses = draw(shared(span, plain))
    per = draw(
        st.sampled_from(("day", "week", "month", Duration(amount=12, unit="h")))
        if span.grid.days < 30
        else st.sampled_from(("day", "week", "month"))
    )
    hours = isinstance(per, Duration)
    spans: dict[str, Any] = {"periods": draw(st.integers(1, 4))}
    if draw(st.integers(0, 3)) == 0:
        ways = (((0, 0), (1, 3)), ((0, 1), (2, 2), (4, 6)), ((1, 2),) if not plain else ((0, 2),))
        spans = {"brackets": draw(st.sampled_from(ways))}
    return Retention(
        **clauses,
        **spans,
        start=draw(some_events(span)),
        returning=draw(some_events(span)),
        per=per,
        cohort=draw(st.sampled_from(("first in range", "first ever", "every"))),
        alignment="rolling" if hours else draw(st.sampled_from(("calendar", "rolling"))),
        unbounded=draw(st.booleans()),
        include_start=draw(st.booleans()),
    )


@st.composite
def paths(draw: st.DrawFn, span: Span, plain: bool = False) -> Paths:
    rename = draw(
        st.lists(st.builds(Rename, events=some_events(span), name=st.just("n")), max_size=2)
    )
    anchor = st.none() | some_events(span)
    if rename:
        anchor |= st.just(Events(names=(rename[0].name,)))
    return Paths(
        **draw(shared(span, plain)),
        from_=draw(anchor),
        to=draw(anchor),
        steps=draw(st.integers(2, 6)),
        top=draw(st.sampled_from((1, 2, 8))),
        hide=tuple(draw(st.lists(some_events(span), max_size=1))) if draw(st.booleans()) else (),
        only=tuple(draw(st.lists(some_events(span), max_size=2))) if draw(st.booleans()) else (),
        rename=tuple(rename),
        collapse=draw(st.booleans()),
        sessions=draw(sessions(span)),
        counting=draw(st.sampled_from(("sequences", "users"))),
    )


def single_series(span: Span) -> st.SearchStrategy[Series]:
    counts = ("events", "users", "sessions", "events per user")
    counted = st.tuples(st.sampled_from(counts), st.none())
    measured = st.tuples(st.sampled_from(("sum", "avg", "median", "p90")), st.just("x"))
    return st.builds(
        lambda function, events: Series(function=function[0], property=function[1], events=events),
        counted | measured,
        some_events(span),
    )


@st.composite
def expressions(draw: st.DrawFn, span: Span, depth: int = 2) -> Any:
    if depth == 0 or draw(st.booleans()):
        return draw(single_series(span))
    right = st.sampled_from((0, 100, 0.5)).map(lambda value: Number(value=value))
    return Formula(
        operator=draw(st.sampled_from(("+", "-", "*", "/"))),
        left=draw(expressions(span, depth - 1)),
        right=draw(st.one_of(right, expressions(span, depth - 1))),
    )


@st.composite
def trends(draw: st.DrawFn, span: Span, plain: bool = False) -> Trend:
    return Trend(
        **draw(shared(span, plain)),
        value=draw(expressions(span)),
        per=draw(periods(span)),
        sessions=draw(sessions(span)),
    )
