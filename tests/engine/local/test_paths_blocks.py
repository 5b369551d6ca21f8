"""Paths of logs of many blocks, where a sample bounds the medians."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from itertools import groupby, pairwise
from statistics import median

import numpy as np
import pandas as pd
import pytest

from behavio_jupyter.data import connect_store
from behavio_jupyter.engine.local import LocalEngine, flows, medians, sequences
from behavio_jupyter.query import Paths, Sessions
from tests.definitions import by, did, events

GAP = 1800
Session = list[tuple[int, str]]


@pytest.fixture(scope="module")
def sessions() -> list[tuple[str, Session]]:
    """The user, and second and name of each event; lengths and names differ by user."""
    source = random.Random(3)
    found = []
    for user in range(600):
        second = 0
        for _ in range(source.randint(1, 6)):
            session = []
            for _ in range(source.randint(1, 12)):
                second += source.choice([0, source.randint(1, 40), source.randint(1, GAP)])
                session.append((second, source.choice("abcd" if user % 2 else "bcde")))
            found.append((f"u{user:03}", sorted(set(session))))
            second += GAP + 1
    return found


@pytest.fixture(scope="module")
def log(sessions: list[tuple[str, Session]]) -> LocalEngine:
    frame = pd.DataFrame(
        [(user, second, name) for user, session in sessions for second, name in session],
        columns=["user_id", "timestamp", "event"],
    )
    frame["parity"] = frame["user_id"].str[-1].astype(int) % 2
    return LocalEngine(connect_store(frame, unit="s"), {})


@pytest.fixture(params=["one block", "sampled", "missed"], autouse=True)
def blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All at once; many blocks with a sample of them; bounds so narrow that medians miss them."""
    if request.param == "one block":
        return
    monkeypatch.setattr(sequences, "_BLOCK", 40)
    monkeypatch.setattr(flows, "_LARGE", 0)
    if request.param == "missed":
        monkeypatch.setattr(medians, "_DEVIATIONS", -2.0)


def expected(
    sessions: list[tuple[str, Session]], steps: int, users: bool = False
) -> dict[tuple[int, str, str], tuple[int, float | None]]:
    times: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    who: dict[tuple[int, str, str], set[int | str]] = defaultdict(set)
    for number, (user, session) in enumerate(sessions):
        nodes = [next(run) for _, run in groupby(session, lambda event: event[1])][:steps]
        for step, ((before, source), (after, target)) in enumerate(pairwise(nodes), 1):
            times[step, source, target].append(after - before)
            who[step, source, target].add(user if users else number)
        if len(nodes) < steps:
            who[len(nodes), nodes[-1][1], "(exit)"].add(user if users else number)
    return {
        edge: (len(found), median(times[edge]) if edge in times else None)
        for edge, found in who.items()
    }


def answered(
    log: LocalEngine, question: Paths
) -> dict[tuple[int, str, str], tuple[int, float | None]]:
    edges = log.answer(question).edges
    return {
        row[-5:-2]: (row[-2], None if np.isnan(row[-1]) else row[-1])
        for row in edges.itertuples(index=False, name=None)
    }


@pytest.mark.parametrize("counting", ["sequences", "users"])
def test_edges(log: LocalEngine, sessions: list[tuple[str, Session]], counting: str) -> None:
    question = Paths(steps=5, counting=counting)
    assert answered(log, question) == expected(sessions, 5, counting == "users")


def test_groups(log: LocalEngine, sessions: list[tuple[str, Session]]) -> None:
    answer = log.answer(Paths(steps=4, by=by("parity")))
    for parity, edges in answer.edges.groupby("parity"):
        own = [one for one in sessions if int(one[0][-1]) % 2 == int(parity)]
        found = {
            row[1:4]: (row[4], None if np.isnan(row[5]) else row[5])
            for row in edges.itertuples(index=False, name=None)
        }
        assert found == expected(own, 4)
    odd = sum(int(user[-1]) % 2 for user, _ in sessions)
    assert dict(answer.starts.itertuples(index=False, name=None)) == {
        "1": odd,
        "0": len(sessions) - odd,
    }


def test_some_users(log: LocalEngine, sessions: list[tuple[str, Session]]) -> None:
    some = {user for user, session in sessions if any(name == "e" for _, name in session)}
    own = [one for one in sessions if one[0] in some]
    question = Paths(steps=4, segments=(did("e"),))
    assert answered(log, question) == expected(own, 4)
    assert set(log.members(question, {})) == some


def test_hidden_names(log: LocalEngine, sessions: list[tuple[str, Session]]) -> None:
    whole: dict[str, Session] = defaultdict(list)
    for user, session in sessions:
        whole[user] += [event for event in session if event[1] not in "ab"]
    own = [(user, left) for user, left in whole.items() if left]
    question = Paths(steps=100, hide=(events("a"), events("b")), sessions=Sessions(by="off"))
    assert answered(log, question) == expected(own, 100)


def test_top_nodes(log: LocalEngine, sessions: list[tuple[str, Session]]) -> None:
    starts = Counter(session[0][1] for _, session in sessions)
    shown = {name for name, _ in sorted(starts.items(), key=lambda one: (-one[1], one[0]))[:2]}
    edges = log.answer(Paths(steps=2, top=2)).edges
    sums = edges[edges["step"] == 1].groupby("source")["count"].sum()
    assert set(sums.index) == {*shown, "(other)"}
    assert sums["(other)"] == sum(n for name, n in starts.items() if name not in shown)


def test_matrix_and_sequences(log: LocalEngine, sessions: list[tuple[str, Session]]) -> None:
    matrix: Counter[tuple[str, str]] = Counter()
    ways: Counter[tuple[str, ...]] = Counter()
    for _, session in sessions:
        names = [name for _, name in session]
        matrix.update(pairwise(names))
        ways[tuple(names[:3])] += 1
    answer = log.answer(Paths(steps=3, collapse=False))
    assert list(answer.matrix.itertuples(index=False, name=None)) == [
        (*pair, count) for pair, count in sorted(matrix.items())
    ]
    assert list(answer.sequences.itertuples(index=False, name=None)) == sorted(
        ways.items(), key=lambda way: (-way[1], way[0])
    )
