"""One size, measured: every question to every side, then what only Behavio is asked."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from behavio_jupyter.errors import BehavioError

from . import processes
from .apart import Apart, LostError
from .processes import Build, Memory
from .sides import BEHAVIO, PEERS
from .timing import ROUNDS, Timing, timed
from .workload import CONTROLS, QUESTIONS, events_file

Say = Callable[[str], None]

_TOGETHER = 50_000_000
"""Up to so many events all sides are open at once and take turns; beyond, one after the other."""

_COPY = "copy"
_ALONE = ("funnel", "predicate", "breakdown")


@dataclass(frozen=True)
class Compared:
    """A question's timings by side.

    Attributes
    ----------
    key : str
    timings : dict of str to Timing
        By side, Behavio first.
    copy : Timing
        Of copying the columns that the question is about, in the same rounds.
    lost : dict of str to str
        Why a side gave no answer, of those that gave none.
    differing : list of str
        The sides whose answer is not Behavio's.
    """

    key: str
    timings: dict[str, Timing]
    copy: Timing
    lost: dict[str, str]
    differing: list[str]

    @property
    def ours(self) -> Timing:
        """Behavio's timing."""
        return self.timings[BEHAVIO.name]

    def faster(self, side: str) -> float:
        """Return how many times faster than a side Behavio answered."""
        return self.timings[side].median / self.ours.median

    def fastest(self, *sides: str) -> str | None:
        """Return the fastest of some sides, if any answered."""
        there = [side for side in sides if side in self.timings]
        return min(there, key=lambda side: self.timings[side].median, default=None)

    @property
    def above_copy(self) -> float:
        """How many times as long as copying the question's columns Behavio takes."""
        return self.ours.median / self.copy.median


@dataclass(frozen=True)
class Loaded:
    """A side that read the events.

    Attributes
    ----------
    loading : float or None
        Seconds until it could be asked; None if it never could.
    peak : int
        The most bytes its process has held, loading and answering.
    lost : str
        Why it could not be asked, if so.
    """

    loading: float | None
    peak: int
    lost: str = ""


@dataclass(frozen=True)
class Measured:
    """Everything about one size.

    Attributes
    ----------
    events, users : int
    compared : list of Compared
    alone : dict of str to Timing
        Behavio's ``funnel``, ``predicate`` and ``breakdown`` in the same rounds, to be compared
        with each other; and by ``widget funnel`` and so on a changed control of each widget,
        until its browser can draw the answer.
    loaded : dict of str to Loaded
        By side.
    build : Build
    memory : Memory
    first_funnel : float
        Seconds from starting Python to the first funnel of a saved store.
    """

    events: int
    users: int
    compared: list[Compared]
    alone: dict[str, Timing]
    loaded: dict[str, Loaded]
    build: Build
    memory: Memory
    first_funnel: float

    def of(self, key: str) -> Compared:
        """Return a question's comparison."""
        return next(one for one in self.compared if one.key == key)


def measure(
    events: int, cache: Path, say: Say, *, rounds: int = ROUNDS, runs: int = processes.RUNS
) -> Measured:
    """Measure one size; ``cache`` keeps the generated events, ``say`` tells what is going on."""

    def tell(what: str) -> None:
        say(f"{events:,} events: {what}")

    tell("generating, if they are not there")
    parquet = events_file(events, cache)
    folder = Path(tempfile.mkdtemp(dir=cache, prefix="run-"))
    try:
        tell("building the store")
        store = folder / "log.behavio"
        built = processes.build(parquet, store)
        tell("memory, first funnel of a new process")
        memory = processes.memory(store)
        first = processes.first_answer(store, "funnel", runs)
        there = [peer for peer in (BEHAVIO, *PEERS) if peer.is_here(events)]
        # A side that needs much memory is to have all of it.
        groups = [there] if events <= _TOGETHER else [[peer] for peer in there]
        answers = {key: _Answers() for key in QUESTIONS}
        loaded: dict[str, Loaded] = {}
        alone: dict[str, Timing] = {}
        for group in groups:
            with ExitStack() as stack:
                sides: dict[str, Apart] = {}
                for peer in group:
                    tell(f"loading {peer.name}")
                    source = store if peer is BEHAVIO else parquet
                    place = folder / peer.module / "-".join(peer.arguments)
                    try:
                        side = Apart(peer.name, peer.command, place, source)
                    except LostError as error:
                        loaded[peer.name] = Loaded(None, 0, str(error))
                    else:
                        sides[peer.name] = stack.enter_context(side)
                for number, (key, taken) in enumerate(answers.items(), 1):
                    names = [peer.name for peer in group if peer.answers(key)]
                    asked = {name: sides[name] for name in names if name in sides}
                    if asked:
                        tell(f"{QUESTIONS[key].title} ({number} of {len(QUESTIONS)})")
                        taken.add(key, asked, rounds)
                if BEHAVIO.name in sides:
                    tell("Behavio alone")
                    alone = _alone(sides[BEHAVIO.name], rounds)
                for name, side in sides.items():
                    loaded[name] = Loaded(side.loading, side.peak())
        compared = [taken.compared(key) for key, taken in answers.items()]
        return Measured(built.events, built.users, compared, alone, loaded, built, memory, first)
    finally:
        shutil.rmtree(folder)


@dataclass
class _Answers:
    """What sides said to one question so far."""

    timings: dict[str, Timing] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[list[Any]]] = field(default_factory=dict)

    def add(self, key: str, sides: Mapping[str, Apart], rounds: int) -> None:
        """Ask sides, in the same rounds; Behavio copies the question's columns as well."""
        calls = {name: partial(side.timed, "ask", key) for name, side in sides.items()}
        if BEHAVIO.name in sides:
            calls[_COPY] = partial(sides[BEHAVIO.name].timed, "copy", key)
        timings, lost = timed(calls, rounds)
        if BEHAVIO.name in sides:
            sides[BEHAVIO.name].timed("ask", key)  # what was copied is no answer
        self.rows |= {name: side.rows(key) for name, side in sides.items() if name in timings}
        self.timings |= timings
        self.lost |= lost

    def compared(self, key: str) -> Compared:
        """Return what they said side by side."""
        if BEHAVIO.name in self.lost:
            raise BehavioError(f"There is nothing to compare with: {self.lost[BEHAVIO.name]}")
        timings = {name: timing for name, timing in self.timings.items() if name != _COPY}
        expected = self.rows[BEHAVIO.name]
        differing = [name for name, rows in self.rows.items() if rows != expected]
        return Compared(key, timings, self.timings[_COPY], self.lost, differing)


def _alone(behavio: Apart, rounds: int) -> dict[str, Timing]:
    calls = {key: partial(behavio.timed, "ask", key) for key in _ALONE}
    changes = {f"widget {key}": partial(behavio.timed, "change", key) for key in CONTROLS}
    return timed({**calls, **changes}, rounds)[0]
