"""The logs of a notebook by name: those that are open, those that Python variables hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from behavio_jupyter import BehavioError, UnknownNameError

from .variables import own_variables

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from behavio_jupyter import EventLog

_ADDRESS = re.compile(r"\s*@(\w+)\s*")


class OpenLogs:
    """Open logs under names; one of them, the last opened or chosen, answers.

    Where none is open under a name, the variable of that name is meant, if it holds a log.
    """

    def __init__(self, shell: InteractiveShell | None = None) -> None:
        self._shell = shell
        self._logs: dict[str, EventLog] = {}
        self.current: str | None = None

    def open(self, name: str, log: EventLog) -> None:
        """Keep a log under a name and make it the one that answers."""
        log.name = name
        self._keep(name, log)

    def _keep(self, name: str, log: EventLog) -> None:
        before = self._logs.get(name)
        if before is not None:
            before.address = ""
        self._logs[name] = log
        self.current = name
        for other, one in self._logs.items():
            one.address = f"@{other}" if len(self._logs) > 1 else ""

    def name_of(self, log: EventLog) -> str:
        """Return the name under which a log is open, whatever it is called since."""
        return next((name for name, one in self if one is log), log.name)

    def use(self, name: str) -> EventLog:
        """Make a log the one that answers; one that a variable holds is open from then on."""
        log = self[name]
        if name not in self._logs:
            self._keep(name, log)
        self.current = name
        return log

    @property
    def names(self) -> list[str]:
        """The names by which logs can be asked: of those open, then of variables with others."""
        others = [name for name, log in self._held().items() if log not in self._logs.values()]
        return [*self._logs, *others]

    def _held(self) -> dict[str, EventLog]:
        """Return the logs that variables hold, but for names that an open log has."""
        from behavio_jupyter import EventLog

        variables = own_variables(self._shell) if self._shell else {}
        return {
            name: value
            for name, value in variables.items()
            if isinstance(value, EventLog) and name not in self._logs and not name.startswith("_")
        }

    @property
    def answering(self) -> EventLog | None:
        """The log that answers; None where none is open."""
        return None if self.current is None else self._logs[self.current]

    def addressed(self, text: str) -> tuple[EventLog, str]:
        """Return the log asked and the question: ``@shop visit -> cart`` asks "shop"."""
        match = _ADDRESS.match(text)
        if match:
            # The address becomes blanks, so that a caret still points at the right place.
            return self[match[1]], " " * match.end() + text[match.end() :]
        if self.answering is None:
            raise BehavioError(
                "No event log is open; open one with %behavio connect and a file or DataFrame, "
                "or try %behavio connect contributions."
            )
        return self.answering, text

    def __getitem__(self, name: str) -> EventLog:
        found = self._logs[name] if name in self._logs else self._held().get(name)
        if found is None:
            raise UnknownNameError("open log", name, self.names)
        return found

    def __iter__(self) -> Iterator[tuple[str, EventLog]]:
        return iter(self._logs.items())

    def __len__(self) -> int:
        return len(self._logs)
