"""Neither the order of rows, nor a file, nor arriving in parts changes an answer."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from behavio_jupyter import EventLog, connect
from behavio_jupyter.engine.local import LocalEngine

from .answers import assert_equal, assert_same, everything
from .logs import LargeLog, large_logs
from .questions import one_of_each, some


@st.composite
def asked_logs(draw: st.DrawFn, identity: bool = False) -> tuple[LargeLog, dict[str, Any]]:
    log = draw(large_logs(identity=identity))
    return log, draw(one_of_each(log.span))


seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def assert_same_log(found: EventLog, wanted: EventLog) -> None:
    """Everything a log shows of itself."""
    assert found.store.schema == wanted.store.schema
    assert found.quality.counts == wanted.quality.counts
    assert found.quality.users_without_events == wanted.quality.users_without_events
    for name in ("events", "properties"):
        assert_same(getattr(found, name), getattr(wanted, name))


def removed(log: EventLog) -> dict[str, int]:
    return {part.reason: part.rows for part in log.quality.removed}


@some()
@given(asked_logs() | asked_logs(identity=True), seeds)
def test_the_order_of_rows_does_not_matter(
    asked: tuple[LargeLog, dict[str, Any]], source: np.random.Generator
):
    log, questions = asked
    other = log.of(log.rows.iloc[source.permutation(len(log.rows))]).open()
    one = log.open()
    assert_same_log(other, one)
    assert removed(other) == removed(one)
    assert_equal(
        everything(LocalEngine(other.store, log.segments), questions),
        everything(LocalEngine(one.store, log.segments), questions),
    )


@some()
@given(asked_logs() | asked_logs(identity=True))
def test_saving_and_opening_changes_nothing(asked: tuple[LargeLog, dict[str, Any]]):
    log, questions = asked
    with log.open() as one, TemporaryDirectory() as folder:
        before = everything(LocalEngine(one.store, log.segments), questions)
        for name, segment in log.segments.items():
            one.save_segment(name, segment)
        path = Path(folder) / "log.behavio"
        with log.open() as same:
            same.save(path)
            for name, segment in log.segments.items():
                same.save_segment(name, segment)
        with connect(path) as opened:
            assert_same_log(opened, one)
            assert opened.quality == one.quality
            assert dict(opened.segments) == dict(one.segments) == dict(log.segments)
            after = everything(LocalEngine(opened.store, opened.segments), questions)
        assert_equal(after, before)


@some()
@given(
    asked_logs() | asked_logs(identity=True),
    seeds,
    st.integers(2, 4),
    st.sampled_from((0, 1, 2)),
    st.booleans(),
)
def test_appending_in_parts_equals_loading_at_once(
    asked: tuple[LargeLog, dict[str, Any]],
    source: np.random.Generator,
    parts: int,
    by: int,
    saved: bool,
):
    """Parts by chance, by time, and by time with some rows sent again."""
    log, questions = asked
    part_of = source.integers(0, parts, len(log.rows))
    if by:
        ranks = log.rows["time"].rank(method="first", na_option="top").to_numpy()
        part_of = ((ranks - 1) * parts // len(log.rows)).astype(int)
    pieces = [log.rows[part_of == number] for number in range(parts)]
    if by == 2:
        pieces = [
            pd.concat([piece, log.rows.sample(frac=0.05, random_state=1)]) for piece in pieces
        ]
    pieces = [piece for piece in pieces if len(piece)]
    with log.open() as whole, TemporaryDirectory() as folder, log.of(pieces[0]).open() as grown:
        if saved:
            grown.save(Path(folder) / "log.behavio")
        for piece in pieces[1:]:
            grown.append(log.of(piece).mapped_rows)
        assert_same_log(grown, whole)
        assert_equal(
            everything(LocalEngine(grown.store, log.segments), questions),
            everything(LocalEngine(whole.store, log.segments), questions),
        )
