"""The magics that ask questions."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from behavio_jupyter import BehavioError, DefinitionError

from .help import Documented, Help
from .history import History, Question
from .logs import OpenLogs
from .semicolon import loud
from .variables import own_variables

if TYPE_CHECKING:
    from behavio_jupyter import EventLog
    from behavio_jupyter.query.text import Kind

NAMED = re.compile(r"""\s*(?:(?!(?:first|last)_seen\b)(\w+)|"((?:[^"\\]|\\.)+)")\s*=(?!=)""")
"""A name for a segment, and what is to be in it: no condition on first_seen or last_seen."""
_NAME = re.compile(r"""\s*(?:(\w+)|"((?:[^"\\]|\\.)+)")?\s*$""")


@magics_class
class AnalysisMagics(Magics):
    """``%funnel``, ``%retention``, ``%paths``, ``%trend``, ``%segment`` and their cell forms.

    Each returns a result, so ``r = %funnel visit -> cart`` keeps it and a bare ``%funnel …`` shows
    it. ``{name}`` stands for a Python variable; ``@shop`` in front asks the open log of that name.
    Where nothing is asked, they return what can be.
    """

    def __init__(self, shell: InteractiveShell, logs: OpenLogs, history: History) -> None:
        super().__init__(shell)
        self._shell = shell
        self._logs = logs
        self._history = history
        for magics in self.magics.values():
            for name, magic in magics.items():
                magics[name] = Documented(magic, partial(self._document, name))

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
        if not loud(f"{line}{cell or ''}").strip():
            return self._help("segment")
        if cell is None:
            log, text = self._logs.addressed(loud(line))
            named = NAMED.match(text)
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
            condition = loud(cell)
        name = named[1] or (named[2] and re.sub(r"\\(.)", r"\1", named[2]))
        result = log.run(condition, kind="segment", variables=own_variables(self._shell))
        if name:
            log.save_segment(name, result.definition)
        self._keep(log, result, name)
        return result

    def _ask(self, kind: Kind, line: str, cell: str | None) -> Any:
        asked = loud(line if cell is None else f"{line}\n{cell}")
        if not asked.strip() and kind != "paths":  # "paths" alone asks for all of them
            return self._help(kind)
        log, text = self._logs.addressed(asked)
        return self._run(log, kind, text)

    def _run(self, log: EventLog, kind: Kind, text: str) -> Any:
        result = log.run(text, kind=kind, variables=own_variables(self._shell))
        self._keep(log, result)
        return result

    def _keep(self, log: EventLog, result: Any, saved_as: str | None = None) -> None:
        from behavio_jupyter.query.printing import name

        kind, text = result.definition.kind, str(result.definition)
        if kind != "segment":
            text = text.removeprefix(kind).lstrip()
        elif saved_as:
            text = f"{name(saved_as)} = {text}"
        self._history.add(Question(self._logs.name_of(log), kind, text, result.key_figure))

    def _help(self, kind: Kind) -> Help:
        return Help(kind, self._logs.answering)

    def _document(self, kind: Kind) -> str:
        try:
            return repr(self._help(kind))
        except BehavioError:  # the log was closed
            return repr(Help(kind, None))
