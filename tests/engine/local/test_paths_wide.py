"""Paths over many names, steps and predicates: counters too many to lay out for every pair."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from itertools import pairwise
from statistics import median

import pandas as pd
import pytest

from behavio_jupyter.data import connect_store
from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.query import DateRange, Paths, Rename, Sessions
from tests.definitions import compare, events

WHOLE = Sessions(by="off")


def visits(names: int, users: int, length: int) -> dict[str, list[tuple[int, str]]]:
    """Histories: second and name of each event, few names often and many seldom."""
    source = random.Random(7)
    histories = {}
    for user in range(users):
        times = sorted(source.sample(range(100_000), source.randint(1, length)))
        histories[f"u{user:04}"] = [
            (time, f"page {int(names * source.random() ** 3):05}") for time in times
        ]
    return histories


def log_of(histories: dict[str, list[tuple[int, str]]]) -> LocalEngine:
    frame = pd.DataFrame(
        [(user, time, name) for user, events in histories.items() for time, name in events],
        columns=["user_id", "timestamp", "event"],
    )
    frame["second"] = frame["timestamp"]
    return LocalEngine(connect_store(frame, unit="s"), {})


@pytest.fixture(scope="module")
def histories() -> dict[str, list[tuple[int, str]]]:
    return visits(names=4000, users=300, length=150)


@pytest.fixture(scope="module")
def log(histories: dict[str, list[tuple[int, str]]]) -> LocalEngine:
    return log_of(histories)


def test_edges_pairs_and_sequences(
    log: LocalEngine, histories: dict[str, list[tuple[int, str]]]
) -> None:
    # 4000 by 4000 edges at 100 steps could be, and 100 nodes do not fit in one word.
    answer = log.answer(Paths(sessions=WHOLE, collapse=False, steps=100, top=5000))
    seconds: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    matrix: Counter[tuple[str, str]] = Counter()
    for history in histories.values():
        for step, ((before, source), (after, target)) in enumerate(pairwise(history), 1):
            matrix[source, target] += 1
            if step < 100:
                seconds[step, source, target].append(after - before)
    edges = answer.edges[answer.edges["target"] != "(exit)"]
    assert {row[:3]: row[3:] for row in edges.itertuples(index=False, name=None)} == {
        edge: (len(found), median(found)) for edge, found in seconds.items()
    }
    assert answer.edges.loc[answer.edges["target"] == "(exit)", "count"].sum() == sum(
        len(history) < 100 for history in histories.values()
    )
    assert [row[:2] for row in answer.matrix.itertuples(index=False, name=None)] == sorted(matrix)
    assert answer.matrix["count"].tolist() == [matrix[pair] for pair in sorted(matrix)]
    ways = Counter(tuple(name for _, name in history[:100]) for history in histories.values())
    assert list(answer.sequences.itertuples(index=False, name=None)) == sorted(
        ways.items(), key=lambda way: (-way[1], way[0])
    )


def test_members_of_a_long_sequence(
    log: LocalEngine, histories: dict[str, list[tuple[int, str]]]
) -> None:
    user = max(histories, key=lambda user: len(histories[user]))
    question = Paths(sessions=WHOLE, collapse=False, steps=100)
    way = " -> ".join(name for _, name in histories[user][:100])
    assert log.members(question, {"sequence": way}).tolist() == [user]


def test_many_predicates(log: LocalEngine, histories: dict[str, list[tuple[int, str]]]) -> None:
    # 4000 names with 2^8 combinations each are more than 65 536 kinds of events.
    rules = tuple(
        Rename(events=events(where=compare("second", "<", 10_000 * tenth)), name=f"tenth {tenth}")
        for tenth in range(1, 9)
    )
    answer = log.answer(Paths(sessions=WHOLE, rename=rules, steps=8))
    expected: Counter[tuple[str, ...]] = Counter()
    for history in histories.values():
        names: list[str] = []
        for second, name in history:
            tenth = second // 10_000 + 1
            shown = f"tenth {tenth}" if tenth < 9 else name
            if not names or names[-1] != shown:
                names.append(shown)
        expected[tuple(names[:8])] += 1
    found = answer.sequences
    assert dict(zip(found["sequence"], found["count"], strict=True)) == expected


def test_more_names_than_16_bits_hold() -> None:
    histories = {
        f"u{user:02}": [(step, f"page {70_000 - user * 3500 - step:05}") for step in range(3500)]
        for user in range(20)
    }
    log = log_of(histories)
    answer = log.answer(Paths(sessions=WHOLE, steps=3, top=2))
    assert len(log.columns.schema.events) == 70_000
    assert answer.edges["count"].tolist() == [18, 1, 1, 18, 1, 1]
    first = answer.edges.iloc[1]
    assert (first["source"], first["target"]) == ("page 03500", "page 03499")
    assert len(answer.matrix) == 20 * 3499


def test_sequences_of_many_words_where_there_are_none(log: LocalEngine) -> None:
    question = Paths(sessions=WHOLE, steps=100, during=DateRange(end="1960-01-01"))
    assert log.answer(question).sequences.empty
