"""An event log: cleaning, identity, order and end (Data, D1 to D8)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from behavio_jupyter.query import DateRange, Segment

from .calendar import Calendar, to_instant

Row = Mapping[str, Any]


@dataclass(frozen=True, eq=False, slots=True)
class Event:
    """One event. ``place`` is its position among the user's events in the order of D1."""

    user: Any
    time: int
    name: str
    properties: dict[str, Any]
    sequence: int | None
    session: Any
    place: int


class Log:
    """The events of every user, cleaned and in order.

    Parameters
    ----------
    rows : iterable of mapping
        Raw rows with the keys ``user``, ``event``, ``time`` (a date-time with zone, or
        microseconds), optionally ``sequence``, ``session``, ``insert_id``, ``anonymous_id``, and
        the properties.
    properties : sequence of str
        The names of the properties in the order of the columns.
    users : mapping of user to mapping
        The user table.
    segments : mapping of str to Segment
        Saved segments.
    """

    def __init__(
        self,
        rows: Iterable[Row],
        *,
        properties: Sequence[str] = (),
        users: Mapping[Any, Mapping[str, Any]] | None = None,
        timezone: str = "UTC",
        week_start: str = "monday",
        end: int | None = None,
        segments: Mapping[str, Segment] | None = None,
    ) -> None:
        self.calendar = Calendar(timezone, week_start)
        self.properties = tuple(properties)
        self.user_table = {user: dict(row) for user, row in (users or {}).items()}
        self.segments = dict(segments or {})

        clean = [cleaned(row, self.properties) for row in rows]
        clean = [row for row in clean if is_event(row)]
        clean = without_duplicates(clean, self.properties)
        people = with_identity(clean)
        self.ids: dict[Any, set[Any]] = {}
        for row, person in zip(clean, people, strict=True):
            if row["user"] is not None:
                self.ids.setdefault(person["user"], set()).add(row["user"])
        clean = people

        by_user: dict[Any, list[dict[str, Any]]] = {}
        for row in clean:
            by_user.setdefault(row["user"], []).append(row)
        self.events: dict[Any, list[Event]] = {}
        for user in sorted(by_user):
            ordered = sorted(by_user[user], key=lambda row: order_key(row, self.properties))
            self.events[user] = [
                Event(
                    user,
                    row["time"],
                    row["event"],
                    {name: row[name] for name in self.properties},
                    row["sequence"],
                    row["session"],
                    place,
                )
                for place, row in enumerate(ordered)
            ]

        times = [event.time for events in self.events.values() for event in events]
        self.first = min(times, default=None)
        self.last = max(times, default=None)
        self.end = end if end is not None else self._observed_until(times)

    def _observed_until(self, times: list[int]) -> int | None:
        """The end of the log where it is not given (D4)."""
        if not times:
            return None
        if all(self.calendar.is_midnight(time) for time in times):
            return self.calendar.next_midnight(max(times))
        return max(times)

    def is_over(self, period_end: int) -> bool:
        """Whether a period [s, e) is over at the end of the log; in an empty log none is."""
        return self.end is not None and period_end <= self.end

    def periods(self, during: DateRange | None, per: str) -> list[int]:
        """The periods of a range, or from the log's first event to its end (T3, D11)."""
        start, end = self.calendar.bounds(during)
        first = self.first if math.isinf(start) else int(start)
        last = self.last_instant() if math.isinf(end) else int(end) - 1
        if first is None or last is None:
            return []
        return self.calendar.periods(first, last, per)

    def last_instant(self) -> int | None:
        """The last instant observed: the instant before the end, or the last event's if later."""
        if self.end is None:
            return None
        return self.end - 1 if self.last is None else max(self.end - 1, self.last)

    def user_property(self, user: Any, name: str) -> Any:
        """A property of the user table, of the smallest of a person's user ids it has (D7)."""
        rows = [
            self.user_table[one] for one in sorted(self.ids.get(user, ())) if one in self.user_table
        ]
        return clean_value(rows[0].get(name)) if rows else None


def clean_value(value: Any) -> Any:
    """Not-a-number is null (D2)."""
    return None if isinstance(value, float) and math.isnan(value) else value


def cleaned(row: Row, properties: Sequence[str]) -> dict[str, Any]:
    """A row with every column, nulls as ``None`` and the time in microseconds."""
    columns = ("user", "event", "time", "sequence", "session", "insert_id", "anonymous_id")
    result = {name: clean_value(row.get(name)) for name in (*columns, *properties)}
    if isinstance(result["time"], dt.datetime):
        result["time"] = to_instant(result["time"])
    return result


def is_event(row: Row) -> bool:
    """A row without user, event or time is not an event; an anonymous id stands for a user."""
    has_user = row["user"] is not None or row["anonymous_id"] is not None
    return has_user and row["event"] is not None and row["time"] is not None


def nulls_last(value: Any) -> tuple[bool, Any]:
    return (value is None, 0 if value is None else value)


def order_key(row: Row, properties: Sequence[str]) -> tuple[Any, ...]:
    """The order of D1: time, sequence, name, properties in the order of the columns."""
    values = tuple(nulls_last(row[name]) for name in properties)
    return (row["time"], nulls_last(row["sequence"]), row["event"], *values)


def without_duplicates(
    rows: list[dict[str, Any]], properties: Sequence[str]
) -> list[dict[str, Any]]:
    """One of several rows with one insert id, or of equal rows where there is none (D8)."""

    def first_key(row: Row) -> tuple[Any, ...]:
        names = (*properties, "sequence", "session", "anonymous_id")
        values = tuple(nulls_last(row[name]) for name in names)
        return (row["time"], nulls_last(row["user"]), row["event"], *values)

    kept = []
    seen = set()
    for row in sorted(rows, key=first_key):
        identity: tuple[Any, ...]
        if row["insert_id"] is not None:
            identity = ("insert id", row["insert_id"])
        else:
            identity = ("row", *(row[name] for name in sorted(row)))
        if identity not in seen:
            seen.add(identity)
            kept.append(row)
    return kept


def with_identity(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows whose user is the person: ids linked in some row, in chains, are one (D7)."""
    links: dict[tuple[str, Any], set[tuple[str, Any]]] = {}
    for row in rows:
        ids = [
            (kind, row[column])
            for kind, column in (("user", "user"), ("anonymous", "anonymous_id"))
            if row[column] is not None
        ]
        for one in ids:
            links.setdefault(one, set()).update(ids)

    names: dict[tuple[str, Any], Any] = {}
    for one in links:
        if one in names:
            continue
        person = {one}
        waiting = [one]
        while waiting:
            for other in links[waiting.pop()]:
                if other not in person:
                    person.add(other)
                    waiting.append(other)
        user_ids = [value for kind, value in person if kind == "user"]
        name = min(user_ids) if user_ids else min(value for _, value in person)
        names.update(dict.fromkeys(person, name))

    result = []
    for row in rows:
        if row["user"] is not None:
            user = names["user", row["user"]]
        else:
            user = names["anonymous", row["anonymous_id"]]
        result.append({**row, "user": user})
    return result
