"""What paths are: which ways users take, step by step."""

from __future__ import annotations

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
