"""Random definitions of every kind, for tests of the text form, the check and the engines.

Each strategy takes the names it may use, so that engines get names their logs have; by default
names are hostile: empty, quoted, keywords, any unicode.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

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
    Timeline,
    Trend,
)
from behavio_jupyter.query import predicate as p
from behavio_jupyter.query import segment as s

GRAMMAR = resources.files("behavio_jupyter.query").joinpath("grammar.lark").read_text("utf-8")
KEYWORDS = sorted(set(re.findall(r"[a-z_]{2,}", GRAMMAR.split("// ", 9)[-1] + GRAMMAR)))

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = (
    st.sampled_from(
        ["visit", "purchase", "add to cart", 'a"b', "a\\b", "two\nlines", "größe", "🙂"]
    )
    | st.sampled_from(KEYWORDS).flatmap(lambda word: st.sampled_from([word, word.upper()]))
    | text.filter(bool)
)
wholes = st.integers(1, 40)
durations = st.builds(
    Duration, amount=wholes, unit=st.sampled_from(["s", "m", "h", "d", "w", "mo"])
)
_zones = st.none() | st.integers(-14 * 60, 14 * 60).map(
    lambda m: dt.timezone(dt.timedelta(minutes=m))
)
moments = st.dates() | st.datetimes(timezones=_zones)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.booleans() | numbers | text
operators = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
periods = st.sampled_from(["hour", "day", "week", "month"])
sessions = (
    st.just(Sessions())
    | st.builds(Sessions, gap=durations)
    | st.builds(Sessions, by=st.sampled_from(["mapped", "off"]))
)


def _day(moment: Any) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


@cache
@st.composite
def ranges(draw: st.DrawFn, closed: bool = False) -> DateRange:
    start, end = sorted([draw(moments), draw(moments)], key=_day)
    if _day(start) == _day(end):
        start = _day(start)
        end = _day(end)
    sides = {"start": start, "end": end}
    if not closed:
        sides = draw(st.sampled_from([sides, {"start": start}, {"end": end}]))
    return DateRange(**sides)


@cache
def properties(names: st.SearchStrategy[str] = names) -> st.SearchStrategy[p.Property]:
    return st.builds(p.Property, name=names, owner=st.sampled_from(["event", "user"]))


def arithmetic(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            p.Arithmetic, operator=st.sampled_from(list("+-*/%")), left=inner, right=inner
        ),
        max_leaves=4,
    )


def logic(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def joined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        parts = st.lists(inner, min_size=2, max_size=3)
        return (
            st.builds(p.Not, part=inner)
            | st.builds(p.And, parts=parts)
            | st.builds(p.Or, parts=parts)
        )

    return st.recursive(leaves, joined, max_leaves=5)


def comparisons(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    options = st.lists(scalars, min_size=1, max_size=3)
    return (
        st.builds(p.Comparison, left=values, operator=operators, right=values)
        | st.builds(p.In, value=values, options=options, negated=st.booleans())
        | st.builds(p.Between, value=values, low=values, high=values, negated=st.booleans())
        | st.builds(p.Like, value=values, pattern=text, negated=st.booleans())
        | st.builds(p.IsNull, value=values, negated=st.booleans())
    )


@cache
def predicates(names: st.SearchStrategy[str] = names) -> st.SearchStrategy[Any]:
    constants = st.builds(p.Constant, value=scalars)
    plain = st.builds(
        p.Comparison,
        left=st.builds(p.Property, name=names),
        operator=st.just("="),
        right=constants,
    )
    return logic(plain | comparisons(arithmetic(properties(names) | constants)))


@cache
def events(
    names: st.SearchStrategy[str] = names, properties_: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[Events]:
    return st.builds(
        Events,
        names=st.lists(names, max_size=3),
        where=st.none() | st.none() | predicates(properties_ or names),
    )


@cache
def steps(*args: Any, optional: bool = True, labelled: bool = False) -> st.SearchStrategy[Step]:
    return st.builds(
        Step,
        events=events(*args),
        optional=st.booleans() if optional else st.just(False),
        label=st.none() | names.filter(str.strip) if labelled else st.none(),
    )


windows = (
    st.none()
    | st.builds(s.InLast, duration=durations)
    | st.builds(s.BetweenDates, range=ranges(closed=True))
    | st.builds(s.WithinOfFirst, duration=durations, anchor=events())
)


@cache
def measured() -> st.SearchStrategy[s.Measured]:
    counts = st.builds(
        s.Measured,
        function=st.sampled_from(["count", "count_days"]),
        events=events(),
        operator=operators,
        value=numbers,
        window=windows,
    )
    sums = st.builds(
        s.Measured,
        function=st.sampled_from(["sum", "avg", "min", "max", "distinct"]),
        events=events(),
        property=names,
        operator=operators,
        value=numbers,
        window=windows,
    )
    return counts | sums


@cache
def conditions(depth: int = 1) -> st.SearchStrategy[Any]:
    values = arithmetic(
        st.builds(p.Constant, value=scalars)
        | st.builds(p.Property, name=names, owner=st.just("user"))
        | st.builds(
            p.FirstLast,
            which=st.sampled_from(["first", "last"]),
            property=names,
            events=st.none() | events(),
        )
    )
    leaves: st.SearchStrategy[Any] = st.one_of(
        comparisons(values),
        st.builds(s.Did, events=events(), window=windows),
        measured(),
        st.builds(
            s.Seen,
            which=st.sampled_from(["first", "last"]),
            operator=operators,
            at=moments | durations,
        ),
        st.builds(s.Inactive, duration=durations),
        st.builds(
            s.Sequence,
            steps=st.lists(steps(), min_size=2, max_size=3),
            within=st.none() | durations,
        ),
        st.builds(s.ThenNot, first=events(), absent=events(), within=durations),
        st.builds(s.InSegment, name=names),
    )
    if depth:
        pick = st.dictionaries(names, scalars, max_size=2).map(lambda d: tuple(d.items()))
        leaves |= st.builds(s.UsersOf, query=questions(depth - 1), pick=pick)
    return logic(leaves)


def shared(depth: int) -> dict[str, st.SearchStrategy[Any]]:
    return {
        "where": st.none() | predicates(),
        "by": st.none() | st.builds(Breakdown, property=properties(), top=wholes),
        "segments": st.just(()) | st.lists(conditions(depth), max_size=2),
        "during": st.none() | ranges(),
    }


@cache
@st.composite
def funnels(draw: st.DrawFn, depth: int = 0) -> Funnel:
    order = draw(st.sampled_from(["ordered", "strict", "any"]))
    inner = draw(st.lists(steps(optional=order == "ordered", labelled=True), max_size=3))
    outer = steps(optional=False, labelled=True)
    all_steps = [draw(outer), *inner, draw(outer)]
    required = [number for number, step in enumerate(all_steps, 1) if not step.optional]
    counting = draw(st.sampled_from(["users", "first entries", "attempts", "sessions"]))
    fields = {name: draw(strategy) for name, strategy in shared(depth).items()}
    exclusions = []
    if order != "any":
        for _ in range(draw(st.integers(0, 2))):
            after, before = sorted(draw(st.sampled_from(_pairs(required))))
            last = before == len(all_steps) and draw(st.booleans())
            exclusions.append(
                Exclusion(events=draw(events()), after=after, before=None if last else before)
            )
    attributions = ["first", "last", *range(1, len(all_steps) + 1)] if fields["by"] else ["first"]
    return Funnel(
        steps=all_steps,
        within=draw(durations),
        order=order,
        counting=counting,
        sessions=draw(sessions) if counting == "sessions" else Sessions(),
        same=draw(st.none() | names),
        exclusions=exclusions,
        attribution=draw(st.sampled_from(attributions)),
        per=draw(st.none() | periods),
        **fields,
    )


def _pairs(required: Sequence[int]) -> list[tuple[int, int]]:
    return [(a, b) for a in required for b in required if a < b]


@cache
@st.composite
def retentions(draw: st.DrawFn, depth: int = 0) -> Retention:
    per = draw(
        st.sampled_from(["day", "week", "month"])
        | st.builds(Duration, amount=wholes, unit=st.just("h"))
    )
    hours = isinstance(per, Duration)
    cuts = sorted(draw(st.sets(st.integers(0, 60), max_size=6)))
    brackets = [(a, b - 1) for a, b in pairwise(cuts)]
    return Retention(
        start=draw(events()),
        returning=draw(events()),
        per=per,
        periods=12 if brackets else draw(st.integers(1, 1000)),
        cohort=draw(st.sampled_from(["first in range", "first ever", "every"])),
        alignment="rolling" if hours else draw(st.sampled_from(["calendar", "rolling"])),
        unbounded=draw(st.booleans()),
        brackets=brackets,
        include_start=draw(st.booleans()),
        **{name: draw(strategy) for name, strategy in shared(depth).items()},
    )


@cache
def paths(depth: int = 0) -> st.SearchStrategy[Paths]:
    some = st.lists(events(), max_size=2)
    return st.builds(
        Paths,
        from_=st.none() | events(),
        to=st.none() | events(),
        steps=st.integers(2, 100),
        top=wholes,
        hide=some,
        only=some,
        rename=st.lists(st.builds(Rename, events=events(), name=names), max_size=2),
        collapse=st.booleans(),
        sessions=sessions,
        counting=st.sampled_from(["sequences", "users"]),
        **shared(depth),
    )


@cache
def series() -> st.SearchStrategy[Series]:
    counts = st.sampled_from(["events", "users", "sessions", "events per user"])
    reads = st.sampled_from(["sum", "avg", "median", "p90"])
    return st.builds(Series, function=counts, events=events()) | st.builds(
        Series, function=reads, events=events(), property=names
    )


@cache
def expressions() -> st.SearchStrategy[Any]:
    def combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.builds(Formula, operator=st.sampled_from(list("+-*/")), left=inner, right=inner)

    leaves = series() | st.builds(Number, value=numbers)
    return st.recursive(leaves, combined, max_leaves=5)


def _counts(expression: Any) -> bool:
    return any(node.kind == "series" for node in p.walk(expression))


@cache
def trends(depth: int = 0) -> st.SearchStrategy[Trend]:
    value = expressions().filter(_counts)
    return st.builds(Trend, value=value, per=periods, sessions=sessions, **shared(depth))


@cache
def timelines(_depth: int = 0) -> st.SearchStrategy[Timeline]:
    # Ids and what is searched for may be anything that somebody's log has.
    ids = st.sampled_from(["00004", "it's", "''", "@shop", "a b", "for", "4d", "Zoë 🙂"]) | names
    return st.builds(
        Timeline,
        user=st.none() | ids,
        segment=st.none() | names,
        event=st.none() | names,
        text=st.none() | ids,
    )


def questions(depth: int = 0) -> st.SearchStrategy[Any]:
    return funnels(depth) | retentions(depth) | paths(depth) | trends(depth)


@cache
def segments(depth: int = 1) -> st.SearchStrategy[Segment]:
    return st.builds(Segment, condition=conditions(depth), reference=st.none() | moments)


@cache
def definitions(depth: int = 1) -> st.SearchStrategy[Any]:
    return questions(depth) | segments(depth)
