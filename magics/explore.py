"""The magic that opens all explorers of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

from .help import Documented, tour
from .logs import OpenLogs, loud
from .variables import own_variables

if TYPE_CHECKING:
    from behavio_jupyter.widgets import Explorer


@magics_class
class ExploreMagics(Magics):
    """``%explore`` and ``%explore funnel visit -> cart``."""

    def __init__(self, shell: InteractiveShell, logs: OpenLogs) -> None:
        super().__init__(shell)
        self._shell = shell
        self._logs = logs
        magics = self.magics["line"]
        magics["explore"] = Documented(
            magics["explore"], lambda: tour(logs.answering, logs.current)
        )

    @no_var_expand
    @line_magic
    def explore(self, line: str) -> Explorer:
        """Explore the open log by clicking.

        %explore                                 segments, funnel, retention, paths, trends, users
        %explore funnel visit -> cart within 7d  begins with a question
        %explore @shop                           another open log
        """
        from behavio_jupyter.widgets import explore

        from behavio_jupyter import parse

        log, text = self._logs.addressed(loud(line))
        question = parse(text, own_variables(self._shell)) if text.strip() else None
        return explore(log, question)
