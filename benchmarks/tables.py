"""The tables of a run, as rows of text for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .budgets import Budget
from .growth import Growth
from .measure import Compared, Loaded, Measured
from .processes import Cold
from .sides import BEHAVIO
from .workload import CONTROLS, QUESTIONS

_MET = {True: "yes", False: "**no**", None: "–"}


@dataclass(frozen=True)
class Shown:
    """A table: its header and its rows."""

    header: list[str]
    rows: list[list[str]]


def comparison(run: Measured) -> Shown:
    """Return medians by question and side, and how many times faster Behavio is."""
    peers = [name for name in run.loaded if name != BEHAVIO.name]
    return Shown(
        ["question", "first", BEHAVIO.name, "copying its columns", *peers, "same answer"],
        [
            [
                QUESTIONS[one.key].title,
                seconds(one.ours.first),
                f"**{seconds(one.ours.median)}**",
                f"{seconds(one.copy.median)} (Behavio: {one.above_copy:.1f} ×)",
                *(_beside(one, peer, run.loaded[peer]) for peer in peers),
                f"not {' nor '.join(one.differing)}" if one.differing else "yes",
            ]
            for one in run.compared
        ],
    )


def _beside(one: Compared, peer: str, loaded: Loaded) -> str:
    if loaded.loading is None:
        return loaded.lost
    if peer in one.lost:
        return one.lost[peer]
    if peer not in one.timings:
        return ""
    return f"{seconds(one.timings[peer].median)} ({one.faster(peer):.1f} ×)"


def processor(run: Measured) -> Shown:
    """Return processor time by question and side, as multiples of Behavio's."""
    peers = [name for name in run.loaded if name != BEHAVIO.name]
    return Shown(
        ["processor time", BEHAVIO.name, *peers],
        [
            [
                QUESTIONS[one.key].title,
                seconds(one.ours.processor),
                *(
                    f"{one.timings[peer].processor / one.ours.processor:.1f} ×"
                    if peer in one.timings
                    else ""
                    for peer in peers
                ),
            ]
            for one in run.compared
        ],
    )


def loading(run: Measured) -> Shown:
    """Return how long each side takes to read the events, and the memory it needs."""
    built = run.build.connect + run.build.save
    rows = [
        [
            "Behavio: building the store (build + save)",
            f"{seconds(run.build.connect)} + {seconds(run.build.save)}",
            f"{run.build.events / built / 1e6:.2f}",
            _bytes(run.build.peak),
        ]
    ]
    for name, side in run.loaded.items():
        if side.loading is None:
            rows.append([name, side.lost, "", ""])
            continue
        ours = name == BEHAVIO.name
        speed = "" if ours else f"{run.events / side.loading / 1e6:.2f}"
        title = "Behavio: opening the store, answering" if ours else f"{name}: loading, answering"
        rows.append([title, seconds(side.loading), speed, _bytes(side.peak)])
    return Shown(["loading", "time", "million events/s", "peak memory of its process"], rows)


def alone(run: Measured) -> Shown:
    """Return what only Behavio is asked."""
    memory = run.memory
    names = ("funnel", "predicate", "breakdown")
    together = ", ".join(seconds(run.alone[name].median) for name in names)
    return Shown(
        ["Behavio besides", ""],
        [
            ["in the same rounds: funnel, with predicate, by 20 values", together],
            *(
                [f"a widget's changed control: {key}", seconds(run.alone[f"widget {key}"].median)]
                for key in CONTROLS
            ),
            ["new process: Python, open the store, first funnel", seconds(run.first_funnel)],
            [
                "open log, bytes an event",
                f"{memory.held:.1f} in arrays, {memory.property:.1f} more for a property in use;"
                f" the process grew by {memory.growth:.1f}",
            ],
        ],
    )


def sizes(runs: Sequence[Measured]) -> Shown:
    """Return how Behavio's times and memory grow with the number of events."""
    keys = ("funnel", "retention", "paths", "segment", "trend")
    return Shown(
        ["events", *keys, "building", "its peak memory", "open log, peak memory"],
        [
            [
                f"{run.events:,}",
                *(seconds(run.of(key).ours.median) for key in keys),
                seconds(run.build.connect + run.build.save),
                _bytes(run.build.peak),
                _bytes(run.loaded[BEHAVIO.name].peak),
            ]
            for run in runs
        ],
    )


def growth(grown: Growth) -> Shown:
    """Return how a question's time grows with its size."""
    return Shown(
        [grown.axis, *map(str, grown.sizes)],
        [[f"{grown.title}: {way}", *map(seconds, of)] for way, of in grown.seconds.items()],
    )


def cold(found: Cold) -> Shown:
    """Return what new processes take."""
    rows = [
        ["starting Python", seconds(found.python), ""],
        ["`import behavio_jupyter`", seconds(found.importing), ""],
        ["`%load_ext behavio_jupyter` in a shell that is up", seconds(found.extension), ""],
        ["opening a saved store", seconds(found.opening), ""],
    ]
    rows += [
        [
            f"Python, open the store, first answer: {QUESTIONS[key].title}",
            seconds(found.cached[key]),
            seconds(found.compiled[key]),
        ]
        for key in found.cached
    ]
    return Shown(["cold", "compiled code cached", "compiled on the way"], rows)


def judgement(judged: Iterable[Budget]) -> Shown:
    """Return the budgets and whether they are met."""
    return Shown(
        ["what", "budget", "measured", "met"],
        [[one.what, one.budget, one.measured, _MET[one.met]] for one in judged],
    )


def seconds(value: float) -> str:
    """Return a time in milliseconds or seconds."""
    if value < 0.1:
        return f"{value * 1000:.1f} ms"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def _bytes(value: float) -> str:
    return f"{value / 1e9:.2f} GB"
