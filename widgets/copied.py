"""What somebody copies to ask the same: a line of magic, a call in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from IPython.core.getipython import get_ipython

from behavio_jupyter import BehavioError, EventLog, Segment, opened, parse
from behavio_jupyter.query import Definition, Question, Timeline
from behavio_jupyter.query.text import Kind

_ADDRESS = re.compile(r"(\s*%+\w+\s+)(@\w+)")


def line_of(definition: Question | Segment | Timeline | None, address: str = "") -> str:
    """Return the line of magic that asks a definition, of the log with this address."""
    if definition is None:
        return ""
    asked = str(definition)
    if not isinstance(definition, Segment):  # the text of a segment is its condition alone
        asked = asked.removeprefix(definition.kind).lstrip()
    return " ".join(part for part in (f"%{definition.kind}", address, asked) if part)


def question_of(text: str, kind: Kind | None = None) -> Definition:
    """Read what is asked from a line of magic, or from what stands behind its word.

    It is asked of the log it is given to: the address of the one it was copied from is left out.
    """
    found = _ADDRESS.match(text)
    bare = found[1] + " " * len(found[2]) + text[found.end() :] if found else text
    says = re.match(rf"\s*(%|{kind}(?![\w$]))", bare)
    return parse(bare, kind=None if says else kind)


def call_of(log: EventLog, name: str, argument: str) -> str:
    """Return the call of a log's method with a text, by the variable that holds the log.

    Where none does, a log that a magic opened is called by what it was opened as. Another one is
    called ``log``; by its own name, where ``log`` is another thing.
    """
    names: dict[str, Any] = getattr(get_ipython(), "user_ns", {})
    held = [one for one, value in names.items() if value is log and not one.startswith("_")]
    free = (one for one in _names(log) if one.isidentifier() and one not in names)
    if held or not _is_opened(log):
        return f"{held[0] if held else next(free)}.{name}({_literal(argument)})"
    known = f"opened({_literal(log.name)})"
    return f"from behavio_jupyter import opened\n\n{known}.{name}({_literal(argument)})"


def _is_opened(log: EventLog) -> bool:
    try:
        return get_ipython() is not None and opened(log.name) is log
    except BehavioError:
        return False


def _names(log: EventLog) -> Iterator[str]:
    """Yield what a log could be called in Python."""
    own = re.sub(r"\W+", "_", f"log_{log.name}").strip("_")
    yield "log"
    yield own.removeprefix("log_")
    yield from (f"{own}_{number}" for number in count(2))


def _literal(text: str) -> str:
    return repr(text) if '"' in text or "\\" in text else f'"{text}"'
