"""A whole run: what is measured at which sizes, and in which order."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import processes, report
from .growth import Growth, by_question
from .kept import Kept
from .measure import Measured, Say, measure
from .processes import Cold
from .sides import ROOT
from .timing import ROUNDS
from .workload import events_file

_CODE = ("behavio_jupyter", "magics", "benchmarks")


@dataclass(frozen=True)
class Plan:
    """What to measure.

    Attributes
    ----------
    compared : tuple of int
        Numbers of events whose tables are shown.
    between : tuple of int
        Those that are only in the pictures of growth.
    questions : int
        Events over which the growth of questions is measured.
    cold : int
        Events in the store that new processes open.
    first : tuple of str
        Questions that new processes are asked.
    rounds, runs : int
        Warm calls, and processes, of which medians are taken.
    """

    compared: tuple[int, ...] = (1_000_000, 20_000_000)
    between: tuple[int, ...] = (100_000, 300_000, 3_000_000, 10_000_000)
    questions: int = 10_000_000
    cold: int = 1_000_000
    first: tuple[str, ...] = processes.COLD
    rounds: int = ROUNDS
    runs: int = processes.RUNS


USUAL = Plan()
LARGE = Plan(compared=(*USUAL.compared, 100_000_000), between=(*USUAL.between, 30_000_000))


def take(plan: Plan, cache: Path, say: Say) -> tuple[report.Run, Kept]:
    """Measure what a plan says, going on where an interrupted run stopped.

    Parameters
    ----------
    plan : Plan
    cache : Path
        Keeps the generated events, and what was measured until the run is forgotten.
    say : callable
        Told what is going on.
    """
    load = os.getloadavg()[0]
    code = [ROOT / name for name in _CODE]
    kept = Kept(cache / "measured", code, report.LIBRARIES)

    def size(events: int) -> Measured:
        return kept.take(
            f"events-{events}-{plan.rounds}",
            Measured,
            lambda: measure(events, cache, say, rounds=plan.rounds, runs=plan.runs),
        )

    def cold() -> Cold:
        say("new processes: imports, opening a store, first answers")
        with tempfile.TemporaryDirectory(dir=cache, prefix="run-") as folder:
            events = events_file(plan.cold, cache)
            return processes.cold(events, Path(folder), plan.first, plan.runs)

    cache.mkdir(parents=True, exist_ok=True)
    for left in cache.glob("run-*"):  # by a run that was killed
        shutil.rmtree(left)
    new = kept.take(f"cold-{plan.cold}-{'-'.join(plan.first)}", Cold, cold)
    grown = kept.take(
        f"questions-{plan.questions}-{plan.rounds}",
        list[Growth],
        lambda: by_question(plan.questions, cache, say, plan.rounds),
    )
    numbers = sorted((*plan.compared, *plan.between))
    sizes = [size(events) for events in numbers]
    told = tuple(place for place, events in enumerate(numbers) if events in plan.compared)
    return report.Run(sizes, told, grown, new, report.Machine.here(load)), kept


def differing(sizes: Sequence[Measured]) -> list[str]:
    """Name the answers that are not the same on all sides."""
    return [
        f"{one.key} at {size.events:,} events: {', '.join(one.differing)}"
        for size in sizes
        for one in size.compared
        if one.differing
    ]
