"""What somebody copies to ask the same: a line of magic, a call in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from IPython.core.getipython import get_ipython

from behavio_jupyter import BehavioError, EventLog, Segment, opened, parse
from behavio_jupyter.query import Definition, Question, Timeline
from behavio_jupyter.query.text import Kind

_ADDRESS = re.compile(r"(\s*%+\w+\s+)(@\w+)")
_told: WeakKeyDictionary[EventLog, str | None] = WeakKeyDictionary()
"""The addresses that copies of each log were made with."""
_shells: WeakSet[Any] = WeakSet()
"""Those that tell when a cell ran: variables may be others then."""


def line_of(definition: Question | Segment | Timeline | None, log: EventLog | None = None) -> str:
    """Return the line of magic that asks a definition; of this log, where one is given."""
    if definition is None:
        return ""
    asked = str(definition)
    if not isinstance(definition, Segment):  # the text of a segment is its condition alone
        asked = asked.removeprefix(definition.kind).lstrip()
    address, remark = "" if log is None else address_of(log), ""
    if log is not None and address is None:
        name = next(_free_names(log))
        address, remark = f"@{name}", f" # no variable holds this log: name it {name} first"
    return " ".join(part for part in (f"%{definition.kind}", address, asked, remark) if part)


def address_of(log: EventLog) -> str | None:
    """Return what a line of magic begins with to ask this log: ``@shop``.

    Empty where a magic asks it anyway; None where none can: it is not open, and no variable holds
    it. Who watches the log is told when that is another once a cell ran.
    """
    shell: Any = get_ipython()
    if shell is not None and shell not in _shells:
        _shells.add(shell)
        shell.events.register("post_run_cell", _cell_ran)
    found = _told[log] = _found(log)
    return found


def _found(log: EventLog) -> str | None:
    if log.address or get_ipython() is None:
        return log.address
    names = ["", *_holding(log)]
    return next((name and f"@{name}" for name in names if _opened(name) is log), None)


def _cell_ran(_result: object) -> None:
    for log, told in list(_told.items()):
        if _found(log) != told:
            log.tell()


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
    held = _holding(log)
    if held or _opened(log.name) is not log:
        return f"{held[0] if held else next(_free_names(log))}.{name}({_literal(argument)})"
    known = f"opened({_literal(log.name)})"
    return f"from behavio_jupyter import opened\n\n{known}.{name}({_literal(argument)})"


def _variables() -> dict[str, Any]:
    # A copy: widgets look from threads of their own, while a cell makes variables.
    return dict(getattr(get_ipython(), "user_ns", {}))


def _holding(log: EventLog) -> list[str]:
    """Return the variables that hold a log."""
    return [one for one, held in _variables().items() if held is log and not one.startswith("_")]


def _opened(name: str) -> EventLog | None:
    try:
        return opened(name)
    except BehavioError:
        return None


def _free_names(log: EventLog) -> Iterator[str]:
    """Yield names for a log that no variable and no open log has."""
    taken = _variables()
    yield from (
        name
        for name in _names(log)
        if name.isidentifier() and name not in taken and _opened(name) is None
    )


def _names(log: EventLog) -> Iterator[str]:
    """Yield what a log could be called in Python."""
    own = re.sub(r"\W+", "_", f"log_{log.name}").strip("_")
    yield "log"
    yield own.removeprefix("log_")
    yield from (f"{own}_{number}" for number in count(2))


def _literal(text: str) -> str:
    return repr(text) if '"' in text or "\\" in text else f'"{text}"'
