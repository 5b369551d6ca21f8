"""A definition is refused where the log lacks a name or a value does not fit."""

from __future__ import annotations

import pytest

from behavio_jupyter.errors import MisfitError, UnknownNameError
from behavio_jupyter.query import Segment, parse
from behavio_jupyter.query.check import Catalog, check
from behavio_jupyter.query.locate import locate

CATALOG = Catalog(
    events=("visit", "cart", "purchase", "refund"),
    properties={"amount": "number", "country": "text", "paid": "boolean", "due": "time"},
    user_properties={"plan": "text", "age": "number"},
    segments={
        "big": Segment(condition="sum(purchase.amount) > 100"),
        "nested": Segment(condition="big and not did(refund)"),
        "stale": Segment(condition="did(gone)"),
        "a": Segment(condition="b"),
        "b": Segment(condition="not a"),
        "odd": Segment(condition="max(visit.due) > 3"),
        "odder": Segment(condition="not odd"),
    },
)


@pytest.mark.parametrize(
    "text",
    [
        "funnel visit[amount > 2] -> (cart | refund) -> purchase without refund same country "
        "by user.plan where paid = true and due >= '2026-01-01' and country like 'U%' for big",
        "funnel visit -> purchase where due >= 2026-01-01 and amount + 1 < user.age * 2",
        "retention visit -> any by country for nested vs not big",
        "paths from basket to purchase rename (cart | visit) as basket",
        "trend sum(purchase.amount) / users of visit",
        "first(country) = 'US' and user.age in (1, 2) and max(purchase.amount) > 3",
        "distinct(visit.country) > 2 and user.plan between 'a' and 'c'",
        "users of (funnel visit -> purchase by country per week) with country = 'US' and "
        "dropped = true and period = '2026-01-05' and step = 2",
        "users of (retention visit -> any by user.plan for big vs nested) with "
        "cohort = '2026-01-05' and period = 3 and retained = false and segment = 'big' "
        "and \"user.plan\" = 'pro'",
        "users of (paths) with step = 2 and source = 'visit' and target = '(exit)'",
        "users of (trend users of visit per day) with period = '2026-01-05'",
    ],
)
def test_fits(text: str) -> None:
    check(parse(text), CATALOG)


UNKNOWN = [
    ("funnel visit -> purchse", "purchse", "event", "the nearest is 'purchase'"),
    ("funnel visit -> cart without refnd", "refnd", "event", "'refund'"),
    ("paths hide basket rename cart as basket", "basket", "event", ""),
    ("paths to baskt rename cart as basket", "baskt", "event", "the nearest is 'basket'"),
    ("retention visit -> (cart | gone)", "gone", "event", ""),
    ("did(visit) within 7d of first(vist)", "vist", "event", "'visit'"),
    ("users of (trend users of nope)", "nope", "event", ""),
    ("sequence(visit -> nope)", "nope", "event", ""),
    ("funnel visit[amont > 2] -> cart", "amont", "property", "'amount'"),
    ("funnel visit[visit = 1] -> visit", "visit", "property", ""),
    ('funnel visit -> cart where country = "US"', "US", "property", "single quotes: 'US'"),
    ("funnel visit -> cart where country != DE", "DE", "property", "single quotes: 'DE'"),
    ("funnel visit -> cart where country = contry", "contry", "property", "nearest is 'country'"),
    ("funnel visit -> cart same ordr", "ordr", "property", ""),
    ("funnel visit -> cart by nope", "nope", "property", ""),
    ("funnel visit -> cart by plan", "plan", "property", "write user.plan"),
    ("funnel visit -> cart where country = US", "US", "property", ""),
    ("first(nope) = 1", "nope", "property", ""),
    ("trend avg(visit.nope)", "nope", "property", ""),
    ("user.paln = 'x'", "paln", "user property", "'plan'"),
    ("user.country = 'x'", "country", "user property", "write country"),
    ("funnel visit -> cart for biggest", "biggest", "segment", "'big'"),
]


@pytest.mark.parametrize(("text", "name", "kind", "hint"), UNKNOWN)
def test_unknown_names(text: str, name: str, kind: str, hint: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        check(parse(text), CATALOG)
    assert (caught.value.kind, caught.value.name) == (kind, name)
    assert hint in str(caught.value)
    error = locate(caught.value, text)
    assert text[error.position :].lstrip('"').startswith(name)
    assert error.args[0] == str(caught.value)


@pytest.mark.parametrize(
    "marked",
    [
        "funnel purchase_x[purchase = 1] -> «purchase",
        'funnel «"purchase" -> visit',
        "funnel visit['purchase' = 'purchase'] -> «purchase  # purchase",
        "funnel visit[user.purchase = 1] -> «purchase by purchase",
        "funnel «{v} -> visit",
        "first(«purchase.purchase) = 1",
        "first(purchase) = 1 and purchase and did(«purchase)",
    ],
)
def test_a_name_is_found_by_what_it_names(marked: str) -> None:
    error = UnknownNameError("event", "purchase", [])
    found = locate(error, marked.replace("«", ""), {"v": ["visit", "purchase"]})
    assert found.position == marked.index("«")


@pytest.mark.parametrize(
    ("marked", "says"),
    [
        ("funnel visit -> cart where «amount = '3'", "amount is a number and '3' is text"),
        ("funnel visit -> cart where «country > 3", "country is text and 3 is a number"),
        (
            "funnel visit -> cart where country = 'x' or «3 > country",
            "3 is a number and country",
        ),
        ("funnel visit -> cart where not «paid in (true, 'no')", "cannot be compared"),
        ("funnel visit -> cart where «amount between 1 and country", "cannot be compared"),
        ("funnel visit -> cart[«due > 'soon']", "'soon' is compared with a time but is none"),
        ("funnel visit -> cart where due is null and «due > country", "cannot be compared"),
        ("funnel visit -> cart where due > {v} and «due + 1 > 2", "'+' needs numbers, and due is"),
        ("funnel visit -> cart where «amount + paid is null", "'+' needs numbers, and paid is"),
        ("funnel visit -> cart where «due - 1 like 'x'", "'-' needs numbers, and due is a time"),
        ("funnel visit -> cart where amount = 1 and «amount = true", "cannot be compared"),
        ("user.age = 3 and («user.plan = 3)", "user.plan is text and 3 is a number"),
        ("«first(amount) = 'x'", "first(amount) is a number"),
        ("trend sum(visit.amount) / «sum(visit.country)", "'country' holds text"),
        ("funnel visit -> cart for «max(visit.due) > 3", "needs a property of numbers"),
        ("paths from visit «session mapped", "no session column"),
        ("trend sessions of visit «session mapped", "no session column"),
        ("funnel visit -> cart counting sessions «session mapped", "no session column"),
        ("did(visit) and «a", "in a circle: 'a' -> 'b' -> 'a'"),
        ("«stale", "In the saved segment 'stale': There is no event 'gone'"),
        ("did(visit) or «odd", "In the saved segment 'odd': max(…) needs a property of numbers"),
        ("did(visit) or «odder", "In the saved segment 'odd': max(…) needs a property of numbers"),
        ("did(visit) and «{bad}", "user.plan is text and 3 is a number"),
        ("users of (funnel visit -> cart) with «stp = 2", "the nearest is 'step'"),
        ("users of (funnel visit -> cart) with dropped = true and «step = 3", "steps 1 to 2"),
        (
            "users of (funnel visit -> cart -> refund) with step = 3 "
            "and users of (funnel visit -> cart) with «step = 3",
            "steps 1 to 2",
        ),
        ("users of (funnel visit -> cart) with «step = '2'", "a funnel is a whole number"),
        ("users of (funnel visit -> cart) with «dropped = 1", "is true or false, not 1"),
        ("users of (funnel visit -> cart) with «period = '2026-01-01'", "not picked by 'period'"),
        ("users of (paths) with «segment = 'big'", "not picked by 'segment'"),
        ("users of (trend users of visit) with «country = 'US'", "not picked by 'country'"),
    ],
)
def test_what_does_not_fit(marked: str, says: str) -> None:
    text = marked.replace("«", "")
    variables = {"v": "2026-01-01", "bad": Segment(condition="user.age = 3 or user.plan = 3")}
    with pytest.raises(MisfitError) as caught:
        check(parse(text, variables), CATALOG)
    assert says in str(caught.value)
    error = locate(caught.value, text, variables)
    assert error.args[0] == str(caught.value)
    assert error.position == marked.index("«")


def test_a_session_column() -> None:
    with_sessions = Catalog(events=("visit",), has_sessions=True)
    check(parse("paths session mapped"), with_sessions)
