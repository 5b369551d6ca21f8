"""Broken inputs: each gives a right answer or one clear sentence, and nothing is lost unsaid."""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import behavio_jupyter
from behavio_jupyter import EventLog
from behavio_jupyter.errors import BehavioError
from behavio_jupyter.query import Breakdown, Events, Funnel, Step, Trend, parse
from behavio_jupyter.query.predicate import Property
from tests.data.tables import contents

from . import broken_files, broken_frames
from .broken import Refused, Right, frame

CASES = broken_frames.CASES | broken_files.CASES
RIGHT = {name: case for name, case in CASES.items() if isinstance(case, Right)}
REFUSED = {name: case for name, case in CASES.items() if isinstance(case, Refused)}

EPOCH = dt.datetime(1970, 1, 1)


def test_the_corpus_is_large() -> None:
    assert len(CASES) == len(broken_frames.CASES) + len(broken_files.CASES) >= 90


@pytest.mark.parametrize("name", REFUSED)
def test_one_clear_sentence(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = REFUSED[name]
    source = case.make(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(case.kind, match=re.escape(case.sentence)) as refusal:
        _looked_at(source, case.options)
    said = str(refusal.value).replace(str(tmp_path), "")
    assert said.endswith(".")
    assert said.isprintable(), said
    assert len(said) < 300
    assert sorted(tmp_path.iterdir()) == before
    assert capsys.readouterr().err == ""


def _looked_at(source: Any, options: Mapping[str, Any]) -> None:
    """Open a log and look at its events: some damage is found only then."""
    with behavio_jupyter.connect(source, **options) as log:
        assert str(log.quality)
        assert len(log.trend("events of any per day").table)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer(name: str, tmp_path: Path) -> None:
    case = RIGHT[name]
    with behavio_jupyter.connect(case.make(tmp_path), **case.options) as log:
        quality = log.quality
        assert quality.rows == case.rows
        assert quality.events == sum(case.names.values()) == len(log)
        assert {part.reason: part.rows for part in quality.removed} == case.removed
        assert quality.rows == quality.events + sum(case.removed.values())
        for part in quality.removed:
            assert len(part.examples) == min(part.rows, 5)
        found = contents(log.store)
        assert collections.Counter(row[2] for row in found) == case.names
        if case.users is not None:
            assert log.store.user_ids().tolist() == case.users
        if case.times is not None:
            assert [str(EPOCH + dt.timedelta(microseconds=row[1])) for row in found] == case.times
        columns = [info.name for info in log.store.schema.properties]
        for name_, values in case.values.items():
            place = 3 + columns.index(name_)
            assert [row[place] for row in found] == values
        _shown(log)
        _asked(log, found)


def _shown(log: EventLog) -> None:
    for thing in (log, log.quality):
        assert str(thing)
        assert thing._repr_html_()
    assert log.events["count"].sum() == len(log)
    if len(log.store.schema.properties) < 100:
        assert len(log.properties) == len(log.store.schema.properties)


def _asked(log: EventLog, found: list[tuple[Any, ...]]) -> None:
    """Ask for the names that there are and compare with what the rows say."""
    users: dict[str, list[Any]] = {}
    for row in found:
        users.setdefault(row[2], []).append(row[0])
    names = sorted(users)[:2]
    for name in names:
        funnel = Funnel(
            steps=[Step(events=Events(names=(name,))), Step(events=Events())], within="1d"
        )
        assert parse(str(funnel)) == funnel
        assert log.run(funnel).table["count"].tolist()[0] == len(set(users[name]))
        assert log.run(str(funnel)).table.equals(log.run(funnel).table)
        segment = parse(f"did({Events(names=(name,))})", kind="segment")
        assert log.run(segment).users.tolist() == sorted(set(users[name]))
    texts = [info for info in log.store.schema.properties if info.kind == "text"][:2]
    columns = [info.name for info in log.store.schema.properties]
    for info in texts:
        place = 3 + columns.index(info.name)
        trend = Trend(
            value="events of any",
            per="month",
            by=Breakdown(property=Property(name=info.name), top=1000),
        )
        assert parse(str(trend)) == trend
        table = log.run(trend).table
        counted = table.groupby(info.name, sort=False)["value"].sum()
        there = collections.Counter("(none)" if r[place] is None else r[place] for r in found)
        assert counted[counted > 0].to_dict() == there


def test_numbers_with_a_comma_are_said_to_be_text(tmp_path: Path) -> None:
    make = broken_files.CASES["csv, decimal commas"].make
    with behavio_jupyter.connect(make(tmp_path)) as log:
        assert log.quality.comma_numbers == {"x": "1,5"}
        assert "x, as '1,5'; write a point for the comma" in str(log.quality)
    texts = frame(x=["1,5", "2", "about 3"], y=["1", "2", "3"], z=[None, None, None])
    with behavio_jupyter.connect(texts) as log:
        assert log.quality.comma_numbers == {}


def test_a_value_that_is_no_number_is_said_to_make_text(tmp_path: Path) -> None:
    with behavio_jupyter.connect(frame(amount=[5.0, 7.5, 2.0])) as log:
        assert log.quality.odd_values == {}
        log.save(tmp_path / "log.behavio")
    with behavio_jupyter.connect(tmp_path / "log.behavio") as log:
        log.append(frame(amount=["n/a", None, None]).assign(user_id="new"))
        assert log.quality.odd_values == {"amount": "n/a"}
        assert "amount, as 'n/a'; leave such values empty" in str(log.quality)
    texts = frame(code=["01", "02", "03"], name=["a", "b", "3"])
    with behavio_jupyter.connect(texts) as log:
        assert log.quality.odd_values == {}


def test_an_empty_log_says_that_it_is_empty() -> None:
    with behavio_jupyter.connect(frame()[:0]) as log:
        assert log.events.empty
        for question in ("visit -> buy", "any -> any"):
            refused = pytest.raises(BehavioError, match=r"visit.*the log is empty")
            with contextlib.nullcontext() if question.startswith("any") else refused:
                assert log.funnel(question).table["count"].sum() == 0


def test_rows_that_are_no_events_are_told_though_all_others_are_known() -> None:
    with behavio_jupyter.connect(frame()) as log:
        log.append(frame(user_id=["a", None, "a"]))
        quality = log.quality
        assert {part.reason: part.rows for part in quality.removed} == {
            "no user": 1,
            "repeated row": 2,
        }
        assert (quality.rows, quality.events) == (6, 3)
        log.append(frame())
        assert log.quality == quality
