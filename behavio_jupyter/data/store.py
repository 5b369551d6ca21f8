"""The event store: one DuckDB database, sorted by user number and time.

Tables
------
``events``
    ``user_no INTEGER, time TIMESTAMP (UTC), event_no USMALLINT`` (``UINTEGER`` past 65 536 names),
    ``session_no INTEGER`` (null if none mapped or null in the source), ``sequence`` (if mapped),
    ``insert_id``, ``anonymous_id``, ``source_user`` (the id before identity; if an anonymous id is
    mapped), then the properties ``p0, p1, …``.
    The rows lie in the order of docs/semantics.md D1: user_no, time, sequence, event_no,
    p0, p1, …; row ids ascend in that order. They are positions in it unless rows were removed.
    Text of few different values is an enum, its values in the order of code points.
``users``
    ``user_no INTEGER, user_id`` (type of the source), then user properties ``u0, u1, …``; users
    with at least one event, numbered from 0 in the order of their ids.
``offsets``
    ``start BIGINT``: where the rows of each user begin in that order, and at last their number.
``names``
    ``event_no, name, count``; numbered from 0 in the order of names (code points).
``sessions``
    ``session_no, session``: the values of the session column, if one is mapped.
``profiles``
    ``user_id, u0, u1, …``: the user table as given, also rows of users without events.
``meta``
    ``key VARCHAR, value JSON``: format version, schema, roles, quality, saved segments.

Users' names never become SQL identifiers: property ``n`` is column ``p{n}``, whatever it is called.
"""

from __future__ import annotations

import os
import time
import weakref
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import StoreError
from ..interrupts import current_task, put_off
from .arrays import array_of
from .drafts import Draft
from .memory import available
from .schema import Kind, PropertyInfo, Schema
from .sql import one_row

__all__ = ["Kind", "PropertyInfo", "Schema", "Store"]


_HOT = ("time", "event_no")
"""The columns of events that every question reads."""

_AHEAD = 1 << 29
"""Bytes of a file up to which they are read before anyone knows how much memory they take."""

_PAUSE = 0.01
"""Seconds between two looks whether a log that is to be closed is asked no more."""


class Store:
    """An open event store; what engines read.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        An in-memory database in which the store's tables are, or to which its file is attached.
    catalog : str
        The name of the database that holds the tables: ``memory``, or that of the attached file.
    path : Path or None
        The saved file; None for a log that was not saved.
    draft : Draft or None
        Where the file of a large log lies that was not saved; it ends with the store.

    Attributes
    ----------
    schema : Schema
    connection : duckdb.DuckDBPyConnection
    path : Path or None
    file : Path or None
        The saved or temporary file; None in memory.

    Notes
    -----
    A saved file is attached to a database in memory rather than opened: DuckDB keeps one instance
    per path in a process, and would show the old content of a file that was renamed over.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        catalog: str,
        path: Path | None = None,
        draft: Draft | None = None,
    ) -> None:
        self.connection = connection
        self.catalog = catalog
        self.path = path
        self.file = draft.file if draft is not None else path
        self._ahead: dict[str, Future[NDArray[Any]]] = {}
        self._state = None if self.file is None else state_of(self.file)
        connection.execute(f"USE {catalog}")
        self._finalizer = weakref.finalize(self, _close, connection, draft)
        self.schema = Schema.model_validate_json(self.meta("schema"))
        # What is in a file that somebody else made reads no other file, and writes none.
        connection.execute("SET enable_external_access = false")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a fresh cursor for another thread; the tables resolve unqualified in it.

        Raises
        ------
        StoreError
            The store was closed.
        """
        try:
            cursor = self.connection.cursor()
        except duckdb.ConnectionException:
            raise StoreError(
                "This log is closed; open it again with behavio_jupyter.connect(…)."
            ) from None
        cursor.execute(f"USE {self.catalog}")
        current_task().uses(cursor)
        return cursor

    def is_current(self) -> bool:
        """Return whether the file still is the one this store opened, not a newer one."""
        try:
            return self.file is not None and state_of(self.file) == self._state
        except OSError:
            return False

    def meta(self, key: str) -> str:
        """Return the JSON kept under a key of the table ``meta``."""
        found = self.cursor().execute("SELECT value FROM meta WHERE key = ?", [key]).fetchall()
        return str(found[0][0]) if found else "null"

    def read_ahead(self) -> None:
        """Begin to read what every question needs; loading the engine takes as long.

        A large log is left alone: whether it fits in memory is asked first.
        """
        size = 0 if self._state is None else self._state[-1]
        if self._ahead or size > min(_AHEAD, available() // 8):
            return
        reader = ThreadPoolExecutor(1, thread_name_prefix="behavio-reading")
        self._ahead = {name: reader.submit(self._read, name) for name in _HOT}
        reader.shutdown(wait=False)

    def offsets(self) -> NDArray[np.int64]:
        """Return, per user number, where the user's rows begin; and at last the number of rows."""
        return self._column("start", "offsets")

    def times(self) -> NDArray[np.int64]:
        """Return the rows' times, microseconds since 1970 UTC."""
        return self._column("time").astype("datetime64[us]", copy=False).view(np.int64)

    def event_numbers(self) -> NDArray[np.uint16] | NDArray[np.uint32]:
        """Return the rows' event numbers: positions in ``schema.events``."""
        return self._column("event_no")

    def row_ids(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row ids of rows given by their place in the order; -1 for -1."""
        if self._row_ids is None:
            return places
        return np.where(places < 0, -1, self._row_ids[places])

    def places(self, row_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the places in the order of rows given by their row ids."""
        return row_ids if self._row_ids is None else np.searchsorted(self._row_ids, row_ids)

    @cached_property
    def _row_ids(self) -> NDArray[np.int64] | None:
        """The row ids in order; None where each is its row's place."""
        count, last = one_row(self.cursor(), "SELECT count(*), max(rowid) FROM events")
        return None if not count or last == count - 1 else self._column("rowid")

    def user_ids(self) -> pd.Series[Any]:
        """Return the users' ids in the order of their numbers, named ``user_id``."""
        rows = self.cursor().execute("SELECT user_id FROM users ORDER BY user_no")
        return rows.df()["user_id"]

    def close(self) -> None:
        """Close the database; a log that was not saved is gone.

        What is being asked in other threads is answered first.
        """
        wait(self._ahead.values())
        while self._finalizer.alive:
            try:
                self.connection.close()
            except duckdb.ResourceInUseException:
                time.sleep(_PAUSE)
            else:
                self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _column(self, column: str, table: str = "events") -> NDArray[Any]:
        begun = self._ahead.pop(column, None)
        return self._read(column, table) if begun is None else begun.result()

    def _read(self, column: str, table: str = "events") -> NDArray[Any]:
        try:
            (rows,) = one_row(self.cursor(), f"SELECT count(*) FROM {table}")
            return array_of(self.cursor(), f"SELECT {column} FROM {table}", rows)
        except duckdb.IOException as error:
            raise StoreError(f"{self.file} is damaged: its events cannot be read.") from error


def state_of(file: Path) -> tuple[int, ...]:
    """Return what tells the state of a file that is only ever replaced as a whole."""
    found = os.stat(file)
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def _close(connection: duckdb.DuckDBPyConnection, draft: Draft | None) -> None:
    # Python may call this by itself, and what is raised then is lost: an interrupt, too.
    with put_off():
        connection.close()
        if draft is not None:
            draft.end()
