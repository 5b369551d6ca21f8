"""The magics that ask questions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from behavio_jupyter import DefinitionError

from .logs import OpenLogs
from .variables import own_variables

if TYPE_CHECKING:
    from behavio_jupyter import EventLog
    from behavio_jupyter.query.text import Kind

_NAMED = re.compile(r"""\s*(?:(\w+)|"((?:[^"\\]|\\.)+)")\s*=(?!=)""")
_NAME = re.compile(r"""\s*(?:(\w+)|"((?:[^"\\]|\\.)+)")?\s*$""")


@magics_class
class AnalysisMagics(Magics):
    """``%funnel``, ``%retention``, ``%paths``, ``%trend``, ``%segment`` and their cell forms.

    Each returns a result, so ``r = %funnel visit -> cart`` keeps it and a bare ``%funnel …`` shows
    it. ``{name}`` stands for a Python variable; ``@shop`` in front asks the open log of that name.
    """

    def __init__(self, shell: InteractiveShell, logs: OpenLogs) -> None:
        super().__init__(shell)
        self._shell = shell
        self._logs = logs

    @no_var_expand
    @line_cell_magic
    def funnel(self, line: str, cell: str | None = None) -> Any:
        """Ask who gets from step to step: %funnel visit -> cart within 7d by country."""
        return self._ask("funnel", line, cell)

    @no_var_expand
    @line_cell_magic
    def retention(self, line: str, cell: str | None = None) -> Any:
        """Ask who comes back: %retention signup -> purchase per week for 12."""
        return self._ask("retention", line, cell)

    @no_var_expand
    @line_cell_magic
    def paths(self, line: str, cell: str | None = None) -> Any:
        """Ask which ways users take: %paths from visit to purchase steps 6 top 8."""
        return self._ask("paths", line, cell)

    @no_var_expand
    @line_cell_magic
    def trend(self, line: str, cell: str | None = None) -> Any:
        """Ask for a number per period: %trend users of purchase per week by country."""
        return self._ask("trend", line, cell)

    @no_var_expand
    @line_cell_magic
    def segment(self, line: str, cell: str | None = None) -> Any:
        """Ask who meets a condition: %segment big = count(purchase) >= 10 in last 90d.

        With a name (``%segment big = …``, or ``%%segment big`` over a cell) the segment is saved in
        the log and can be used by every question: ``for big``.
        """
        if cell is None:
            log, text = self._logs.addressed(line)
            named = _NAMED.match(text)
            if named is None:
                return self._run(log, "segment", text)
            condition = " " * named.end() + text[named.end() :]
        else:
            log, head = self._logs.addressed(line)
            named = _NAME.match(head)
            if named is None:
                raise DefinitionError(
                    f"{head.strip()!r} is no name for a segment; write one word or quote it."
                )
            condition = cell
        name = named[1] or (named[2] and re.sub(r"\\(.)", r"\1", named[2]))
        result = self._run(log, "segment", condition)
        if name:
            log.save_segment(name, result.definition)
        return result

    def _ask(self, kind: Kind, line: str, cell: str | None) -> Any:
        log, text = self._logs.addressed(line if cell is None else f"{line}\n{cell}")
        return self._run(log, kind, text)

    def _run(self, log: EventLog, kind: Kind, text: str) -> Any:
        return log.run(text, kind=kind, variables=own_variables(self._shell))
