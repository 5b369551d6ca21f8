"""What a log's columns mean."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["text", "number", "boolean", "time"]
WeekDay = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


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
    week_start: WeekDay = "monday"
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


class Roles(BaseModel):
    """Which source column plays which part; remembered, so that appending needs no arguments."""

    model_config = ConfigDict(frozen=True)

    user: str
    event: str
    time: str
    insert_id: str | None = None
    session: str | None = None
    sequence: str | None = None
    anonymous_id: str | None = None
    user_key: str | None = None
    properties: tuple[str, ...] | None = None
    """The columns to keep; None keeps all."""
    unit: str | None = None
    """What numbers in the time column are: ``s``, ``ms``, ``us`` or ``ns``; None: no numbers."""

    def taken(self) -> set[str]:
        """Return the source columns that are no properties."""
        roles = (self.user, self.event, self.time, self.insert_id, self.session, self.sequence)
        return {column for column in (*roles, self.anonymous_id) if column is not None}
