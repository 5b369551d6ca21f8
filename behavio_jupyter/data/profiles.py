"""The user table: properties of users as they are now."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from ..errors import DataError
from .rows import Property, Table, Value, common_type, identifier, kind_of, value_of
from .schema import PropertyInfo
from .sources import Source
from .sql import one_row


@dataclass(frozen=True)
class Profiles:
    """Rows of a user table, as expressions over what stands after ``FROM``."""

    origin: str
    key: Value
    properties: tuple[Property, ...]


def profiles_of(
    connection: duckdb.DuckDBPyConnection, source: Source, key: str, timezone: str
) -> Profiles:
    """Return the user table of a source; ``key`` is the column with the user's id."""
    return Profiles(
        source.sql,
        identifier(connection, source, key),
        tuple(
            Property(name, value_of(source.column(name), source.type(name), timezone))
            for name in source.names
            if name != key
        ),
    )


def stage(
    connection: duckdb.DuckDBPyConnection, new: Profiles | None, old: Profiles | None
) -> Profiles | None:
    """Return the user tables as one; where both have a user, the new row counts.

    Raises
    ------
    DataError
        A user has several different rows in one table.
    """
    given = [table for table in (old, new) if table is not None]
    if not given:
        return None
    names = tuple(dict.fromkeys(prop.name for table in given for prop in table.properties))
    known = [{prop.name: prop.value for prop in table.properties} for table in given]
    types = [common_type([one[name].type for one in known if name in one]) for name in names]
    key_type = common_type([table.key.type for table in given])
    selects = []
    for age, (table, values) in enumerate(zip(given, known, strict=True)):
        chosen = [f"CAST({table.key.sql} AS {key_type}) AS user_id", f"{age} AS age"]
        for number, (name, type_) in enumerate(zip(names, types, strict=True)):
            value = values[name].sql if name in values else "NULL"
            chosen.append(f"CAST({value} AS {type_}) AS u{number}")
        selects.append(f"SELECT DISTINCT {', '.join(chosen)} FROM {table.origin}")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE all_profiles AS SELECT * FROM"
        f" ({' UNION ALL '.join(selects)}) WHERE user_id IS NOT NULL"
    )
    several = connection.execute(
        "SELECT count(*) OVER (), user_id FROM all_profiles GROUP BY user_id, age"
        " HAVING count(*) > 1 ORDER BY user_id LIMIT 1"
    ).fetchall()
    if several:
        raise DataError(
            f"The user table has different rows for one user, as for {several[0][1]!r}"
            f" ({several[0][0]:,} such users); it needs one row each."
        )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE staged_profiles AS SELECT * EXCLUDE (age) FROM all_profiles"
        " QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY age DESC) = 1"
    )
    return Profiles(
        "staged_profiles",
        Value("user_id", key_type),
        tuple(
            Property(name, Value(f"u{number}", type_))
            for number, (name, type_) in enumerate(zip(names, types, strict=True))
        ),
    )


def write_users(
    connection: duckdb.DuckDBPyConnection, catalog: str, profiles: Profiles | None, table: Table
) -> tuple[tuple[PropertyInfo, ...], int]:
    """Add the user properties to ``users`` and write ``profiles``.

    A person with several user ids has the properties of the smallest id that has a row.

    Returns
    -------
    tuple of PropertyInfo
    int
        How many rows belong to no user of the log.
    """
    if profiles is None:
        return (), 0
    connection.execute(
        f"CREATE TABLE {catalog}.profiles AS SELECT * FROM {profiles.origin} ORDER BY user_id"
    )
    key, id_ = "p.user_id", "i.id"
    if profiles.key.type != table.types["user_id"]:
        key, id_ = "CAST(p.user_id AS VARCHAR)", "CAST(i.id AS VARCHAR)"
    ids = (
        "user_people"
        if "anonymous_id" in table.types
        else "(SELECT user_id AS id, user_no FROM users_plain)"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE users_plain AS FROM {catalog}.users")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE matched AS SELECT i.user_no, i.id, p.* EXCLUDE (user_id)"
        f" FROM {ids} i JOIN {catalog}.profiles p ON {key} = {id_}"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matched_once AS SELECT * EXCLUDE (id) FROM matched"
        " QUALIFY row_number() OVER (PARTITION BY user_no ORDER BY id) = 1"
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE {catalog}.users AS SELECT users_plain.*,"
        " matched_once.* EXCLUDE (user_no) FROM users_plain LEFT JOIN matched_once USING (user_no)"
        " ORDER BY users_plain.user_no"
    )
    without = one_row(
        connection,
        f"SELECT (SELECT count(*) FROM {catalog}.profiles) - (SELECT count(*) FROM matched)",
    )
    infos = tuple(
        PropertyInfo(name=prop.name, column=f"u{number}", kind=kind_of(prop.value.type))
        for number, prop in enumerate(profiles.properties)
    )
    return infos, int(without[0])
