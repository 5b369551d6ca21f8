"""Run with ``make bench``; the environment variable BENCH_EVENTS names other sizes."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console

from behavio_jupyter.errors import BehavioError

from . import processes, report
from .budgets import budgets
from .measure import measure

SIZES = "1e6,20e6"
ROOT = Path(__file__).parent.parent


def main() -> None:
    """Measure every size, judge the largest by the budgets, and tell.

    The page in ``docs`` is written by a run of the usual sizes only.
    """
    console = Console()
    wanted = os.environ.get("BENCH_EVENTS", SIZES)
    sizes = sorted({int(float(size)) for size in wanted.split(",")})
    cache = ROOT / ".build" / "bench"
    cache.mkdir(parents=True, exist_ok=True)
    load = os.getloadavg()[0]
    imported, extended = processes.import_seconds(), processes.extension_seconds()
    runs = [measure(size, cache, console.log) for size in sizes]
    judged = budgets(runs[-1], imported, extended)
    machine = report.Machine.here(load)
    report.show(console, runs, judged, machine)
    if sizes == sorted({int(float(size)) for size in SIZES.split(",")}):
        report.write(ROOT / "docs" / "performance.md", runs, judged, machine)
    wrong = [
        f"{one.key} at {run.events:,} events: {', '.join(one.differing)}"
        for run in runs
        for one in run.compared
        if one.differing
    ]
    if wrong:
        raise BehavioError(f"Sides do not agree on {'; '.join(wrong)}.")


if __name__ == "__main__":
    main()
