"""Completion inside the magics, wherever IPython completes: notebooks, consoles, terminals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)
from IPython.core.interactiveshell import InteractiveShell

from behavio_jupyter import BehavioError

from .analyses import NAMED
from .connection_words import connection_words, takes_files
from .logs import OpenLogs
from .semicolon import MAGICS
from .values import users_of, values_of
from .variables import own_variables

if TYPE_CHECKING:
    from behavio_jupyter import EventLog

_CELL = re.compile(rf"\s*%%({MAGICS})(?![\w$])")
_LINE = re.compile(rf"\s*(?:[\w.,\[\]'\" ]+=\s*)?%({MAGICS})(?![\w$])")
_ADDRESS = re.compile(r"\s*@(\w*)")
_IDENTIFIER = "behavio_jupyter"
_FILES = "IPCompleter.file_matcher"
_FIRST = 1000
"""Before all of IPython's matchers, which then need not run."""


@dataclass(frozen=True)
class _Asked:
    """What stands behind a magic, up to the cursor; ``text`` is as long as the code before it."""

    magic: str
    text: str
    cell: bool


def complete_questions(shell: InteractiveShell, logs: OpenLogs) -> None:
    """Complete what is typed after the magics; replaces what an earlier call did."""
    matchers = shell.Completer.custom_matchers
    matchers[:] = [
        matcher for matcher in matchers if getattr(matcher, "matcher_identifier", "") != _IDENTIFIER
    ]
    completion = _Completion(shell, logs)

    @context_matcher(identifier=_IDENTIFIER, priority=_FIRST)
    def matcher(context: CompletionContext) -> SimpleMatcherResult:
        return completion.matches(context)

    matchers.append(matcher)


class _Nothing(list[SimpleCompletion]):
    """Nothing to suggest, and no reason to suggest Python's names instead.

    IPython lets a matcher silence the others only where it has suggestions, by their number.
    """

    def __len__(self) -> int:
        return 1


class _Completion:
    def __init__(self, shell: InteractiveShell, logs: OpenLogs) -> None:
        self._shell = shell
        self._logs = logs

    def matches(self, context: CompletionContext) -> SimpleMatcherResult:
        """Return what can be typed at the cursor; nothing outside of our magics."""
        lines = context.full_text.split("\n")[: context.cursor_line + 1]
        lines[-1] = lines[-1][: context.cursor_position]
        code = "\n".join(lines)
        asked = _asked(code)
        if asked is None:
            return SimpleMatcherResult(completions=[])
        try:
            start, found = self._found(asked, context.limit or 500)
        except BehavioError:
            start, found = len(code), []
        typed = code[start:]
        files = asked.magic == "behavio" and takes_files(asked.text)
        if not found and files:
            return SimpleMatcherResult(completions=[])
        return SimpleMatcherResult(
            completions=found or _Nothing(),
            matched_fragment=typed,
            suppress=True,
            do_not_suppress={_FILES} if files else set(),
            ordered=True,
        )

    def _found(self, asked: _Asked, limit: int) -> tuple[int, list[SimpleCompletion]]:
        text = asked.text
        if asked.magic == "behavio":
            start, words = connection_words(text, own_variables(self._shell), self._logs)
            return start, [SimpleCompletion(word, type=what) for word, what in words]
        address = _ADDRESS.match(text)
        if address and address.end() == len(text):
            typed = address[1].casefold()
            names = [name for name in self._logs.names if name.casefold().startswith(typed)]
            return address.start(1), [SimpleCompletion(name, type="log") for name in names]
        log = self._log(address[1] if address else None)
        text = _blank(text, address.end() if address else 0)
        if asked.magic == "segment":
            if asked.cell:
                head = text.find("\n") + 1
                if not head:
                    return len(text), []
                text = _blank(text, head)
            elif named := NAMED.match(text):
                text = _blank(text, named.end())
        return self._question(asked, text, log, limit)

    def _question(
        self, asked: _Asked, text: str, log: EventLog | None, limit: int
    ) -> tuple[int, list[SimpleCompletion]]:
        from behavio_jupyter.query.check import Catalog
        from behavio_jupyter.query.complete import complete

        variables = [name for name in own_variables(self._shell) if not name.startswith("_")]
        suggested = complete(
            text,
            len(text),
            Catalog(()) if log is None else log.catalog,
            kind=None if asked.magic == "explore" else asked.magic,  # type: ignore[arg-type]
            values=lambda property: () if log is None else values_of(log, property),
            users=lambda typed: () if log is None else users_of(log, typed),
            variables=variables,
            limit=limit,
        )
        found = [SimpleCompletion(each.text, type=each.what) for each in suggested.found]
        names = self._logs.names
        logs = [f"@{name}" for name in names] if set(names) - {self._logs.current} else []
        if logs and not text.strip() and not asked.text.strip():
            found += [SimpleCompletion(name, type="log") for name in logs]
        return suggested.start, found

    def _log(self, name: str | None) -> EventLog | None:
        """Return the log that a question asks; None where none is open."""
        return self._logs.answering if name is None else self._logs[name]


def _asked(code: str) -> _Asked | None:
    """Return what is asked by the magic in which a code ends, if one is there."""
    cell = _CELL.match(code)
    if cell:
        return _Asked(cell[1], _blank(code, cell.end()), cell=True)
    start = code.rfind("\n") + 1
    while start > 1 and code[start - 2] == "\\":
        start = code.rfind("\n", 0, start - 1) + 1
    line = _LINE.match(code, start)
    if line is None or line.end() == len(code):
        return None  # IPython completes the names of magics
    return _Asked(line[1], _blank(code, line.end()).replace("\\\n", "  "), cell=False)


def _blank(text: str, end: int) -> str:
    """Return a text whose beginning is blank, so that places stay."""
    return " " * end + text[end:]
