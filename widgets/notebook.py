"""What a widget leaves in the notebook: its last result, and what it asked."""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

from ipywidgets import Widget

from behavio_jupyter.notebook import Cell, running_cell

from . import outputs

_RECORD = "behavio"
"""The key in the metadata of an output."""


class _Made(NamedTuple):
    """What tells a widget from all others of its cell, in whatever order they are made."""

    widget: str
    log: str
    given: str
    number: int
    """How many with the same class, log and question the cell made before."""


_asked: dict[tuple[str, _Made], str] = {}
"""By cell and widget: the text last asked, since the kernel started."""

_made: dict[str, tuple[str, Counter[tuple[str, ...]]]] = {}
"""By cell: which run of it made widgets, and how many of each kind."""


_is_part = ContextVar("_is_part", default=False)


@contextlib.contextmanager
def parts() -> Iterator[None]:
    """Give what is made within no place: it is part of a widget that has one and keeps it all."""
    token = _is_part.set(True)
    try:
        yield
    finally:
        _is_part.reset(token)


class Place:
    """A widget's place in the notebook: the cell that makes it and what that cell gives it.

    A cell that runs again finds here what was asked last, as long as it gives the widget the same
    as before: since the kernel started, or in the outputs of the notebook as it was saved. Of
    several that are given the same, as in a loop, each finds its own.

    Parameters
    ----------
    widget : str
        The name of the widget's class.
    log : str
        The name of its log.
    given : str
        What the cell asks.
    """

    def __init__(self, widget: str, log: str, given: str) -> None:
        self._maker = cell = None if _is_part.get() else _cell()
        self._cell = "" if cell is None else cell.id
        number = 0
        if cell is not None:
            outputs.begun(cell)
            run, made = _made.get(cell.id, ("", Counter()))
            made = made if run == cell.run else Counter()
            number = made[widget, log, given]
            made[widget, log, given] += 1
            _made[cell.id] = (cell.run, made)
        self._made = _Made(widget, log, given, number)

    @property
    def asked(self) -> str | None:
        """The text last asked here; None where nothing is known of it."""
        if not self._cell:
            return None
        key = (self._cell, self._made)
        if key not in _asked:
            for output in _saved_outputs(self._cell):
                record = output.get("metadata", {}).get(_RECORD, {})
                if all(record.get(name) == value for name, value in self._made._asdict().items()):
                    return str(record["asked"])
        return _asked.get(key)

    def shown(self, widget: Widget) -> None:
        """Take note that the cell that is running shows the widget."""
        cell = _cell()
        if self._maker is not None and cell is not None:
            outputs.shown(widget, self._maker, cell)

    def record(self, asked: str) -> dict[str, Any]:
        """Keep the text asked last; return it as the metadata of an output."""
        if self._cell:
            _asked[self._cell, self._made] = asked
        return {_RECORD: {**self._made._asdict(), "asked": asked}}


def _cell() -> Cell | None:
    """Return the cell that is running, where the notebook tells it."""
    return running_cell()


def _saved_outputs(cell: str) -> list[dict[str, Any]]:
    """Return the outputs of a cell in the notebook's file; none where there is no such file."""
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    cells = notebook.get("cells", []) if isinstance(notebook, dict) else []
    return next((one.get("outputs", []) for one in cells if one.get("id") == cell), [])
