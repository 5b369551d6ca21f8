from __future__ import annotations

import sys

import pytest

from behavio_jupyter.errors import BehavioError
from benchmarks.apart import Apart, LostError
from benchmarks.timing import timed

SIDE = """
import os, signal, sys
sys.path.insert(0, os.getcwd())
from benchmarks.serving import serve
class Side:
    def __init__(self, folder): pass
    def load(self, events): self.events = events
    def ask(self, key):
        print("what a library prints is no answer")
        if key == "too large": raise MemoryError
        if key == "killed": os.kill(os.getpid(), signal.SIGKILL)
        return key / 2 if key == "wrong" else key
    def rows(self, key, answer): return [[self.events, answer]]
serve(Side)
"""


@pytest.fixture
def side(tmp_path):
    with Apart("side", [sys.executable, "-c", SIDE], tmp_path, tmp_path / "events") as side:
        yield side


def test_a_side_answers_in_a_process_of_its_own(side, tmp_path):
    seconds, processor = side.timed("ask", "7")
    assert seconds > 0
    assert processor >= 0
    assert side.rows("7") == [[str(tmp_path / "events"), "7"]]
    assert side.peak() > 1_000_000


@pytest.mark.parametrize(("key", "why"), [("too large", "MemoryError"), ("killed", "signal 9")])
def test_a_side_out_of_memory_is_a_finding_and_goes_on(side, key, why):
    with pytest.raises(LostError, match=why):
        side.timed("ask", key)
    side.timed("ask", "7")
    assert side.rows("7")[0][1] == "7"


def test_a_side_that_is_wrong_ends_the_run(side):
    with pytest.raises(BehavioError, match="TypeError"):
        side.timed("ask", "wrong")


def test_calls_take_turns_and_a_lost_one_drops_out():
    made = []

    def call(name):
        made.append(name)
        if made.count(name) == 2 and name == "b":
            raise LostError("too large")
        return 0.5, 0.25

    names = ("a", "b", "c")
    taken, lost = timed({name: lambda name=name: call(name) for name in names}, rounds=2)
    assert made == ["a", "b", "c", "a", "b", "c", "a", "c"]
    assert lost == {"b": "too large"}
    assert list(taken) == ["a", "c"]
    assert (taken["a"].first, taken["a"].warm, taken["a"].processor) == (0.5, [0.5, 0.5], 0.25)
