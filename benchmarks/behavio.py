"""Behavio as a side: a saved log asked in text, answering with its table."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from behavio_jupyter.widgets import AnalysisWidget, Explorer

import behavio_jupyter
from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.query.predicate import Property

from .normal import days, rows_of
from .serving import serve
from .workload import CONTROLS, QUESTIONS, Rows


class Behavio:
    """A log asked in text; of a segment it gives the users, of a matrix the matrix."""

    def __init__(self, folder: Path) -> None:
        del folder  # the store is where it was built
        self._numbers = cycle(range(3, 28))
        self._widgets: dict[str, AnalysisWidget] = {}

    def load(self, events: str) -> None:
        """Open a store."""
        self.log = behavio_jupyter.connect(events)
        self._engine = LocalEngine(self.log.store, {})
        self._room: dict[int, np.ndarray[Any, Any]] = {}

    def ask(self, key: str) -> Any:
        """Answer a question of the workload."""
        question = QUESTIONS[key]
        result = getattr(self.log, question.kind)(question.text)
        if key == "matrix":
            return result.matrix
        return result.users if question.kind == "segment" else result.table

    def rows(self, key: str, answer: Any) -> Rows:
        """Return an answer as all sides give it."""
        return _READ[key](answer)

    def text(self, kind: str, text: str) -> Any:
        """Answer any question."""
        result = getattr(self.log, kind)(text)
        return result.users if kind == "segment" else result.table

    def copy(self, key: str) -> None:
        """Copy, in one thread, the columns that a question is about: reading takes no less."""
        columns = self._engine.columns
        arrays = [columns.offsets, columns.time, columns.event]
        for more in QUESTIONS[key].reads:
            if more == "region":
                arrays.append(columns.codes(Property(name="region")).codes)
            else:
                arrays.append(self._bytes(len(columns.time)))
        for array in arrays:
            room = self._room.setdefault(array.nbytes, np.empty(array.nbytes, np.uint8))
            np.copyto(room, array.view(np.uint8))

    def change(self, key: str) -> str:
        """Change a control of a widget, and return what its browser is sent to draw."""
        kind, text = CONTROLS[key]
        widget = self._widgets.get(kind) or self._widgets.setdefault(
            kind, Explorer.kinds[kind](self.log)
        )
        widget.definition = text.format(next(self._numbers))
        AnalysisWidget.wait(widget)
        return json.dumps(widget.answer)

    def _bytes(self, count: int) -> np.ndarray[Any, Any]:
        return self._room.setdefault(-count, np.ones(count, np.uint8))


def _retention(table: pd.DataFrame) -> Rows:
    some = table[table["retained"] > 0]
    return rows_of(days(some["cohort"]), some["period"], some["retained"])


def _paths(table: pd.DataFrame) -> Rows:
    seconds = table["median_seconds"].fillna(-1).round(3)
    return rows_of(table["step"], table["source"], table["target"], table["count"], seconds)


def _trend(table: pd.DataFrame) -> Rows:
    some = table[table["value"] > 0]
    return rows_of(days(some["period"]), some["value"].astype("int64"))


def _segment(users: pd.Series) -> Rows:
    return [(len(users), int(users.str.removeprefix("user-").astype("int64").sum()))]


def _matrix(matrix: pd.DataFrame) -> Rows:
    return rows_of(
        *zip(
            *(
                (source, target, int(count))
                for source, row in matrix.iterrows()
                for target, count in row.items()
                if count
            ),
            strict=True,
        )
    )


def _steps(table: pd.DataFrame) -> Rows:
    return rows_of(table["step"], table["count"])


_READ: dict[str, Callable[[Any], Rows]] = {
    "funnel": _steps,
    "predicate": _steps,
    "unlimited": _steps,
    "breakdown": lambda table: rows_of(table["region"], table["step"], table["count"]),
    "retention": _retention,
    "paths": _paths,
    "segment": _segment,
    "trend": _trend,
    "matrix": _matrix,
}


if __name__ == "__main__":
    serve(Behavio)
