"""The benchmark, whole but tiny: all sides answer alike, and the page comes about."""

from __future__ import annotations

import re

import pytest

from benchmarks import report
from benchmarks.run import Plan, differing, take
from benchmarks.sides import BEHAVIO, PEERS
from benchmarks.workload import QUESTIONS

TINY = Plan(
    compared=(4_000,), between=(), questions=4_000, cold=4_000, first=("trend",), rounds=1, runs=1
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def run(cache):
    return take(TINY, cache, lambda _: None)[0]


def test_every_side_that_is_here_gives_every_answer_it_is_asked_for(run):
    (measured,) = run.sizes
    here = [peer for peer in (BEHAVIO, *PEERS) if peer.is_here(measured.events)]
    assert {"Behavio", "DuckDB", "Polars", "pandas"} <= {peer.name for peer in here}
    for key in QUESTIONS:
        answered = set(measured.of(key).timings)
        assert answered == {peer.name for peer in here if peer.answers(key)}
        assert measured.of(key).lost == {}


def test_all_sides_give_the_same_answers(run):
    assert differing(run.sizes) == []


def test_the_page_tells_every_question_and_budget(run, tmp_path):
    report.write(tmp_path, run)
    page = (tmp_path / "performance.md").read_text(encoding="utf-8")
    for question in QUESTIONS.values():
        assert f"| {question.title} |" in page
    for told in ("windowFunnel", "building and saving", "peak memory", "%load_ext", "widget's"):
        assert told in page
    pictures = re.findall(r"\]\((pictures/[\w-]+\.svg)\)", page)
    assert len(pictures) == 2
    for picture in pictures:
        assert (tmp_path / picture).read_text(encoding="utf-8").startswith("<?xml")


def test_what_was_measured_is_not_measured_again_until_it_is_forgotten(run, cache):
    said = []
    again, kept = take(TINY, cache, said.append)
    assert said == []
    assert again.sizes == run.sizes
    kept.forget()
    assert not kept.folder.exists()
