"""A run told: on the terminal, and in docs/performance.md."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from .budgets import Budget
from .measure import Compared, Measured
from .workload import EVENTS_PER_USER, QUESTIONS

_WITH = ("numpy", "numba", "duckdb", "chdb", "pandas", "pyarrow")
_MET = {True: "yes", False: "**no**", None: "–"}


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


def show(
    console: Console, runs: Sequence[Measured], judged: Sequence[Budget], machine: Machine
) -> None:
    """Print a run."""
    for run in runs:
        _print(console, f"{run.events:,} events of {run.users:,} users", *_comparison(run))
        _print(console, "", *_others(run))
    _print(console, f"Budgets, at {runs[-1].events:,} events", *_judgement(judged))
    console.print(f"{machine.name}; {machine.noise}")


def write(path: Path, runs: Sequence[Measured], judged: Sequence[Budget], machine: Machine) -> None:
    """Write a run as Markdown."""
    versions = ", ".join(f"{name} {version(name)}" for name in _WITH)
    parts = [
        "# Performance",
        f"Written by `make bench` on {dt.date.today()}: {machine.name}; {versions}. Noise:"
        f" {machine.noise}. Seconds do not travel between machines; the ratios do, more or less.",
        "## What is compared",
        "The same generated events (`datasets.generate`, seeded, with a property `region` of 20"
        f" values added, {EVENTS_PER_USER} events a user) are asked the same questions by three"
        " sides in one process: Behavio over its saved store; ClickHouse in process (chdb) on a"
        " MergeTree sorted by user and time, in one part; DuckDB on a table sorted by user and"
        " time. The peers hold users as numbers, names as an enum and times as integers. Every"
        " answer is checked to be the same on all sides, row by row. Behavio is timed from a"
        " question's text to its table, the peers from SQL to a pandas table. *First* is"
        " Behavio's first answer in the process; the other columns are medians of warm answers,"
        " taken in rounds of one call to each side, with how many times faster Behavio is and how"
        " many times less processor time it takes, in which other work on the machine shows less."
        " A predicate's mask and a property's codes are kept after the first answer, so warm"
        " answers do not read them again.",
        "Where the rules of the sides could differ, the questions are chosen so that they do not:"
        " every user has one region, so that ClickHouse can group by it (its `windowFunnel` does"
        " not tell which event began); paths keep every node at each step. The SQL for paths"
        " gives the edges with counts and medians; Behavio's answer holds the whole sequences and"
        " the transition matrix besides.",
    ]
    for run in runs:
        parts += [
            f"## {run.events:,} events of {run.users:,} users",
            _markdown(*_comparison(run)),
            _markdown(*_others(run)),
        ]
    parts += [
        f"## Budgets, at {runs[-1].events:,} events",
        _markdown(*_judgement(judged)),
        "The questions:",
        "\n".join(
            f"- {question.title}: `%{question.kind} {question.text}`"
            for question in QUESTIONS.values()
        ),
    ]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _comparison(run: Measured) -> tuple[list[str], list[list[str]]]:
    peers = list(run.compared[0].timings)[1:]
    return ["question", "first", "Behavio", *peers, "same answer"], [
        [
            QUESTIONS[one.key].title,
            _seconds(one.ours.first),
            _seconds(one.ours.median),
            *(_beside(one, peer) for peer in peers),
            _agreement(one),
        ]
        for one in run.compared
    ]


def _beside(one: Compared, peer: str) -> str:
    timing = one.timings[peer]
    processor = timing.processor / one.ours.processor
    return f"{_seconds(timing.median)} ({one.faster(peer):.1f} ×; {processor:.1f} ×)"


def _agreement(one: Compared) -> str:
    return f"not {' nor '.join(one.differing)}" if one.differing else "yes"


def _others(run: Measured) -> tuple[list[str], list[list[str]]]:
    build, memory = run.build, run.memory
    speed = build.events / (build.connect + build.save) / 1e6
    return ["besides", ""], [
        [
            "in the same rounds: funnel, with predicate, by 20 values, copying their columns",
            ", ".join(_seconds(seconds) for seconds in run.alone.values()),
        ],
        ["new process: Python, open the store, first funnel", _seconds(run.first_funnel)],
        [
            "store from Parquet: build + save",
            f"{_seconds(build.connect)} + {_seconds(build.save)}, {speed:.2f} million events/s",
        ],
        ["peak memory of that", f"{build.peak / 1e9:.2f} GB"],
        [
            "open log, bytes an event",
            f"{memory.held:.1f} in arrays, {memory.property:.1f} more for a property in use;"
            f" the process grew by {memory.growth:.1f}",
        ],
    ]


def _judgement(judged: Iterable[Budget]) -> tuple[list[str], list[list[str]]]:
    return ["what", "budget", "measured", "met"], [
        [one.what, one.budget, one.measured, _MET[one.met]] for one in judged
    ]


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _print(console: Console, title: str, header: list[str], rows: list[list[str]]) -> None:
    table = Table(*header, title=title or None)
    for row in rows:
        table.add_row(*(cell.replace("**", "") for cell in row))
    console.print(table)


def _markdown(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
