"""Line and cell magics: ``%behavio``, and one for each analysis."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from .analyses import AnalysisMagics
from .completion import complete_questions
from .connection import ConnectionMagics
from .errors import show_without_trace
from .explore import ExploreMagics
from .history import History
from .logs import OpenLogs

__all__ = ["load_ipython_extension"]


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
