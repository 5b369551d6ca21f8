"""What is in a log: its events, its properties, the history of a user."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .data import Store
from .data.progress import progress, shown
from .data.schema import PropertyInfo
from .data.sql import one_row
from .errors import UnknownNameError

MOST_VALUES = 1000
"""How many values of a property are listed."""


def events_of(store: Store) -> pd.DataFrame:
    """Return the events by name: ``name, count, users, first, last``, most frequent first."""
    frame = shown(
        "Counting events",
        lambda: (
            store.cursor()
            .execute(
                "SELECT any_value(name) AS name, count(*) AS count,"
                " count(DISTINCT user_no) AS users, min(time) AS first, max(time) AS last"
                " FROM events JOIN names USING (event_no) GROUP BY event_no"
                " ORDER BY count(*) DESC, event_no"
            )
            .df()
        ),
    )
    for column in ("first", "last"):
        frame[column] = _local(store, frame[column])
    return frame


def properties_of(store: Store) -> pd.DataFrame:
    """Return the properties: ``name, kind, owner, distinct, nulls, examples``."""
    rows = []
    known = [("event", "events", info) for info in store.schema.properties]
    known += [("user", "users", info) for info in store.schema.user_properties]
    with progress("Looking at properties") as bar:
        for number, (owner, table, info) in enumerate(known):
            bar.show(f"Looking at {info.name}", 100 * number / len(known))
            distinct, nulls, examples = one_row(
                store.cursor(),
                "WITH counted AS (SELECT CAST(v AS VARCHAR) AS v, n FROM (SELECT"
                f" {info.column} AS v, count(*) AS n FROM {table} GROUP BY ALL))"
                " SELECT count(v), coalesce(sum(n) FILTER (v IS NULL), 0),"
                " (SELECT list(v ORDER BY n DESC, v) FROM (FROM counted WHERE v IS NOT NULL"
                " ORDER BY n DESC, v LIMIT 5)) FROM counted",
            )
            examples = ", ".join(examples or [])
            rows.append((info.name, info.kind, owner, distinct, int(nulls), examples))
    columns = ["name", "kind", "owner", "distinct", "nulls", "examples"]
    return pd.DataFrame(rows, columns=columns)


def values_of(store: Store, info: PropertyInfo, owner: str) -> pd.DataFrame:
    """Return the values of a property: ``value, count``, the most frequent first, at most 1000."""
    table = "users" if owner == "user" else "events"
    value = f"CAST({info.column} AS VARCHAR)" if info.kind == "text" else info.column
    frame = (
        store.cursor()
        .execute(
            f"SELECT {value} AS value, count FROM (SELECT {info.column}, count(*) AS count"
            f" FROM {table} WHERE {info.column} IS NOT NULL GROUP BY ALL)"
            f" ORDER BY count DESC, value LIMIT {MOST_VALUES}"
        )
        .df()
    )
    if info.kind == "time" and _is_instant(store, info.column, table):
        frame["value"] = _local(store, frame["value"])
    return frame


def profile_of(store: Store, user: Any) -> pd.Series:
    """Return a user's properties by name.

    Raises
    ------
    UnknownNameError
        The log has no such user.
    """
    number = _user_number(store, user)
    infos = store.schema.user_properties
    if not infos:
        return pd.Series([], pd.Index([], dtype=object), dtype=object)
    columns = ", ".join(map(_shown, infos))
    rows = store.cursor().execute(f"SELECT {columns} FROM users WHERE user_no = ?", [number])
    frame = rows.df()
    for place, info in enumerate(infos):
        if info.kind == "time" and _is_instant(store, info.column, "users"):
            frame.isetitem(place, _local(store, frame.iloc[:, place]).array)
    values = [frame.iloc[0, place] for place in range(len(infos))]
    return pd.Series(values, pd.Index([info.name for info in infos], dtype=object), dtype=object)


def timeline_of(store: Store, user: Any) -> pd.DataFrame:
    """Return a user's events in order: ``time, event, session`` and the properties.

    Raises
    ------
    UnknownNameError
        The log has no such user.
    """
    from .query.clauses import Sessions

    number = _user_number(store, user)
    infos = store.schema.properties
    columns = ", ".join(["time", "name", *map(_shown, infos)])
    rows = store.cursor().execute(
        f"SELECT {columns} FROM events JOIN names USING (event_no)"
        " WHERE user_no = ? ORDER BY events.rowid",
        [number],
    )
    frame = rows.df()
    for info in infos:
        if info.kind == "time" and _is_instant(store, info.column):
            frame[info.column] = _local(store, frame[info.column])
    gap = pd.Timedelta(microseconds=Sessions().gap.microseconds)
    frame.insert(2, "session", (frame["time"].diff() > gap).cumsum() + 1)
    frame["time"] = _local(store, frame["time"])
    frame.columns = pd.Index(["time", "event", "session", *(info.name for info in infos)])
    return frame


def _shown(info: PropertyInfo) -> str:
    """Return what selects a property; text is kept as a number of a list."""
    column = info.column
    return f"CAST({column} AS VARCHAR) AS {column}" if info.kind == "text" else column


def _user_number(store: Store, user: Any) -> int:
    cursor = store.cursor()
    found = cursor.execute(
        "SELECT user_no FROM users WHERE CAST(user_id AS VARCHAR) = ?", [str(user)]
    ).fetchall()
    if not found:
        nearest = cursor.execute(
            "SELECT CAST(user_id AS VARCHAR) AS id FROM users"
            " ORDER BY jaro_winkler_similarity(id, ?) DESC, id LIMIT 1",
            [str(user)],
        ).fetchall()
        hint = f"the nearest is {nearest[0][0]!r}" if nearest else "there is none"
        raise UnknownNameError("user", str(user), [row[0] for row in nearest], hint)
    return int(found[0][0])


def _is_instant(store: Store, column: str, table: str = "events") -> bool:
    """Whether a property of times holds instants rather than dates."""
    rows = store.cursor().execute(f"DESCRIBE SELECT {column} FROM {table}").fetchall()
    return bool(rows[0][1] == "TIMESTAMP")


def _local(store: Store, values: pd.Series) -> pd.Series:
    return values.dt.as_unit("us").dt.tz_localize("UTC").dt.tz_convert(store.schema.timezone)
