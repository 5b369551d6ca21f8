from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from behavio_jupyter.query import DateRange, Events, Exclusion, Funnel, Sessions

from ..definitions import by, compare, did, step, steps, without
from .funnel import answer, members
from .groups import text_of
from .log import Log
from .notation import log_of, minute


def counts(funnel: Funnel, log: Log) -> list[int]:
    return [row["count"] for row in answer(funnel, log).counts]


def funnel(text: str, within: str = "10m", **options: Any) -> Funnel:
    return Funnel(steps=steps(text), within=within, **options)


def test_each_step_is_the_earliest_event_after_the_one_before():
    # a 0 -> b 2 -> c 5; the b before a does not count.
    assert counts(funnel("a b c"), log_of({"u": "b -1, a 0, b 2, b 4, c 5"})) == [1, 1, 1]
    # c lies before b: depth 2.
    assert counts(funnel("a b c"), log_of({"u": "a 0, c 1, b 2"})) == [1, 1, 0]


def test_window_includes_its_end():
    assert counts(funnel("a b"), log_of({"u": "a 0, b 10"})) == [1, 1]
    assert counts(funnel("a b"), log_of({"u": "a 0, b 10.01"})) == [1, 0]


def test_one_event_fills_one_step():
    assert counts(funnel("a a"), log_of({"u": "a 0"})) == [1, 0]
    assert counts(funnel("a a"), log_of({"u": "a 0, a 1"})) == [1, 1]


def test_among_equal_times_lower_steps_come_first():
    # b and a at one minute: a matches step 1, so it is first, though b is first by name here.
    assert counts(funnel("b a"), log_of({"u": "a 0, b 0"})) == [1, 1]
    assert counts(funnel("a b"), log_of({"u": "a 0, b 0"})) == [1, 1]


def test_event_of_several_steps_goes_by_the_lowest():
    # "any" matches steps 1 and 2. At minute 0: a (steps 1, 2) and b (step 1 only, as any).
    log = log_of({"u": "b 0, a 0"})
    anything = Funnel(steps=(step(), step("a")), within="10m")
    # Both match step 1; by name a is first. a opens, then no a after it; b opens: none after.
    assert counts(anything, log) == [1, 0]


def test_deepest_attempt_counts_and_of_equal_ones_the_earliest():
    # Attempts: a 0 (b is 50 minutes away: depth 1), a 45 -> b 50 (depth 2), a 47 -> b 50.
    log = log_of({"u": "a 0, a 45, a 47, b 50"})
    result = answer(funnel("a b"), log)
    assert [row["count"] for row in result.counts] == [1, 1]
    # The first of the equally deep: 5 minutes.
    assert result.times[1] == {
        "step": 2, "count": 1, "p25": 300, "median": 300, "p75": 300, "p90": 300,
    }  # fmt: skip


def test_first_entries_count_the_first_attempt_only():
    log = log_of({"u": "a 0, a 45, b 50"})
    assert counts(funnel("a b", counting="first entries"), log) == [1, 0]


def test_attempts_do_not_overlap():
    # a 0 -> b 5 converts; next a 6 (not a 3): no b to 16; next a 17 (not a 16): b 20.
    log = log_of({"u": "a 0, a 3, b 5, a 6, a 16, a 17, b 20"})
    assert counts(funnel("a b", counting="attempts"), log) == [3, 2]


def test_attempt_opens_at_an_event_at_the_time_of_conversion_if_it_lies_after_it():
    # Steps a -> a: a 0 -> a 5 converts; the second a at 5 (p=y) opens the next, which ends at 9.
    log = log_of({"u": "a 0, a 5 p=x, a 5 p=y, a 9"})
    assert counts(funnel("a a", counting="attempts"), log) == [2, 2]


def test_sessions_confine_attempts():
    # A gap of 5 minutes: [a 0, b 4], [a 20], [b 26]. The window alone would allow 20 to 26.
    log = log_of({"u": "a 0, b 4, a 20, b 26"})
    sessions = Sessions(by="gap", gap="5m")
    assert counts(funnel("a b", counting="sessions", sessions=sessions), log) == [2, 1]
    # Mapped: s has a 0 and b 9 though t lies between; without a session: a 3 alone.
    log = log_of({"u": "a 0 session=s, a 3, b 4 session=t, b 9 session=s"})
    mapped = Sessions(by="mapped")
    assert counts(funnel("a b", counting="sessions", sessions=mapped), log) == [2, 1]


def test_strict_order_wants_the_very_next_event():
    log = log_of({"u": "a 0, x 1, b 2", "v": "a 0, b 1"})
    assert counts(funnel("a b", order="strict"), log) == [2, 1]
    # The filter decides which events exist: without x, b follows a.
    no_x = compare("p", "=", "keep")
    log = log_of({"u": "a 0 p=keep, x 1 p=drop, b 2 p=keep"})
    assert counts(funnel("a b", order="strict", where=no_x), log) == [1, 1]


def test_strict_order_may_open_later():
    # a 0 is followed by a 1; a 1 by b 2.
    assert counts(funnel("a b", order="strict"), log_of({"u": "a 0, a 1, b 2"})) == [1, 1]


def test_any_order_counts_different_steps_by_different_events():
    assert counts(funnel("a b c", order="any"), log_of({"u": "c 0, a 3, b 9"})) == [1, 1, 1]
    assert counts(funnel("a b c", order="any"), log_of({"u": "b 0, b 3, b 9"})) == [1, 0, 0]


def test_any_order_finds_the_largest_matching():
    # Step 1: a or b; step 2: a. a first could take step 1, but then b cannot take step 2:
    # a takes 2, b takes 1.
    both = Funnel(steps=(step("a", "b"), step("a")), within="10m", order="any")
    assert counts(both, log_of({"u": "a 0, b 1"})) == [1, 1]
    # Two b can only take step 1.
    assert counts(both, log_of({"u": "b 0, b 1"})) == [1, 0]


def test_any_order_times_are_those_of_the_first_instant_that_many_steps_can_be_filled():
    # c 0: 1 step; c 2: still 1; a 3: 2; b 9: 3.
    result = answer(funnel("a b c", order="any"), log_of({"u": "c 0, c 2, a 3, b 9"}))
    assert [(row["step"], row["median"]) for row in result.times] == [(0, 540), (2, 180), (3, 360)]


def test_optional_step_is_between_the_required_ones_and_holds_nothing_up():
    log = log_of({"u": "a 0, o 1, b 2", "v": "a 0, b 2, o 3", "w": "a 0, o 3"})
    # u: o between; v: o only after b; w: b not reached, o within the window.
    assert counts(funnel("a o? b"), log) == [3, 2, 2]


def test_optional_step_does_not_deepen():
    # The attempt a 0 (depth 1) has an o, the attempt a 20 has none: equally deep, the first counts.
    log = log_of({"u": "a 0, o 1, a 20"})
    assert counts(funnel("a o? b"), log) == [1, 1, 0]
    log = log_of({"u": "a 0, a 20, o 21"})
    assert counts(funnel("a o? b"), log) == [1, 0, 0]


def test_optional_steps_take_different_events():
    # Two optional o: one event fills one of them, in the order of the steps.
    assert counts(funnel("a o? o? b"), log_of({"u": "a 0, o 1, b 2"})) == [1, 1, 0, 1]
    # Judged one by one: q may lie before o.
    assert counts(funnel("a o? q? b"), log_of({"u": "a 0, q 1, o 2, b 3"})) == [1, 1, 1, 1]


def test_times_of_steps_after_an_optional_one_are_from_the_last_required_step():
    result = answer(funnel("a o? b"), log_of({"u": "a 0, o 1, b 3"}))
    assert [(row["step"], row["median"]) for row in result.times] == [(0, 180), (2, 60), (3, 180)]


def test_exclusion_removes_attempts():
    # a 0: x before b. a 5 -> b 8 has no x after it. With the exclusion the second one counts.
    log = log_of({"u": "a 0, x 3, a 5, b 8"})
    result = answer(funnel("a b", exclusions=(without("x"),)), log)
    assert [row["count"] for row in result.counts] == [1, 1]
    assert result.times[0]["median"] == 180
    # No other attempt: not in the funnel at all.
    assert counts(funnel("a b", exclusions=(without("x"),)), log_of({"u": "a 0, x 3, b 8"})) == [
        0,
        0,
    ]


def test_exclusion_where_the_later_step_was_not_reached():
    # Up to the end of the window, inclusive.
    assert counts(funnel("a b", exclusions=(without("x"),)), log_of({"u": "a 0, x 10"})) == [0, 0]
    assert counts(funnel("a b", exclusions=(without("x"),)), log_of({"u": "a 0, x 11"})) == [1, 0]


def test_exclusion_where_the_earlier_step_was_not_reached():
    between = (without("x", 2, 3),)
    assert counts(funnel("a b c", exclusions=between), log_of({"u": "a 0, x 3"})) == [1, 0, 0]
    assert counts(funnel("a b c", exclusions=between), log_of({"u": "a 0, b 1, x 3"})) == [0, 0, 0]


def test_exclusion_among_equal_times():
    # x matches no step, so it comes after a and b of its minute: after a 0, but not before b 5.
    assert counts(funnel("a b", exclusions=(without("x"),)), log_of({"u": "a 0, x 0, b 5"})) == [
        0,
        0,
    ]
    assert counts(funnel("a b", exclusions=(without("x"),)), log_of({"u": "a 0, b 5, x 5"})) == [
        1,
        1,
    ]


def test_excluded_attempts_do_not_hold_up_others():
    # a 0 is excluded by x; a 4 opens although it lies in the window of a 0.
    log = log_of({"u": "a 0, x 2, a 4, b 6"})
    excluded = (without("x"),)
    assert counts(funnel("a b", exclusions=excluded, counting="attempts"), log) == [1, 1]
    assert counts(funnel("a b", exclusions=excluded, counting="first entries"), log) == [1, 1]


def test_event_that_fills_a_step_does_not_exclude_at_that_step():
    # Without any b between a and b: the b that fills the step is not between.
    excluded = (Exclusion(events=Events(names=("b",))),)
    assert counts(funnel("a b", exclusions=excluded), log_of({"u": "a 0, b 1"})) == [1, 1]
    # But the b that fills step 2 lies between steps 1 and 3.
    assert counts(funnel("a b c", exclusions=excluded), log_of({"u": "a 0, b 1, c 2"})) == [0, 0, 0]


def test_same_value():
    # The first b has another value; null matches nothing, not even to open.
    log = log_of({"u": "a 0 p=x, b 1 p=y, b 2 p=x", "v": "a 0, b 1", "w": "a 0 p=x, b 1"})
    result = answer(funnel("a b", same="p"), log)
    assert [row["count"] for row in result.counts] == [2, 1]
    assert result.times[0]["median"] == 120
    # Strict: the very next event must have it.
    assert counts(funnel("a b", same="p", order="strict"), log) == [2, 0]
    assert counts(funnel("b a", same="p", order="any"), log) == [2, 1]


def test_only_step_1_must_lie_in_the_range():
    day = DateRange(start=dt.date(2024, 1, 2), end=dt.date(2024, 1, 2))
    # u opens on the 1st; v opens at the last minute of the 2nd and converts on the 3rd.
    log = log_of({"u": "a 1439, b 1440", "v": "a 2879, b 2885"})
    assert counts(funnel("a b", during=day), log) == [1, 1]


def test_breakdown_at_first_last_and_numbered_step():
    log = log_of({"u": "a 0 p=x, b 1 p=y", "v": "a 0 p=x", "w": "a 0, b 1 p=x"})

    def groups(attribution: Any) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        question = funnel("a b", by=by("p"), attribution=attribution)
        for row in answer(question, log).counts:
            found.setdefault(row["p"], []).append(row["count"])
        return found

    assert groups("first") == {"x": [2, 1], "(none)": [1, 1]}
    assert groups("last") == {"x": [2, 1], "y": [1, 1]}
    # v did not reach step 2. All are of one user: by name, "(none)" first.
    assert groups(2) == {"(none)": [1, 0], "x": [1, 1], "y": [1, 1]}
    assert list(groups(2)) == ["(none)", "x", "y"]


def test_breakdown_in_any_order_at_the_event_that_reached_the_step():
    log = log_of({"u": "b 0 p=x, b 1 p=z, a 2 p=y"})
    question = funnel("a b", order="any", by=by("p"), attribution=2)
    assert [(row["p"], row["count"]) for row in answer(question, log).counts] == [
        ("y", 1),
        ("y", 1),
    ]


def test_last_step_is_the_last_required_one():
    log = log_of({"u": "a 0 p=x, o 1 p=y"})
    assert answer(funnel("a o? b", by=by("p"), attribution="last"), log).counts[0]["p"] == "x"
    assert answer(funnel("a o? b", by=by("p"), attribution=2), log).counts[0]["p"] == "y"


def test_values_past_the_top_are_other():
    # x has two users, y and z one each.
    log = log_of({"u": "a 0 p=z", "v": "a 0 p=x", "w": "a 0 p=x", "t": "a 0 p=y"})
    rows = answer(funnel("a b", by=by("p", top=2)), log).counts
    assert [(row["p"], row["count"]) for row in rows if row["step"] == 1] == [
        ("x", 2),
        ("y", 1),
        ("(other)", 1),
    ]


def test_values_spelled_like_groups_belong_to_them():
    log = log_of(
        {
            "s": "a 0 p=(other)",
            "t": "a 0 p=(other)",
            "u": "a 0 p=x",
            "v": "a 0 p=(none)",
            "w": "a 0",
        }
    )
    rows = answer(funnel("a b", by=by("p")), log).counts
    assert [(row["p"], row["count"]) for row in rows if row["step"] == 1] == [
        ("(none)", 2),
        ("x", 1),
        ("(other)", 2),
    ]
    rows = answer(funnel("a b", by=by("p", top=1)), log).counts
    assert [row["count"] for row in rows if row["step"] == 1] == [2, 3]


def test_segments_compared():
    log = log_of({"u": "a 0, b 1", "v": "a 0", "w": "a 0, b 1, c 90"})
    question = funnel("a b", segments=(did("b"), did("c"), did("zzz")))
    rows = answer(question, log).counts
    # u and w did b; w did c, and counts in both; nobody did zzz.
    assert [row["count"] for row in rows] == [2, 2, 1, 1, 0, 0]
    # One segment only keeps its users.
    assert counts(funnel("a b", segments=(did("b"),)), log) == [2, 2]


def test_per_period_of_step_1_with_completeness():
    # Days 1 to 3; the log ends at minute 5 of day 3 (minute 2885), the window is 10 minutes.
    log = log_of({"u": "a 0, b 1", "v": "a 2879, b 2885"})
    result = answer(funnel("a b", per="day"), log)
    assert [(row["period"], row["step"], row["count"]) for row in result.counts] == [
        (minute(0), 1, 1),
        (minute(0), 2, 1),
        (minute(1440), 1, 1),
        (minute(1440), 2, 1),
        (minute(2880), 1, 0),
        (minute(2880), 2, 0),
    ]
    # Day 2 ends at 2880, its last windows at 2890, after the end of the log.
    assert result.complete == {minute(0): True, minute(1440): False, minute(2880): False}


def test_quartiles_interpolate():
    # 1, 2, 3 and 5 minutes: p25 = 1.75, median 2.5, p75 = 3.5, p90 = 3 + 0.7 * 2 = 4.4 minutes.
    log = log_of({"t": "a 0, b 1", "u": "a 0, b 2", "v": "a 0, b 3", "w": "a 0, b 5"})
    row = answer(funnel("a b"), log).times[0]
    assert [row[name] / 60 for name in ("p25", "median", "p75", "p90")] == pytest.approx(
        [1.75, 2.5, 3.5, 4.4]
    )


def test_histogram_bins():
    # Bins of 1 hour in a window of 24: exactly 1 hour is in the second, 24 hours in the last.
    log = log_of({"u": "a 0, b 60", "v": "a 0, b 1440", "w": "a 0, b 59"})
    rows = answer(funnel("a b", within="24h"), log).histogram
    assert [(row["low"], row["high"]) for row in rows[:2]] == [(0, 3600), (3600, 7200)]
    assert [row["count"] for row in rows] == [1, 1, *[0] * 21, 1]


def test_members():
    log = log_of({"u": "a 0, o 1, b 2", "v": "a 0, o 1", "w": "a 0"})
    question = funnel("a o? b")
    assert members(question, {}, log) == ["u"]
    assert members(question, {"step": 1}, log) == ["u", "v", "w"]
    assert members(question, {"step": 1, "dropped": True}, log) == ["v", "w"]
    assert members(question, {"step": 2, "dropped": True}, log) == ["v"]
    assert members(question, {"step": 3, "dropped": True}, log) == ["u"]


def test_empty_log():
    assert counts(funnel("a b"), Log([])) == [0, 0]
    assert answer(funnel("a b", by=by("p")), Log([])).counts == []


def test_where_decides_which_events_exclude():
    log = log_of({"u": "a 0 p=k, x 1, b 2 p=k"})
    without_x = funnel("a b", exclusions=(without("x"),))
    assert counts(without_x, log) == [0, 0]
    kept = without_x.model_copy(update={"where": compare("p", "=", "k")})
    assert counts(kept, log) == [1, 1]


def test_an_excluding_event_need_not_have_the_same_value():
    log = log_of({"u": "a 0 p=k, x 1 p=l, b 2 p=k"})
    assert counts(funnel("a b", same="p", exclusions=(without("x"),)), log) == [0, 0]


def test_with_the_same_value_ties_keep_the_order_of_steps():
    # At minute 5 step 2 (b) comes before step 3 (c), whichever value they have.
    log = log_of({"u": "a 0 p=k, c 5 p=k, b 5 p=k"})
    assert counts(funnel("a b c", same="p"), log) == [1, 1, 1]
    # The b of another value is passed over, but c lies before the next b.
    log = log_of({"u": "a 0 p=k, c 5 p=k, b 5 p=l, b 6 p=k"})
    assert counts(funnel("a b c", same="p"), log) == [1, 1, 0]


def test_breakdown_at_an_optional_step_left_out_is_none():
    log = log_of({"u": "a 0 p=k, o 1 p=l, b 2 p=k", "v": "a 0 p=k, b 2 p=k"})
    rows = answer(funnel("a o? b", by=by("p"), attribution=2), log).counts
    assert [(row["p"], row["count"]) for row in rows if row["step"] == 1] == [
        ("(none)", 1),
        ("l", 1),
    ]


def test_breakdown_by_a_property_of_the_user():
    log = log_of({"u": "a 0", "v": "a 0"}, users={"u": {"plan": "pro"}})
    rows = answer(funnel("a b", by=by("plan", owner="user")), log).counts
    assert [(row["user.plan"], row["count"]) for row in rows if row["step"] == 1] == [
        ("(none)", 1),
        ("pro", 1),
    ]


def test_groups_are_named_by_text():
    log = log_of({"u": "a 0 x=2.5", "v": "a 0 x=3", "w": "a 0"})
    rows = answer(funnel("a b", by=by("x")), log).counts
    assert [row["x"] for row in rows if row["step"] == 1] == ["(none)", "2.5", "3.0"]
    assert [text_of(value) for value in (True, False, None, dt.date(2024, 1, 31))] == [
        "true",
        "false",
        "(none)",
        "2024-01-31",
    ]


def test_values_are_ranked_over_all_segments():
    # Of k two users in the first segment; of l one in each: equal, so by name.
    log = log_of({"u": "a 0 p=l, b 1, c 2", "v": "a 0 p=k, b 1", "w": "a 0 p=k, b 1"})
    rows = answer(funnel("a b", by=by("p", top=1), segments=(did("b"), did("c"))), log).counts
    firsts = [row for row in rows if row["step"] == 1]
    assert [(row["p"], row["segment"], row["count"]) for row in firsts] == [
        ("k", "did(b)", 2),
        ("k", "did(c)", 0),
        ("(other)", "did(b)", 1),
        ("(other)", "did(c)", 1),
    ]


def test_a_segment_is_of_the_whole_log():
    # Neither where nor during hides the b from the segment.
    log = log_of({"u": "a 0 p=k, b 2000", "v": "a 0 p=k"})
    day = DateRange(start=dt.date(2024, 1, 1), end=dt.date(2024, 1, 1))
    only = {"where": compare("p", "=", "k"), "during": day, "segments": (did("b"),)}
    assert counts(funnel("a b", **only), log) == [1, 0]


def test_the_window_is_30_days_unless_given_and_a_month_is_30_days():
    day = 1440
    for question in (Funnel(steps=steps("a b")), funnel("a b", within="1mo")):
        assert counts(question, log_of({"u": f"a 0, b {30 * day}"})) == [1, 1]
        assert counts(question, log_of({"u": f"a 0, b {30 * day + 1}"})) == [1, 0]


def test_the_window_counts_elapsed_time_not_days():
    # From noon to noon across the change of clocks are 23 hours in Berlin.
    history = "a 2024-03-30T12:00+01:00, b 2024-03-31T13:00+02:00"
    log = log_of({"u": history}, timezone="Europe/Berlin")
    assert counts(funnel("a b", within="24h"), log) == [1, 1]


def test_periods_of_a_range_are_all_there():
    during = DateRange(start=dt.date(2024, 1, 1), end=dt.date(2024, 1, 3))
    result = answer(funnel("a b", per="day", during=during), log_of({"u": "a 5, z 9000"}))
    assert [row["count"] for row in result.counts if row["step"] == 1] == [1, 0, 0]
    assert list(result.complete.values()) == [True, True, True]


def test_events_without_a_session_are_one_session():
    mapped = {"counting": "sessions", "sessions": Sessions(by="mapped")}
    log = log_of({"u": "a 0, a 5 session=s, b 9"})
    assert counts(funnel("a b", **mapped), log) == [2, 1]


@pytest.mark.parametrize("name", ["count", "complete", "segment", "period"])
def test_a_property_named_like_a_column(name: str):
    rows = [
        {"user": user, "event": "a", "time": minute(0), name: value}
        for user, value in (("u", "x"), ("v", "y"))
    ]
    log = Log(rows, properties=[name])
    everyone = (did("a"), did())
    result = answer(funnel("a a", by=by(name), per="day", segments=everyone), log)
    assert result.groups == (f"by {name}", "segment", "period")
    assert [row[f"by {name}"] for row in result.counts[::4]] == ["x", "y"]
    plain = answer(funnel("a a", by=by(name)), log)
    assert plain.groups == (f"by {name}",)
