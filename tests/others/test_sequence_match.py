"""Sequences beside ClickHouse's ``sequenceMatch`` and ``sequenceCount``.

Both leave open which of two events at one time is first, so random logs have no ties here.
"""

from __future__ import annotations

import pytest
from hypothesis import given

from . import clickhouse
from .events import HOUR, depths, few, opened, random_events, real, seeds, tiny

ABC = "t, event = 'a', event = 'b', event = 'c'"


def yes(found: dict[str, int]) -> list[str]:
    return sorted(user for user, value in found.items() if value)


@pytest.mark.parametrize(
    ("sequence", "match"),
    [
        ("a -> b", f"sequenceMatch('(?1).*(?2)')({ABC})"),
        ("a -> b -> c", f"sequenceMatch('(?1).*(?2).*(?3)')({ABC})"),
        ("a -> a -> b", f"sequenceMatch('(?1).*(?1).*(?2)')({ABC})"),
        ("a -> b within 12h", f"sequenceMatch('(?1)(?t<={12 * HOUR})(?2)')({ABC})"),
        ("c -> a within 3d", f"sequenceMatch('(?3)(?t<={72 * HOUR})(?1)')({ABC})"),
    ],
)
@given(seed=seeds)
@few
def test_sequences(sequence: str, match: str, seed: int):
    events = random_events(seed, ties=False)
    found = opened(events).segment(f"sequence({sequence})")
    assert list(found.users) == yes(clickhouse.per_user(events, match))


@given(seed=seeds)
@few
def test_sequences_as_of_a_time_at_which_many_events_are(seed: int):
    events = random_events(seed, ties=False)
    log, past = opened(events), events[events["timestamp"] <= "2024-03-10 12:00"]
    for hours in (12, 48, 120):
        match = f"sequenceMatch('(?1)(?t<={hours * HOUR})(?2)')({ABC})"
        found = log.segment(f"sequence(a -> b within {hours}h) as of 2024-03-10 12:00")
        assert list(found.users) == yes(clickhouse.per_user(past, match))


@given(seed=seeds)
@few
def test_next_to_each_other(seed: int):
    """Strict order; the condition ``1`` makes ClickHouse see the other events at all."""
    events = random_events(seed, ties=False)
    result = opened(events).funnel("a -> b -> c within 1000d in strict order")
    for depth, pattern in ((2, "(?1)(?2)"), (3, "(?1)(?2)(?3)")):
        match = f"sequenceMatch('{pattern}')({ABC}, 1)"
        assert list(result.users(step=depth).users) == yes(clickhouse.per_user(events, match))


@pytest.mark.parametrize("steps", ["a -> b", "a -> b -> c", "b -> c -> a -> b"])
@given(seed=seeds)
@few
def test_attempts_without_a_window_are_chains_that_do_not_overlap(steps: str, seed: int):
    events = random_events(seed, ties=False)
    pattern = ".*".join(f"(?{' abc'.index(name)})" for name in steps.split(" -> "))
    result = opened(events).funnel(f"{steps} within 1000d counting attempts")
    found = clickhouse.per_user(events, f"sequenceCount('{pattern}')({ABC})")
    assert result.table["count"].iloc[-1] == sum(found.values())
    step = len(steps.split(" -> "))
    assert list(result.users(step=step).users) == yes(found)


def test_contributions():
    events, _ = real("contributions")
    alone = events[~events.duplicated(["user_id", "timestamp"], keep=False)]
    alone = alone.assign(id=alone.index)
    log = opened(alone)
    conditions = "t, event = 'code', event = 'test', event = 'docs', 1"
    count = f"sequenceCount('(?1).*(?2).*(?3)')({conditions})"
    chains = log.funnel("code -> test -> docs within 36500d counting attempts")
    found = clickhouse.per_user(alone, count)
    assert chains.table["count"].iloc[-1] == sum(found.values()) > 500
    match = f"sequenceMatch('(?1)(?t<={24 * HOUR})(?2)')({conditions})"
    segment = log.segment("sequence(code -> test within 1d)")
    assert list(segment.users) == yes(clickhouse.per_user(alone, match))
    strict = log.funnel("code -> test within 36500d in strict order")
    match = f"sequenceMatch('(?1)(?2)')({conditions})"
    assert list(strict.users(step=2).users) == yes(clickhouse.per_user(alone, match))


# Where the rules differ: docs/comparison.md, "ClickHouse".


def test_events_that_no_condition_names_are_not_there():
    events = tiny("u: a@0 x@1 b@2")
    assert depths(opened(events).funnel("a -> b within 10h in strict order")) == {"u": 1}
    match = "sequenceMatch('(?1)(?2)')(t, event = 'a', event = 'b'{})"
    assert clickhouse.per_user(events, match.format("")) == {"u": 1}
    assert clickhouse.per_user(events, match.format(", 1")) == {"u": 0}


def test_the_order_of_rows_decides_among_ties():
    match = "sequenceMatch('(?1).*(?2)')(t, event = 'a', event = 'b')"
    for text, peer in (("u: a@1 b@1", 1), ("u: b@1 a@1", 0)):
        events = tiny(text)
        assert len(opened(events).segment("sequence(a -> b)")) == 1
        assert clickhouse.per_user(events, match) == {"u": peer}


def test_times_lie_between_neighbours_not_since_the_first_step():
    events = tiny("u: a@0 b@6 c@12")
    result = opened(events).funnel("a -> b -> c within 10h")
    assert depths(result) == {"u": 2}
    limit = f"(?t<={10 * HOUR})"
    match = f"sequenceMatch('(?1){limit}(?2){limit}(?3)')({ABC})"
    assert clickhouse.per_user(events, match) == {"u": 1}


def test_an_attempt_that_fails_lasts_until_its_window_ends():
    events = tiny("u: a@0 a@8 b@16 a@17 b@18")
    result = opened(events).funnel("a -> b within 10h counting attempts")
    assert result.table["count"].tolist() == [2, 1]
    count = f"sequenceCount('(?1)(?t<={10 * HOUR})(?2)')({ABC})"
    assert clickhouse.per_user(events, count) == {"u": 2}
