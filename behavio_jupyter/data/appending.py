"""More events for a log: the old ones and the new ones are built into one store again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import duckdb

from ..errors import DataError
from .build import is_event
from .connecting import instant_of_end, user_table
from .drafts import Draft
from .load import IN_MEMORY, TABLES, Part, Settings, Workshop, find_roles, load
from .profiles import Profiles
from .progress import progress
from .quality import quality_of
from .rows import Property, Rows, Value, rows_of, together
from .schema import PropertyInfo, Roles
from .sources import Source, first_line, open_source
from .sql import literal, one_row
from .store import Store


def append(
    store: Store,
    more: Any,
    given: Mapping[str, Any],
    *,
    users: Any = None,
    end: Any = None,
    table: str | None = None,
    query: str | None = None,
    segments: str = "{}",
    draft: Draft | None = None,
) -> Workshop | None:
    """Build the store with more events.

    Parameters
    ----------
    store : Store
        The log so far; of a saved one the file as it is now, which another notebook may have
        replaced.
    more : any source of events
    given : mapping
        Columns that differ from those used first.
    users : any source, optional
        Rows of the user table; they replace those of the same users.
    end : date or datetime, optional
        The new end of the log.
    segments : str
        The saved segments, as JSON.
    draft : Draft, optional
        Where a saved store is written.

    Returns
    -------
    Workshop or None
        What only has to be finished; None if everything was in the log already.
    """
    before = quality_of(store)
    remembered = Roles.model_validate_json(store.meta("roles"))
    old_end = json.loads(store.meta("end"))
    zone = store.schema.timezone
    settings = Settings(
        zone,
        store.schema.week_start,
        old_end if end is None else instant_of_end(end, zone),
    )
    workshop = Workshop(settings, draft)
    connection = workshop.connection
    try:
        with progress("Adding events") as bar:
            old = _opened(workshop, store)
            opened = open_source(connection, more, "source", table, query)
            roles = _roles(connection, opened, given, remembered)
            old_profiles = _profiles(connection, store, old)
            profiles: Profiles | None = old_profiles
            if users is not None:
                key = given.get("user_key") or roles.user_key
                profiles, key = user_table(workshop, users, key, roles.user, old_profiles)
                if remembered.user_key is None:
                    remembered = remembered.model_copy(update={"user_key": key})
            parts = [
                Part(_old_rows(connection, store, old), None, remembered),
                Part(rows_of(connection, opened, roles, zone), opened, roles),
            ]
            if users is None and settings.end == old_end and _is_known(connection, parts, zone):
                workshop.abandon()
                return None
            if draft is not None or sum(part.rows.count for part in parts) >= IN_MEMORY:
                workshop.use_file()
            load(workshop, parts, profiles, before, bar)
            connection.execute(
                f"UPDATE {workshop.catalog}.meta SET value = ? WHERE key = 'segments'", [segments]
            )
            workshop.settle(bar)
        return workshop
    except BaseException as error:
        workshop.abandon()
        if isinstance(error, OSError | duckdb.Error):
            told = workshop.refusal(error, "The events cannot be added")
            if told is not None:
                raise told from error
        if isinstance(error, duckdb.Error):
            raise DataError(f"The events cannot be added: {first_line(error)}") from error
        raise


def _opened(workshop: Workshop, store: Store) -> dict[str, str]:
    """Make the tables of the old store visible in the workshop; return what they are called."""
    connection = workshop.connection
    have = {row[0] for row in store.cursor().execute("SHOW TABLES").fetchall()}
    names = [name for name in TABLES if name in have]
    if store.file is not None:
        connection.execute(f"ATTACH {literal(str(store.file))} AS old (READ_ONLY)")
        return {name: f"old.main.{name}" for name in names}
    for name in names:
        rows = store.cursor().sql(f"FROM {name}").to_arrow_table()
        connection.register(f"old_{name}", rows)
    return {name: f"old_{name}" for name in names}


def _roles(
    connection: duckdb.DuckDBPyConnection,
    opened: Source,
    given: Mapping[str, Any],
    remembered: Roles,
) -> Roles:
    """Return the columns of the new rows: those given, else those used first."""
    known = remembered.model_dump()
    # What was kept at first may be missing now: then it is null.
    kept = given.get("properties")
    if kept is None and remembered.properties is not None:
        kept = [name for name in remembered.properties if name in opened.names]
    wanted = {**known, **{name: value for name, value in given.items() if value is not None}}
    roles = find_roles(connection, opened, {**wanted, "properties": kept})
    if given.get("properties") is None:
        roles = roles.model_copy(update={"properties": remembered.properties})
    return roles


def _types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    rows = connection.execute(f"DESCRIBE FROM {table}").fetchall()
    return {row[0]: row[1] for row in rows}


def _properties(infos: tuple[PropertyInfo, ...], types: dict[str, str]) -> tuple[Property, ...]:
    return tuple(Property(info.name, _value(info.column, types[info.column])) for info in infos)


def _value(column: str, type_: str) -> Value:
    if type_.startswith("ENUM"):
        return Value(f"CAST({column} AS VARCHAR)", "VARCHAR")
    return Value(column, type_)


def _old_rows(connection: duckdb.DuckDBPyConnection, store: Store, tables: dict[str, str]) -> Rows:
    """Return the events of the old store as the rows they came from."""
    schema = store.schema
    types = _types(connection, tables["events"])
    id_type = _types(connection, tables["users"])["user_id"]
    user = Value("user_id", id_type)
    joins = f"JOIN {tables['names']} n USING (event_no)"
    if schema.has_anonymous_id:
        user = Value("source_user", types["source_user"])
    else:
        joins += f" JOIN {tables['users']} u USING (user_no)"
    roles = {
        "user_id": user,
        "event": Value("name", "VARCHAR"),
        "time": Value("time", "TIMESTAMP"),
    }
    for name in ("anonymous_id", "insert_id", "sequence"):
        if name in types:
            roles[name] = Value(name, types[name])
    chosen = "e.*, n.name" + ("" if schema.has_anonymous_id else ", u.user_id")
    if schema.has_sessions:
        joins += f" LEFT JOIN {tables['sessions']} s USING (session_no)"
        roles["session"] = Value("session", _types(connection, tables["sessions"])["session"])
        chosen += ", s.session"
    (count,) = one_row(connection, f"SELECT count(*) FROM {tables['events']}")
    return Rows(
        f"(SELECT {chosen} FROM {tables['events']} e {joins})",
        roles,
        _properties(schema.properties, types),
        count,
    )


def _profiles(
    connection: duckdb.DuckDBPyConnection, store: Store, tables: dict[str, str]
) -> Profiles | None:
    if "profiles" not in tables:
        return None
    types = _types(connection, tables["profiles"])
    properties = _properties(store.schema.user_properties, types)
    return Profiles(tables["profiles"], Value("user_id", types["user_id"]), properties)


def _is_known(connection: duckdb.DuckDBPyConnection, parts: list[Part], timezone: str) -> bool:
    """Return whether every new event equals one of the log in all columns.

    Where some new row is no event, not all is known: what is wrong with it has to be told.
    """
    table = together([part.rows for part in parts], timezone)
    if table.names != tuple(prop.name for prop in parts[0].rows.properties):
        return False
    old, new = table.selects
    events = f"SELECT * FROM ({new}) WHERE {is_event(table)}"
    (count,) = one_row(connection, f"SELECT count(*) FROM ({events})")
    if count < parts[1].rows.count:
        return False
    (fresh,) = one_row(connection, f"SELECT count(*) FROM ({events} EXCEPT {old})")
    return not fresh
