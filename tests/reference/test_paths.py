from __future__ import annotations

import datetime as dt
from typing import Any

from behavio_jupyter.query import DateRange, Paths, Rename, Sessions

from ..definitions import by, compare, did, events
from .log import Log
from .notation import log_of
from .paths import answer, members

OFF = Sessions(by="off")


def edges(paths: Paths, log: Log) -> list[tuple[Any, ...]]:
    return [
        (row["step"], row["source"], row["target"], row["count"])
        for row in answer(paths, log).edges
    ]


def sequences(paths: Paths, log: Log) -> list[str]:
    return [" ".join(row["sequence"]) for row in answer(paths, log).sequences]


def test_edges_and_exits():
    log = log_of({"u": "a 0, b 2, c 3", "v": "a 0, b 4"})
    result = answer(Paths(), log)
    assert [tuple(row.values()) for row in result.edges] == [
        # The median of 2 and 4 minutes.
        (1, "a", "b", 2, 180.0),
        (2, "b", "(exit)", 1, None),
        (2, "b", "c", 1, 60.0),
        (3, "c", "(exit)", 1, None),
    ]
    assert result.starts == [{"count": 2}]


def test_no_exit_at_the_last_step():
    # Exactly two events at steps=2: no exit; three are cut.
    assert edges(Paths(steps=2), log_of({"u": "a 0, b 1"})) == [(1, "a", "b", 1)]
    assert edges(Paths(steps=2), log_of({"u": "a 0, b 1, c 2"})) == [(1, "a", "b", 1)]


def test_immediate_repeats_collapse_to_the_first():
    # a 0, a 5, b 10: the time between is from the first a.
    log = log_of({"u": "a 0, a 5, b 10"})
    assert answer(Paths(), log).edges[0]["median_seconds"] == 600
    assert sequences(Paths(collapse=False), log) == ["a a b"]


def test_repeats_collapse_inside_a_session_only():
    log = log_of({"u": "a 0, a 5, a 60"})
    assert sequences(Paths(), log) == ["a"]
    assert answer(Paths(), log).starts == [{"count": 2}]


def test_sessions_by_gap_mapped_and_off():
    # Exactly 30 minutes is no gap; more is.
    log = log_of({"u": "a 0 session=s, b 30 session=t, c 61 session=s"})
    assert sequences(Paths(), log) == ["a b", "c"]
    assert sequences(Paths(sessions=Sessions(by="mapped")), log) == ["a c", "b"]
    assert sequences(Paths(sessions=OFF), log) == ["a b c"]


def test_hidden_events_are_gone_before_sessions_are_cut():
    # Without h the gap between a and b is 40 minutes; without hiding it there is no gap.
    log = log_of({"u": "a 0, h 20, b 40"})
    assert sequences(Paths(), log) == ["a h b"]
    assert sequences(Paths(hide=(events("h"),)), log) == ["a", "b"]
    assert sequences(Paths(only=(events("h"), events("a"))), log) == ["a h"]


def test_rename_takes_the_first_rule_and_collapses_after():
    rules = (
        Rename(events=events("b", "c"), name="basket"),
        Rename(events=events("c"), name="never"),
    )
    log = log_of({"u": "a 0, b 1, c 2, d 3"})
    assert sequences(Paths(rename=rules), log) == ["a basket d"]


def test_from():
    log = log_of({"u": "x 0, a 1, b 2, a 3", "v": "x 0"})
    assert sequences(Paths(from_=events("a")), log) == ["a b a"]
    assert answer(Paths(from_=events("a")), log).starts == [{"count": 1}]


def test_to_counts_backwards():
    log = log_of({"u": "x 0, a 1, b 2, b 9, c 10, b 11, d 12"})
    # Up to the last b: x a b c b; the last 3 are b c b, steps -2, -1, 0.
    paths = Paths(to=events("b"), steps=3)
    assert edges(paths, log) == [(-2, "b", "c", 1), (-1, "c", "b", 1)]
    assert sequences(paths, log) == ["b c b"]
    # The matrix is of the whole sequence.
    assert [tuple(row.values()) for row in answer(paths, log).matrix] == [
        ("a", "b", 1),
        ("b", "c", 1),
        ("c", "b", 1),
        ("x", "a", 1),
    ]


def test_to_has_no_exits():
    log = log_of({"u": "b 0, d 1"})
    assert edges(Paths(to=events("b")), log) == []
    assert sequences(Paths(to=events("b")), log) == ["b"]


def test_from_to():
    # From the first a to the first b after it; w has no b after a.
    log = log_of({"u": "b 0, a 1, c 2, a 3, b 4, b 5, d 6", "w": "b 0, a 1"})
    paths = Paths(from_=events("a"), to=events("b"))
    assert sequences(paths, log) == ["a c a b"]
    assert edges(paths, log)[-1] == (4, "b", "(exit)", 1)
    assert edges(paths.model_copy(update={"steps": 4}), log)[-1] == (3, "a", "b", 1)


def test_from_and_to_of_the_same_event_are_two_events():
    log = log_of({"u": "a 0, b 1, a 2, c 3"})
    assert sequences(Paths(from_=events("a"), to=events("a")), log) == ["a b a"]
    assert sequences(Paths(from_=events("b"), to=events("b")), log) == []


def test_anchor_by_the_name_of_a_rename_or_the_events_own():
    rules = (Rename(events=events("b", "c"), name="basket"),)
    log = log_of({"u": "x 0, c 1, b 2, d 3"})
    assert sequences(Paths(rename=rules, from_=events("basket")), log) == ["basket d"]
    # The run is c, b: its first event is c, so b is no anchor.
    assert sequences(Paths(rename=rules, from_=events("c")), log) == ["basket d"]
    assert sequences(Paths(rename=rules, from_=events("b")), log) == []


def test_anchor_with_predicate():
    log = log_of({"u": "a 0 p=no, b 1, a 2 p=yes, c 3"})
    anchor = events("a", where=compare("p", "=", "yes"))
    assert sequences(Paths(from_=anchor), log) == ["a c"]


def test_nodes_past_the_top_are_other_at_each_step():
    # Step 1: a 3 times. Step 2: b 2, c 1 -> other.
    log = log_of({"t": "a 0, b 1", "u": "a 0, b 1", "v": "a 0, c 1, d 2"})
    paths = Paths(top=1)
    assert edges(paths, log) == [
        (1, "a", "b", 2),
        (1, "a", "(other)", 1),
        (2, "b", "(exit)", 2),
        (2, "(other)", "d", 1),
        (3, "d", "(exit)", 1),
    ]
    # Sequences are counted before "other".
    assert sequences(paths, log) == ["a b", "a c d"]


def test_ties_among_nodes_by_name():
    log = log_of({"u": "z 0", "v": "y 0"})
    assert edges(Paths(top=1), log) == [(1, "(other)", "(exit)", 1), (1, "y", "(exit)", 1)]


def test_flows_add_up():
    log = log_of({"t": "a 0, b 1, c 2, a 3", "u": "b 0, c 1", "v": "a 0, c 1, b 2", "w": "c 0"})
    rows = answer(Paths(top=1, steps=3), log).edges
    for step in (2, 3):
        for node in {row["target"] for row in rows if row["step"] == step - 1} - {"(exit)"}:
            into = sum(
                row["count"] for row in rows if row["step"] == step - 1 and row["target"] == node
            )
            out = sum(row["count"] for row in rows if row["step"] == step and row["source"] == node)
            # The last step keeps what it has: sequences that go on are cut there.
            assert into == out or step == 3


def test_counting_users():
    # u has two sessions a b: one user. The median is over both sequences: 1 and 3 minutes.
    log = log_of({"u": "a 0, b 1, a 60, b 63"})
    result = answer(Paths(counting="users"), log)
    assert result.edges[0] == {
        "step": 1, "source": "a", "target": "b", "count": 1, "median_seconds": 120.0,
    }  # fmt: skip
    assert result.starts == [{"count": 1}]
    assert result.sequences == [{"sequence": ("a", "b"), "count": 2}]


def nodes(paths: Paths, log: Log) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in answer(paths, log).nodes]


def test_nodes_have_those_who_come_there_and_those_who_left():
    log = log_of({"u": "a 0, b 1, c 2", "v": "a 0, d 1", "w": "a 0"})
    assert nodes(Paths(steps=3, top=1), log) == [
        (1, "a", 3),
        (2, "(exit)", 1), (2, "(other)", 1), (2, "b", 1),
        (3, "(exit)", 1), (3, "c", 1),
    ]  # fmt: skip
    assert members(Paths(steps=3, top=1), {"step": 2, "node": "(other)"}, log) == ["v"]
    assert members(Paths(steps=3, top=1), {"step": 3, "node": "(exit)"}, log) == ["v"]
    assert members(Paths(steps=3, top=1), {"node": "(exit)"}, log) == ["v", "w"]


def test_a_node_counts_a_user_once_whatever_way_they_come():
    log = log_of({"u": "a 0, b 1, a 60, c 61, b 62"})
    assert nodes(Paths(counting="users", steps=2), log) == [
        (1, "a", 1), (2, "b", 1), (2, "c", 1),
    ]  # fmt: skip
    assert nodes(Paths(counting="users", steps=4), log)[-3:] == [
        (3, "(exit)", 1), (3, "b", 1), (4, "(exit)", 1),
    ]  # fmt: skip


def test_to_counts_who_has_nothing_before_it():
    log = log_of({"u": "a 0, b 1", "v": "b 0"})
    assert nodes(Paths(to=events("b")), log) == [(-1, "a", 1), (0, "b", 2)]
    assert members(Paths(to=events("b")), {"step": 0, "node": "b"}, log) == ["u", "v"]


def test_breakdown_at_the_first_event_of_the_sequence_and_its_own_top():
    log = log_of({"u": "x 0 p=no, a 1 p=k, b 2", "v": "a 0 p=l, c 1", "w": "a 0 p=l, c 1"})
    result = answer(Paths(from_=events("a"), by=by("p"), top=1, steps=2), log)
    assert [tuple(row.values())[:5] for row in result.edges] == [
        ("l", 1, "a", "c", 2),
        ("k", 1, "a", "b", 1),
    ]


def test_during_cuts_before_anything_else():
    log = log_of({"u": "a 1435, b 1440, c 1445"})
    second = DateRange(start=dt.date(2024, 1, 2), end=dt.date(2024, 1, 2))
    assert sequences(Paths(during=second), log) == ["b c"]


def test_one_segment_keeps_its_users():
    log = log_of({"u": "a 0, b 1", "v": "c 0"})
    assert sequences(Paths(segments=(did("b"),)), log) == ["a b"]


def test_members():
    log = log_of({"u": "a 0, b 1", "v": "a 0", "w": "c 0"})
    assert members(Paths(), {}, log) == ["u", "v", "w"]
    assert members(Paths(), {"step": 1, "source": "a", "target": "b"}, log) == ["u"]
    assert members(Paths(), {"step": 1, "source": "a", "target": "(exit)"}, log) == ["v"]
    assert members(Paths(), {"sequence": "a -> b"}, log) == ["u"]


def test_members_of_a_pair_of_the_matrix():
    log = log_of({"u": "a 0, b 1, c 2", "v": "a 0, c 1", "w": "b 0, c 100"})
    paths = Paths(steps=2)
    assert answer(paths, log).matrix[-1] == {"source": "b", "target": "c", "count": 1}
    assert members(paths, {"source": "b", "target": "c", "whole": True}, log) == ["u"]
    assert members(paths, {"source": "a", "whole": True}, log) == ["u", "v"]


def test_empty_log():
    result = answer(Paths(), Log([]))
    assert (result.edges, result.sequences, result.matrix) == ([], [], [])
    assert result.starts == [{"count": 0}]


def test_events_spelled_like_made_up_names_are_among_the_rest():
    log = log_of({"u": "(other) 0, x 1", "v": "y 0, x 2", "w": "z 0, (exit) 1"})
    assert edges(Paths(steps=3, top=1), log) == [
        (1, "(other)", "(other)", 1),
        (1, "(other)", "x", 1),
        (1, "y", "x", 1),
        (2, "x", "(exit)", 2),
        (2, "(other)", "(exit)", 1),
    ]


def test_an_anchors_predicate_holds_where_it_names_a_rename():
    rules = (Rename(events=events("b", "c"), name="basket"),)
    log = log_of({"u": "b 0 p=no, a 1, c 2 p=yes, d 3"})
    anchor = events("basket", where=compare("p", "=", "yes"))
    assert sequences(Paths(rename=rules, from_=anchor), log) == ["basket d"]


def test_the_matrix_is_of_whole_sequences_before_other():
    log = log_of({"u": "a 0, b 1, c 2, d 3"})
    found = answer(Paths(steps=2, top=1), log)
    assert [(row["source"], row["target"]) for row in found.matrix] == [
        ("a", "b"),
        ("b", "c"),
        ("c", "d"),
    ]
    assert sequences(Paths(steps=2), log) == ["a b"]


def test_groups_of_segments_have_their_own_top():
    log = log_of({"u": "a 0, c 1", "v": "b 0", "w": "b 0"})
    found = answer(Paths(top=1, segments=(did("c"), did("b"))), log).edges
    assert [(row["segment"], row["source"]) for row in found if row["step"] == 1] == [
        ("did(c)", "a"),
        ("did(b)", "b"),
    ]


def test_a_breakdown_reads_the_first_event_after_the_anchor():
    log = log_of({"u": "x 0 p=no, a 1 p=k, b 2 p=l"})
    found = answer(Paths(from_=events("a"), to=events("b"), by=by("p")), log).edges
    assert {row["p"] for row in found} == {"k"}
    # To b: the sequence begins with x, which steps cut away.
    found = answer(Paths(to=events("b"), steps=2, by=by("p")), log).edges
    assert {row["p"] for row in found} == {"no"}


def test_where_for_and_during_come_before_sessions_and_repeats():
    # Without the x kept by nothing, the two a are repeats of one another.
    log = log_of({"u": "a 0 p=k, x 1, a 2 p=k, b 3 p=k"})
    assert sequences(Paths(where=compare("p", "=", "k")), log) == ["a b"]
    assert sequences(Paths(), log) == ["a x a b"]


def test_repeats_may_stay():
    log = log_of({"u": "a 0, a 1, b 2"})
    assert sequences(Paths(collapse=False), log) == ["a a b"]
