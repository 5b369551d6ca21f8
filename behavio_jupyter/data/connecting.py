"""From what a user names to a store: a saved one is opened, anything else is built."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import duckdb
import pandas as pd

from ..errors import DataError, nearest_hint
from . import columns
from .drafts import remove_leftovers
from .files import open_store
from .instants import instant
from .load import IN_MEMORY, Part, Settings, Workshop, find_roles, load
from .paths import kind_of_file
from .profiles import Profiles, profiles_of, stage
from .progress import progress
from .rows import rows_of
from .schema import WeekDay
from .sources import first_line, open_source
from .store import Store
from .times import check_timezone


def settings_of(timezone: Any, week_start: Any, end: Any) -> Settings:
    """Return a log's settings, or say what is wrong with one.

    Raises
    ------
    DataError
        There is no such time zone or weekday, or ``end`` is no date.
    """
    zone = check_timezone(timezone)
    days = get_args(WeekDay)
    if week_start not in days:
        raise DataError(
            f"week_start={week_start!r} is no weekday{nearest_hint(str(week_start), days)}."
        )
    return Settings(zone, week_start, None if end is None else instant_of_end(end, zone))


def instant_of_end(end: Any, timezone: str) -> int:
    """Return the end of a log in microseconds; a date without a time includes that day."""
    wrong = DataError(f"end={end!r} is no date or time; write it like '2026-03-31'.")
    if isinstance(end, str):
        whole_day = len(end.strip()) == 10
    elif isinstance(end, dt.date):
        whole_day = not isinstance(end, dt.datetime)
    else:
        raise wrong
    try:
        moment = pd.Timestamp(end)
    except ValueError:
        raise wrong from None
    return instant(moment + dt.timedelta(days=1) if whole_day else moment, timezone)


def connect_store(
    source: Any,
    *,
    user: str | None = None,
    event: str | None = None,
    time: str | None = None,
    timezone: str | None = None,
    week_start: str | None = None,
    insert_id: str | None = None,
    session: str | None = None,
    sequence: str | None = None,
    anonymous_id: str | None = None,
    users: Any = None,
    user_key: str | None = None,
    end: Any = None,
    properties: Sequence[str] | None = None,
    table: str | None = None,
    query: str | None = None,
    unit: str | None = None,
) -> Store:
    """Build the store of a source; the arguments are those of :func:`behavio_jupyter.connect`.

    Returns
    -------
    Store
        In memory, or in a temporary file from 200 000 rows on.

    Raises
    ------
    DataError
        The source cannot be read or understood as events.
    """
    given = {
        "user": user,
        "event": event,
        "time": time,
        "insert_id": insert_id,
        "session": session,
        "sequence": sequence,
        "anonymous_id": anonymous_id,
        "properties": properties,
        "unit": unit,
    }
    path = saved_store(source) if table is None and query is None else None
    if path is not None:
        own = {"timezone": timezone, "week_start": week_start, "users": users, "end": end}
        _refuse(path, {**given, **own, "user_key": user_key})
        remove_leftovers(path.parent)
        return open_store(path)
    settings = settings_of(timezone or "UTC", week_start or "monday", end)
    remove_leftovers(Path(tempfile.gettempdir()))
    workshop = Workshop(settings)
    try:
        with progress("Reading events") as bar:
            opened = open_source(workshop.connection, source, "source", table, query)
            roles = find_roles(workshop.connection, opened, given)
            profiles: Profiles | None = None
            if users is not None:
                profiles, user_key = user_table(workshop, users, user_key, roles.user, None)
            roles = roles.model_copy(update={"user_key": user_key})
            rows = rows_of(workshop.connection, opened, roles, settings.timezone)
            if opened.rows >= IN_MEMORY:
                workshop.use_file()
            load(workshop, [Part(rows, opened, roles)], profiles, None, bar)
            workshop.settle(bar)
        return workshop.finish()
    except BaseException as error:
        workshop.abandon()
        if isinstance(error, OSError | duckdb.Error):
            told = workshop.refusal(error, "The events cannot be read")
            if told is not None:
                raise told from error
        if isinstance(error, duckdb.Error):
            what = os.fspath(source) if isinstance(source, str | os.PathLike) else "The events"
            raise DataError(f"{what} cannot be read: {first_line(error)}") from error
        raise


def _refuse(path: Path, given: dict[str, Any]) -> None:
    useless = [name for name, value in given.items() if value is not None]
    if useless:
        raise DataError(
            f"{path} is a saved store, which has its own columns and time zone; leave out"
            f" {useless[0]}=…, or name a table with table=… if it is another database."
        )


def user_table(
    workshop: Workshop, users: Any, key: str | None, user: str, old: Profiles | None
) -> tuple[Profiles | None, str]:
    """Open a user table and join it with the one before; return it and its key column."""
    opened = open_source(workshop.connection, users, "users_source")
    if key is not None:
        key = columns.check("user_key", key, opened.names)
    elif user in opened.names:
        key = user
    else:
        try:
            key = columns.find("user", opened.names, opened.types, set())
        except DataError as error:
            message = str(error).replace("user=…", "user_key=…")
            raise DataError(f"In the user table: {message}") from error
    new = profiles_of(workshop.connection, opened, key, workshop.settings.timezone)
    return stage(workshop.connection, new, old), key


def saved_store(source: Any) -> Path | None:
    """Return the path of a source that is one DuckDB file, or is named as a store."""
    if not isinstance(source, str | os.PathLike):
        return None
    # Whoever writes through a link has to replace, and to lock, the file itself.
    named = os.path.expanduser(os.fspath(source))
    if "\0" in named:
        return None
    path = Path(os.path.realpath(named))
    if not os.path.isfile(path):
        return None
    return path if path.suffix == ".behavio" or kind_of_file(path) == "database" else None
