"""The budgets of the design, and what a run says of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .measure import Measured
from .processes import Cold
from .workload import CONTROLS

_GIGABYTE = 1e9
_JUDGED_AT = 20_000_000
_PEAK_AT = 100_000_000
_SQL = ("ClickHouse", "DuckDB")


@dataclass(frozen=True)
class Budget:
    """A budget, what was measured, and whether it is met (None: not measured)."""

    what: str
    budget: str
    measured: str
    met: bool | None


def judged(runs: Sequence[Measured]) -> Measured:
    """Return the run that the budgets are for: of 20 million events, or else the largest."""
    return next((run for run in runs if _is_about(run, _JUDGED_AT)), runs[-1])


def budgets(runs: Sequence[Measured], cold: Cold) -> list[Budget]:
    """Judge what was measured by the budgets."""
    run = judged(runs)
    plain = run.alone["funnel"].median
    found = []
    if "ClickHouse" in run.of("funnel").timings:
        times = run.of("funnel").faster("ClickHouse")
        found.append(_times("funnel, warm, beside ClickHouse `windowFunnel`", times, 10))
    found.append(
        _at_most("funnel, warm, beside copying its columns", run.of("funnel").above_copy, 3)
    )
    for key, title, least in (
        ("retention", "retention, 12 weeks", 10),
        ("paths", "paths, 6 steps", 10),
        ("segment", "segment of 3 conditions", 5),
        ("trend", "trend by week", 3),
    ):
        best = run.of(key).fastest(*_SQL)
        if best is not None:
            what = f"{title}, beside the faster SQL ({best})"
            found.append(_times(what, run.of(key).faster(best), least))
    for key, title in (
        ("predicate", "property predicate on a step, beside the plain funnel"),
        ("breakdown", "breakdown by 20 values, beside the plain funnel"),
    ):
        found.append(_at_most(title, run.alone[key].median / plain, 3))
    found += [
        _seconds("new process: Python, open the store, first funnel", run.first_funnel, 2),
        Budget(
            "building and saving the store from Parquet",
            "≥ 2.5 million events/s",
            f"{run.build.speed / 1e6:.2f} million events/s",
            run.build.speed >= 2.5e6,
        ),
        _peak(runs),
        Budget(
            "memory of an open log",
            "≤ 14 bytes an event, 4 a property",
            f"{run.memory.held:.1f} in arrays, {run.memory.property:.1f} a property"
            f" (process: {run.memory.growth:.1f})",
            run.memory.held <= 14 and run.memory.property <= 4,
        ),
        _seconds("`import behavio_jupyter`", cold.importing, 0.3),
        _seconds("`%load_ext behavio_jupyter`", cold.extension, 0.8),
        *(
            _seconds(
                f"a widget's answer to a changed control: {key}",
                run.alone[f"widget {key}"].median,
                0.2,
            )
            for key in CONTROLS
        ),
    ]
    return [*found, *_retentioneering(runs)]


def _peak(runs: Sequence[Measured]) -> Budget:
    largest = runs[-1]
    peak = largest.build.peak
    limit = 4 * _GIGABYTE
    there = _is_about(largest, _PEAK_AT)
    return Budget(
        "peak memory of that",
        "< 4 GB at 100 million events",
        f"{peak / _GIGABYTE:.1f} GB at {largest.events / 1e6:.0f} million",
        (peak < limit) if there or peak >= limit else None,
    )


def _retentioneering(runs: Sequence[Measured]) -> list[Budget]:
    beside = [run for run in runs if "retentioneering" in run.of("matrix").timings]
    if not beside:
        what = "retentioneering's funnel and transition matrix at 1 million events"
        return [Budget(what, "≥ 20 × faster", "it is not installed", None)]
    run = beside[-1]
    size = f"at {run.events / 1e6:.1f} million events"
    return [
        _times(f"retentioneering's {what} {size}", run.of(key).faster("retentioneering"), 20)
        for key, what in (("unlimited", "funnel"), ("matrix", "transition matrix"))
    ]


def _is_about(run: Measured, events: int) -> bool:
    """Whether a log has about so many events: duplicates among the generated are removed."""
    return abs(run.events - events) < 0.01 * events


def _times(what: str, times: float, least: float) -> Budget:
    return Budget(what, f"≥ {least:g} × faster", f"{times:.1f} ×", times >= least)


def _at_most(what: str, times: float, most: float) -> Budget:
    return Budget(what, f"≤ {most:g} ×", f"{times:.1f} ×", times <= most)


def _seconds(what: str, seconds: float, most: float) -> Budget:
    return Budget(what, f"< {most:g} s", f"{seconds:.2f} s", seconds < most)
