"""The budgets of the design, and what a run says of each."""

from __future__ import annotations

from dataclasses import dataclass

from .measure import Measured

_GIGABYTE = 1e9


@dataclass(frozen=True)
class Budget:
    """A budget, what was measured, and whether it is met (None: not measured)."""

    what: str
    budget: str
    measured: str
    met: bool | None


def budgets(run: Measured, import_seconds: float, extension_seconds: float) -> list[Budget]:
    """Judge a run by the budgets; they are for 20 million events."""
    funnel = run.of("funnel")
    plain = run.alone["funnel"]
    clickhouse = next(name for name in funnel.timings if name.startswith("ClickHouse"))
    found = [
        _times("funnel, warm, beside ClickHouse `windowFunnel`", funnel.faster(clickhouse), 10),
        _at_most("funnel, warm, beside copying its columns", plain / run.alone["copy"], 3),
    ]
    for key, title, times in (
        ("retention", "retention, 12 weeks, beside the faster SQL", 10),
        ("paths", "paths, 6 steps, beside the faster SQL", 10),
        ("segment", "segment of 3 conditions, beside the faster SQL", 5),
        ("trend", "trend by week, beside the faster SQL", 3),
    ):
        found.append(_times(title, run.of(key).faster_than_best, times))
    for key, title in (
        ("predicate", "property predicate on a step, beside the plain funnel"),
        ("breakdown", "breakdown by 20 values, beside the plain funnel"),
    ):
        found.append(_at_most(title, run.alone[key] / plain, 3))
    speed = run.build.events / (run.build.connect + run.build.save)
    found += [
        _seconds("new process: Python, open the store, first funnel", run.first_funnel, 2),
        Budget(
            "building and saving the store from Parquet",
            "≥ 2.5 million events/s",
            f"{speed / 1e6:.2f} million events/s",
            speed >= 2.5e6,
        ),
        Budget(
            "peak memory of that",
            "< 4 GB at 100 million events",
            f"{run.build.peak / _GIGABYTE:.1f} GB at {run.events / 1e6:.0f} million",
            None if run.build.peak < 4 * _GIGABYTE else False,
        ),
        Budget(
            "memory of an open log",
            "≤ 14 bytes an event, 4 a property",
            f"{run.memory.held:.1f} in arrays, {run.memory.property:.1f} a property"
            f" (process: {run.memory.growth:.1f})",
            run.memory.held <= 14 and run.memory.property <= 4,
        ),
        _seconds("`import behavio_jupyter`", import_seconds, 0.3),
        _seconds("`%load_ext behavio_jupyter`", extension_seconds, 0.8),
        Budget("a widget's answer to a changed control", "< 0.2 s", "no widgets yet", None),
        Budget("retentioneering at 1 million events", "≥ 20 × faster", "not compared yet", None),
    ]
    return found


def _times(what: str, times: float, least: float) -> Budget:
    return Budget(what, f"≥ {least:g} × faster", f"{times:.1f} ×", times >= least)


def _at_most(what: str, times: float, most: float) -> Budget:
    return Budget(what, f"≤ {most:g} ×", f"{times:.1f} ×", times <= most)


def _seconds(what: str, seconds: float, most: float) -> Budget:
    return Budget(what, f"< {most:g} s", f"{seconds:.2f} s", seconds < most)
