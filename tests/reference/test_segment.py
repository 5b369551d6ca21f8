from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from behavio_jupyter.query import DateRange, Funnel, Segment
from behavio_jupyter.query.predicate import And, FirstLast, IsNull, Not, Or
from behavio_jupyter.query.segment import (
    BetweenDates,
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

from ..definitions import compare, did, events, steps
from .log import Log
from .notation import log_of, minute
from .segment import answer, over_time


def users(condition: Any, log: Log, reference: Any = None) -> str:
    return " ".join(answer(Segment(condition=condition, reference=reference), log).users)


def measured(function: str, operator: str, value: float, of: str | None = None, **more: Any) -> Any:
    return Measured(
        function=function,
        events=events("a"),
        operator=operator,
        value=value,
        property=of,
        **more,
    )


LOG = log_of(
    {
        "u": "a 0 p=k x=1, a 5 p=l x=2, b 10",
        "v": "a 0, a 3000 x=5, c 3005",
        "w": "b 60 p=k",
    },
    users={"u": {"plan": "pro"}, "v": {"plan": None}},
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (did("a"), "u v"),
        (Not(part=did("a")), "w"),
        (And(parts=(did("a"), did("b"))), "u"),
        (Or(parts=(did("c"), did("b"))), "u v w"),
        (measured("count", ">=", 2), "u v"),
        (measured("count", "=", 0), "w"),
        (measured("count_days", "=", 2), "v"),
        (measured("sum", "=", 3, of="x"), "u"),
        # No values: the sum is 0, avg and max are null, and so is their negation.
        (measured("sum", "=", 0, of="x"), "w"),
        (measured("avg", "<", 100, of="x"), "u v"),
        (Not(part=measured("max", "<", 100, of="x")), ""),
        (measured("min", "=", 1, of="x"), "u"),
        (measured("distinct", "=", 2, of="p"), "u"),
        (measured("distinct", "=", 0, of="p"), "v w"),
        (compare("user.plan", "=", "pro"), "u"),
        # v's plan is null, w is not in the table: neither equal nor unequal.
        (compare("user.plan", "!=", "pro"), ""),
    ],
)
def test_conditions(condition: Any, expected: str):
    assert users(condition, LOG) == expected


def test_first_and_last_value_skip_nulls():
    first = FirstLast(which="first", property="p")
    last = FirstLast(which="last", property="p")
    assert users(compare(first, "=", "k"), LOG) == "u w"
    assert users(compare(last, "=", "l"), LOG) == "u"
    only_b = FirstLast(which="first", property="p", events=events("b"))
    assert users(compare(only_b, "=", "k"), LOG) == "w"
    assert users(IsNull(value=only_b), LOG) == "u v"


def test_in_last_excludes_its_beginning():
    # The log ends at 3005; 50 hours before that is minute 5.
    window = InLast(duration="50h")
    assert LOG.end == minute(3005)
    assert users(did("a", window=window), LOG) == "v"
    assert users(did("b", window=window), LOG) == "u w"


def test_between_dates():
    first = BetweenDates(range=DateRange(start=dt.date(2024, 1, 1), end=dt.date(2024, 1, 2)))
    assert users(measured("count", "=", 1, window=first), LOG) == "v"


def test_within_of_first():
    # Of the first b: u 10, w 60. Of the first a, 5 minutes inclusive: u 0, 5; v 0.
    of_a = WithinOfFirst(duration="5m", anchor=events("a"))
    assert users(measured("count", "=", 2, window=of_a), LOG) == "u"
    # Users without the anchor have no events in the window.
    of_c = WithinOfFirst(duration="5m", anchor=events("c"))
    assert users(measured("count", "=", 0, window=of_c), LOG) == "u v w"


def test_seen():
    assert users(Seen(which="first", operator=">", at=dt.date(2024, 1, 1)), LOG) == "w"
    assert users(Seen(which="last", operator="<", at=dt.date(2024, 1, 2)), LOG) == "u w"
    # 49 hours before the end is minute 65: last seen before that.
    assert users(Seen(which="last", operator="<", at="49h"), LOG) == "u w"


def test_inactive():
    assert users(Inactive(duration="49h"), LOG) == "u w"
    # (minute 5, minute 3005]
    assert users(Inactive(duration="50h"), LOG) == ""


def test_sequence():
    assert users(Sequence(steps=steps("a b")), LOG) == "u"
    assert users(Sequence(steps=steps("a c")), LOG) == "v"
    assert users(Sequence(steps=steps("a c"), within="4m"), LOG) == ""
    assert users(Sequence(steps=steps("a c"), within="5m"), LOG) == "v"
    assert users(Sequence(steps=steps("a o? b")), LOG) == "u"


def test_then_not():
    # u: b at 10 is 5 minutes after a 5. v: no b. Spans over at 3005: a 3000 + 5 minutes is.
    condition = ThenNot(first=events("a"), absent=events("b"), within="5m")
    assert users(condition, log_of({"u": "a 5, b 10, z 100"})) == ""
    assert users(condition, log_of({"u": "a 5, b 11, z 100"})) == "u"
    # Not over yet.
    assert users(condition, log_of({"u": "a 5, z 9"})) == ""
    assert users(condition, log_of({"u": "a 5, z 10"})) == "u"
    # At the same time, after it in the order of names.
    assert users(condition, log_of({"u": "a 5, b 5, z 100"})) == ""
    other_way = ThenNot(first=events("b"), absent=events("a"), within="5m")
    assert users(other_way, log_of({"u": "b 5, a 5, z 100"})) == "u"


def test_a_then_not_a_means_another_a():
    condition = ThenNot(first=events("a"), absent=events("a"), within="5m")
    assert users(condition, log_of({"u": "a 0, z 100"})) == "u"


def test_reference_time():
    # As of 00:05 on the 1st, inclusive: u has both a, v has one, w is not seen.
    reference = dt.datetime(2024, 1, 1, 0, 5)
    assert users(measured("count", "=", 2), LOG, reference) == "u"
    assert users(Not(part=did("zzz")), LOG, reference) == "u v"
    found = answer(Segment(condition=did("a"), reference=reference), LOG)
    assert (found.users, found.seen) == (["u", "v"], 2)
    # A date is its midnight.
    assert users(did("a"), LOG, dt.date(2024, 1, 1)) == "u v"


def test_named_segments():
    log = log_of(
        {"u": "a 0, b 5", "v": "a 10"},
        segments={
            "b": Segment(condition=did("b")),
            "early": Segment(condition=did("b"), reference=dt.datetime(2024, 1, 1, 0, 4)),
            "unknown": Segment(condition=compare("user.plan", "=", "pro")),
        },
        users={"w": {"plan": "pro"}},
    )
    assert users(InSegment(name="b"), log) == "u"
    assert users(Not(part=InSegment(name="b")), log) == "v"
    # Its own reference comes first: at 00:04 nobody had done b.
    assert users(InSegment(name="early"), log) == ""
    # At the outer reference.
    assert users(InSegment(name="b"), log, dt.datetime(2024, 1, 1, 0, 4)) == ""
    # A set: those of whom the condition is unknown are not in it.
    assert users(Not(part=InSegment(name="unknown")), log) == "u v"


def test_users_of():
    log = log_of({"u": "a 0, b 5", "v": "a 10", "w": "c 0"})
    funnel = Funnel(steps=steps("a b"))
    assert users(UsersOf(query=funnel), log) == "u"
    dropped = UsersOf(query=funnel, pick=(("dropped", True), ("step", 1)))
    assert users(dropped, log) == "v"
    # On the whole log, whatever the reference; of the users seen.
    assert users(UsersOf(query=funnel), log, dt.datetime(2024, 1, 1, 0, 1)) == "u"


def test_over_time():
    # Two days and five minutes of a third; b on the first day by u, on the third by v.
    log = log_of({"u": "a 1, b 5", "v": "a 1500, b 2885"})
    rows = over_time(Segment(condition=did("b")), "day", log)
    assert [tuple(row.values()) for row in rows] == [
        (minute(0), 1, 1, True),
        (minute(1440), 1, 2, True),
        (minute(2880), 2, 2, False),
    ]
    # "In last" looks back from the end of each period.
    lately = did("b", window=InLast(duration="24h"))
    assert [row["users"] for row in over_time(Segment(condition=lately), "day", log)] == [1, 0, 1]


def test_empty_log():
    found = answer(Segment(condition=did("a")), Log([]))
    assert (found.users, found.seen) == ([], 0)
    assert over_time(Segment(condition=did("a")), "day", Log([])) == []


def test_over_time_replaces_the_reference_asked_but_not_of_those_named():
    log = log_of(
        {"u": "a 1, b 1500", "v": "a 2885"},
        segments={"early": Segment(condition=did("b"), reference=dt.date(2024, 1, 2))},
    )
    own = Segment(condition=did("b"), reference=dt.date(2024, 1, 2))
    assert [row["users"] for row in over_time(own, "day", log)] == [0, 1, 1]
    named = Segment(condition=InSegment(name="early"))
    assert [row["users"] for row in over_time(named, "day", log)] == [0, 0, 0]


def test_users_of_a_group_there_is_not_are_nobody():
    log = log_of({"u": "a 0 p=k, b 1"})
    funnel = Funnel(steps=steps("a b"), by="p")
    assert users(UsersOf(query=funnel, pick=(("p", "k"),)), log) == "u"
    assert users(UsersOf(query=funnel, pick=(("p", "UK"),)), log) == ""


def test_days_are_those_of_the_time_zone():
    # 23:30 and 00:30 in Berlin are 22:30 and 23:30 UTC: two days.
    history = "a 2024-01-01T22:30+00:00, a 2024-01-01T23:30+00:00"
    two = measured("count_days", "=", 2)
    assert users(two, log_of({"u": history}, timezone="Europe/Berlin")) == "u"
    assert users(two, log_of({"u": history})) == ""


def test_ties_in_a_sequence_are_those_of_funnels():
    # b is step 1 here, so it comes before the a of its minute.
    assert users(Sequence(steps=steps("b a")), log_of({"u": "a 0, b 0"})) == "u"
    assert users(Sequence(steps=steps("a o? b"), within="5m"), log_of({"u": "a 0, b 5"})) == "u"


def test_only_users_seen_are_in_a_segment():
    # As of minute 5, w has no event yet, and so is not "not (a)".
    log = log_of({"u": "a 0", "w": "b 60"})
    found = answer(
        Segment(condition=Not(part=did("a")), reference=dt.datetime(2024, 1, 1, 0, 5)), log
    )
    assert (found.users, found.seen) == ([], 1)


def test_the_first_value_of_some_events():
    first = FirstLast(which="first", property="x", events=events("a"))
    assert users(compare(first, ">", 1), LOG) == "v"
