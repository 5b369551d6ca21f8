"""Line and cell magics: ``%behavio``, and one for each analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell

from .analyses import AnalysisMagics
from .completion import complete_questions
from .connection import ConnectionMagics
from .errors import show_without_trace
from .explore import ExploreMagics
from .history import History
from .logs import OpenLogs

if TYPE_CHECKING:
    from behavio_jupyter import EventLog

__all__ = ["load_ipython_extension", "opened"]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics; called by ``%load_ext`` and ``%reload_ext behavio_jupyter``.

    Loading again keeps the logs that are open and what was asked.
    """
    logs, history = vars(shell).setdefault("_behavio", (OpenLogs(), History()))
    shell.register_magics(ConnectionMagics(shell, logs, history))
    shell.register_magics(AnalysisMagics(shell, logs, history))
    shell.register_magics(ExploreMagics(shell, logs))
    complete_questions(shell, logs)
    show_without_trace(shell)


def opened(name: str = "") -> EventLog:
    """Return a log that ``%behavio connect`` opened in this notebook.

    Parameters
    ----------
    name : str
        What it was opened as; default: the log that questions are asked of.

    Raises
    ------
    BehavioError
        No log is open.
    UnknownNameError
        None is open under that name.
    """
    shell = get_ipython()
    logs, _ = vars(shell).get("_behavio", (OpenLogs(), None)) if shell else (OpenLogs(), None)
    return logs[name] if name and len(logs) else logs.addressed("")[0]
