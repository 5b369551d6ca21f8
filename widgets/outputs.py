"""Which widgets the outputs of cells show; those that no output shows any more are let go.

ipywidgets keeps every widget that is open, with all it holds, for as long as the kernel runs. One
is closed once the cell that made it runs again and nothing on the page shows it. Whoever kept it
in a variable can show it again.
"""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from IPython.core.getipython import get_ipython
from ipywidgets import Widget

from behavio_jupyter.notebook import Cell, running_cell

_runs: dict[str, str] = {}
"""By cell: its last run."""

_shown: dict[str, WeakSet[Widget]] = {}
"""By cell: what its last run shows."""

_made: WeakKeyDictionary[Widget, Cell] = WeakKeyDictionary()
"""By widget that was shown: the cell, and its run, that made it."""

_changing = threading.RLock()

_shells: WeakSet[Any] = WeakSet()
"""Those that tell which cells run: a cell may show a widget no more once it was edited."""


def begun(cell: Cell) -> None:
    """Take note that a cell runs: what an earlier run of it showed is no longer there."""
    with _changing:
        if _runs.get(cell.id) == cell.run:
            return
        _runs[cell.id] = cell.run
        _shown.pop(cell.id, None)
        on_page = {widget for there in _shown.values() for widget in there}
        for widget, made in list(_made.items()):
            if widget not in on_page and _runs[made.id] != made.run:
                del _made[widget]
                widget.close()


def shown(widget: Widget, made: Cell, cell: Cell) -> None:
    """Take note that a cell shows a widget, which this or another cell made."""
    with _changing:
        begun(cell)
        shell: Any = get_ipython()
        if shell is not None and shell not in _shells:
            _shells.add(shell)
            shell.events.register("pre_run_cell", _cell_runs)
        _made[widget] = made
        _shown.setdefault(cell.id, WeakSet()).add(widget)


def _cell_runs(_info: object) -> None:
    cell = running_cell()
    if cell is not None:
        begun(cell)
