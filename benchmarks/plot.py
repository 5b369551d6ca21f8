"""Pictures of how time and memory grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from .growth import Growth
from .measure import Measured
from .sides import BEHAVIO
from .workload import QUESTIONS

# Okabe and Ito's colours, told apart by the colour-blind; each with a marker of its own besides.
_LOOKS = (
    ("#000000", "o"),
    ("#D55E00", "s"),
    ("#0072B2", "^"),
    ("#009E73", "D"),
    ("#CC79A7", "v"),
    ("#E69F00", "P"),
    ("#56B4E9", "X"),
)
_STYLE = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "legend.frameon": False,
    "legend.fontsize": 9,
    # The same figures give the same file.
    "svg.hashsalt": "behavio",
}

Lines = Mapping[str, tuple[Sequence[float], Sequence[float]]]
"""By label: x and y."""


def draw_sizes(path: Path, runs: Sequence[Measured]) -> None:
    """Draw time and memory against the number of events, both on log scales."""
    answers = {
        QUESTIONS[key].title: _against(runs, {run.events: run.of(key).ours.median for run in runs})
        for key in ("funnel", "retention", "paths", "segment", "trend")
    }
    building = {run.events: run.build.connect + run.build.save for run in runs}
    sides = {
        name: _against(
            runs,
            {
                run.events: run.of("funnel").timings[name].median
                for run in runs
                if name in run.of("funnel").timings
            },
        )
        for name in dict.fromkeys(name for run in runs for name in run.of("funnel").timings)
    }
    memory = {
        "building the store, peak": {run.events: float(run.build.peak) for run in runs},
        "open log, all questions, peak": {
            run.events: float(run.loaded[BEHAVIO.name].peak) for run in runs
        },
        "open log, arrays": {run.events: run.memory.held * run.events for run in runs},
    }
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(13.5, 5.6), layout="constrained")
        left, middle, right = figure.subplots(1, 3)
        _lines(left, {**answers, "building the store": _against(runs, building)}, _seconds)
        left.set(title="Behavio: warm answers, building", xlabel="events", ylabel="time (median)")
        _lines(middle, sides, _seconds)
        middle.set(title="Funnel of 3 steps by side", xlabel="events", ylabel="time (median)")
        _lines(right, {name: _against(runs, of) for name, of in memory.items()}, _bytes)
        right.set(title="Behavio: memory", xlabel="events", ylabel="memory")
        for axes in (left, middle, right):
            axes.xaxis.set_major_formatter(FuncFormatter(_count))
        _save(figure, path)


def draw_questions(path: Path, grown: Sequence[Growth]) -> None:
    """Draw time against what grows in a question."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(13.5, 4.8), layout="constrained")
        for axes, growth in zip(figure.subplots(1, len(grown)), grown, strict=True):
            lines = {way: (growth.sizes, seconds) for way, seconds in growth.seconds.items()}
            _lines(axes, lines, _seconds)
            axes.set(title=growth.title, xlabel=growth.axis, ylabel="time (median)")
            if growth.sizes[-1] < 100:
                axes.set_xscale("linear")
                axes.set_xticks(growth.sizes)
                axes.set_yscale("linear")
                axes.set_ylim(bottom=0)
                axes.yaxis.set_major_formatter(_seconds)
            else:
                axes.xaxis.set_major_formatter(FuncFormatter(_count))
        _save(figure, path)


def _against(runs: Sequence[Measured], of: Mapping[int, float]) -> tuple[list[float], list[float]]:
    sizes = [run.events for run in runs if run.events in of]
    return [float(size) for size in sizes], [of[size] for size in sizes]


def _lines(axes: Axes, lines: Lines, unit: FuncFormatter) -> None:
    for (label, (x, y)), (colour, marker) in zip(lines.items(), _LOOKS, strict=False):
        axes.plot(x, y, color=colour, marker=marker, markersize=5, linewidth=1.6, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    least, most = axes.get_ylim()
    if most < 100 * least:
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(unit)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_formatter(NullFormatter())
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None}, facecolor="white")


def _count(value: float, _: int | None = None) -> str:
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


@FuncFormatter
def _seconds(value: float, _: int | None = None) -> str:
    return f"{value:g} s" if value >= 1 else f"{value * 1000:g} ms"


@FuncFormatter
def _bytes(value: float, _: int | None = None) -> str:
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= size:
            return f"{value / size:g} {unit}"
    return f"{value:g}"
