"""Funnels and transitions beside retentioneering's.

It has no rule for ties (rows keep the order in which they came), so logs here have none, or its
rows come in Behavio's order.
"""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given

from behavio_jupyter import EventLog

from .events import depths, few, opened, random_events, real, seeds, tiny
from .streams import END, START, funnel, stream_of, transitions

FUNNELS = ["a -> b", "a -> b -> c", "c -> a -> c", "a -> a -> a", "e -> d -> c -> b -> a"]


def counts(log: EventLog, text: str) -> list[int]:
    return log.funnel(text).table["count"].tolist()


def ways(log: EventLog, text: str) -> dict[tuple[str, str], int]:
    """The matrix, and where sequences begin and end, named as retentioneering does."""
    result = log.paths(f"{text} steps 20")
    found = Counter({pair: int(count) for pair, count in result.matrix.stack().items() if count})
    for way, count in zip(result.sequences["sequence"], result.sequences["count"], strict=True):
        found[START, way[0]] += count
        found[way[-1], END] += count
    return dict(found)


def inner(pairs: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Without the made-up beginnings and ends, which the matrix does not have."""
    return {pair: count for pair, count in pairs.items() if {START, END}.isdisjoint(pair)}


def matrix(log: EventLog, text: str) -> dict[tuple[str, str], int]:
    found = log.paths(f"{text} steps 2").matrix.stack()
    return {pair: int(count) for pair, count in found.items() if count}


@given(seed=seeds)
@few
def test_small_logs(seed: int):
    events = random_events(seed, ties=False)
    log, stream = opened(events), stream_of(events)
    for steps in FUNNELS:
        assert counts(log, f"{steps} within 1000d") == funnel(stream, steps), steps
    assert ways(log, "session off keep repeats") == transitions(stream)
    collapsed = stream.collapse_events(loops=True)
    assert ways(log, "session off") == transitions(collapsed)


@given(seed=seeds)
@few
def test_sessions(seed: int):
    """Both open a session where the gap is longer than said; gaps of exactly that are common."""
    events = random_events(seed, ties=False)
    log = opened(events)
    for gap in ("6h", "24h", "48h"):
        cut = stream_of(events).split_sessions(timeout=gap)
        for steps in FUNNELS:
            found = counts(log, f"{steps} within 1000d counting sessions session {gap}")
            assert found == funnel(cut, steps, "session_id"), (steps, gap)
        found = ways(log, f"session {gap} keep repeats")
        assert found == transitions(cut, "session_id")


@given(seed=seeds)
@few
def test_the_first_entry_within_a_window(seed: int):
    events = random_events(seed, ties=False)
    log, stream = opened(events), stream_of(events)
    for within in ("6h", "48h", "168h"):
        found = stream.get_conversion_rate("a", ["b", "c"], within=within)
        pairs = [
            counts(log, f"a -> {name} within {within} counting first entries") for name in "bc"
        ]
        assert pairs == found[["paths_with_start", "converted"]].to_numpy().tolist()


def test_large_log():
    events = random_events(6, logs=1, users=4_000, most=50, slots=2_000, ties=False)
    assert len(events) > 90_000
    log, stream = opened(events), stream_of(events)
    assert counts(log, "a -> b -> c within 1000d") == funnel(stream, "a -> b -> c")
    assert matrix(log, "session off keep repeats") == inner(transitions(stream))


@pytest.fixture(scope="module")
def contributions() -> tuple[pd.DataFrame, EventLog]:
    events, log = real("contributions")
    # Ties by name, and then by the properties in their order (D1).
    columns = [name for name in events if name not in ("user_id", "event", "timestamp")]
    order = ["user_id", "timestamp", "event", *columns]
    return events.sort_values(order, ignore_index=True), log


def test_contributions(contributions: tuple[pd.DataFrame, EventLog]):
    events, log = contributions
    stream = stream_of(events)
    assert matrix(log, "session off keep repeats") == inner(transitions(stream))
    cut = stream.split_sessions(timeout="12h")
    assert matrix(log, "session 12h keep repeats") == inner(transitions(cut, "session_id"))


def test_contributions_without_ties(contributions: tuple[pd.DataFrame, EventLog]):
    events, _ = contributions
    alone = events[~events.duplicated(["user_id", "timestamp"], keep=False)]
    log, stream = opened(alone.assign(id=alone.index)), stream_of(alone)
    for steps in ("code -> test -> docs", "merge -> release", "docs -> code -> docs"):
        assert counts(log, f"{steps} within 36500d") == funnel(stream, steps)


def test_cdnow():
    events, _ = real("cdnow")
    days = events.drop_duplicates(["user_id", "timestamp"])
    log, stream = opened(days.assign(id=days.index)), stream_of(days)
    steps = "purchase -> purchase -> purchase -> purchase"
    assert counts(log, f"{steps} within 1000d") == funnel(stream, steps)
    cut = stream.split_sessions(timeout="720h")
    found = counts(log, f"{steps} within 1000d counting sessions session 30d")
    assert found == funnel(cut, steps, "session_id")


# Where the rules differ: docs/comparison.md, "retentioneering".


def test_there_is_no_window():
    events = tiny("u: a@0 b@1000; v: a@0 b@1")
    assert counts(opened(events), "a -> b within 30d") == [2, 1]
    assert funnel(stream_of(events), "a -> b") == [2, 2]


def test_rows_decide_among_ties():
    for text, peer in (("u: a@1 b@1", [1, 1]), ("u: b@1 a@1", [1, 0])):
        events = tiny(text)
        assert counts(opened(events), "a -> b within 1d") == [1, 1]
        assert funnel(stream_of(events), "a -> b") == peer


def test_rates_are_of_all_paths():
    events = tiny("u: a@1 b@2; v: c@1; w: a@1")
    rates = opened(events).funnel("a -> b within 1d").table["from_start"].tolist()
    assert rates == [1.0, 0.5]
    steps = stream_of(events).funnel_data(["a", "b"])["steps"]
    assert [step["conversion_rate"] for step in steps] == pytest.approx([2 / 3, 1 / 3])


def test_only_the_first_entry_converts_within_a_window():
    events = tiny("u: a@0 a@20 b@21")
    assert depths(opened(events).funnel("a -> b within 10h")) == {"u": 2}
    assert counts(opened(events), "a -> b within 10h counting first entries") == [1, 0]
    found = stream_of(events).get_conversion_rate("a", "b", within="10h")
    assert found["converted"].tolist() == [0]


def test_a_path_is_the_whole_history_and_repeats_stay():
    events = tiny("u: a@0 a@1 b@2 a@50")
    stream = stream_of(events)
    assert transitions(stream) == {
        (START, "a"): 1,
        ("a", "a"): 1,
        ("a", "b"): 1,
        ("b", "a"): 1,
        ("a", END): 1,
    }
    assert ways(opened(events), "session 1d") == {
        (START, "a"): 2,
        ("a", "b"): 1,
        ("b", END): 1,
        ("a", END): 1,
    }


def test_the_end_of_a_path_is_one_of_the_probabilities():
    events = tiny("u: a@0 b@1; v: a@0")
    ours = opened(events).paths("session off").probabilities
    assert ours.loc["a", "b"] == 1.0
    theirs = stream_of(events).transition_graph_data("proba_out")
    assert theirs.loc["a", ["b", END]].tolist() == [0.5, 0.5]


def test_times_between_are_whole_seconds():
    events = tiny("u: a@0 b@0.0004")  # 1.44 s
    edge = opened(events).paths("session off").table.iloc[0]
    assert (edge["source"], edge["target"], edge["median_seconds"]) == ("a", "b", 1.44)
    theirs = stream_of(events).transition_graph_data("time_median")
    assert theirs.loc["a", "b"] == pd.Timedelta(seconds=1)
