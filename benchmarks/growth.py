"""How time grows with what is asked: steps, values of a breakdown, conditions."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import processes
from .apart import Apart
from .measure import Say
from .sides import BEHAVIO
from .timing import ROUNDS, timed
from .workload import NUMBERS_OF_VALUES, events_file

_STEPS = (2, 3, 4, 6, 8, 12, 16)
_ROUTE = ("visit", "search", "view", "cart", "checkout", "purchase")
_CONDITIONS = (
    "count(view) >= 2",
    "did(search) in last 30d",
    "not did(refund)",
    "sum(purchase.amount) >= 20",
    "count_days(any) >= 2",
    "first(country) != 'JP'",
    "last_seen > 60d ago",
    "distinct(view.page) >= 2",
    "count(visit where platform != 'web') >= 0",
    "max(purchase.amount) < 1000",
    "first_seen > 119d ago",
    "sequence(visit -> cart within 7d)",
)


@dataclass(frozen=True)
class Growth:
    """Median seconds by the size of a question.

    Attributes
    ----------
    events : int
    title, axis : str
        What is asked, and what grows.
    sizes : list of int
    seconds : dict of str to list of float
        By way of asking, one for each size.
    """

    events: int
    title: str
    axis: str
    sizes: list[int]
    seconds: dict[str, list[float]]


def by_question(events: int, cache: Path, say: Say, rounds: int = ROUNDS) -> list[Growth]:
    """Measure Behavio's questions as they grow, over a log with properties of many values."""
    say(f"{events:,} events with more properties: generating, if they are not there")
    parquet = events_file(events, cache, wide=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="run-") as folder:
        store = Path(folder) / "log.behavio"
        say("growth with questions: building the store")
        processes.build(parquet, store)
        with Apart(BEHAVIO.name, BEHAVIO.command, Path(folder), store) as side:
            found = []
            for title, axis, asked in _questions():
                say(f"growth with the {axis}")
                found.append(_measured(side, events, title, axis, asked, rounds))
            return found


def _questions() -> list[tuple[str, str, Mapping[str, Mapping[int, tuple[str, str]]]]]:
    """Return titles, what grows, and by way of asking and size the kinds and texts to ask."""
    return [
        (
            "Funnel within 30 days",
            "number of steps",
            {
                "in order": {n: ("funnel", f"{_route(n)} within 30d") for n in _STEPS},
                "in any order": {
                    n: ("funnel", f"{_route(n)} within 30d in any order") for n in _STEPS
                },
            },
        ),
        (
            "Breakdown, 3 steps within 7 days",
            "number of values",
            {
                "all values": {n: ("funnel", _by(n, n)) for n in NUMBERS_OF_VALUES},
                "top 10": {n: ("funnel", _by(n, 10)) for n in NUMBERS_OF_VALUES},
            },
        ),
        (
            "Segment",
            "number of conditions",
            {
                "joined by and": {
                    n: ("segment", " and ".join(_CONDITIONS[:n]))
                    for n in range(1, len(_CONDITIONS) + 1)
                }
            },
        ),
    ]


def _route(steps: int) -> str:
    return " -> ".join(_ROUTE[step % len(_ROUTE)] for step in range(steps))


def _by(values: int, top: int) -> str:
    return f"visit -> cart -> purchase within 7d by of_{values} top {top}"


def _measured(
    side: Apart,
    events: int,
    title: str,
    axis: str,
    asked: Mapping[str, Mapping[int, tuple[str, str]]],
    rounds: int,
) -> Growth:
    sizes = list(next(iter(asked.values())))
    seconds: dict[str, list[float]] = {}
    for way, questions in asked.items():
        calls = {str(size): partial(side.timed, "text", *questions[size]) for size in sizes}
        taken, _ = timed(calls, rounds)
        seconds[way] = [taken[str(size)].median for size in sizes]
    return Growth(events, title, axis, sizes, seconds)
