"""Random times, predicates and conditions on users."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from behavio_jupyter.query import (
    DateRange,
    Duration,
    Events,
    Step,
)
from behavio_jupyter.query.predicate import (
    And,
    Arithmetic,
    Between,
    Comparison,
    Constant,
    FirstLast,
    In,
    IsNull,
    Like,
    Not,
    Or,
    Property,
)
from behavio_jupyter.query.segment import (
    BetweenDates,
    Did,
    Inactive,
    InLast,
    Measured,
    Seen,
    Sequence,
    ThenNot,
    WithinOfFirst,
)

from .raw_logs import MOMENTS, NUMBERS, OPERATORS, PLANS, PROPERTIES, TEXTS, WHOLE, Span

# Times.


def moments(span: Span) -> st.SearchStrategy[Any]:
    """Dates, and times of day on the grid, in the log's time zone."""
    days = st.integers(-1, span.grid.days + 1).map(lambda n: span.first_day + dt.timedelta(days=n))
    hours = st.sampled_from((0, 6, 12, 18, 23))
    times = st.builds(lambda day, hour: dt.datetime.combine(day, dt.time(hour)), days, hours)
    return days | times


def wall(moment: Any) -> dt.datetime:
    return moment if isinstance(moment, dt.datetime) else dt.datetime.combine(moment, dt.time())


@st.composite
def ranges(draw: st.DrawFn, span: Span, closed: bool = False) -> DateRange:
    first = draw(moments(span))
    second = draw(moments(span).filter(lambda moment: wall(moment) != wall(first)))
    start, end = sorted((first, second), key=wall)
    if not closed and draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from((DateRange(start=start), DateRange(end=end))))
    return DateRange(start=start, end=end)


def durations(span: Span) -> st.SearchStrategy[Duration]:
    return st.sampled_from(span.grid.durations).map(Duration.model_validate)


def periods(span: Span) -> st.SearchStrategy[str]:
    """Hours only where a log has few days."""
    return st.sampled_from(
        ("hour", "day", "week", "month") if span.grid.days < 5 else ("day", "week", "month")
    )


# Conditions on events.


def constant(value: Any) -> Constant:
    return Constant(value=value)


P, X, F, N, T = (Property(name=name) for name in PROPERTIES)
PLAN = Property(name="plan", owner="user")
texts = st.sampled_from(TEXTS).map(constant)
numbers = st.sampled_from(NUMBERS).map(constant)
wholes = st.sampled_from(WHOLE).map(constant)
moments_in_text = st.sampled_from(MOMENTS)
arithmetic = st.builds(
    Arithmetic,
    left=st.just(X) | numbers,
    operator=st.sampled_from(("+", "-", "*", "/", "%")),
    right=st.just(X) | numbers,
)
numeric = st.just(X) | numbers | arithmetic

comparisons = st.one_of(
    st.builds(Comparison, left=st.just(P), operator=st.sampled_from(OPERATORS), right=texts),
    st.builds(Comparison, left=numeric, operator=st.sampled_from(OPERATORS), right=numeric),
    st.builds(
        Comparison,
        left=st.just(F),
        operator=st.sampled_from(("=", "!=")),
        right=st.booleans().map(constant),
    ),
    st.builds(
        Comparison,
        left=st.just(PLAN),
        operator=st.sampled_from(OPERATORS),
        right=st.sampled_from(PLANS).map(constant),
    ),
    st.builds(
        In,
        value=st.just(P),
        options=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=2).map(tuple),
        negated=st.booleans(),
    ),
    st.builds(Between, value=numeric, low=numbers, high=numeric, negated=st.booleans()),
    st.builds(Comparison, left=st.just(N), operator=st.sampled_from(OPERATORS), right=wholes),
    st.builds(
        In,
        value=st.just(N),
        options=st.lists(st.sampled_from(WHOLE), min_size=1, max_size=2).map(tuple),
        negated=st.booleans(),
    ),
    st.builds(
        Comparison,
        left=st.just(T),
        operator=st.sampled_from(OPERATORS),
        right=moments_in_text.map(constant),
    ),
    st.builds(
        Between,
        value=st.just(T),
        low=moments_in_text.map(constant),
        high=moments_in_text.map(constant),
        negated=st.booleans(),
    ),
    st.builds(In, value=st.just(T), options=st.tuples(moments_in_text), negated=st.booleans()),
    st.builds(
        Like,
        value=st.sampled_from((P, PLAN)),
        pattern=st.sampled_from(("k", "%", "_", "p%", "%r%", r"\%", r"\_%")),
        negated=st.booleans(),
    ),
    st.builds(IsNull, value=st.sampled_from((P, X, F, N, T, PLAN)), negated=st.booleans()),
)


@st.composite
def combined(draw: st.DrawFn, leaves: st.SearchStrategy[Any], depth: int) -> Any:
    """Leaves joined by ``and``, ``or`` and ``not``."""
    way = draw(st.sampled_from(("leaf", "leaf", "and", "or", "not"))) if depth else "leaf"
    if way == "leaf":
        return draw(leaves)
    part = draw(combined(leaves, depth - 1))
    if way == "not":
        return Not(part=part)
    parts = (part, draw(combined(leaves, depth - 1)))
    return And(parts=parts) if way == "and" else Or(parts=parts)


predicates = combined(comparisons, 2)
maybe_predicate = st.sampled_from([False] * 7 + [True]).flatmap(
    lambda given: predicates if given else st.none()
)


@st.composite
def some_events(draw: st.DrawFn, span: Span) -> Events:
    """One event, either of two, or any; names are those of the log, as engines may expect."""
    count = draw(st.sampled_from((1, 1, 1, 2, 2, 0)))
    names = draw(st.permutations(span.names))[:count]
    return Events(names=tuple(names), where=draw(maybe_predicate))


@st.composite
def ordered_steps(draw: st.DrawFn, span: Span, optional: bool = False) -> tuple[Step, ...]:
    count = draw(st.sampled_from((2, 2, 3, 3, 4)))
    steps = [draw(some_events(span)) for _ in range(count)]
    last = len(steps) - 1
    return tuple(
        Step(events=events, optional=optional and 0 < place < last and draw(st.booleans()))
        for place, events in enumerate(steps)
    )


@st.composite
def steps_apart(draw: st.DrawFn, span: Span) -> tuple[Step, ...]:
    """Steps of which no event matches two; the log has two names at least."""
    names = draw(st.lists(st.sampled_from(span.names), min_size=2, max_size=4, unique=True))
    return tuple(Step(events=Events(names=(name,), where=draw(maybe_predicate))) for name in names)


# Conditions on users.


def windows(span: Span) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.none(),
        st.builds(InLast, duration=durations(span)),
        st.builds(BetweenDates, range=ranges(span, closed=True)),
        st.builds(WithinOfFirst, duration=durations(span), anchor=some_events(span)),
    )


def measured(span: Span) -> st.SearchStrategy[Measured]:
    counted = st.tuples(st.sampled_from(("count", "count_days")), st.none())
    summed = st.tuples(st.sampled_from(("sum", "avg", "min", "max", "distinct")), st.just("x"))
    distinct = st.tuples(st.just("distinct"), st.sampled_from(("p", "f", "n", "t")))
    return st.builds(
        lambda function, events, operator, value, window: Measured(
            function=function[0],
            property=function[1],
            events=events,
            operator=operator,
            value=value,
            window=window,
        ),
        counted | summed | distinct,
        some_events(span),
        st.sampled_from(OPERATORS),
        st.sampled_from((0, 1, 2, 3, 1.5)),
        windows(span),
    )


def first_last(span: Span, name: str) -> st.SearchStrategy[FirstLast]:
    return st.builds(
        FirstLast,
        which=st.sampled_from(("first", "last")),
        property=st.just(name),
        events=st.none() | some_events(span),
    )


@st.composite
def user_leaves(draw: st.DrawFn, span: Span) -> Any:
    """Conditions that ask no other question."""
    kinds = st.one_of(
        st.builds(Did, events=some_events(span), window=windows(span)),
        measured(span),
        st.builds(
            Comparison, left=first_last(span, "p"), operator=st.sampled_from(OPERATORS), right=texts
        ),
        st.builds(
            Comparison,
            left=first_last(span, "x"),
            operator=st.sampled_from(OPERATORS),
            right=numbers,
        ),
        st.builds(
            Comparison,
            left=st.just(PLAN),
            operator=st.sampled_from(OPERATORS),
            right=st.sampled_from(PLANS).map(constant),
        ),
        st.builds(
            Comparison,
            left=first_last(span, "n"),
            operator=st.sampled_from(OPERATORS),
            right=wholes,
        ),
        st.builds(
            Comparison,
            left=first_last(span, "t"),
            operator=st.sampled_from(OPERATORS),
            right=moments_in_text.map(constant),
        ),
        st.builds(IsNull, value=first_last(span, "p") | st.just(PLAN), negated=st.booleans()),
        st.builds(
            Seen,
            which=st.sampled_from(("first", "last")),
            operator=st.sampled_from(OPERATORS),
            at=moments(span) | durations(span),
        ),
        st.builds(Inactive, duration=durations(span)),
        st.builds(
            Sequence, steps=ordered_steps(span, optional=True), within=st.none() | durations(span)
        ),
        st.builds(
            ThenNot, first=some_events(span), absent=some_events(span), within=durations(span)
        ),
    )
    return draw(kinds)


def conditions(span: Span, depth: int = 2) -> st.SearchStrategy[Any]:
    return combined(user_leaves(span), depth)
