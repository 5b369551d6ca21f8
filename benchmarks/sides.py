"""What a side of the comparison does, and Behavio as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pandas as pd

from behavio_jupyter import EventLog

from .workload import QUESTIONS, Rows


class Side(Protocol):
    """Someone who answers the questions of the workload."""

    name: str

    def ask(self, key: str) -> Any:
        """Answer; this is what is timed."""
        ...

    def rows(self, key: str, answer: Any) -> Rows:
        """Return an answer as all sides give it, sorted.

        Funnel: step, users; by region: region, step, users. Retention: cohort (days since 1970),
        period, users, where there are any. Paths: step, source, target, sequences, median seconds.
        Segment: users, sum of their numbers. Trend: period (days since 1970), users.
        """
        ...


class Behavio:
    """A log asked in text, answering with its table (of a segment: the users)."""

    name = "Behavio"

    def __init__(self, log: EventLog) -> None:
        self.log = log

    def ask(self, key: str) -> Any:
        """Answer a question of the workload."""
        question = QUESTIONS[key]
        result = getattr(self.log, question.kind)(question.text)
        return result.users if question.kind == "segment" else result.table

    def rows(self, key: str, answer: Any) -> Rows:
        """Return an answer as all sides give it."""
        return _READ[key](answer)


def days(moments: pd.Series) -> pd.Series:
    """Return dates in UTC as days since 1970."""
    return moments.dt.as_unit("us").astype("int64") // 86_400_000_000


def rows_of(*columns: Any) -> Rows:
    """Return columns as sorted rows."""
    return sorted(zip(*(list(column) for column in columns), strict=True), key=repr)


def _retention(table: pd.DataFrame) -> Rows:
    some = table[table["retained"] > 0]
    return rows_of(days(some["cohort"]), some["period"], some["retained"])


def _paths(table: pd.DataFrame) -> Rows:
    seconds = table["median_seconds"].fillna(-1).round(3)
    return rows_of(table["step"], table["source"], table["target"], table["count"], seconds)


def _segment(users: pd.Series) -> Rows:
    return [(len(users), int(users.str.removeprefix("user-").astype("int64").sum()))]


_READ: dict[str, Callable[[Any], Rows]] = {
    "funnel": lambda table: rows_of(table["step"], table["count"]),
    "predicate": lambda table: rows_of(table["step"], table["count"]),
    "breakdown": lambda table: rows_of(table["region"], table["step"], table["count"]),
    "retention": _retention,
    "paths": _paths,
    "segment": _segment,
    "trend": lambda table: rows_of(days(table["period"]), table["value"].astype("int64")),
}
