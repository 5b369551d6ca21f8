from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from behavio_jupyter.query.predicate import (
    And,
    Arithmetic,
    Between,
    Constant,
    In,
    IsNull,
    Like,
    Not,
    Or,
    Property,
)

from ..definitions import compare, events, prop
from .calendar import Calendar
from .notation import log_of
from .predicate import event_matches, truth, value

NULL = Property(name="missing")
UTC = Calendar()


def lookup(node: Any) -> Any:
    return {"p": "x", "q": 1.0, "missing": None}[node.name]


P_IS_X = compare("p", "=", "x")
P_IS_Y = compare("p", "=", "y")
UNKNOWN = compare("missing", "=", "x")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (P_IS_X, True),
        (P_IS_Y, False),
        (UNKNOWN, None),
        (Not(part=P_IS_X), False),
        (Not(part=UNKNOWN), None),
        (compare("missing", "!=", "x"), None),
        (Or(parts=(UNKNOWN, compare("q", "=", 1))), True),
        (Or(parts=(UNKNOWN, P_IS_Y)), None),
        (And(parts=(UNKNOWN, P_IS_X)), None),
        (And(parts=(UNKNOWN, P_IS_Y)), False),
        (IsNull(value=NULL), True),
        (IsNull(value=prop("p"), negated=True), True),
        (In(value=prop("p"), options=("x", "y")), True),
        (In(value=prop("p"), options=("x", "y"), negated=True), False),
        (In(value=NULL, options=("x",), negated=True), None),
        (Between(value=prop("q"), low=Constant(value=1), high=Constant(value=2)), True),
        (Between(value=prop("q"), low=Constant(value=0), high=Constant(value=1)), True),
        (Between(value=prop("q"), low=Constant(value=2), high=NULL), False),
        (Between(value=prop("q"), low=Constant(value=0), high=NULL), None),
        (Like(value=NULL, pattern="%"), None),
    ],
)
def test_three_values(condition: Any, expected: bool | None):
    assert truth(condition, lookup, UTC) is expected


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("shop", "sh%", True),
        ("shop", "SH%", False),
        ("shop", "s__p", True),
        ("shop", "s_p", False),
        ("a.c", "a.c", True),
        ("abc", "a.c", False),
        ("", "%", True),
        ("a_b", r"a\_b", True),
        ("axb", r"a\_b", False),
        ("50% off", r"50\%%", True),
        ("500 off", r"50\%%", False),
        ("a\\b", r"%\\%", True),
        ("ab", r"%\\%", False),
        ("a\\b", r"a\b", True),
        ("a\\", "a\\", True),
    ],
)
def test_like(text: str, pattern: str, expected: bool):
    assert truth(Like(value=Constant(value=text), pattern=pattern), lookup, UTC) is expected


@pytest.mark.parametrize(
    ("left", "operator", "right", "expected"),
    [(5, "/", 2, 2.5), (5, "/", 0, None), (5, "%", 0, None), (-7, "%", 3, -1), (7, "%", -3, 1)],
)
def test_arithmetic(left: int, operator: str, right: int, expected: float | None):
    node = Arithmetic(left=Constant(value=left), operator=operator, right=Constant(value=right))
    assert value(node, lookup) == expected


def test_arithmetic_with_null_is_null():
    assert value(Arithmetic(left=NULL, operator="+", right=Constant(value=1)), lookup) is None


def test_events_match_by_name_and_predicate():
    log = log_of({"u": "a 0 p=x"}, users={"u": {"plan": "pro"}})
    event = log.events["u"][0]
    assert event_matches(events(), event, log)
    assert event_matches(events("b", "a", where=P_IS_X), event, log)
    assert not event_matches(events("a", where=P_IS_Y), event, log)
    assert not event_matches(events("b"), event, log)
    assert event_matches(events("a", where=compare("user.plan", "=", "pro")), event, log)


@pytest.mark.parametrize(
    ("operator", "text", "expected"),
    [
        # 31 March 2024 began in Berlin at 23:00 UTC the day before.
        ("=", "2024-03-31", True),
        ("=", "2024-03-31T00:00", True),
        ("=", "2024-03-30T23:00:00+00:00", True),
        (">", "2024-03-31T00:00:00+00:00", False),
        ("<", "2024-03-31 02:30", True),
    ],
)
def test_text_beside_a_time_is_one_of_the_logs_clock(operator: str, text: str, expected: bool):
    when = dt.datetime(2024, 3, 30, 23, tzinfo=dt.UTC)
    found = truth(compare("p", operator, text), lambda node: when, Calendar("Europe/Berlin"))
    assert found is expected


def test_text_beside_a_day_is_read_on_the_logs_clock():
    def holds(operator: str, text: str) -> Any:
        found = Calendar("Europe/Berlin")
        return truth(compare("p", operator, text), lambda node: dt.date(2024, 1, 1), found)

    assert holds("=", "2024-01-01")
    assert holds("<", "2024-01-01 00:01")
    # 23:30 UTC is the next day in Berlin.
    assert holds("<", "2023-12-31T23:30:00+00:00")
    assert holds(">", "2023-12-31T22:30:00+00:00")
