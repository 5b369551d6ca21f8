"""What the text form says: examples, any order of clauses, variables, names."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pandas as pd
import pytest

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
