"""The magics that show widgets: all explorers of a log, what one user did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

from .help import Documented, Help, tour
from .logs import OpenLogs
from .semicolon import loud
from .variables import own_variables

if TYPE_CHECKING:
    from behavio_jupyter.widgets import Explorer, UserTimeline


@magics_class
class ExploreMagics(Magics):
    """``%explore``, ``%explore funnel visit -> cart`` and ``%timeline '00004' for loyal``."""

    def __init__(self, shell: InteractiveShell, logs: OpenLogs) -> None:
        super().__init__(shell)
        self._shell = shell
        self._logs = logs
        magics = self.magics["line"]
        magics["explore"] = Documented(
            magics["explore"], lambda: tour(logs.answering, logs.current)
        )
        magics["timeline"] = Documented(magics["timeline"], lambda: repr(self._help()))

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

    @no_var_expand
    @line_magic
    def timeline(self, line: str) -> UserTimeline | Help:
        """Look at what one user did: %timeline '00004' for loyal only purchase with 'abc'."""
        from behavio_jupyter.widgets import UserTimeline

        from behavio_jupyter import UnknownNameError, parse
        from behavio_jupyter.errors import MisfitError
        from behavio_jupyter.query import Timeline
        from behavio_jupyter.query.locate import locate

        if not loud(line).strip():
            return self._help()
        log, text = self._logs.addressed(loud(line))
        variables = own_variables(self._shell)
        shown = parse(text, variables, kind="timeline")
        assert isinstance(shown, Timeline)
        try:
            return UserTimeline(log, shown)
        except (UnknownNameError, MisfitError) as error:
            raise locate(error, text, variables, kind="timeline") from None

    def _help(self) -> Help:
        return Help("timeline", self._logs.answering)
