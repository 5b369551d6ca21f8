"""What a side of the comparison does, Behavio as one, and where the others are found."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from .workload import Rows

ROOT = Path(__file__).parent.parent
MILLION = 1_000_000


class Side(Protocol):
    """Someone who answers the questions of the workload; made with a folder it may use."""

    def load(self, events: str) -> None:
        """Read the events; of Behavio, open its store."""
        ...

    def ask(self, key: str) -> Any:
        """Answer; this is what is timed."""
        ...

    def rows(self, key: str, answer: Any) -> Rows:
        """Return an answer as all sides give it, sorted.

        Funnel: step, users; by region: region, step, users. Retention: cohort (days since 1970),
        period, users, where there are any. Paths: step, source, target, sequences, median seconds.
        Segment: users, sum of their numbers. Trend: period (days since 1970), users, where there
        are any. Matrix: source, target, count, where there are any.
        """
        ...


@dataclass(frozen=True)
class Peer:
    """Where a side is found and what it is asked.

    Attributes
    ----------
    name : str
        As in reports; versions are added there.
    module : str
        Run as a process, it serves the side.
    needs : str
        The library without which it is left out.
    asked : tuple of str
        Keys of questions; empty for all.
    most_events : int or None
        Beyond so many it is not asked.
    arguments : tuple of str
    """

    name: str
    module: str
    needs: str
    asked: tuple[str, ...] = ()
    most_events: int | None = None
    arguments: tuple[str, ...] = ()

    @property
    def command(self) -> list[str]:
        """What starts it."""
        return [sys.executable, "-m", self.module, *self.arguments]

    def answers(self, key: str) -> bool:
        """Whether it is asked a question."""
        return not self.asked or key in self.asked

    def is_here(self, events: int) -> bool:
        """Whether it is installed and asked about a log of so many events."""
        there = importlib.util.find_spec(self.needs) is not None
        return there and (self.most_events is None or events <= self.most_events)

    def version(self) -> str:
        """Return the version of its library."""
        return version(self.needs)


BEHAVIO = Peer("Behavio", "benchmarks.behavio", "behavio_jupyter")

PEERS = (
    Peer("ClickHouse", "benchmarks.peers.clickhouse", "chdb"),
    Peer(
        "ClickHouse, by time",
        "benchmarks.peers.clickhouse",
        "chdb",
        asked=("funnel",),
        arguments=("time",),
    ),
    Peer("DuckDB", "benchmarks.peers.duckdb", "duckdb"),
    Peer("Polars", "benchmarks.peers.polars", "polars"),
    Peer("pandas", "benchmarks.peers.pandas", "pandas", most_events=MILLION),
    Peer(
        "retentioneering",
        "benchmarks.peers.retentioneering",
        "retentioneering",
        asked=("unlimited", "matrix"),
        most_events=MILLION,
    ),
)
