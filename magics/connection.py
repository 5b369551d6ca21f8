"""``%behavio``: opening logs, choosing between them, seeing what is there and was asked."""

from __future__ import annotations

import inspect
import re
import shlex
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

import behavio_jupyter
from behavio_jupyter import BehavioError
from behavio_jupyter.errors import nearest_hint
from behavio_jupyter.interrupts import interruptible

from .history import Asked, History
from .logs import OpenLogs
from .semicolon import loud
from .variables import own_variables

if TYPE_CHECKING:
    from behavio_jupyter import EventLog

COMMANDS = ("connect", "status", "use", "history")
BUNDLED = ("contributions", "cdnow")


@magics_class
class ConnectionMagics(Magics):
    """``%behavio connect …``, ``%behavio status``, ``%behavio use NAME``, ``%behavio history``."""

    def __init__(self, shell: InteractiveShell, logs: OpenLogs, history: History) -> None:
        super().__init__(shell)
        self._shell = shell
        self._logs = logs
        self._history = history

    @no_var_expand
    @line_magic
    @interruptible
    def behavio(self, line: str) -> Any:
        """Open a log, choose one, or see what is open and what was asked.

        %behavio connect SOURCE [user=… event=… time=… timezone=… …] [as NAME]
            SOURCE: a Python variable holding a DataFrame, a path or glob of Parquet, CSV or JSON
            lines, a DuckDB database (with table=… or query=…), a saved store, or one of the
            bundled logs: contributions, cdnow. Options are those of behavio_jupyter.connect;
            a value may be a Python variable.
        %behavio status
        %behavio use NAME
        %behavio history
            The last 200 questions of this session, each to be asked again, and its key figure.
        """
        words = _words(loud(line))
        command, rest = (words[0], words[1:]) if words else ("status", [])
        if command == "connect":
            return self._connect(rest)
        if command == "use":
            if len(rest) != 1:
                names = ", ".join(self._logs.names) or "none"
                raise BehavioError(f"%behavio use takes the name of one log; there are: {names}.")
            return self._logs.use(rest[0])
        if command in COMMANDS and rest:
            raise BehavioError(f"%behavio {command} takes nothing more, not {rest[0]!r}.")
        if command == "status":
            return Status(self._logs)
        if command == "history":
            return Asked(self._history, self._logs.current)
        raise BehavioError(f"%behavio has no command {command!r}{nearest_hint(command, COMMANDS)}.")

    def _connect(self, words: list[str]) -> EventLog:
        name = None
        if words[-1:] == ["as"]:
            raise BehavioError("%behavio connect … as needs the name that the log is to have.")
        if len(words) >= 2 and words[-2] == "as":
            name, words = words[-1], words[:-2]
            if not name.isidentifier():
                raise BehavioError(
                    f"{name!r} cannot name a log; take one word of letters, digits and _."
                )
        sources = [word for word in words if not re.match(r"\w+=", word)]
        if not sources:
            raise BehavioError(
                "%behavio connect needs a source: a DataFrame's name, a path, or one of the "
                f"bundled logs {' and '.join(BUNDLED)}."
            )
        options = self._options([word for word in words if re.match(r"\w+=", word)])
        found = [self._source(source) for source in sources]
        if (
            len(found) == 1
            and isinstance(found[0], str)
            and found[0] in BUNDLED
            and not Path(found[0]).exists()
        ):
            if options:
                raise BehavioError(f"The bundled log {found[0]!r} takes no options.")
            log = getattr(behavio_jupyter.datasets, found[0])()
        else:
            log = behavio_jupyter.connect(found[0] if len(found) == 1 else found, **options)
        self._logs.open(name or _name_for(sources[0]), log)
        _prepare(log)
        return log

    def _options(self, words: list[str]) -> dict[str, Any]:
        known = connect_options()
        options: dict[str, Any] = {}
        for word in words:
            key, text = word.split("=", 1)
            if key not in known:
                raise BehavioError(
                    f"%behavio connect has no option {key!r}{nearest_hint(key, known)}."
                )
            if key in options:
                raise BehavioError(f"%behavio connect takes {key}=… once.")
            options[key] = self._value(text)
        return options

    def _source(self, word: str) -> Any:
        """Return what events are read from; a lone word has to name something that is there."""
        found = self._value(word)
        known = (*own_variables(self._shell), *BUNDLED)
        if found is word and word.isidentifier() and word not in known and not Path(word).exists():
            public = [name for name in known if not name.startswith("_")]
            raise BehavioError(
                f"There is no Python variable, bundled log or file {word!r}"
                f"{nearest_hint(word, public)}."
            )
        return found

    def _value(self, word: str) -> Any:
        """Return the Python variable a word names (``df`` or ``{df}``), or the word itself."""
        braced = re.fullmatch(r"\{(\w+)\}", word)
        name = braced[1] if braced else word
        names = own_variables(self._shell)
        if braced and name not in names:
            public = [known for known in names if not known.startswith("_")]
            raise BehavioError(f"There is no Python variable {name!r}{nearest_hint(name, public)}.")
        if name in names and not Path(word).exists() and not callable(names[name]):
            return names[name]
        return word


def connect_options() -> list[str]:
    """Return the options of ``%behavio connect``: those of ``behavio_jupyter.connect``."""
    parameters = inspect.signature(behavio_jupyter.connect).parameters
    return [name for name in parameters if name != "source"]


class Status:
    """What is open; shows itself in a notebook."""

    def __init__(self, logs: OpenLogs) -> None:
        self._logs = list(logs)
        self._current = logs.current

    def __repr__(self) -> str:
        if not self._logs:
            return "No event log is open. Try: %behavio connect contributions"
        lines = [
            f"{'*' if name == self._current else ' '} {name}: {log!r}" for name, log in self._logs
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        if not self._logs:
            return f"<p>{escape(repr(self))}</p>"
        parts = []
        for name, log in self._logs:
            mark = " (answers questions)" if name == self._current else ""
            parts.append(f"<h4>{escape(name)}{mark}</h4>{log._repr_html_()}")
        return "".join(parts)


def _prepare(log: EventLog) -> None:
    """Load what reads and completes questions: whoever types the first one is not to wait."""
    from behavio_jupyter.query.complete import complete

    complete("", 0, log.catalog, kind="funnel")


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        raise BehavioError("A quote in this line is not closed.") from None


def _name_for(source: str) -> str:
    stem = re.sub(r"\W+", "_", Path(source).name.split(".")[0]).strip("_")
    return stem or "log"
