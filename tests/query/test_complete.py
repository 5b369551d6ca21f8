"""What is suggested at each kind of place, and that nothing is suggested that is refused there."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from behavio_jupyter.errors import QueryTextError
from behavio_jupyter.query import parse
from behavio_jupyter.query.check import Catalog
from behavio_jupyter.query.complete import complete
from behavio_jupyter.query.fuzzy import _folded
from behavio_jupyter.query.printing import name
from behavio_jupyter.query.text import KINDS, syntax

from ..fuzz.words import TEXTS

SHOP = Catalog(
    ("visit", "add to cart", "purchase", "Cart view"),
    {"country": "text", "amount": "number", "paid": "boolean", "unit price": "number"},
    {"plan": "text", "age": "number"},
    {"big spenders": parse("did(purchase)", kind="segment"), "loyal": parse("did(visit)")},
    has_sessions=True,
)
VALUES = {"country": ["US", "DE", "it's"], "amount": [20, 5.5], "plan": ["pro", "free"]}
USERS = ["it's me", "007"]
EVENTS = ["visit", '"add to cart"', "purchase", '"Cart view"']
PROPERTIES = ["country", "amount", "paid", '"unit price"']
SPANS = ["1d", "7d", "30d", "1h", "12h", "30m", "4w", "3mo"]


def suggest(kind, text, **options):
    found = complete(
        text,
        len(text),
        SHOP,
        kind=kind,
        values=lambda property: VALUES.get(property.name, []),
        users=lambda typed: [user for user in USERS if user.startswith(typed)],
        variables=("goal", "countries"),
        **options,
    )
    assert found.end == len(text)
    return found


def texts(kind, text, **options):
    return [each.text for each in suggest(kind, text, **options).found]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        # funnels
        ("funnel", "", [*EVENTS, "any"]),
        ("funnel", "visit -> ", [*EVENTS, "any"]),
        ("funnel", "visit -> p", ["purchase"]),
        ("funnel", "visit -> PUR", ["purchase"]),
        ("funnel", "visit -> cart", ['"Cart view"', '"add to cart"']),
        ("funnel", "visit -> add to c", ['"add to cart"']),
        ("funnel", 'visit -> "add t', ['"add to cart"']),
        ("funnel", 'visit -> "vi', ['"visit"', '"Cart view"']),
        ("funnel", "visit -> cart wit", ["within", "without"]),
        ("funnel", "visit -> cart in any o", ["in any order"]),
        ("funnel", "visit -> cart IN ST", ["in strict order"]),
        ("funnel", "visit -> cart within ", SPANS),
        ("funnel", "visit -> cart within 7", ["7s", "7m", "7h", "7d", "7w", "7mo"]),
        ("funnel", "visit -> cart within 3m", ["3mo"]),
        ("funnel", "a -> b counting ", ["users", "first entries", "attempts", "sessions", ...]),
        ("funnel", "a -> b session ", [*SPANS, "mapped", "off"]),
        ("funnel", "a -> b same ", PROPERTIES),
        ("funnel", "a -> b per ", ["hour", "day", "week", "month"]),
        ("funnel", "a -> b by ", [*PROPERTIES, "user."]),
        ("funnel", "a -> b by user.", ["plan", "age"]),
        ("funnel", "a -> b for lo", ["loyal"]),
        ("funnel", "a -> b for big s", ['"big spenders"', ...]),
        ("funnel", "a -> b without p", ["purchase"]),
        ("funnel", "a -> b during ", ["since", "until"]),
        # predicates
        ("funnel", "a[", [*PROPERTIES, "user.", "not", "true", "false"]),
        (
            "funnel",
            "a[amount ",
            ["=", "<", ">", "<=", ">=", "!=", "in", "between", "like", "is", "not"],
        ),
        ("funnel", "a[country = ", ["'US'", "'DE'", "'it''s'", "country", "user."]),
        ("funnel", "a[country = u", ["'US'", "user.", "country"]),
        ("funnel", "a[country = 'u", ["'US'"]),
        ("funnel", "a[country = 'it''", ["'it''s'"]),
        ("funnel", "a[country in ('US', ", ["'US'", "'DE'", "'it''s'"]),
        ("funnel", "a[country not in (", ["'US'", "'DE'", "'it''s'"]),
        ("funnel", "a[country like ", ["'US'", "'DE'", "'it''s'"]),
        ("funnel", "a[amount between ", ["20", "5.5", "amount", '"unit price"', "user."]),
        ("funnel", "a[amount between 5.5 and ", ["20", "5.5", "amount", '"unit price"', "user."]),
        ("funnel", "a[amount + ", [*PROPERTIES, "user.", "true", "false"]),
        ("funnel", "a[paid = ", ["true", "false", "paid", "user."]),
        ("funnel", "a[user.plan = '", ["'pro'", "'free'"]),
        ("funnel", "a -> b where country = {c", ["{countries}"]),
        ("funnel", "({", ["{goal}", "{countries}"]),
        ("funnel", "visit a", ["at step", "at last step", "as", "in any order"]),
        ("funnel", "visit as ", []),
        # retention
        ("retention", "", [*EVENTS, "first ever", "every", "any"]),
        ("retention", "first e", ["first ever"]),
        ("retention", "first ever v", ["visit", '"Cart view"']),
        ("retention", "a -> b per ", ["hour", "day", "week", "month", "1h", "12h"]),
        ("retention", "a -> b on or", ["on or after"]),
        # paths
        ("paths", "from v", ["visit", '"Cart view"']),
        ("paths", "hide visit, p", ["purchase"]),
        ("paths", "rename (visit | p", ["purchase"]),
        ("paths", "rename visit as ", []),
        ("paths", "keep ", ["keep repeats"]),
        # trends
        ("trend", "us", ["users of", "events per user of"]),
        ("trend", "events per us", ["events per user of"]),
        ("trend", "users of p", ["purchase"]),
        ("trend", "sum(purchase.", ["amount", '"unit price"']),
        ("trend", "sum(purchase.amount where co", ["country"]),
        ("trend", "users of visit / a", ["avg("]),
        # timelines
        ("timeline", "", ["'it''s me'", "'007'", "for", "only", "with"]),
        ("timeline", "0", ["'007'"]),
        ("timeline", "'it''", ["'it''s me'"]),
        ("timeline", "'007' for big", ['"big spenders"']),
        ("timeline", "'007' only v", ["visit", '"Cart view"']),
        ("timeline", "'007' with ", []),
        # segments
        ("segment", "did(p", ["purchase"]),
        ("segment", "did(purchase.", []),
        ("segment", "distinct(purchase.", PROPERTIES),
        ("segment", "did(visit) in", ["in last"]),
        ("segment", "did(visit) in last ", SPANS),
        ("segment", "did(visit) within ", ["within 7d of first("]),
        (
            "segment",
            "did(visit) within 3",
            [f"within 3{unit} of first(" for unit in ("s", "m", "h", "d", "w", "mo")],
        ),
        ("segment", "did(visit) within 7d of first(p", ["purchase"]),
        ("segment", "inac", ["inactive for 30d"]),
        ("segment", "inactive for 6mo", []),
        ("segment", "first(", [*PROPERTIES, *EVENTS, "any"]),
        ("segment", "first(visit.", PROPERTIES),
        ("segment", "first(visit.country) = '", ["'US'", "'DE'", "'it''s'"]),
        ("segment", "last(country) = '", ["'US'", "'DE'", "'it''s'"]),
        ("segment", "user.", ["plan", "age"]),
        ("segment", "first_seen > 30d ", ["ago"]),
        ("segment", "visit then not p", ["purchase"]),
        ("segment", "users of (", ["funnel", "retention", "paths", "trend"]),
        ("segment", "users of (funnel a -> b by country) with ", ["country", "step", "dropped"]),
        ("segment", "users of (funnel a -> b) with dropped = ", ["true", "false"]),
        ("segment", "users of (trend users of v", ["visit", '"Cart view"']),
        # texts that say what they ask
        (None, "ret", ["retention"]),
        (None, "%funnel visit -> p", ["purchase"]),
        (None, "did(p", ["purchase"]),
        (None, "%nothing p", []),
        # where nothing can be said
        ("funnel", "visit -> purchase # wit", []),
        ("funnel", "visit purchase wit", []),
        ("funnel", "a -> b top ", []),
    ],
)
def test_places(kind, text, expected):
    found = texts(kind, text)
    if expected[-1:] == [...]:
        expected, found = expected[:-1], found[: len(expected) - 1]
    assert found == expected


def test_clauses_of_the_question_come_before_those_of_all():
    found = texts("funnel", "visit -> purchase ")
    assert found[:2] == ["->", "within"]
    assert found[-6:] == ["where", "by", "for", "during", "since", "until"]


def test_a_condition_begins_with_what_is_meant_most_often():
    found = texts("segment", "")
    assert found[:4] == ['"big spenders"', "loyal", "did(", "count("]
    assert found[-len(EVENTS) :] == EVENTS


def test_what_is_replaced():
    assert suggest("funnel", "visit -> pu").start == len("visit -> ")
    assert suggest("funnel", "a[country = 'U").start == len("a[country = ")
    assert suggest("funnel", "a -> b in any o").start == len("a -> b ")
    later = complete("visit -> pu within 7d", len("visit -> pu"), SHOP, kind="funnel")
    assert (later.start, later.end) == (len("visit -> "), len("visit -> pu"))


def test_what_they_are():
    found = suggest("funnel", "a -> b where country = ").found
    assert [each.what for each in found] == ["value"] * 3 + ["property", "keyword"]


def test_words_that_lead_nowhere_in_a_log_are_not_suggested():
    bare = Catalog(("visit",))
    assert [each.text for each in complete("a -> b by ", 10, bare, kind="funnel").found] == []
    conditions = [each.text for each in complete("", 0, bare, kind="segment").found]
    assert "did(" in conditions
    assert "first(" not in conditions
    sessions = [each.text for each in complete("session ", 8, bare, kind="paths").found]
    assert sessions[-1] == "off"
    assert "mapped" not in sessions


def test_values_of_a_property_that_is_not_there():
    assert texts("funnel", "a[nothing = '") == []


# ---------------------------------------------------------------- nothing that is refused

_BEGUN = st.sampled_from(sorted(TEXTS)).flatmap(
    lambda text: st.integers(0, len(text)).map(lambda at: text[:at])
)


def _body(text):
    """Return a text without the word that says what it asks, and that word."""
    word = text.split(maxsplit=1)
    if word and word[0].lower().lstrip("%") in KINDS:
        kind = word[0].lower().lstrip("%")
        return text[text.index(word[0]) + len(word[0]) :], kind
    return text, "segment"


def _refused_at(text, kind):
    """Return how far a text can be read."""
    try:
        syntax(text, kind=kind)
    except QueryTextError as error:
        return error.position
    return len(text)


@settings(max_examples=300, deadline=None)
@given(_BEGUN)
def test_no_suggestion_is_refused_where_it_stands(begun):
    text, kind = _body(begun)
    suggested = suggest(kind, text, limit=40)
    for each in suggested.found:
        typed = text[: suggested.start] + each.text
        assert _refused_at(typed, kind) >= len(typed), typed


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30), st.sampled_from(KINDS))
def test_any_text_can_be_completed(text, kind):
    suggest(kind, text)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(EVENTS + PROPERTIES), st.integers(1, 3))
def test_a_name_is_found_by_its_beginning(printed, length):
    begun = printed[: length + printed.startswith('"')]
    place = "visit -> " if printed in EVENTS else "visit -> b by "
    assert printed in texts("funnel", place + begun)


# ---------------------------------------------------------------- ten thousand names

MANY = Catalog(
    tuple(
        f"{verb} the {noun} {n}"
        for verb in ("open", "buy")
        for noun in ("cart", "box")
        for n in range(2500)
    )
)


@pytest.mark.parametrize("typed", ["", "b", "buy the b", '"buy the box 24', "bx99", "zzz", "2499"])
def test_ten_thousand_names(typed):
    def seconds():
        begun = time.process_time()
        complete(text, len(text), MANY, kind="funnel")
        return time.process_time() - begun

    text = f"open -> {typed}"
    seconds()
    kept = _folded.cache_info()
    assert min(seconds() for _ in range(10)) < 0.05
    assert _folded.cache_info().misses == kept.misses


def test_the_most_frequent_first_and_no_more_than_asked():
    found = [each.text for each in complete("b", 1, MANY, kind="funnel", limit=3).found]
    assert found == [name(event) for event in MANY.events if event.startswith("buy")][:3]
