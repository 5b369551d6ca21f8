"""The event store: one DuckDB database, sorted by user number and time.

Tables
------
``events``
    ``user_no INTEGER, time TIMESTAMP (UTC), event_no USMALLINT`` (``UINTEGER`` past 65 536 names),
    ``session_no INTEGER`` (null if none mapped or null in the source), ``sequence`` (if mapped),
    ``insert_id``, ``anonymous_id`` (if mapped), then the properties ``p0, p1, …``.
    The rows lie in the order of docs/semantics.md D1: user_no, time, sequence, event_no,
    p0, p1, …; row ids are positions in that order.
``users``
    ``user_no INTEGER, user_id`` (type of the source), then user properties ``u0, u1, …``; users
    with at least one event, numbered from 0 in the order of their ids.
``names``
    ``event_no, name, count``; numbered from 0 in the order of names (code points).
``meta``
    ``key VARCHAR, value JSON``: format version, schema, quality, saved segments.

Users' names never become SQL identifiers: property ``n`` is column ``p{n}``, whatever it is called.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["text", "number", "boolean", "time"]


class PropertyInfo(BaseModel):
    """One property: its name for the user, its column in the store and what it holds."""

    model_config = ConfigDict(frozen=True)

    name: str
    column: str
    kind: Kind


class Schema(BaseModel):
    """What a log's columns mean; saved with the store."""

    model_config = ConfigDict(frozen=True)

    properties: tuple[PropertyInfo, ...] = ()
    user_properties: tuple[PropertyInfo, ...] = ()
    events: tuple[str, ...] = ()
    timezone: str = "UTC"
    week_start: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    has_sequence: bool = False
    has_sessions: bool = False
    has_insert_id: bool = False
    has_anonymous_id: bool = False
    first: int | None = None
    """The first timestamp, microseconds since 1970 UTC; None for an empty log."""
    last: int | None = None
    """The last timestamp."""
    end: int | None = None
    """The end of the log (docs/semantics.md D4)."""
