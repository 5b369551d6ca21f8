"""What can be typed after ``%behavio``: commands, sources, options and what they take."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from .connection import BUNDLED, COMMANDS, connect_options
from .logs import OpenLogs

_UNITS = ("s", "ms", "us", "ns")
_COLUMNS = ("user", "event", "time", "insert_id", "session", "sequence", "anonymous_id")
"""Options that take a column of the source."""

Word = tuple[str, str]
"""What can be typed, and what it is."""


def takes_files(text: str) -> bool:
    """Return whether the word at the end of a text after ``%behavio`` can be a path."""
    return re.fullmatch(r"\s*connect\s+\S*|.*\susers=\S*", text) is not None


def connection_words(
    text: str, variables: Mapping[str, Any], logs: OpenLogs
) -> tuple[int, list[Word]]:
    """Return what can be typed at the end of a text after ``%behavio``.

    Returns
    -------
    int
        Where in the text the word begins that is being typed.
    list of (str, str)
        What can stand there, and what it is: "command", "log", "source", "option", "column" …
    """
    words = text.split()
    typed = "" if text[-1:].isspace() or not text else words.pop()
    choices = _choices(words, typed, variables, logs)
    _, sign, value = typed.partition("=")
    part = value if sign and words[:1] == ["connect"] else typed
    folded = part.casefold()
    fitting = [(word, what) for word, what in choices if word.casefold().startswith(folded)]
    return len(text) - len(part), fitting


def _choices(
    words: list[str], typed: str, variables: Mapping[str, Any], logs: OpenLogs
) -> Iterable[Word]:
    if not words:
        return [(command, "command") for command in COMMANDS]
    if words[0] == "use" and len(words) == 1:
        return [(name, "log") for name in logs.names]
    if words[0] != "connect" or words[-1] == "as":
        return []
    tables = {name: value for name, value in variables.items() if _is_table(name, value)}
    if "=" in typed:
        source = next((tables[word] for word in words[1:] if word in tables), None)
        return list(_option_values(typed.partition("=")[0], tables, source))
    given = [word for word in words[1:] if "=" not in word]
    if not given:
        return [*((name, "table") for name in tables), *((name, "bundled log") for name in BUNDLED)]
    used = {word.partition("=")[0] for word in words}
    options = [(f"{name}=", "option") for name in connect_options() if name not in used]
    return [*options, ("as", "keyword")]


def _option_values(option: str, tables: Mapping[str, Any], source: Any) -> Iterator[Word]:
    if option in _COLUMNS and source is not None:
        names = [str(name) for name in source.columns]
        yield from ((name if name.isidentifier() else f'"{name}"', "column") for name in names)
    if option == "user_key":
        columns = dict.fromkeys(str(name) for table in tables.values() for name in table.columns)
        yield from ((name, "column") for name in columns)
    if option == "users":
        yield from ((name, "table") for name in tables)
    if option == "timezone":
        yield from ((name, "time zone") for name in sorted(zoneinfo.available_timezones()))
    if option == "week_start":
        from behavio_jupyter.data.schema import WeekDay

        yield from ((name, "day") for name in get_args(WeekDay))
    if option == "unit":
        yield from ((name, "unit") for name in _UNITS)


def _is_table(name: str, value: Any) -> bool:
    return not name.startswith("_") and not isinstance(value, type) and hasattr(value, "columns")
