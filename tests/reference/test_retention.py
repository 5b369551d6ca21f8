from __future__ import annotations

import datetime as dt
from typing import Any

from behavio_jupyter.query import DateRange, Retention

from ..definitions import by, compare, did, events
from .calendar import to_datetime
from .log import Log
from .notation import log_of, minute
from .retention import activity, answer, average, members

DAY = 1440
"""Minutes."""


def asked(**options: Any) -> Retention:
    return Retention(
        **{"start": events("s"), "returning": events("r"), "per": "day", "periods": 2, **options}
    )


def cells(retention: Retention, log: Log) -> dict[int, list[str]]:
    """For each cohort (day of January) its cells, as "retained/size", incomplete with a "?"."""
    found: dict[int, list[str]] = {}
    for row in answer(retention, log).cells:
        mark = "" if row["complete"] else "?"
        cohort = to_datetime(row["cohort"]).day
        found.setdefault(cohort, []).append(f"{row['retained']}/{row['size']}{mark}")
    return found


def test_calendar_periods():
    # u starts on the 1st, returns on the 1st and 3rd; v starts on the 2nd at 23:59, returns 2
    # minutes later on the 3rd. The log ends at 00:01 on the 3rd, so the 3rd is not over.
    log = log_of({"u": "s 0, r 5, r 2880", "v": "s 2879, r 2881"})
    assert cells(asked(), log) == {1: ["1/1", "0/1", "1/1?"], 2: ["0/1", "1/1?", "0/1?"]}


def test_return_events_after_the_start_event_only():
    # Both on minute 10: r comes before s by name.
    log = log_of({"u": "r 0, r 10, s 10, t 9000"})
    assert cells(asked(), log) == {1: ["0/1", "0/1", "0/1"]}
    # The start event itself counts in period 0.
    assert cells(asked(include_start=True), log) == {1: ["1/1", "0/1", "0/1"]}


def test_return_event_tied_with_the_start_and_after_it_counts():
    log = log_of({"u": "s 10, t 10, z 9000"})
    assert cells(asked(returning=events("t")), log)[1][0] == "1/1"


def test_start_event_may_be_a_return_event_of_another_instant():
    log = log_of({"u": "s 0, s 1441, z 9000"})
    assert cells(asked(returning=events("s")), log) == {1: ["0/1", "1/1", "0/1"]}
    assert cells(asked(returning=events()), log) == {1: ["0/1", "1/1", "0/1"]}


def test_first_in_range_first_ever_and_every():
    # u starts on the 1st, 2nd and 3rd; v on the 2nd. The range is the 2nd and 3rd.
    log = log_of({"u": "s 0, s 1440, s 1500, r 1560, s 2880, r 3000", "v": "s 1500, z 9000"})
    during = DateRange(start=dt.date(2024, 1, 2), end=dt.date(2024, 1, 3))
    in_range = cells(asked(during=during, periods=1), log)
    assert in_range == {2: ["1/2", "1/2"]}
    assert cells(asked(during=during, periods=1, cohort="first ever"), log) == {2: ["0/1", "0/1"]}
    # In every: u is in both cohorts, with the first s of each day.
    every = cells(asked(during=during, periods=1, cohort="every"), log)
    assert every == {2: ["1/2", "1/2"], 3: ["1/1", "0/1"]}


def test_first_ever_sees_what_where_keeps():
    log = log_of({"u": "s 0 p=no, s 1440 p=yes, z 9000 p=yes"})
    kept = asked(cohort="first ever", periods=1, where=compare("p", "=", "yes"))
    assert cells(kept, log) == {2: ["0/1", "0/1"]}


def test_rolling_periods_run_from_the_users_own_start():
    # Start at 23:00 on the 1st. Period 0 is up to 22:59 on the 2nd; period 1 begins at 23:00.
    log = log_of({"u": f"s 1380, r {1380 + DAY - 1}, z 20000"})
    assert cells(asked(alignment="rolling"), log) == {1: ["1/1", "0/1", "0/1"]}
    log = log_of({"u": f"s 1380, r {1380 + DAY}, z 20000"})
    assert cells(asked(alignment="rolling"), log) == {1: ["0/1", "1/1", "0/1"]}


def test_rolling_cell_is_complete_when_it_is_over_for_every_user_of_the_cohort():
    # A user at the end of the 1st has period 0 until the end of the 2nd: (n + 1) days more.
    assert cells(asked(alignment="rolling"), log_of({"u": f"s 1, z {2 * DAY}"}))[1] == [
        "0/1", "0/1?", "0/1?",
    ]  # fmt: skip


def test_hours_are_rolling_in_blocks_from_monday():
    # Blocks of 12 hours: s at 13:00 is in the block of 12:00. Period 1 is [12 h, 24 h) after s.
    log = log_of({"u": "s 780, r 1500, z 9000"})
    rows = answer(asked(per="12h", periods=1), log).cells
    assert [(row["cohort"], row["period"], row["retained"]) for row in rows] == [
        (minute(720), 0, 0),
        (minute(720), 1, 1),
    ]


def test_on_or_after():
    # r in period 2 only: retained on or after 0, 1 and 2.
    log = log_of({"u": "s 0, r 2900, z 9000"})
    assert cells(asked(unbounded=True), log) == {1: ["1/1", "1/1", "1/1"]}
    # A later period than the last shown counts too.
    log = log_of({"u": "s 0, r 8000, z 9000"})
    assert cells(asked(unbounded=True), log) == {1: ["1/1", "1/1", "1/1"]}


def test_brackets():
    # r in period 3. The log ends in period 4 (minute 6000): the bracket 4-5 is not over.
    log = log_of({"u": "s 0, r 4400, z 6000"})
    question = Retention(
        start=events("s"), returning=events("r"), per="day", brackets=((0, 0), (1, 3), (4, 5))
    )
    assert cells(question, log) == {1: ["0/1", "1/1", "0/1?"]}
    assert [row["period"] for row in answer(question, log).cells] == [0, 1, 4]


def test_weeks_and_months_are_of_the_calendar():
    # 31 January to 1 February is one month later.
    log = log_of(
        {"u": "s 2024-01-31T12:00+00:00, r 2024-02-01T12:00+00:00, z 2024-06-01T00:00+00:00"}
    )
    assert cells(asked(per="month"), log) == {1: ["0/1", "1/1", "0/1"]}
    # Sunday 7 January to Monday the 8th is one week later; with weeks from Sunday it is not.
    log = log_of(
        {"u": "s 2024-01-07T12:00+00:00, r 2024-01-08T12:00+00:00, z 2024-06-01T00:00+00:00"}
    )
    assert cells(asked(per="week"), log) == {1: ["0/1", "1/1", "0/1"]}
    rows = {"user": "u", "event": "s", "time": dt.datetime(2024, 1, 7, 12, tzinfo=dt.UTC)}
    later = {**rows, "event": "r", "time": dt.datetime(2024, 1, 8, 12, tzinfo=dt.UTC)}
    sunday = Log([rows, later], week_start="sunday")
    assert cells(asked(per="week"), sunday) == {7: ["1/1?", "0/1?", "0/1?"]}


def test_breakdown_takes_the_value_at_the_start_event():
    log = log_of({"u": "s 0 p=x, r 5 p=y", "v": "s 0 p=x", "w": "s 0, z 9000"})
    rows = answer(asked(by=by("p"), periods=1), log).cells
    assert [(row["p"], row["size"], row["retained"]) for row in rows if row["period"] == 0] == [
        ("x", 2, 1),
        ("(none)", 1, 0),
    ]


def test_average_weighs_complete_cells_by_size():
    # Cohort of the 1st: 2 users, 1 back on day 1. Of the 2nd: 1 user, day 1 is not over.
    log = log_of({"u": "s 0, r 1500", "v": "s 0", "w": "s 1500, r 3000"})
    assert average(answer(asked(periods=1), log)) == [
        {"period": 0, "size": 3, "retained": 0, "rate": 0.0},
        {"period": 1, "size": 2, "retained": 1, "rate": 0.5},
    ]


def test_members():
    log = log_of({"u": "s 0, r 1500", "v": "s 0", "w": "s 1500, r 9000"})
    question = asked()
    assert members(question, {}, log) == ["u", "v", "w"]
    assert members(question, {"cohort": minute(0)}, log) == ["u", "v"]
    assert members(question, {"cohort": minute(0), "period": 1}, log) == ["u"]
    assert members(question, {"cohort": minute(0), "period": 1, "retained": False}, log) == ["v"]
    assert members(question, {"period": 1}, log) == ["u"]


def test_members_of_cells_that_are_over():
    log = log_of({"u": "s 0, r 1500", "v": "s 0", "w": "s 1500, r 3000", "x": "s 1500"})
    question = asked()
    gone = {"period": 1, "retained": False}
    assert members(question, gone, log) == ["v", "x"]
    assert members(question, {**gone, "complete": True}, log) == ["v"]
    assert members(question, {**gone, "complete": False}, log) == ["x"]
    assert members(question, {"period": 1, "complete": True}, log) == ["u"]


def test_lifecycle():
    # u: days 1, 2, 4; v: day 2. Day 3: nobody, both dormant. Day 4: u is resurrected.
    log = log_of({"u": "r 1, r 1441, r 4400", "v": "r 1500"})
    rows = activity(asked(), log).lifecycle
    assert [
        (row["new"], row["returning"], row["resurrected"], row["dormant"], row["complete"])
        for row in rows
    ] == [(1, 0, 0, 0, True), (1, 1, 0, 0, True), (0, 0, 0, 2, True), (0, 0, 1, 0, False)]


def test_stickiness():
    # The week of Monday 1 January: u active on 2 days, v on 1. The log ends on the 3rd: 3 days.
    log = log_of({"u": "r 1, r 5, r 1441", "v": "r 1500, z 3000"})
    found = activity(asked(per="week"), log)
    assert found.active_days == [
        {"period": minute(0), "days": 1, "users": 1},
        {"period": minute(0), "days": 2, "users": 1},
    ]
    # Daily active users: 1, 2 and 0.
    assert found.active_users == [
        {"period": minute(0), "active": 2, "mean_daily": 1.0, "complete": False}
    ]


def test_survival():
    # The log ends at minute 5000. u: last activity r 100, 100 minutes after the start, more than
    # a day before the end: ended. v: r 4000 is within a day of the end: censored at 5000 - 0.
    # w never came back and started early: ended after 0. x has no start event.
    log = log_of({"u": "s 0, r 100", "v": "s 0, r 4000", "w": "s 0, z 5000", "x": "r 0"})
    assert activity(asked(), log).survival == [
        {"seconds": 0.0, "ended": True, "users": 1},
        {"seconds": 6000.0, "ended": True, "users": 1},
        {"seconds": 300000.0, "ended": False, "users": 1},
    ]


def test_activity_of_a_segment():
    log = log_of({"u": "r 1, q 2", "v": "r 1"})
    rows = activity(asked(segments=(did("q"),)), log).lifecycle
    assert [row["new"] for row in rows] == [1]


def test_empty_log():
    assert answer(asked(), Log([])).cells == []
    found = activity(asked(), Log([]))
    assert (found.lifecycle, found.active_days, found.active_users, found.survival) == ([],) * 4


def test_rolling_months_are_30_days():
    rolling = asked(per="month", alignment="rolling", periods=1)
    assert cells(rolling, log_of({"u": f"s 5, r {30 * DAY + 4}, z 200000"})) == {1: ["1/1", "0/1"]}
    assert cells(rolling, log_of({"u": f"s 5, r {30 * DAY + 5}, z 200000"})) == {1: ["0/1", "1/1"]}


def test_a_cohort_without_users_has_no_row():
    log = log_of({"u": "s 0", "v": f"s {2 * DAY}, z 9000"})
    assert cells(asked(periods=1), log) == {1: ["0/1", "0/1"], 3: ["0/1", "0/1"]}


def test_cells_on_or_after_are_complete_when_their_period_is_over():
    log = log_of({"u": f"s 0, z {2 * DAY + 5}"})
    assert cells(asked(unbounded=True), log) == {1: ["0/1", "0/1", "0/1?"]}
    joined = Retention(
        start=events("s"),
        returning=events("r"),
        per="day",
        brackets=((0, 0), (1, 2)),
        unbounded=True,
    )
    # On or after a bracket: in its first period or later, so r in period 5 counts.
    assert cells(joined, log_of({"u": "s 0, r 7205, z 20000"})) == {1: ["1/1", "1/1"]}


def test_what_lies_after_a_log_that_ends_with_a_period_is_not_over():
    log = log_of({"u": "s 5"}, end=minute(2 * DAY))
    assert cells(asked(), log) == {1: ["0/1", "0/1", "0/1?"]}
    # Nor is there a period of it.
    assert [row["complete"] for row in activity(asked(), log).lifecycle] == [True, True]
    assert [row["complete"] for row in activity(asked(), log).active_users] == [True, True]


def test_a_period_that_the_range_cuts_is_judged_by_the_part_inside():
    # Every: the s at 10 lies before the range; the next s of that day makes the entry.
    log = log_of({"u": "s 10, r 15, s 20, z 9000"})
    during = DateRange(start=dt.datetime(2024, 1, 1, 0, 12), end=dt.date(2024, 1, 1))
    assert cells(asked(cohort="every", during=during, periods=1), log) == {1: ["0/1", "0/1"]}


def test_survival_begins_at_the_start_event_of_the_range():
    log = log_of({"u": f"s 0, s {DAY}, r {DAY + 60}, z 9000"})
    during = DateRange(start=dt.date(2024, 1, 2))
    for cohort, seconds in (("first in range", [3600.0]), ("every", [3600.0]), ("first ever", [])):
        rows = activity(asked(cohort=cohort, during=during), log).survival
        assert [row["seconds"] for row in rows] == seconds


def test_survival_is_censored_up_to_one_period_before_the_end():
    for last, ended in ((100, True), (101, False)):
        log = log_of({"u": f"s 0, r {last}", "v": f"z {DAY + 101}"})
        assert [row["ended"] for row in activity(asked(), log).survival] == [ended]


def test_activity_by_blocks_of_hours():
    log = log_of({"u": "r 5, r 800", "v": "r 1500"})
    rows = activity(asked(per="12h"), log).lifecycle
    assert [(row["period"], row["new"], row["returning"]) for row in rows] == [
        (minute(0), 1, 0),
        (minute(720), 0, 1),
        (minute(1440), 1, 0),
    ]
