"""The notebook that runs us: its cell, and what stands beneath results where somebody can click."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .log import EventLog
    from .result import Result
    from .result.base import Bar


class Cell(NamedTuple):
    """A cell that is running: its id, and what tells this run from others."""

    id: str
    run: str


def running_cell() -> Cell | None:
    """Return the cell that is running, where a front end tells it.

    JupyterLab, Notebook and VS Code do; terminals and what runs whole notebooks do not.
    """
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return None
    parent = kernel.get_parent()
    cell = parent.get("metadata", {}).get("cellId")
    return Cell(str(cell), str(parent["header"]["msg_id"])) if cell else None


_beneath: list[Callable[[EventLog, Result, Cell], Bar]] = []


def show_beneath(bar: Callable[[EventLog, Result, Cell], Bar]) -> None:
    """Say what makes the bar that stands beneath results."""
    _beneath[:] = [bar]


def bar_of(log: EventLog, result: Result) -> Bar | None:
    """Return what stands beneath a result; None where nobody can click."""
    cell = running_cell()
    return None if cell is None or not _beneath else _beneath[0](log, result, cell)
