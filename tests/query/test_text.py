"""What the text form says: examples, any order of clauses, variables, names, errors."""

from __future__ import annotations

import datetime as dt
import itertools
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from behavio_jupyter.errors import DefinitionError, QueryTextError
from behavio_jupyter.query import (
    Breakdown,
    DateRange,
    Duration,
    Events,
    Exclusion,
    Formula,
    Funnel,
    Paths,
    Rename,
    Retention,
    Segment,
    Series,
    Sessions,
    Step,
    Trend,
    parse,
    parse_part,
)
from behavio_jupyter.query import segment as s
from behavio_jupyter.query.predicate import And, Comparison, Constant, FirstLast, In, Property

from .strategies import KEYWORDS

SAME = [  # prints as it was written
    "funnel visit -> add_to_cart -> purchase within 7d",
    "funnel visit[utm_source = 'ads'] -> (add_to_cart | wishlist) -> coupon? -> "
    "purchase[amount > 20] within 7d counting sessions session 1h same order_id "
    "without refund between 2 and 4 without fraud by country top 5 at step 1 per week "
    'where platform = \'ios\' for "big spenders" vs not "big spenders" '
    "during 2026-01-01 to 2026-03-31",
    "funnel a -> b within 30d in any order",
    "funnel a -> b within 30d in strict order counting first entries without c",
    "funnel a -> b within 30d by user.plan at last step since 2026-01-01",
    "retention signup -> purchase per week for 12 by plan",
    "retention first ever signup -> any per day for 12 on or after",
    "retention every signup[plan = 'pro'] -> any per month brackets 0, 1-3, 4-7 rolling",
    "retention signup -> visit per 12h for 8 including start",
    "retention a -> b per week for 12 by plan for big until 2026-01-31",
    "paths from visit to purchase steps 4 top 5 hide heartbeat, ping by platform",
    "paths only a, b rename (a | b) as c keep repeats session off counting users",
    "trend users of purchase per week by country",
    "trend sum(purchase.amount) / users of visit per month",
    "trend 100 * (events of a - events of b) / sessions of any per day session mapped",
    'trend avg(purchase."unit price" where amount > 2) + p90((a | b).x) per hour',
    "trend events per user of visit[x = 1] per day",
    "count(purchase where amount >= 20) >= 10 in last 90d and did(login) in last 7d "
    "and first(country) = 'US' and user.tier in ('enterprise', 'strategic') and not did(cancel)",
    "count_days(any) > 3 between 2026-01-01 and 2026-02-01",
    "avg(purchase.amount) > 2.5 within 7d of first(signup)",
    "last(signup.country) = 'US' or first_seen >= 2026-01-01 or last_seen < 30d ago",
    "inactive for 60d and sequence(a -> b? -> c within 1h) and sequence(a -> b)",
    "(a | b) then not c[x = 1] within 7d",
    "users of (funnel visit -> cart within 7d) with dropped = true and step = 1",
    "users of (trend users of a per week) with period = '2026-01-05' and did(b)",
    'big or "not so big" as of 2026-03-01 10:30:00',
    "user.a is not null and user.b not like 'x%' and user.c not between 1 and 2",
    "(a and b) and not (c or d)",
]


@pytest.mark.parametrize("text", SAME)
def test_examples_print_as_written(text: str) -> None:
    assert str(parse(text)) == text.replace("session 1h", "session 1h").replace(
        "without c after 1", "without c"
    )


def test_a_funnel_in_full() -> None:
    assert parse(SAME[1]) == Funnel(
        steps=[
            "visit[utm_source = 'ads']",
            Step(events=Events(names=("add_to_cart", "wishlist"))),
            Step(events=Events(names=("coupon",)), optional=True),
            "purchase[amount > 20]",
        ],
        within="7d",
        counting="sessions",
        sessions=Sessions(gap=Duration(amount=1, unit="h")),
        same="order_id",
        exclusions=(
            Exclusion(events="refund", after=2, before=4),
            Exclusion(events="fraud"),
        ),
        by=Breakdown(property=Property(name="country"), top=5),
        attribution=1,
        per="week",
        where=Comparison(left=Property(name="platform"), operator="=", right=Constant(value="ios")),
        segments=['"big spenders"', 'not "big spenders"'],
        during="2026-01-01 to 2026-03-31",
    )


def test_a_retention_in_full() -> None:
    text = "every a -> any per 12h for 3 on or after including start for x"
    assert parse(text, kind="retention") == Retention(
        start="a",
        returning="any",
        per="12h",
        periods=3,
        cohort="every",
        alignment="rolling",
        unbounded=True,
        include_start=True,
        segments=["x"],
    )


def test_paths_in_full() -> None:
    assert parse(SAME[11]) == Paths(
        only=["a", "b"],
        rename=[Rename(events="(a | b)", name="c")],
        collapse=False,
        sessions=Sessions(by="off"),
        counting="users",
    )


def test_formulas_bind_as_in_arithmetic() -> None:
    def users(name: str) -> Series:
        return Series(function="users", events=name)

    value = parse("trend users of a - users of b - users of c * users of d").value
    product = Formula(operator="*", left=users("c"), right=users("d"))
    difference = Formula(operator="-", left=users("a"), right=users("b"))
    assert value == Formula(operator="-", left=difference, right=product)
    assert isinstance(parse("trend average(a.b)"), Trend)


def test_conditions() -> None:
    assert parse("segment first(a[x = 1].p where y = 2) = 3").condition == Comparison(
        left=FirstLast(
            which="first", property="p", events=Events(names=("a",), where="x = 1 and y = 2")
        ),
        operator="=",
        right=Constant(value=3),
    )
    window = s.WithinOfFirst(duration=Duration(amount=7, unit="d"), anchor="b")
    assert parse("did(a) within 7d of first(b)").condition == s.Did(events="a", window=window)


@pytest.mark.parametrize(
    ("kind", "body", "clauses"),
    [
        (
            "funnel",
            "a -> b",
            ["within 3d", "in strict order", "by p top 3", "per day", "for x vs y"],
        ),
        ("funnel", "a -> b", ["for did(a)", "within 3d", "in any order", "counting attempts"]),
        ("retention", "a -> b", ["per day", "for 3", "for not x", "on or after", "where p = 1"]),
        ("paths", "", ["from a", "to b", "steps 3", "top 2", "by p top 3"]),
        (
            "trend",
            "users of a",
            ["per week", "for inactive", "since 2026-01-01", "until 2026-02-01"],
        ),
    ],
)
def test_clauses_in_any_order(kind: str, body: str, clauses: list[str]) -> None:
    wanted = parse(" ".join([kind, body, *clauses]))
    for order in itertools.permutations(clauses):
        if kind == "paths" and "by p top 3 top 2" in " ".join(order):
            continue
        assert parse("\n  ".join([body, *order]), kind=kind) == wanted


def test_case_comments_and_lines() -> None:
    text = """%Funnel visit  # from the site
      -> purchase['#' = '#' OR note = 'it''s']   # paid "twice"
      WITHIN 7D""".replace("7D", "7d")
    assert str(parse(text)) == ("funnel visit -> purchase['#' = '#' or note = 'it''s'] within 7d")
    assert parse("%%segment\ndid(a)") == parse("did(a)")


def test_a_date_in_a_predicate_is_text_not_a_subtraction() -> None:
    where = parse("paths where time >= 2026-01-01").where
    assert where == Comparison(
        left=Property(name="time"), operator=">=", right=Constant(value="2026-01-01")
    )


@pytest.mark.parametrize(
    "name",
    [
        "code",
        "test",
        "docs",
        "build",
        "release",
        "merge",
        "other",
        "purchase",
        "visit",
        "country",
        "plan",
        "amount",
        "repo",
        "first",
        "last",
        "count",
        "sum",
        "within",
        "größe",
        "$pageview",
        "session",
        "top",
        "by",
        "per",
        "for",
        "in",
        "step",
        "null_",
        "users",
    ],
)
def test_words_that_stay_names(name: str) -> None:
    funnel = parse(f"funnel {name}[{name} = 1] -> {name} by {name} same {name}")
    assert funnel.steps[1].events.names == (name,)
    assert funnel.same == name
    assert parse(f"sum({name}.{name}) > 2").condition.property == name


@pytest.mark.parametrize(
    "name",
    [
        "add to cart",
        "any",
        "not",
        'a "b"',
        "back\\slash",
        "two\nlines",
        "",
        "🙂",
        "1st",
        "a.b",
        "{x}",
    ],
)
def test_names_in_quotes(name: str) -> None:
    events = Events(names=(name,))
    assert parse_part("events", str(events)) == events


# ---------------------------------------------------------------- variables


class Result:
    definition = Segment(condition="did(a)")


@pytest.mark.parametrize(
    ("text", "value", "same"),
    [
        ("funnel {v} -> b", "add to cart", 'funnel "add to cart" -> b'),
        ("funnel {v} -> b", ["x", "y"], "funnel (x | y) -> b"),
        ("funnel ({v} | z) -> b", ("x", "y"), "funnel (x | y | z) -> b"),
        ("funnel a -> b by {v} same {v}", "my p", 'funnel a -> b by "my p" same "my p"'),
        ("funnel a -> b where {v} = 1", "p", "funnel a -> b where p = 1"),
        ("funnel a -> b where p = {v}", "it's", "funnel a -> b where p = 'it''s'"),
        ("funnel a -> b where p > {v}", np.float64(2.5), "funnel a -> b where p > 2.5"),
        ("funnel a -> b where p = {v}", np.bool_(True), "funnel a -> b where p = true"),
        (
            "funnel a -> b where p > {v}",
            dt.date(2026, 1, 2),
            "funnel a -> b where p > '2026-01-02'",
        ),
        ("funnel a -> b where p in {v}", {"y", "x"}, "funnel a -> b where p in ('x', 'y')"),
        ("funnel a -> b where p in {v}", pd.Series([1, 2]), "funnel a -> b where p in (1, 2)"),
        ("funnel a -> b where p in ({v}, 'z')", ["x"], "funnel a -> b where p in ('x', 'z')"),
        ("funnel a -> b within {v}", "7d", "funnel a -> b within 7d"),
        ("funnel a -> b within {v}", dt.timedelta(hours=36), "funnel a -> b within 36h"),
        (
            "funnel a -> b since { v }",
            pd.Timestamp("2026-01-02 03:04"),
            "funnel a -> b since 2026-01-02 03:04:00",
        ),
        ("funnel a -> b for {v}", Result(), "funnel a -> b for did(a)"),
        (
            "funnel a -> b for not {v}",
            Segment(condition="x or y"),
            "funnel a -> b for not (x or y)",
        ),
        ("funnel a -> b for {v}", "big", "funnel a -> b for big"),
        ("retention a -> b for {v}", 4, "retention a -> b for 4"),
        ("retention a -> b per {v}", "day", "retention a -> b per day"),
        ("did(a) in last {v}", "7d", "did(a) in last 7d"),
        ("did(a) within {v} of first(b)", "7d", "did(a) within 7d of first(b)"),
        ("count(a) >= {v}", np.int64(3), "count(a) >= 3"),
        ("trend {v} * users of a", 2, "trend 2 * users of a"),
        ("paths top {v}", 3, "paths top 3"),
    ],
)
def test_variables(text: str, value: object, same: str) -> None:
    assert parse(text, {"v": value}) == parse(same)


@pytest.mark.parametrize(
    ("text", "value", "says"),
    [
        ("funnel {v} -> b", 3, "expected the name of an event"),
        ("funnel {v} -> b", [], "expected the name of an event"),
        ("funnel a -> b where p = {v}", None, "{v} is nothing"),
        ("funnel a -> b where p = {v}", float("nan"), "expected text, a number"),
        ("funnel a -> b where p = {v}", float("inf"), "expected text, a number"),
        ("funnel a -> b where p in {v}", [None], "expected a list"),
        ("funnel a -> b within {v}", "a week", "no span of time"),
        ("funnel a -> b within {v}", 7, "expected a span of time"),
        ("funnel a -> b since {v}", pd.NaT, "expected a date"),
        ("funnel a -> b for {v}", object(), "expected a segment"),
        ("funnel a -> b for {v}", 3, "Expected a segment"),
        ("funnel a -> b for {v}", Segment(condition="x", reference="2026-01-01"), "'as of'"),
        ("paths top {v}", 2.5, "a whole number"),
    ],
)
def test_variables_of_the_wrong_sort(text: str, value: object, says: str) -> None:
    with pytest.raises(QueryTextError) as caught:
        parse(text, {"v": value})
    assert says in caught.value.args[0]
    assert caught.value.position in (text.index("{v}"), text.index("{v}") - 4)


def test_a_missing_variable_names_the_nearest() -> None:
    with pytest.raises(
        QueryTextError, match="There is no variable 'contry'; the nearest is 'country'"
    ):
        parse("funnel a -> b where p = {contry}", {"country": 1})


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("funnel visit -> purchase wihtin 7d", "wihtin", "did you mean 'within'"),
        ("funnel visit -> purchase within 7 days", "7 days", "a span of time such as 30m"),
        ("funnel a -> b within 0d", "0d", "longer than 0"),
        ("funnel a -> b in any oder", "in any", "did you mean 'in any order'"),
        ("funnel add to cart -> b", "to cart", 'double quotes, as in "add to"'),
        ("funnel a -> b within 7d within 3d", "within 3d", "'within' is said twice"),
        ("funnel a -> b where amount", "", "a comparison"),
        ("funnel a -> b where amount >> 3", "> 3", "a value"),
        ("funnel a[x = 1 -> b", "-> b", "'[' before it is not closed"),
        ("funnel a -> b by", "", "a property such as"),
        ("funnel a -> b counting people", "people", "users, first entries"),
        ("funnel a -> b at step 4 by x", "at step", "the last is 2"),
        ("funnel a -> b where count(x) > 3", "(x)", "a condition on a user"),
        ("funnel a -> b where x = null", "null", "is null"),
        ("funnel a? -> b", "a?", "cannot be optional"),
        ("funnel a", "a", "at least two steps"),
        ("funnel a -> b during 2026-13-01 to 2026-12-01", "2026-13", "is no date"),
        ("funnel a -> b for x = 3", "= 3", "first(x), last(x) or user.x"),
        ("retention a", "", "'->'"),
        ("retention a -> b per 3d", "per 3d", "no period"),
        ("retention a -> b brackets 3-1", "brackets", "must rise"),
        ("paths form visit", "form", "did you mean 'from'"),
        ("trend user of visit", "user", "did you mean 'users of'"),
        ("trend visit", "visit", "users of visit"),
        ("trend sum(amount)", "sum", "needs a property"),
        ("trend 5", "5", "something to count"),
        ("trend users of a % 2", "% 2", "+ - * and /"),
        ("did(a", "", "')'"),
        ("did(a)) and b", ") and", "closes nothing"),
        ("did(a) in lsat 7d", "in lsat", "did you mean 'in last'"),
        ("don't", "'t", "quote is not closed"),
        ("funel a -> b", "funel", "did you mean 'funnel'"),
        ("%funel a -> b", "%funel", "'funnel'"),
        ("visit -> purchase", "->", "funnel visit -> "),
        ("", "", "Nothing is asked"),
        ("  # only this", "", "Nothing is asked"),
        ("(" * 40, "(" * 8, "brackets are open"),
        ("not " * 200 + "a", "not " * 101, "nested"),
        ("users of (funnel a -> b) with step = 1 and step = 2", "users", "once"),
    ],
)
def test_errors_point_at_the_place(text: str, at: str, says: str) -> None:
    with pytest.raises(QueryTextError) as caught:
        parse(text)
    assert says in caught.value.args[0]
    assert text[caught.value.position :].startswith(at) or says == "nested"
    assert "\n" not in caught.value.args[0]


def test_where_there_is_no_text_there_is_no_place_to_point_at() -> None:
    with pytest.raises(QueryTextError) as caught:
        parse("", kind="funnel")
    assert str(caught.value) == "The text ends here; expected an event."


def test_places_are_in_the_given_text() -> None:
    text = " visit # c\n -> b wihtin 7d"
    with pytest.raises(QueryTextError) as caught:
        parse(text, kind="funnel")
    assert caught.value.position == text.index("wihtin")
    assert str(caught.value).endswith(" -> b wihtin 7d\n        ^")


PIECES = [
    *KEYWORDS,
    *"()[]{}.,|?=<>-+*/%#'\"",
    "->",
    "'a'",
    '"b"',
    "{x}",
    "7d",
    "12",
    "2026-01-01",
    "\n",
]
START = ["", "funnel a -> b", "retention a -> b", "paths", "trend users of a", "did(a) and"]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(START),
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join) | st.text(max_size=40),
    st.sampled_from([1, "a", None, [], ["a"], 2.5, float("inf"), 10**5000, b"x", parse]),
)
def test_any_text_parses_or_points(start: str, rest: str, value: object) -> None:
    text = f"{start} {rest}"
    try:
        definition = parse(text, {"x": value})
    except QueryTextError as caught:
        error = caught
    else:
        assert parse(str(definition)) == definition
        return
    assert 0 <= error.position <= len(text)
    assert str(error)


@pytest.mark.parametrize(
    "text",
    [
        "not " * 250,
        "trend " + "1 + " * 240 + "1",
        "funnel " + "a -> " * 190 + "a",
        "in " * 330,
        "count(a) > " + "9" * 900,
        "\\" * 1000,
        "{" * 1000,
        "and $" * 200,
        '"' * 999,
        "users of (trend users of a) with a = 1 " + "and b = 1 " * 90,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    parse("did(a)")
    began = time.perf_counter()
    with pytest.raises(QueryTextError):
        parse(text)
    assert time.perf_counter() - began < 0.25  # 50 ms on an idle machine


# ---------------------------------------------------------------- definitions in Python


def test_strings_stand_for_parts() -> None:
    funnel = Funnel(
        steps=["visit", "purchase[amount > 20]"],
        within="7d",
        where="platform = 'ios'",
        by="country top 5",
        segments=["big", "not big", Segment(condition="did(a)"), Result()],
        during="2026-01-01 to 2026-03-31",
    )
    assert str(funnel) == (
        "funnel visit -> purchase[amount > 20] within 7d by country top 5 where platform = 'ios' "
        "for big vs not big vs did(a) vs did(a) during 2026-01-01 to 2026-03-31"
    )
    assert funnel.segments[2] == s.Did(events="a")
    assert isinstance(funnel.where, Comparison)
    assert parse_part("condition", "user.a in (1, 2)") == In(
        value=Property(name="a", owner="user"), options=(1, 2)
    )
    assert isinstance(parse_part("predicate", "a = 1 and b = 2"), And)


def test_a_zone_becomes_its_offset() -> None:
    start = pd.Timestamp("2026-07-01 10:00", tz="Europe/Berlin")
    during = DateRange(start=start)
    assert str(during) == "since 2026-07-01 10:00:00+02:00"
    assert DateRange.model_validate(str(during)) == during


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Funnel(steps=["a", "b"], order="anyy"), "the nearest is 'any'"),
        (
            lambda: Funnel(steps=["a", "b"], witin="7d"),
            "Funnel takes no 'witin'; the nearest is 'within'",
        ),
        (lambda: Funnel(), "Funnel needs 'steps'"),
        (lambda: Funnel(steps=[1, 2]), "Step cannot be made from 1"),
        (lambda: Funnel(steps=["a", "b"], within="week"), "no span of time"),
        (lambda: Breakdown(property="a", top=0), "'top' of Breakdown should be greater than 0"),
        (lambda: Retention(start="a", returning="b", per="3d"), "no period"),
        (lambda: DateRange(), "needs a start or an end"),
        (lambda: DateRange(start="soon"), "is no date"),
        (
            lambda: Segment(
                condition=Comparison(left=Property(name="a"), operator="=", right=Constant(value=1))
            ),
            "a is a property of events",
        ),
        (lambda: Constant(value=10**5000), "a number that long"),
    ],
)
def test_definitions_that_cannot_be(make, says: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        make()
    assert says in str(caught.value)
