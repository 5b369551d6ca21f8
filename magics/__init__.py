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
from .semicolon import keep_silent

if TYPE_CHECKING:
    from behavio_jupyter import EventLog

__all__ = ["load_ipython_extension", "opened"]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics; called by ``%load_ext`` and ``%reload_ext behavio_jupyter``.

    Loading again keeps the logs that are open and what was asked.
    """
    logs, history = vars(shell).setdefault("_behavio", (OpenLogs(shell), History()))
    shell.register_magics(ConnectionMagics(shell, logs, history))
    shell.register_magics(AnalysisMagics(shell, logs, history))
    shell.register_magics(ExploreMagics(shell, logs))
    complete_questions(shell, logs)
    keep_silent(shell)
    show_without_trace(shell)


def opened(name: str = "") -> EventLog:
    """Return the log that magics ask: of this notebook, opened by ``%behavio connect``.

    Parameters
    ----------
    name : str
        The log that ``%funnel @name`` asks: what it was opened as, or the variable that holds it.
        Default: the log that questions without a name are asked of.

    Raises
    ------
    BehavioError
        No log is open.
    UnknownNameError
        None is open under that name, and no variable of that name holds one.
    """
    shell = get_ipython()
    logs, _ = vars(shell).get("_behavio", (OpenLogs(shell), None)) if shell else (OpenLogs(), None)
    return logs[name] if name and logs.names else logs.addressed("")[0]
