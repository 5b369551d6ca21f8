"""A notebook's cell is interrupted: one sentence, the store before whole, the kernel goes on."""

from __future__ import annotations

import inspect
import os
import random
import re
import secrets
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from pyarrow import parquet

import behavio_jupyter
from behavio_jupyter import datasets, magics

from . import states, work
from .notebook import Notebook, Outcome, notebook

MOMENTS = 5
"""Interrupts of each kind of cell."""

_SETUP = """
import random, threading, time
import pandas as pd, pyarrow.parquet as pq
import behavio_jupyter
from behavio_jupyter.data import connecting, load, progress
from behavio_jupyter.engine.local import parallel
%load_ext behavio_jupyter
load.IN_MEMORY = connecting.IN_MEMORY = 100_000

def busy():
    working = [thread.name for thread in threading.enumerate() if thread.name == progress._WORKER]
    return working + ["queued"] * parallel._pool()._work_queue.qsize()

events = pq.read_table("events.parquet")
more = pd.read_parquet("more.parquet")
large = behavio_jupyter.connect(events)
%behavio connect events as big
log = behavio_jupyter.connect(STORE)
_ = large.funnel("visit -> cart -> purchase"), log.funnel("visit -> cart")
"""

CELLS = {
    "connect": """
while True:
    %behavio connect events
""",
    "save": """
while True:
    behavio_jupyter.connect(events[:50_000]).save(STORE)
""",
    "append": """
while True:
    log.append(more)
    more["user_id"] = more["user_id"] + "x"
""",
    "segment": """
while True:
    log.save_segment(f"s{random.random()}", "did(cart)")
""",
    "question": """
while True:
    large.funnel(f"visit[amount is null or amount < {random.random()}] -> cart by page top 20")
    large.paths("from visit steps 6 by country")
""",
    "magic": """
while True:
    %segment count(visit where amount is null) >= 2 and did(cart)
    %trend users of any per day by country for not did(purchase)
    %retention signup -> any per week by platform
""",
}


class Desk(NamedTuple):
    """A notebook, and the places where it works."""

    cells: Notebook
    places: work.Places


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One kernel for all kinds of cells."""
    places = work.Places.under(tmp_path_factory.mktemp("desk"))
    parquet.write_table(datasets.generate(400_000, 20_000).events, places.home / "events.parquet")
    states.batch(work.OLD).to_parquet(places.home / "more.parquet")
    states.write(places.store, work.OLD)
    with notebook(places.home, places.temporary) as cells, pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(places.temporary))
        cells.value(f"STORE = {str(places.store)!r}")
        cells.value(_SETUP)
        yield Desk(cells, places)


OURS = [os.path.dirname(inspect.getfile(module)) for module in (behavio_jupyter, magics)]
ENTERED = re.compile(
    r"/interrupts\.py:\d+, in interruptible\.<locals>\.call\(.*\n"
    r"(?: .*\n)*-+> *\d+ +(?:@functools\.wraps|def call)"
)
"""In a trace: what users call is being entered, and none of its lines has run."""


def is_short(outcome: Outcome) -> bool:
    """Whether no more than a sentence is shown, unless the cell's own lines were interrupted.

    Python also looks for interrupts where it enters a function, before the first line can begin to
    listen: there, where what users call is entered, and nowhere else, it may show a trace.
    """
    shown = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(outcome.trace))
    if outcome.error == "Interrupted":
        return "\n" not in shown and outcome.sentence.endswith(".")
    ours = sum(shown.count(f"File {folder}{os.sep}") for folder in OURS)
    return outcome.error == "KeyboardInterrupt" and ours == len(ENTERED.findall(shown)) <= 1


@pytest.mark.parametrize("kind", CELLS)
def test_interrupted(kind: str, desk: Desk) -> None:
    cells, places = desk
    old = states.write(places.store, work.OLD)
    cells.value("log = behavio_jupyter.connect(STORE); more = pd.read_parquet('more.parquet')")
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    told = []
    for _ in range(MOMENTS):
        code = "print('began')\n" + CELLS[kind]
        outcome = cells.run(code, interrupt_after=chance.uniform(0, 0.8))
        assert is_short(outcome), "\n".join(outcome.trace)
        told.append(outcome.sentence)
        # The next cell is answered.
        assert cells.value("6 * 7") == "42"
        # The store is whole: as it was, or with all that was written before the interrupt.
        with behavio_jupyter.connect(places.store) as log:
            if kind in ("connect", "question", "magic"):
                assert places.store.read_bytes() == old
            elif kind == "save":
                assert len(log) == 50_000 or states.answers(log) == states.expected(work.OLD)
            else:
                assert states.state_of(log) >= work.OLD
        # Nothing goes on in the background, but what is just being compiled.
        until = time.monotonic() + 30
        while (busy := cells.value("busy()")) != "[]" and time.monotonic() < until:
            time.sleep(0.1)
        assert busy == "[]"
        assert os.listdir(places.store.parent) == [places.store.name]
    print(told)
    cells.value("behavio_jupyter.connect(STORE).append(more)")
    # What open logs need lies there as long as they do.
    assert all(".session-" in name or ".log-" in name for name in places.strays())


def test_nothing_stays_of_a_kernel_that_ended(places: work.Places) -> None:
    states.write(places.store, 1)
    with notebook(places.home, places.temporary) as cells:
        cells.value("import behavio_jupyter, numpy; from behavio_jupyter.data import connecting")
        cells.value("connecting.IN_MEMORY = 0")
        cells.value(f"log = behavio_jupyter.connect({str(places.store)!r})")
        cells.run("large = behavio_jupyter.datasets.generate(1_000, 10).connect()")
        assert len(list(places.temporary.glob(".*.behavio-lock"))) == 2
        cells.end()
        assert states.strays(places.store.parent, places.temporary, places.home) == []
