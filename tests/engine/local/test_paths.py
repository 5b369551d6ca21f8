from __future__ import annotations

import math
from typing import Any

import pytest

from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.errors import DefinitionError, UnknownNameError
from behavio_jupyter.query import Paths, Rename, Sessions
from tests.definitions import by, compare, did, events

from .small_logs import engine

# Three sessions of ann, one of bob, one of cat. Within a session events are minutes apart.
SHOP = """
    ann | 2026-01-05 10:00 | visit | device=phone
    ann | 2026-01-05 10:01 | visit | device=phone
    ann | 2026-01-05 10:04 | cart  | device=phone
    ann | 2026-01-05 10:10 | buy   | device=phone
    ann | 2026-01-05 10:40 | visit | device=phone
    ann | 2026-01-05 11:10:01 | visit | device=laptop
    ann | 2026-01-05 11:12 | help  | device=laptop
    ann | 2026-01-06 09:00 | cart  | device=laptop
    bob | 2026-01-05 09:00 | visit | device=phone
    bob | 2026-01-05 09:02 | cart  | device=phone
    bob | 2026-01-05 09:03 | visit | device=phone
    bob | 2026-01-05 09:09 | cart  | device=phone
    bob | 2026-01-05 09:10 | buy   | device=phone
    cat | 2026-01-05 12:00 | help
"""


@pytest.fixture(scope="module")
def log() -> LocalEngine:
    return engine(SHOP)


def rows(frame: Any) -> list[tuple[Any, ...]]:
    """The rows of a table, null as None."""
    return [
        tuple(None if isinstance(value, float) and math.isnan(value) else value for value in row)
        for row in frame.astype(object).itertuples(index=False, name=None)
    ]


def edges(log: LocalEngine, **options: Any) -> list[tuple[Any, ...]]:
    return [row[:-1] for row in rows(log.answer(Paths(**options)).edges)]


def sequences(log: LocalEngine, **options: Any) -> list[tuple[str, int]]:
    frame = log.answer(Paths(**options)).sequences
    return [(" ".join(names), count) for names, count in rows(frame)]


def test_edges(log: LocalEngine) -> None:
    # ann: visit cart buy visit | visit help | cart. bob: visit cart visit cart buy. cat: help.
    answer = log.answer(Paths(steps=3))
    assert rows(answer.edges) == [
        # From ann's first visit, which the second repeats: 4 minutes; bob's take 2.
        (1, "visit", "cart", 2, 180.0),
        (1, "cart", "(exit)", 1, None),
        (1, "help", "(exit)", 1, None),
        (1, "visit", "help", 1, 119.0),
        (2, "cart", "buy", 1, 360.0),
        (2, "cart", "visit", 1, 60.0),
        (2, "help", "(exit)", 1, None),
    ]
    assert rows(answer.starts) == [(5,)]
    assert rows(answer.matrix) == [
        ("buy", "visit", 1),
        ("cart", "buy", 2),
        ("cart", "visit", 1),
        ("visit", "cart", 3),
        ("visit", "help", 1),
    ]
    assert rows(answer.sequences) == [
        (("cart",), 1),
        (("help",), 1),
        (("visit", "cart", "buy"), 1),
        (("visit", "cart", "visit"), 1),
        (("visit", "help"), 1),
    ]


def test_table_layout(log: LocalEngine) -> None:
    answer = log.answer(Paths(by=by("device")))
    assert list(answer.edges) == ["device", "step", "source", "target", "count", "median_seconds"]
    assert list(answer.sequences) == ["device", "sequence", "count"]
    assert list(answer.matrix) == ["device", "source", "target", "count"]
    assert list(answer.starts) == ["device", "count"]
    assert [str(kind) for kind in answer.edges.dtypes[["step", "count", "median_seconds"]]] == [
        "int64",
        "int64",
        "float64",
    ]


def test_sessions(log: LocalEngine) -> None:
    # 30 minutes from buy to visit are no gap; 30 minutes and a second are.
    off = Sessions(by="off")
    assert sequences(log, sessions=off, only=(events("visit"), events("buy"))) == [
        ("visit buy", 1),
        ("visit buy visit", 1),
    ]
    assert log.answer(Paths(sessions=off)).starts["count"].tolist() == [3]


def test_mapped_sessions_gather_events_that_lie_apart() -> None:
    log = engine(
        """
        ann | 2026-01-05 10:00 | visit | tab=1
        ann | 2026-01-05 10:01 | help  | tab=2
        ann | 2026-01-05 10:02 | cart  | tab=1
        ann | 2026-01-06 10:00 | buy   | tab=2
        """,
        session="tab",
    )
    answer = log.answer(Paths(sessions=Sessions(by="mapped")))
    assert rows(answer.edges) == [
        (1, "help", "buy", 1, 86340.0),
        (1, "visit", "cart", 1, 120.0),
        (2, "buy", "(exit)", 1, None),
        (2, "cart", "(exit)", 1, None),
    ]


def test_anchors(log: LocalEngine) -> None:
    assert sequences(log, from_=events("cart")) == [
        ("cart", 1),
        ("cart buy visit", 1),
        ("cart visit cart buy", 1),
    ]
    assert sequences(log, from_=events("visit"), to=events("cart")) == [("visit cart", 2)]
    # Backwards from the last buy; steps are numbered up to 0.
    assert edges(log, to=events("buy"), steps=3) == [
        (-2, "visit", "cart", 2),
        (-1, "cart", "buy", 2),
    ]
    late = events("cart", where=compare("device", "=", "laptop"))
    assert sequences(log, from_=late) == [("cart", 1)]


def test_a_repeat_that_collapsed_is_no_anchor() -> None:
    log = engine(
        """
        ann | 2026-01-05 10:00 | visit | n=1
        ann | 2026-01-05 10:01 | visit | n=2
        ann | 2026-01-05 10:02 | cart  | n=3
        """
    )
    second = events("visit", where=compare("n", "=", 2))
    assert sequences(log, from_=second) == []
    assert sequences(log, from_=second, collapse=False) == [("visit cart", 1)]
    assert log.answer(Paths(from_=second)).starts["count"].tolist() == [0]


def test_hide_only_rename(log: LocalEngine) -> None:
    basket = Rename(events=events("cart", "buy"), name="basket")
    assert sequences(log, rename=(basket,), hide=(events("help"),)) == [
        ("basket", 1),
        ("visit", 1),
        ("visit basket visit", 1),
        ("visit basket visit basket", 1),
    ]
    # A rule that stands first wins, and an anchor goes by either name.
    other = Rename(events=events("cart"), name="never")
    assert sequences(log, rename=(basket, other), from_=events("basket"), to=events("buy")) == []
    assert sequences(log, rename=(basket,), from_=events("basket"), steps=2) == [
        ("basket visit", 2),
        ("basket", 1),
    ]
    phone = events(where=compare("device", "=", "phone"))
    assert sequences(log, only=(phone,), hide=(events("visit", "buy"),)) == [("cart", 2)]


def test_other_keeps_flows_whole(log: LocalEngine) -> None:
    # Step 1: visit 3, cart and help 1 each. Step 2: cart 2, help 1.
    assert edges(log, steps=2, top=1) == [
        (1, "(other)", "(exit)", 2),
        (1, "visit", "cart", 2),
        (1, "visit", "(other)", 1),
    ]


def test_counting_users(log: LocalEngine) -> None:
    answer = log.answer(Paths(counting="users", steps=2))
    assert rows(answer.starts) == [(3,)]
    assert rows(answer.edges)[0] == (1, "visit", "cart", 2, 180.0)
    # ann begins with visit twice but is one user: as many as there are who go on to help.
    assert edges(log, counting="users", steps=2, top=1)[-1] == (1, "visit", "(other)", 1)
    # Sequences and pairs count sequences all the same.
    assert answer.matrix["count"].sum() == 8


def test_breakdown_takes_the_first_event_of_the_sequence(log: LocalEngine) -> None:
    # phone: ann's first, bob's. laptop: ann's second and third. Null: cat's.
    answer = log.answer(Paths(by=by("device"), steps=2, top=1))
    assert rows(answer.starts) == [("laptop", 2), ("phone", 2), ("(none)", 1)]
    assert rows(answer.edges) == [
        # Each group has its own top node.
        ("laptop", 1, "(other)", "help", 1, 119.0),
        ("laptop", 1, "cart", "(exit)", 1, None),
        ("phone", 1, "visit", "cart", 2, 180.0),
        ("(none)", 1, "help", "(exit)", 1, None),
    ]
    assert rows(log.answer(Paths(by=by("device", top=1))).starts) == [
        ("laptop", 2),
        ("(other)", 3),
    ]


def test_segments_compared(log: LocalEngine) -> None:
    buyers, helped = did("buy"), did("help")
    answer = log.answer(Paths(segments=(buyers, helped)))
    assert rows(answer.starts) == [(str(buyers), 4), (str(helped), 4)]
    assert rows(log.answer(Paths(segments=(helped,))).starts) == [(4,)]


def test_members(log: LocalEngine) -> None:
    def users(question: Paths, **pick: Any) -> list[str]:
        return log.members(question, pick).tolist()

    assert users(Paths()) == ["ann", "bob", "cat"]
    assert users(Paths(), step=1, source="visit", target="cart") == ["ann", "bob"]
    assert users(Paths(), step=1, source="visit", target="help") == ["ann"]
    assert users(Paths(), source="help", target="(exit)") == ["ann", "cat"]
    assert users(Paths(top=1), step=1, source="(other)") == ["ann", "cat"]
    assert users(Paths(to=events("buy")), step=-1) == ["ann", "bob"]
    assert users(Paths(), sequence="visit -> cart -> visit -> cart -> buy") == ["bob"]
    assert users(Paths(), sequence="visit -> nothing") == []
    assert users(Paths(by=by("device")), device="(none)") == ["cat"]
    assert users(Paths(by=by("device")), device="laptop", step=1, target="help") == ["ann"]
    assert users(Paths(by=by("device")), device="laptop", sequence="cart") == ["ann"]


def test_members_of_a_number_that_is_not_there(log: LocalEngine) -> None:
    with pytest.raises(DefinitionError, match="steps go from 1 to 6"):
        log.members(Paths(), {"step": 7})
    with pytest.raises(UnknownNameError, match="nearest is 'visit'"):
        log.members(Paths(), {"source": "visti"})


def test_a_name_with_an_arrow() -> None:
    log = engine(
        """
        ann | 2026-01-05 10:00 | a -> b
        ann | 2026-01-05 10:01 | c
        bob | 2026-01-05 10:00 | a
        bob | 2026-01-05 10:01 | b
        bob | 2026-01-05 10:02 | c
        """
    )
    assert log.members(Paths(), {"sequence": "a -> b -> c"}).tolist() == ["bob"]
    assert log.members(Paths(), {"sequence": '"a -> b" -> c'}).tolist() == ["ann"]
    assert log.members(Paths(), {"sequence": '"a -> b" -> d'}).tolist() == []


def test_users_of_a_pair_of_the_matrix() -> None:
    log = engine(
        """
        ann | 2026-01-05 10:00 | a
        ann | 2026-01-05 10:01 | b
        ann | 2026-01-05 10:02 | c
        bob | 2026-01-05 10:00 | b
        bob | 2026-01-05 12:00 | c
        """
    )
    pick = {"source": "b", "target": "c", "whole": True}
    assert log.members(Paths(steps=2), pick).tolist() == ["ann"]
    with pytest.raises(UnknownNameError, match="nearest is 'c'"):
        log.members(Paths(), {"source": "cc", "whole": True})


def test_events_spelled_like_made_up_names_are_among_the_rest() -> None:
    log = engine(
        """
        ann | 2026-01-05 10:00 | (other)
        ann | 2026-01-05 10:01 | x
        bob | 2026-01-05 10:00 | y
        bob | 2026-01-05 10:02 | x
        cat | 2026-01-05 10:00 | z
        cat | 2026-01-05 10:01 | (exit)
        """
    )
    # Step 1 keeps y, the first of the named; z and the real (other) are the rest. Of step 2 the
    # real (exit) is the rest: cat does not leave there.
    assert edges(log, steps=3, top=1) == [
        (1, "(other)", "(other)", 1),
        (1, "(other)", "x", 1),
        (1, "y", "x", 1),
        (2, "x", "(exit)", 2),
        (2, "(other)", "(exit)", 1),
    ]
    assert ("z (exit)", 1) in sequences(log, steps=3)
    behind = log.members(Paths(steps=3, top=1), {"step": 1, "source": "(other)"})
    assert behind.tolist() == ["ann", "cat"]


@pytest.mark.parametrize("first", [0, 1])
def test_fewer_users(log: LocalEngine, monkeypatch: pytest.MonkeyPatch, first: int) -> None:
    # Whether the blocks that are looked at first have them, or the others.
    monkeypatch.setattr("behavio_jupyter.engine.local.paths._FIRST", first)
    from_cart = Paths.model_validate({"from_": events("cart")})
    assert [log.fewer(from_cart, number) for number in (1, 2, 3)] == [False, False, True]
    assert [log.fewer(Paths(), number) for number in (3, 4)] == [False, True]


@pytest.mark.parametrize(
    "options", [{}, {"counting": "users"}, {"by": by("device", owner="event")}]
)
def test_another_top_of_the_same_question(options: dict[str, Any]) -> None:
    # Counts are kept from one to the next.
    asked = engine(SHOP)
    for top in (3, 1, 2, 3):
        paths = Paths(top=top, steps=3, **options)
        assert rows(asked.answer(paths).edges) == rows(engine(SHOP).answer(paths).edges)
    # Where sequences have which value is kept beside.
    assert len(asked.columns.passed._kept) == (2 if "by" in options else 1)


def test_other_questions_by_the_same_property() -> None:
    # What is kept for one is not taken for another, unless it counts the same sequences.
    asked = engine(SHOP)
    for options in (
        {},
        {"steps": 2, "counting": "users"},
        {"sessions": Sessions(by="off")},
        {"from_": events("help")},
        {"to": events("help")},
        {"only": (events("cart"),)},
        {"during": "2026-01-06 to 2026-01-06"},
        {"segments": ("did(help)",)},
        {"where": "device = 'laptop'"},
    ):
        given = {"by": by("device", owner="event", top=1), "steps": 3, **options}
        paths = Paths.model_validate(given)
        assert rows(asked.answer(paths).edges) == rows(engine(SHOP).answer(paths).edges), options
