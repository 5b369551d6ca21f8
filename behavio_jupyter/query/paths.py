"""What paths are: which ways users take, step by step."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Literal

from pydantic import Field, PositiveInt

from .base import Printed
from .clauses import EventQuestion, Sessions
from .predicate import EventsText


class Rename(Printed):
    """``rename (cart | wishlist) as basket``: several events shown as one node."""

    kind: Literal["rename"] = "rename"
    events: EventsText
    name: str = Field(min_length=1)


class Paths(EventQuestion):
    """Which ways users take, as steps and flows between them.

    Parameters
    ----------
    from_, to : Events or str, optional
        Anchors. Text: ``from visit to purchase``.
    steps : int, default 6
        At most so many events of each sequence.
    top : int, default 8
        The most frequent nodes kept per step; the others become ``(other)``.
    hide, only : sequence of Events
        Events removed, or the only ones kept. Text: ``hide heartbeat, ping``.
    rename : sequence of Rename
        Applied in order; the first that matches an event names it.
    collapse : bool, default True
        Immediate repeats of a node become one. Text when off: ``keep repeats``.
    sessions : Sessions
        Text: ``session 30m``, ``session mapped``, ``session off``.
    counting : {"sequences", "users"}
        What an edge counts.
    where, by, segments, during
        As for every analysis. A breakdown takes the value at the sequence's first event.

    Notes
    -----
    The counting rules: docs/semantics.md, "Paths".

    Examples
    --------
    >>> print(Paths(from_="visit", steps=4))
    paths from visit steps 4
    """

    kind: Literal["paths"] = "paths"
    from_: EventsText | None = None
    to: EventsText | None = None
    steps: PositiveInt = Field(6, ge=2, le=100)
    top: PositiveInt = 8
    hide: tuple[EventsText, ...] = ()
    only: tuple[EventsText, ...] = ()
    rename: tuple[Rename, ...] = ()
    collapse: bool = True
    sessions: Sessions = Sessions()
    counting: Literal["sequences", "users"] = "sequences"


_ARROW = " -> "
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"(?= -> |$)', re.DOTALL)


def way_of(names: Iterable[str]) -> str:
    """Return a sequence as ``users of (paths …) with sequence = '…'`` has it.

    Examples
    --------
    >>> way_of(["visit", "cart"])
    'visit -> cart'
    >>> way_of(["visit", "a -> b"])
    'visit -> "a -> b"'
    """
    return _ARROW.join(
        json.dumps(name, ensure_ascii=False) if "->" in name or name.startswith('"') else name
        for name in names
    )


def names_of(way: str) -> tuple[str, ...]:
    """Return the names of a sequence that is written as :func:`way_of` writes it.

    Examples
    --------
    >>> names_of('visit -> "a -> b"')
    ('visit', 'a -> b')
    """
    names = []
    start = 0
    while start <= len(way):
        quoted = _QUOTED.match(way, start)
        end = way.find(_ARROW, start) if quoted is None else quoted.end()
        end = len(way) if end < 0 else end
        names.append(way[start:end] if quoted is None else _unquoted(quoted[0]))
        start = end + len(_ARROW)
    return tuple(names)


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text
