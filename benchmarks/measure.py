"""One size, measured: every question to every side, then what only Behavio is asked."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import processes
from .apart import Apart, LostError
from .processes import Build, Memory
from .sides import BEHAVIO, PEERS
from .timing import ROUNDS, Timing, timed
from .workload import QUESTIONS, events_file

Say = Callable[[str], None]

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
        Of copying what Behavio reads, in the same rounds.
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
        """How many times as long as copying what it reads Behavio takes."""
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
        with each other; and ``draw``, a funnel with a changed window, answered and drawn.
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
        with ExitStack() as stack:
            sides: dict[str, Apart] = {}
            refused: dict[str, Loaded] = {}
            for peer in (BEHAVIO, *PEERS):
                if peer is not BEHAVIO and not peer.is_here(events):
                    continue
                tell(f"loading {peer.name}")
                source = store if peer is BEHAVIO else parquet
                place = folder / peer.name.replace(", ", "-").replace(" ", "-")
                try:
                    side = Apart(peer.name, peer.command, place, source)
                except LostError as error:
                    refused[peer.name] = Loaded(None, 0, str(error))
                else:
                    sides[peer.name] = stack.enter_context(side)
            compared = []
            for number, key in enumerate(QUESTIONS, 1):
                tell(f"{QUESTIONS[key].title} ({number} of {len(QUESTIONS)})")
                compared.append(_compare(key, sides, rounds))
            tell("Behavio alone")
            ours = sides[BEHAVIO.name]
            calls = {key: partial(ours.timed, "ask", key) for key in _ALONE}
            alone = timed({**calls, "draw": partial(ours.timed, "draw", "funnel")}, rounds)[0]
            loaded = {name: Loaded(side.loading, side.peak()) for name, side in sides.items()}
        return Measured(
            built.events, built.users, compared, alone, loaded | refused, built, memory, first
        )
    finally:
        shutil.rmtree(folder)


def _compare(key: str, sides: Mapping[str, Apart], rounds: int) -> Compared:
    """Time the sides in rounds, and check that they agree."""
    asked = {peer.name for peer in (BEHAVIO, *PEERS) if peer.answers(key)}
    calls = {name: partial(side.timed, "ask", key) for name, side in sides.items() if name in asked}
    copying = {_COPY: partial(sides[BEHAVIO.name].timed, "copy", key)}
    timings, lost = timed({**calls, **copying}, rounds)
    copy = timings.pop(_COPY)
    sides[BEHAVIO.name].timed("ask", key)  # what is copied is no answer
    answers = {name: sides[name].rows(key) for name in timings}
    expected = answers[BEHAVIO.name]
    differing = [name for name, rows in answers.items() if rows != expected]
    return Compared(key, timings, copy, lost, differing)
