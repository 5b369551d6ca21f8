"""The logs that are open in a notebook, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from behavio_jupyter import BehavioError, UnknownNameError

if TYPE_CHECKING:
    from behavio_jupyter import EventLog

_ADDRESS = re.compile(r"\s*@(\w+)\s*")


def loud(line: str) -> str:
    """Return a line without the semicolon at its end, by which IPython keeps other lines silent."""
    return line.rstrip().removesuffix(";") if line.rstrip().endswith(";") else line


class OpenLogs:
    """Open logs under names; one of them, the last opened or chosen, answers."""

    def __init__(self) -> None:
        self._logs: dict[str, EventLog] = {}
        self.current: str | None = None

    def open(self, name: str, log: EventLog) -> None:
        """Keep a log under a name and make it the one that answers."""
        log.name = name
        self._logs[name] = log
        self.current = name
        for other, one in self._logs.items():
            one.address = f"@{other}" if len(self._logs) > 1 else ""

    def name_of(self, log: EventLog) -> str:
        """Return the name under which a log is open, whatever it is called since."""
        return next((name for name, one in self if one is log), log.name)

    def use(self, name: str) -> EventLog:
        """Make an open log the one that answers."""
        log = self[name]
        self.current = name
        return log

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
        if name not in self._logs:
            raise UnknownNameError("open log", name, self._logs)
        return self._logs[name]

    def __iter__(self) -> Iterator[tuple[str, EventLog]]:
        return iter(self._logs.items())

    def __len__(self) -> int:
        return len(self._logs)
