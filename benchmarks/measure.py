"""One size, measured: every question to every side, then what only Behavio is asked."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

import behavio_jupyter
from behavio_jupyter.engine.local import LocalEngine

from . import processes
from .peers.clickhouse import ClickHouse
from .peers.duckdb import DuckDB
from .processes import Build, Memory
from .sides import Behavio, Side
from .timing import Timing, timed
from .workload import QUESTIONS, events_file


@dataclass(frozen=True)
class Compared:
    """A question's timings by side, Behavio first, and the sides whose answer differs."""

    key: str
    timings: dict[str, Timing]
    differing: tuple[str, ...]

    @property
    def ours(self) -> Timing:
        """Behavio's timing."""
        return next(iter(self.timings.values()))

    def faster(self, side: str) -> float:
        """Return how many times faster than a side Behavio answered."""
        return self.timings[side].median / self.ours.median

    @property
    def faster_than_best(self) -> float:
        """How many times faster than the faster peer."""
        return min(self.faster(side) for side in list(self.timings)[1:])


@dataclass(frozen=True)
class Measured:
    """Everything about one size.

    Attributes
    ----------
    events, users : int
    compared : list of Compared
    alone : dict of str to float
        Seconds of Behavio's funnels (``funnel``, ``predicate``, ``breakdown``) and of copying the
        columns that they read (``copy``), taken in the same rounds, to be compared with each other.
    build : Build
    memory : Memory
    first_funnel : float
        Seconds from starting Python to the first funnel of a saved store.
    """

    events: int
    users: int
    compared: list[Compared]
    alone: dict[str, float]
    build: Build
    memory: Memory
    first_funnel: float

    def of(self, key: str) -> Compared:
        """Return a question's comparison."""
        return next(one for one in self.compared if one.key == key)


def measure(events: int, cache: Path, say: Callable[[str], None]) -> Measured:
    """Measure one size; ``cache`` keeps the generated events, ``say`` tells what is going on."""
    say(f"{events:,} events: generating")
    parquet = events_file(events, cache)
    folder = Path(tempfile.mkdtemp(dir=cache))
    try:
        say("building the store")
        store = folder / "log.behavio"
        built = processes.build(parquet, store)
        say("memory, first funnel of a new process")
        memory, first = processes.memory(store), processes.first_funnel(store)
        log = behavio_jupyter.connect(store)
        say("loading the peers")
        clickhouse, duckdb = ClickHouse(folder / "clickhouse"), DuckDB(folder / "peer.duckdb")
        for peer in (clickhouse, duckdb):
            peer.load(parquet)
        compared = []
        for key in QUESTIONS:
            say(QUESTIONS[key].title)
            compared.append(compare(key, (Behavio(log), clickhouse, duckdb)))
        users = len(log.store.user_ids())
        return Measured(built.events, users, compared, alone(log), built, memory, first)
    finally:
        shutil.rmtree(folder)


def compare(key: str, sides: Sequence[Side]) -> Compared:
    """Time the sides in rounds, and check that they agree."""
    taken = timed(*(partial(side.ask, key) for side in sides))
    timings = {side.name: timing for side, timing in zip(sides, taken, strict=True)}
    expected, *others = (side.rows(key, side.ask(key)) for side in sides)
    differing = [
        side.name for side, rows in zip(sides[1:], others, strict=True) if rows != expected
    ]
    return Compared(key, timings, tuple(differing))


def alone(log: behavio_jupyter.EventLog) -> dict[str, float]:
    """Time Behavio's funnels, and copying what they read in one thread, in the same rounds."""
    columns = LocalEngine(log.store, {}).columns
    arrays = (columns.offsets, columns.time, columns.event)
    room = [np.empty_like(array) for array in arrays]

    def copy() -> None:
        for to, array in zip(room, arrays, strict=True):
            np.copyto(to, array)

    keys = ("funnel", "predicate", "breakdown")
    taken = timed(*(partial(Behavio(log).ask, key) for key in keys), copy)
    return {key: one.median for key, one in zip((*keys, "copy"), taken, strict=True)}
