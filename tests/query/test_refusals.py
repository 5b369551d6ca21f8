"""What the text form refuses, and how it says so: variables, places of mistakes, definitions."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from behavio_jupyter.errors import DefinitionError, QueryTextError
from behavio_jupyter.query import (
    Breakdown,
    DateRange,
    Funnel,
    Retention,
    Segment,
    parse,
)
from behavio_jupyter.query.predicate import Comparison, Constant, Property

from .strategies import KEYWORDS


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
