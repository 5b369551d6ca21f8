"""Funnels beside ClickHouse's ``windowFunnel``."""

from __future__ import annotations

import pytest
from hypothesis import given

from . import clickhouse
from .events import DAY, HOUR, depths, few, opened, random_events, real, seeds, tiny


def is_(*names: str) -> list[str]:
    return [f"event = '{name}'" for name in names]


SAME_RULES = {
    "a -> b": ("within 2d", is_("a", "b"), 2 * DAY),
    "a -> b -> c": ("within 36h", is_("a", "b", "c"), 36 * HOUR),
    "d -> c -> b -> a": ("within 14d", is_("d", "c", "b", "a"), 14 * DAY),
    "(a | d) -> (b | e)": ("within 12h", ["event IN ('a','d')", "event IN ('b','e')"], 12 * HOUR),
    "a[x > 0.5] -> b[p = 'k' or x is null] -> c": (
        "within 3d",
        ["event = 'a' AND x > 0.5", "event = 'b' AND (p = 'k' OR x IS NULL)", "event = 'c'"],
        3 * DAY,
    ),
    "a -> b -> d": (
        "within 2d during 2024-03-06 to 2024-03-10",
        [
            "event = 'a' AND timestamp >= toDateTime('2024-03-06 00:00:00', 'UTC')"
            " AND timestamp < toDateTime('2024-03-11 00:00:00', 'UTC')",
            "event = 'b'",
            "event = 'd'",
        ],
        2 * DAY,
    ),
}
"""Events that match one step at most: ties are by step on both sides, the window is inclusive."""


@given(seed=seeds)
@few
def test_small_logs(seed: int):
    events = random_events(seed)
    log = opened(events)
    for steps, (clauses, conditions, window) in SAME_RULES.items():
        found = depths(log.funnel(f"{steps} {clauses}"))
        assert found == clickhouse.depths(events, conditions, window), steps


@given(seed=seeds)
@few
def test_each_small_log_by_itself(seed: int):
    """Hundreds of funnels at once: the group of a log is what it would be alone."""
    events = random_events(seed)
    result = opened(events).funnel("a -> b -> c within 36h by log top 1000")
    entered = clickhouse.ask(
        "SELECT log, sum(depth >= 1) AS a, sum(depth >= 2) AS b, sum(depth >= 3) AS c FROM"
        f" (SELECT log, user_id, windowFunnel({36 * HOUR})(t, event = 'a', event = 'b',"
        " event = 'c') AS depth FROM events GROUP BY log, user_id) GROUP BY log HAVING a > 0"
        " ORDER BY log",
        events,
    )
    wide = result.table.pivot(index="log", columns="step", values="count").sort_index()
    assert wide.index.tolist() == entered["log"].tolist()
    assert wide.to_numpy().tolist() == entered[["a", "b", "c"]].to_numpy().tolist()


def test_large_log():
    events = random_events(5, logs=1, users=4_000, most=50, slots=500)
    assert len(events) > 90_000
    log = opened(events)
    for steps in ("a -> b -> c", "d -> c -> b -> a"):
        clauses, conditions, window = SAME_RULES[steps]
        found = depths(log.funnel(f"{steps} {clauses}"))
        assert found == clickhouse.depths(events, conditions, window), steps


@given(seed=seeds)
@few
def test_without_ties_strict_increase_agrees(seed: int):
    events = random_events(seed, ties=False)
    log = opened(events)
    for steps, (clauses, conditions, window) in SAME_RULES.items():
        found = depths(log.funnel(f"{steps} {clauses}"))
        assert found == clickhouse.depths(events, conditions, window, "strict_increase"), steps


@pytest.mark.parametrize(
    ("steps", "conditions"),
    [
        ("a -> a", is_("a", "a")),
        ("a -> b -> a -> b", is_("a", "b", "a", "b")),
        ("any -> b -> any", ["1", "event = 'b'", "1"]),
        ("(a | b) -> (b | c) -> c", ["event IN ('a','b')", "event IN ('b','c')", "event = 'c'"]),
    ],
)
@given(seed=seeds)
@few
def test_without_ties_strict_once_agrees_where_an_event_matches_several_steps(
    steps: str, conditions: list[str], seed: int
):
    events = random_events(seed, ties=False)
    found = depths(opened(events).funnel(f"{steps} within 3d"))
    assert found == clickhouse.depths(events, conditions, 3 * DAY, "strict_once")


@given(seed=seeds)
@few
def test_same_value_is_a_funnel_for_each_value(seed: int):
    events = random_events(seed)
    found = depths(opened(events).funnel("a -> b -> c within 7d same p"))
    some = events[events["p"].notna()]
    assert found == clickhouse.depths(some, is_("a", "b", "c"), 7 * DAY, by="user_id, p")


@given(seed=seeds)
@few
def test_sessions_are_funnels_of_user_and_session(seed: int):
    events = random_events(seed)
    result = opened(events, session="s").funnel(
        "a -> b -> c within 7d counting sessions session mapped"
    )
    found = clickhouse.ask(
        f"SELECT windowFunnel({7 * DAY})(t, event = 'a', event = 'b', event = 'c') AS depth"
        " FROM events GROUP BY user_id, s",
        events,
    )["depth"]
    assert result.table["count"].tolist() == [int((found >= step).sum()) for step in (1, 2, 3)]


@given(seed=seeds)
@few
def test_first_entries_are_funnels_from_the_first_time_only(seed: int):
    events = random_events(seed)
    entries = events["timestamp"].where(events["event"] == "a")
    first = entries.groupby(events["user_id"]).transform("min")
    marked = events.assign(opens=events["timestamp"] == first)
    found = depths(opened(events).funnel("a -> b -> c within 2d counting first entries"))
    conditions = ["opens AND event = 'a'", "event = 'b'", "event = 'c'"]
    assert found == clickhouse.depths(marked, conditions, 2 * DAY)


@pytest.mark.parametrize("mode", ["", "strict_increase"])
def test_contributions(mode: str):
    events, log = real("contributions")
    conditions = is_("code", "test", "docs")
    result = log.funnel("code -> test -> docs within 7d")
    peer = clickhouse.depths(events, conditions, 7 * DAY, mode)
    if not mode:
        assert depths(result) == peer
        return
    # Several files of one commit are one instant: strict_increase refuses such steps.
    assert sum(depth == 3 for depth in peer.values()) < result.table["count"].iloc[2]
    alone = events[~events.duplicated(["user_id", "timestamp"], keep=False)]
    found = depths(opened(alone.assign(id=alone.index)).funnel("code -> test -> docs within 7d"))
    assert found == clickhouse.depths(alone, conditions, 7 * DAY, mode)


def test_cdnow():
    events, log = real("cdnow")
    days = events.drop_duplicates(["user_id", "timestamp"])
    conditions = ["event = 'purchase' AND amount > 20", "event = 'purchase' AND amount <= 20"]
    result = log.funnel("purchase[amount > 20] -> purchase[amount <= 20] within 60d")
    assert depths(result) == clickhouse.depths(events, conditions, 60 * DAY)
    result = opened(days.assign(id=days.index)).funnel(
        "purchase -> purchase -> purchase within 60d"
    )
    conditions = is_("purchase", "purchase", "purchase")
    assert depths(result) == clickhouse.depths(days, conditions, 60 * DAY, "strict_once")


def both(text: str, funnel: str, steps: list[str], mode: str = "") -> tuple[int, int]:
    """How deep Behavio and ClickHouse find the one user of a tiny log, within 10 hours."""
    events = tiny(text)
    ours = depths(opened(events).funnel(f"{funnel} within 10h"))
    return ours.get("u", 0), clickhouse.depths(events, steps, 10 * HOUR, mode).get("u", 0)


def test_both_windows_include_their_end():
    assert both("u: a@0 b@10", "a -> b", is_("a", "b")) == (2, 2)
    assert both("u: a@0 b@10.1", "a -> b", is_("a", "b")) == (1, 1)


# Where the rules differ: docs/comparison.md, "ClickHouse".


def test_strict_increase_refuses_a_step_at_the_time_of_the_one_before():
    assert both("u: b@1 a@1", "a -> b", is_("a", "b")) == (2, 2)
    assert both("u: b@1 a@1", "a -> b", is_("a", "b"), "strict_increase") == (2, 1)


def test_one_event_fills_two_steps_of_the_default_window_funnel():
    assert both("u: a@0", "a -> a", is_("a", "a")) == (1, 2)
    assert both("u: a@0", "a -> a", is_("a", "a"), "strict_once") == (1, 1)


def test_an_event_that_matches_two_steps_has_one_place_among_ties():
    assert both("u: a@0 b@1 a@1", "a -> b -> a", is_("a", "b", "a"), "strict_once") == (2, 3)
    assert both("u: a@0 b@1 a@2", "a -> b -> a", is_("a", "b", "a"), "strict_once") == (3, 3)


def test_strict_order_gives_up_at_the_first_other_event():
    text = "u: a@0 x@1 a@2 b@3"
    assert both(text, "a -> b in strict order", is_("a", "b"), "strict_order") == (2, 1)
    text = "u: a@0 x@1 b@2"
    assert both(text, "a -> b in strict order", is_("a", "b"), "strict_order") == (1, 1)


def test_a_null_condition_drops_the_event_from_every_step():
    events = tiny("u: a@0 b@1").assign(p=[None, "k"])
    assert depths(opened(events).funnel("a -> any[p = 'k'] within 10h")) == {"u": 2}
    assert clickhouse.depths(events, ["event = 'a'", "p = 'k'"], 10 * HOUR) == {"u": 2}
    bare = f"windowFunnel({10 * HOUR})(t, event = 'a', p = 'k')"
    assert clickhouse.per_user(events, bare) == {"u": 0}
