from __future__ import annotations

import math

from .calendar import DAY
from .log import Log
from .notation import log_of, minute


def names(log: Log, user: str) -> list[str]:
    return [event.name for event in log.events[user]]


def test_rows_without_user_event_or_time_are_no_events():
    log = Log(
        [
            {"user": None, "event": "a", "time": 0},
            {"user": "u", "event": None, "time": 0},
            {"user": "u", "event": "a", "time": None},
            {"user": "u", "event": "b", "time": 1},
        ]
    )
    assert names(log, "u") == ["b"]


def test_not_a_number_is_null():
    log = Log([{"user": "u", "event": "a", "time": 0, "x": math.nan}], properties=["x"])
    assert log.events["u"][0].properties == {"x": None}


def test_equal_rows_are_kept_once():
    # Two equal rows; the third differs in a property, the fourth in the session.
    log = log_of({"u": "a 1 p=v, a 1 p=v, a 1 p=w, a 1 p=v session=s"})
    assert len(log.events["u"]) == 3


def test_of_rows_with_one_insert_id_the_first_by_time_is_kept():
    log = Log(
        [
            {"user": "u", "event": "b", "time": 5, "insert_id": "i"},
            {"user": "u", "event": "a", "time": 3, "insert_id": "i"},
            {"user": "u", "event": "c", "time": 3, "insert_id": "j"},
        ]
    )
    assert names(log, "u") == ["a", "c"]


def test_ties_by_sequence_then_name_then_properties():
    # All in one minute: sequence 1 first, nulls last; among the nulls by name, then p (null last).
    log = log_of({"u": "a 0, a 0 p=y, a 0 p=x, c 0 sequence=2, d 0 sequence=1, a 0 p=x x=1"})
    found = [
        (event.name, event.properties["p"], event.properties["x"]) for event in log.events["u"]
    ]
    assert found == [
        ("d", None, None),
        ("c", None, None),
        ("a", "x", 1.0),
        ("a", "x", None),
        ("a", "y", None),
        ("a", None, None),
    ]


def test_anonymous_events_belong_to_the_user_they_were_seen_with():
    # x is linked with u2, x also with u1: one person, called u1. y stays anonymous, z-y are linked.
    rows = [
        {"user": None, "event": "a", "time": 1, "anonymous_id": "x"},
        {"user": "u2", "event": "b", "time": 2, "anonymous_id": "x"},
        {"user": "u1", "event": "c", "time": 3, "anonymous_id": "x"},
        {"user": "u1", "event": "d", "time": 4, "anonymous_id": None},
        {"user": None, "event": "e", "time": 5, "anonymous_id": "y"},
    ]
    log = Log(rows)
    assert {user: names(log, user) for user in log.events} == {
        "u1": ["a", "b", "c", "d"],
        "y": ["e"],
    }


def test_a_joined_person_has_the_row_of_the_smallest_id_in_the_user_table():
    rows = [
        {"user": "u1", "event": "a", "time": 1, "anonymous_id": "x"},
        {"user": "u2", "event": "b", "time": 2, "anonymous_id": "x"},
        {"user": "u3", "event": "c", "time": 3, "anonymous_id": "x"},
        {"user": None, "event": "d", "time": 4, "anonymous_id": "y"},
    ]
    table = {"u3": {"plan": "pro"}, "u2": {"plan": "free"}, "y": {"plan": "team"}}
    log = Log(rows, users=table)
    assert log.user_property("u1", "plan") == "free"
    assert log.user_property("y", "plan") is None


def test_end_is_the_last_timestamp():
    assert log_of({"u": "a 0, b 5"}).end == minute(5)


def test_end_of_a_day_resolution_log_is_the_next_midnight():
    log = log_of({"u": "a 0, b 1440"})
    assert log.end == minute(0) + 2 * DAY
    # Its periods end with the second day: the third holds nothing and was not observed.
    assert log.periods(None, "day") == [minute(0), minute(1440)]


def test_day_resolution_is_seen_in_the_time_zone_of_the_log():
    # 00:00 UTC is 01:00 in Berlin: no midnight there.
    assert log_of({"u": "a 0"}, timezone="Europe/Berlin").end == minute(0)


def test_end_given():
    log = log_of({"u": "a 0, b 5"}, end=minute(3000))
    assert log.periods(None, "day") == [minute(0), minute(1440), minute(2880)]
    assert [log.is_over(start + DAY) for start in log.periods(None, "day")] == [True, True, False]


def test_empty_log():
    log = Log([])
    assert (log.events, log.end, log.periods(None, "day")) == ({}, None, [])
    assert not log.is_over(0)


def test_of_rows_with_one_insert_id_at_one_time_user_name_and_properties_decide():
    row = {"time": 1, "insert_id": "i"}
    rows = [
        {**row, "user": "v", "event": "a", "p": "x"},
        {**row, "user": "u", "event": "b", "p": "x"},
        {**row, "user": "u", "event": "a", "p": None, "session": "r"},
        {**row, "user": "u", "event": "a", "p": None, "session": "s"},
    ]
    for order in (rows, rows[::-1]):
        (event,) = Log(order, properties=["p"]).events["u"]
        assert (event.name, event.session) == ("a", "r")
    # A value before null.
    (event,) = Log([*rows, {**rows[2], "p": "z"}], properties=["p"]).events["u"]
    assert event.properties["p"] == "z"


def test_users_are_those_with_events():
    assert list(log_of({"u": "a 0"}, users={"u": {}, "v": {"plan": "pro"}}).events) == ["u"]


def test_a_log_that_ends_at_a_midnight_has_no_period_there():
    # Observed until the third midnight: two days, both over.
    log = log_of({"u": "a 5"}, end=minute(2880))
    assert log.periods(None, "day") == [minute(0), minute(1440)]
    assert log.is_over(minute(2880))
    # An event at that midnight itself is in a third day.
    log = log_of({"u": "a 5, b 2880"}, end=minute(2880))
    assert log.periods(None, "day") == [minute(0), minute(1440), minute(2880)]
