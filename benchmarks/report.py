"""A run told: on the terminal, and as a page with pictures."""

from __future__ import annotations

import datetime as dt
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from . import tables
from .budgets import budgets, judged
from .growth import Growth
from .measure import Measured
from .processes import Cold
from .sides import PEERS
from .tables import Shown
from .workload import EVENTS_PER_USER, QUESTIONS

LIBRARIES = ("numpy", "numba", "duckdb", "pandas", "pyarrow")


@dataclass(frozen=True)
class Machine:
    """Where a run took place, and how busy the machine was besides."""

    name: str
    load: tuple[float, float]

    @classmethod
    def here(cls, load_before: float) -> Machine:
        """Describe this machine at the end of a run."""
        processor = _processor()
        memory = psutil.virtual_memory().total / 2**30
        name = (
            f"{processor}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()},"
            f" Python {platform.python_version()}"
        )
        return cls(name, (load_before, os.getloadavg()[0]))

    @property
    def noise(self) -> str:
        """The load at the beginning and at the end, in words."""
        before, after = self.load
        return (
            f"load average {before:.1f} before and {after:.1f} after the run"
            f" (the run itself makes up to {os.cpu_count()})"
        )


@dataclass(frozen=True)
class Run:
    """All that was measured.

    Attributes
    ----------
    sizes : list of Measured
        By number of events.
    told : tuple of int
        Positions in ``sizes`` of those whose tables are shown; all are in the pictures.
    grown : list of Growth
    cold : Cold
    machine : Machine
    """

    sizes: list[Measured]
    told: tuple[int, ...]
    grown: list[Growth]
    cold: Cold
    machine: Machine

    @property
    def compared(self) -> list[Measured]:
        """The sizes whose tables are shown."""
        return [self.sizes[place] for place in self.told]


def show(console: Console, run: Run) -> None:
    """Print a run."""
    for one in run.compared:
        _print(console, tables.comparison(one), f"{one.events:,} events of {one.users:,} users")
        for table in (tables.processor(one), tables.loading(one), tables.alone(one)):
            _print(console, table)
    _print(console, tables.sizes(run.sizes), "Growth")
    for grown in run.grown:
        _print(console, tables.growth(grown))
    _print(console, tables.cold(run.cold))
    title = f"Budgets, at {judged(run.sizes).events:,} events"
    _print(console, tables.judgement(budgets(run.sizes, run.cold)), title)
    console.print(f"{run.machine.name}; {run.machine.noise}")


def write(folder: Path, run: Run) -> None:
    """Write ``performance.md`` and its pictures, below ``pictures``."""
    from . import plot  # loads matplotlib

    plot.draw_sizes(folder / "pictures" / "growth-events.svg", run.sizes)
    plot.draw_questions(folder / "pictures" / "growth-questions.svg", run.grown)
    parts = [
        *_beginning(run.machine),
        f"## Budgets, at {judged(run.sizes).events:,} events",
        _markdown(tables.judgement(budgets(run.sizes, run.cold))),
    ]
    for one in run.compared:
        parts += [
            f"## {one.events:,} events of {one.users:,} users",
            *map(
                _markdown,
                (
                    tables.comparison(one),
                    tables.processor(one),
                    tables.loading(one),
                    tables.alone(one),
                ),
            ),
        ]
    parts += [
        "## Growth with events",
        "![Time and memory by number of events, on log scales](pictures/growth-events.svg)",
        _markdown(tables.sizes(run.sizes)),
        "## Growth with questions",
        f"Behavio's warm answers over {run.grown[0].events:,} events, medians. The properties that"
        " are broken down have the given number of values, evenly spread over events.",
        "![Time by steps, values and conditions](pictures/growth-questions.svg)",
        *(_markdown(tables.growth(grown)) for grown in run.grown),
        "## Cold",
        f"New processes, over {run.cold.events:,} events; files are in the system's cache. What"
        " numba compiles it keeps on disk; without that (`NUMBA_CACHE_DIR` an empty folder) the"
        " first answer of a kind has to compile, once after each installation. Where neither the"
        " package's folder nor the user's can be written, as in some containers, each process does:"
        " name a folder in that variable there.",
        _markdown(tables.cold(run.cold)),
        "## The questions",
        "\n".join(
            f"- {question.title}: `%{question.kind} {question.text}`"
            for question in QUESTIONS.values()
        ),
    ]
    path = folder / "performance.md"
    half = path.with_suffix(".half")
    half.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    half.rename(path)


def _beginning(machine: Machine) -> list[str]:
    peers = {peer.needs: peer.version() for peer in PEERS if peer.is_here(0)}
    versions = {name: version(name) for name in LIBRARIES} | peers
    listed = ", ".join(f"{name} {number}" for name, number in versions.items())
    return [
        "# Performance",
        f"Written by `make bench` on {dt.date.today()}: {machine.name}; {listed}. Noise:"
        f" {machine.noise}. Seconds do not travel between machines; the ratios do, more or less.",
        "## What is compared",
        "The same generated events (`datasets.generate`, seeded, with a property `region` of 20"
        f" values added, {EVENTS_PER_USER} events a user) are asked the same questions by all"
        " sides, each in a process of its own. Every answer is checked to be the same on all"
        " sides, row by row. Times are medians of warm answers, taken in rounds of one call to"
        " each side; in brackets, how many times faster Behavio is. *First* is Behavio's first"
        " answer in the process. Processor time is that of all threads, in which other work on the"
        " machine shows less. A predicate's mask and a property's codes are kept after the first"
        " answer, so warm answers do not read them again.",
        "\n".join(
            (
                "- **Behavio** over its saved store, from a question's text to its table.",
                "- **ClickHouse** in process (chdb): a MergeTree sorted by user and time, in one"
                " part; *by time*: the same, sorted by time. From SQL to a pandas table.",
                "- **DuckDB**: a table sorted by user, time and name. From SQL to a pandas table."
                " Where windows go along the rows as they lie, they have no partition and no order,"
                " which is several times faster.",
                "- **Polars**: a frame in memory sorted by user, time and name, lazy plans, each"
                " by the engine (streaming or in memory) that is faster.",
                "- **pandas**: a frame in memory sorted by user, time and name, vectorised; up to"
                " 1 million events.",
                "- **retentioneering**, up to 1 million events: its funnel, which has no window,"
                " and its transition matrix.",
            )
        ),
        "The peers hold users as numbers, names as an enum and times as integers (retentioneering:"
        " as it makes them). *Copying its columns* is one thread copying the columns that a"
        " question is about: users' offsets, times, event numbers, and the mask or the codes of its"
        " property. That is the least that reading all of them can take."
        " Above 50 million events the sides take no turns but come one after the other, so that"
        " each has the whole memory; where one ran out of it, that stands in place of its time.",
        "Where the rules of the sides could differ, the questions are chosen so that they do not:"
        " every user has one region, so that ClickHouse can group by it (its `windowFunnel` does"
        " not tell which event began); paths keep every node at each step; the funnel asked of"
        " retentioneering has a window as long as the log. Paths are the edges with counts and"
        " medians on all sides; Behavio makes the whole sequences and the transition matrix when"
        " they are looked at, which is not timed. Funnels have their times to convert and"
        " intervals besides, retention intervals.",
    ]


def _print(console: Console, shown: Shown, title: str | None = None) -> None:
    table = Table(*shown.header, title=title)
    for row in shown.rows:
        table.add_row(*(cell.replace("**", "") for cell in row))
    console.print(table)


def _markdown(shown: Shown) -> str:
    lines = [shown.header, ["---"] * len(shown.header), *shown.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
