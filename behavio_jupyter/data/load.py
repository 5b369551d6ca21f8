"""Building a store from sources: whatever is read, cleaned and sorted goes through here."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from ..errors import DataError, StoreError
from ..interrupts import held_back
from . import columns, times
from .almost_numbers import comma_numbers, odd_values
from .build import Built, build, is_event, set_up
from .disk import refusal
from .drafts import Draft, in_memory, temporary_draft
from .files import FORMAT, open_store
from .memory import LEAST, available, require
from .profiles import Profiles, write_users
from .progress import Progress
from .quality import Quality, Removed
from .rows import Rows, Table, kind_of, together
from .schema import PropertyInfo, Roles, Schema, WeekDay
from .sources import Source
from .sql import literal
from .store import Store
from .survey import end_of_day

IN_MEMORY = 200_000
"""Logs with fewer rows live in memory until they are saved."""


TABLES = ("events", "users", "names", "sessions", "profiles")
"""The tables of a store beside ``meta``."""


@dataclass(frozen=True)
class Settings:
    """What holds for a whole log.

    Attributes
    ----------
    timezone : str
    week_start : str
    end : int or None
        The end of the log where it was given, microseconds since 1970 UTC.
    """

    timezone: str = "UTC"
    week_start: WeekDay = "monday"
    end: int | None = None


@dataclass(frozen=True)
class Part:
    """A source whose columns play known roles; ``source`` is None for an older store."""

    rows: Rows
    source: Source | None
    roles: Roles


def find_roles(
    connection: duckdb.DuckDBPyConnection, source: Source, given: Mapping[str, Any]
) -> Roles:
    """Return which column plays which part: those given, and usual names for the rest.

    Raises
    ------
    DataError
        A given column does not exist, one plays two parts, or a part cannot be filled.
    """
    roles: dict[str, str] = {}
    for role in ("user", "event", "time", "insert_id", "session", "sequence", "anonymous_id"):
        if given.get(role) is not None:
            roles[role] = columns.check(role, given[role], source.names)
    for role in ("time", "user", "event"):
        if role not in roles:
            roles[role] = columns.find(role, source.names, source.types, set(roles.values()))
    seen: dict[str, str] = {}
    for role, column in roles.items():
        if column in seen:
            raise DataError(f"Column {column!r} cannot be both {seen[column]} and {role}.")
        seen[column] = role
    kept = given.get("properties")
    if kept is not None:
        if isinstance(kept, str):
            raise DataError("properties=… is a list of columns, such as ['country', 'amount'].")
        kept = tuple(columns.check("properties", name, source.names) for name in kept)
    unit = times.unit_of(connection, source, roles["time"], given.get("unit"))
    return Roles(**roles, properties=kept, unit=unit, user_key=given.get("user_key"))


_ROOM = 2500 << 20
"""Bytes that building a large log may take; what does not fit is sorted on disk."""

_BESIDE = 80_000_000
"""What building takes beside DuckDB: arrays of places and counts, a batch of events at a time."""


class Workshop:
    """A database in which a store is built: in memory, or as a file attached to one.

    Parameters
    ----------
    settings : Settings
    draft : Draft or None
        Where a saved store is written; None for a log that ends with its session.
    """

    def __init__(self, settings: Settings, draft: Draft | None = None) -> None:
        require(LEAST + _BESIDE, "Reading events", "close what else takes some, or read elsewhere")
        self.settings = settings
        self.connection = in_memory()
        if draft is not None:
            # Beside the store, where its writer has room.
            self.connection.execute(f"SET temp_directory = {literal(str(draft.spill))}")
        set_up(self.connection, settings.timezone)
        self.catalog = "memory"
        self._saved = draft
        self._draft = draft

    def use_file(self) -> None:
        """Build in a file, which :meth:`finish` hands over."""
        if self._draft is None:
            self._draft = temporary_draft("log")
        room = min(_ROOM, max(available() * 6 // 10, LEAST))
        self.connection.execute(f"SET memory_limit = '{room}B'")
        self.connection.execute(f"ATTACH {literal(str(self._draft.file))} AS store")
        self.catalog = "store"

    def settle(self, bar: Progress) -> None:
        """Bring what was built to the disk, so that :meth:`finish` is quick."""
        if self._draft is not None:
            bar.run(self.connection, "CHECKPOINT store", label="Writing")
            self.connection.execute("DETACH store")
        if self._saved is not None:
            bar.during(self._saved.make_durable, "Writing", stop=lambda: None)

    def finish(self) -> Store:
        """Return what was built: saved in its place, or as a store that ends with the session."""
        if self._draft is None:
            for (name,) in self.connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE temporary"
            ).fetchall():
                self.connection.execute(f"DROP TABLE temp.main.{name}")
            for slot in ("source", "users_source", *(f"old_{name}" for name in TABLES)):
                self.connection.unregister(slot)
            return Store(self.connection, "memory")
        self.connection.close()
        if self._saved is not None:
            self._saved.put_in_place()
            return open_store(self._saved.path)
        return open_store(self._draft.file, self._draft)

    def abandon(self) -> None:
        """Leave nothing behind."""
        with held_back():
            self.connection.close()
            if self._draft is not None:
                self._draft.end()

    def refusal(self, error: Exception, what: str) -> StoreError | None:
        """Return what to tell where the disk did not take what was built."""
        if self._saved is not None:
            return refusal(error, self._saved.path.parent, what, "or save the log elsewhere first")
        folder = Path(tempfile.gettempdir())
        return refusal(error, folder, what, "or name a folder with more room in TMPDIR")


def load(
    workshop: Workshop,
    parts: Sequence[Part],
    profiles: Profiles | None,
    before: Quality | None,
    bar: Progress,
) -> None:
    """Build the store of some parts in a workshop.

    Parameters
    ----------
    workshop : Workshop
    parts : sequence of Part
    profiles : Profiles or None
        The user table.
    before : Quality or None
        That of the log to which the last part is appended: what was removed there adds up.
    bar : Progress
    """
    connection, catalog, settings = workshop.connection, workshop.catalog, workshop.settings
    table = together([part.rows for part in parts], settings.timezone)
    built = build(connection, catalog, table, settings.timezone, bar)
    infos, without = write_users(connection, catalog, profiles, table)
    connection.execute(f"ALTER TABLE {catalog}.names ADD COLUMN count BIGINT")
    counts = built.survey.names
    connection.register("counts", pa.table({"n": counts, "no": np.arange(len(counts))}))
    connection.execute(
        f"UPDATE {catalog}.names SET count = n FROM counts WHERE event_no = counts.no"
    )
    connection.unregister("counts")
    starts = np.append(0, np.cumsum(built.survey.per_user))
    connection.register("counts", pa.table({"start": starts}))
    connection.execute(f"CREATE TABLE {catalog}.offsets AS FROM counts")
    connection.unregister("counts")
    names = tuple(
        row[0]
        for row in connection.execute(
            f"SELECT name FROM {catalog}.names ORDER BY event_no"
        ).fetchall()
    )
    found = built.survey
    end = settings.end
    if end is None and found.last is not None:
        end = end_of_day(found.last, settings.timezone) if found.midnights else found.last
    schema = Schema(
        properties=tuple(
            PropertyInfo(name=name, column=column, kind=kind_of(table.types[column]))
            for name, column in zip(table.names, table.properties, strict=True)
        ),
        user_properties=infos,
        events=names,
        timezone=settings.timezone,
        week_start=settings.week_start,
        has_sequence="sequence" in table.types,
        has_sessions="session" in table.types,
        has_insert_id="insert_id" in table.types,
        has_anonymous_id="anonymous_id" in table.types,
        first=found.first,
        last=found.last,
        end=end,
    )
    roles = parts[0].roles
    commas = comma_numbers(connection, catalog, schema.properties)
    quality = Quality(
        rows=sum(part.rows.count for part in parts if part.source) + (before.rows if before else 0),
        events=found.events,
        users=found.users,
        removed=_removed(connection, parts, table, built, before),
        columns=roles,
        timezone=settings.timezone,
        first=found.first,
        last=found.last,
        end=end,
        days=found.days,
        days_with_events=found.days_with_events,
        counts=dict(zip(names, (int(count) for count in counts), strict=True)),
        users_without_events=without,
        shared_instants=found.shared_instants,
        gaps=found.gaps,
        joined_ids=built.joined,
        comma_numbers=commas,
        odd_values={
            name: value
            for name, value in odd_values(connection, catalog, schema.properties).items()
            if name not in commas
        },
    )
    connection.execute(f"CREATE TABLE {catalog}.meta (key VARCHAR, value JSON)")
    facts = {
        "format": json.dumps(FORMAT),
        "schema": schema.model_dump_json(),
        "roles": roles.model_dump_json(),
        "end": json.dumps(settings.end),
        "quality": quality.model_dump_json(),
        "segments": "{}",
    }
    connection.executemany(f"INSERT INTO {catalog}.meta VALUES (?, ?)", list(facts.items()))


_REASONS = {
    "no user": "user_id IS NULL",
    "no event name": "event IS NULL",
    "no time": "raw IS NULL",
    "time cannot be read": "true",
}


def _removed(
    connection: duckdb.DuckDBPyConnection,
    parts: Sequence[Part],
    table: Table,
    built: Built,
    before: Quality | None,
) -> tuple[Removed, ...]:
    """Return why rows were left out; each counts for the first reason that holds."""
    counts: dict[str, int] = {part.reason: part.rows for part in (before.removed if before else ())}
    examples = {part.reason: list(part.examples) for part in (before.removed if before else ())}
    duplicates = built.same_insert_id + built.same_row
    lost = sum(part.rows.count for part in parts) - built.survey.events - duplicates
    for part in parts if lost else ():
        if part.source is None:
            continue
        values = part.rows.roles
        someone = values["user_id"].sql
        if "anonymous_id" in values:
            ids = (values["user_id"].sql, values["anonymous_id"].sql)
            someone = f"coalesce({', '.join(f'CAST({id_} AS VARCHAR)' for id_ in ids)})"
        chosen = (
            f"SELECT {someone} AS user_id, {values['event'].sql} AS event,"
            f" {values['time'].sql} AS time, {part.source.column(part.roles.time)} AS raw"
        )
        ids_known = Table((), {"user_id": ""}, (), 0)
        reason = "CASE " + " ".join(f"WHEN {c} THEN '{r}'" for r, c in _REASONS.items()) + " END"
        wrong = f"FROM {part.source.sql}) WHERE NOT coalesce({is_event(ids_known)}, false)"
        found = connection.execute(
            f"SELECT {reason} AS why, count(*) FROM ({chosen} {wrong} GROUP BY why ORDER BY why"
        ).fetchall()
        timeless = sum(number for why, number in found if "time" in why)
        for why, number in found:
            counts[why] = counts.get(why, 0) + number
            shown = examples.setdefault(why, [])
            fresh = _examples(
                connection, part.source, f"({chosen}, * {wrong} AND {reason} = '{why}'"
            )
            shown += fresh
            if why == "time cannot be read" and timeless == part.rows.count:
                raise DataError(
                    f"Column {part.roles.time!r:.60} holds no time that can be read, as"
                    f" {fresh[0][part.roles.time]!r:.60}; write times like '2026-01-31 10:30:00',"
                    " or convert the column with pandas.to_datetime."
                )
    roles = parts[-1].roles
    shown_as = {"user_id": roles.user, "event": roles.event, "time": roles.time}
    shown_as |= dict(zip(table.properties, table.names, strict=True))
    for what, number in (("insert id", built.same_insert_id), ("row", built.same_row)):
        if number:
            why = f"repeated {what}"
            counts[why] = counts.get(why, 0) + number
            rows = built.examples[what]
            examples.setdefault(why, []).extend(
                {
                    shown_as.get(name, getattr(roles, name, None) or name): _shown(value)
                    for name, value in row.items()
                }
                for row in rows
            )
    return tuple(
        Removed(reason=why, rows=number, examples=tuple(examples.get(why, [])[:5]))
        for why, number in counts.items()
    )


def _examples(
    connection: duckdb.DuckDBPyConnection, source: Source, wrong: str
) -> list[dict[str, str | None]]:
    rows = connection.execute(f"SELECT * FROM {wrong} LIMIT 5").fetchall()
    return [
        {name: _shown(value) for name, value in zip(source.names, row[4:], strict=True)}
        for row in rows
    ]


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)[:200]
