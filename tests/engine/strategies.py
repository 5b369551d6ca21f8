"""Random logs and random questions, made so that ties and exact ends are common.

A *grid* is the distance between the times of a log; windows, gaps and ranges of the questions are
multiples of it. Times lie around a clock change of the log's time zone.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from behavio_jupyter.query import (
    Breakdown,
    DateRange,
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
    Step,
    Trend,
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
    InSegment,
    Measured,
    Seen,
    Sequence,
    ThenNot,
    UsersOf,
    WithinOfFirst,
)

NAMES = ("a", "b", "c", "d", "e")
TEXTS = ("k", "l", "m")
NUMBERS = (0.0, 0.5, 1.0, 2.5, 3.0)
PLANS = ("free", "pro")
PROPERTIES = ("p", "x", "f")
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")

CHANGES = {
    "UTC": (dt.date(2024, 2, 29),),
    "Europe/Berlin": (dt.date(2024, 3, 31), dt.date(2024, 10, 27)),
    "America/New_York": (dt.date(2024, 3, 10), dt.date(2024, 11, 3)),
    "America/Sao_Paulo": (dt.date(2018, 11, 4), dt.date(2018, 2, 18)),
    "Asia/Kathmandu": (dt.date(2024, 1, 1),),
}


@dataclass(frozen=True)
class Grid:
    """``name``, the distance of times, how many there are, and how to write a duration."""

    distance: dt.timedelta
    slots: int
    durations: tuple[str, ...]
    midnights: bool = False

    @property
    def days(self) -> int:
        return (self.distance * self.slots).days + 1


GRIDS = (
    Grid(dt.timedelta(minutes=30), 60, ("30m", "1h", "90m", "3h", "10h")),
    Grid(dt.timedelta(hours=6), 80, ("6h", "12h", "1d", "2d", "1w")),
    Grid(dt.timedelta(hours=24), 70, ("1d", "2d", "3d", "1w", "1mo")),
    Grid(dt.timedelta(hours=24), 70, ("1d", "2d", "3d", "1w", "1mo"), midnights=True),
)


@dataclass(frozen=True)
class Span:
    """What questions need to know of a log to ask about its times."""

    first_day: dt.date
    grid: Grid
    has_session: bool
    names: tuple[str, ...]


@dataclass
class RawLog:
    """Rows as they arrive, before cleaning, and what they mean."""

    rows: list[dict[str, Any]]
    users: dict[str, dict[str, Any]]
    timezone: str
    week_start: str
    end: dt.datetime | None
    has_sequence: bool
    has_session: bool
    segments: dict[str, Segment]


@dataclass
class Case:
    """A log, questions about it, and where to look for a number to ask the users of."""

    log: RawLog
    questions: list[Any]
    seed: int


# Logs.


def instant(first_day: dt.date, slot: int, grid: Grid, zone: ZoneInfo) -> dt.datetime:
    """The time at a slot, in UTC: elapsed from the first midnight, or a midnight itself."""
    midnight = dt.datetime.combine(first_day, dt.time())
    if grid.midnights:
        return (midnight + slot * grid.distance).replace(tzinfo=zone).astimezone(dt.UTC)
    return midnight.replace(tzinfo=zone).astimezone(dt.UTC) + slot * grid.distance


def random_row(source: random.Random, users: int, slots: int) -> dict[str, Any]:
    """One event; a value in some nine is null."""

    def maybe(value: Any) -> Any:
        return None if source.random() < 0.11 else value

    return {
        "user": f"u{source.randrange(users):02}",
        "event": source.choice(NAMES),
        "time": source.randrange(slots),
        "sequence": maybe(source.randrange(3)),
        "session": maybe(source.choice("rst")),
        "p": maybe(source.choice(TEXTS)),
        "x": maybe(source.choice(NUMBERS)),
        "f": maybe(source.random() < 0.5),
    }


def small_rows(slots: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Few events, drawn one by one so that a failing example shrinks."""
    row = st.fixed_dictionaries(
        {
            "user": st.sampled_from(("u00", "u00", "u00", "u01", "u01", "u02", None)),
            "event": st.sampled_from((*NAMES, None)),
            "time": st.none() | st.integers(0, slots - 1) | st.integers(0, min(4, slots - 1)),
            "sequence": st.none() | st.integers(0, 2),
            "session": st.sampled_from((None, "r", "s", "t")),
            "p": st.sampled_from((None, *TEXTS)),
            "x": st.sampled_from((None, float("nan"), *NUMBERS)),
            "f": st.sampled_from((None, False, True)),
        }
    )
    return st.lists(row, max_size=24)


@st.composite
def large_rows(draw: st.DrawFn, slots: int) -> list[dict[str, Any]]:
    """Many events of up to 12 users, some of one event only, some rows twice."""
    source = random.Random(draw(st.integers(0, 2**32 - 1)))
    users = draw(st.integers(1, 12))
    slots = min(slots, draw(st.sampled_from((12, 30, slots))))
    rows = [random_row(source, users, slots) for _ in range(draw(st.integers(2, 25)) * users)]
    rows += [random_row(source, 1, slots) | {"user": f"u{number:02}"} for number in (20, 21)]
    rows += [dict(source.choice(rows)) for _ in range(3)]
    for row in source.sample(rows, 3):
        row[source.choice(("user", "event", "time"))] = None
    source.shuffle(rows)
    return rows


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
    names = {row["event"] for row in rows if None not in (row["user"], row["event"], row["time"])}
    span = Span(first_day, grid, draw(st.booleans()), tuple(sorted(names)))
    users = draw(
        st.dictionaries(
            st.sampled_from([f"u{number:02}" for number in (0, 1, 2, 3, 4, 99)]),
            st.fixed_dictionaries({"plan": st.sampled_from((None, *PLANS))}),
            max_size=6,
        )
    )
    later = draw(st.none() | st.integers(0, 10))
    either = Or(parts=(InSegment(name="one"), Did(events=Events(names=span.names[:1]))))
    log = RawLog(
        rows=rows,
        users=users,
        timezone=timezone,
        week_start=draw(st.sampled_from(("monday", "sunday", "wednesday"))),
        end=None if later is None else instant(first_day, grid.slots + later, grid, zone),
        has_sequence=draw(st.booleans()),
        has_session=span.has_session,
        segments={
            "one": Segment(condition=draw(conditions(span, 1))),
            "two": Segment(condition=either, reference=draw(st.none() | moments(span))),
        },
    )
    return span, log


@st.composite
def cases(draw: st.DrawFn, questions: Callable[[Span], st.SearchStrategy[Any]]) -> Case:
    """Several questions, as opening a log takes longer than asking it."""
    span, log = draw(spans_and_logs())
    some = draw(st.lists(questions(span), min_size=1, max_size=4))
    return Case(log, some, draw(st.integers(0, 2**16)))


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


P, X, F = (Property(name=name) for name in PROPERTIES)
PLAN = Property(name="plan", owner="user")
texts = st.sampled_from(TEXTS).map(constant)
numbers = st.sampled_from(NUMBERS).map(constant)
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
    st.builds(
        Like,
        value=st.sampled_from((P, PLAN)),
        pattern=st.sampled_from(("k", "%", "_", "p%", "%r%")),
        negated=st.booleans(),
    ),
    st.builds(IsNull, value=st.sampled_from((P, X, F, PLAN)), negated=st.booleans()),
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
    distinct = st.tuples(st.just("distinct"), st.sampled_from(("p", "f")))
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
    Breakdown, property=st.sampled_from((P, X, F, PLAN)), top=st.sampled_from((1, 2, 10))
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
def ordered_steps(draw: st.DrawFn, span: Span, optional: bool = False) -> tuple[Step, ...]:
    count = draw(st.sampled_from((2, 2, 3, 3, 4)))
    steps = [draw(some_events(span)) for _ in range(count)]
    last = len(steps) - 1
    return tuple(
        Step(events=events, optional=optional and 0 < place < last and draw(st.booleans()))
        for place, events in enumerate(steps)
    )


@st.composite
def funnels(draw: st.DrawFn, span: Span, plain: bool = False) -> Funnel:
    clauses = draw(shared(span, plain))
    order = draw(st.sampled_from(("ordered", "ordered", "strict", "any")))
    steps = draw(ordered_steps(span, optional=order == "ordered"))
    counting = draw(st.sampled_from(("users", "first entries", "attempts", "sessions")))
    required = [number for number, step in enumerate(steps, 1) if not step.optional]
    exclusions = []
    for _ in range(
        draw(st.integers(0, 2)) if order != "any" and draw(st.integers(0, 3)) == 3 else 0
    ):
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
        same=draw(st.sampled_from((None, None, None, None, "p", "x", "f"))),
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
