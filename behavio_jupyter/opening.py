"""Opening an event log."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from .data import connect_store
from .interrupts import interruptible
from .log import EventLog


@interruptible
def connect(
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
) -> EventLog:
    """Open events for questions.

    Parameters
    ----------
    source : DataFrame, Table, path or list of paths, connection or relation
        A pandas, polars or Arrow table (or record batches, or dataset); Parquet, CSV (also ``.gz``,
        ``.zst``) or JSON lines by path, list of paths or glob; a DuckDB database with ``table`` or
        ``query``; or a store saved by :meth:`EventLog.save`.
    user, event, time : str, optional
        The columns with the user's id, the event's name and its time. Found by their usual names
        and types; a printed line says which were taken. Times are date-times with or without zone,
        dates, ISO text, or numbers since 1970 (seconds to nanoseconds, judged by their size).
    timezone : str, default "UTC"
        In which days begin and times without a zone are read.
    week_start : str, default "monday"
    insert_id : str, optional
        A column that marks events sent twice; without it, rows equal in every column are one.
    session, sequence, anonymous_id : str, optional
        Columns with the session, the order among equal times, and the id before a user was known.
    users : any source, optional
        The user table: one row a user. ``user_key`` is its column with the user's id.
    end : date, datetime or str, optional
        Until when the log was observed; a date includes that day. Default: the last event, or the
        end of its day where all times are midnights.
    properties : sequence of str, optional
        The columns to keep beside these. Default: all.
    table, query : str, optional
        What to read of a DuckDB database: a table, or a SELECT.
    unit : {"s", "ms", "us", "ns"}, optional
        What numbers in the time column are.

    Returns
    -------
    EventLog

    Raises
    ------
    DataError
        The source cannot be read or understood; the sentence says what to give.
    StoreError
        A saved store is damaged, from a newer version, or none at all.

    Notes
    -----
    What is cleaned and how: docs/semantics.md, "Data". ``log.quality`` shows it.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.to_datetime(["2026-01-01", "2026-01-02"])
    >>> shop = pd.DataFrame({"user": ["a", "a"], "action": ["visit", "buy"], "at": times})
    >>> log = connect(shop)
    Took user = 'user', event = 'action', time = 'at' (2 events of 1 user, UTC).
    """
    given = {"user": user, "event": event, "time": time}
    store = connect_store(
        source,
        **given,
        timezone=timezone,
        week_start=week_start,
        insert_id=insert_id,
        session=session,
        sequence=sequence,
        anonymous_id=anonymous_id,
        users=users,
        user_key=user_key,
        end=end,
        properties=properties,
        table=table,
        query=query,
        unit=unit,
    )
    log = EventLog(store, _name(source))
    quality = log.quality
    if store.path is None and None in given.values():
        taken = ", ".join(f"{role} = {getattr(quality.columns, role)!r}" for role in given)
        counted = f"{_some(quality.events, 'event')} of {_some(quality.users, 'user')}"
        print(f"Took {taken} ({counted}, {quality.timezone}).")
    return log


def _name(source: Any) -> str:
    return os.path.basename(os.fspath(source)) if isinstance(source, str | os.PathLike) else ""


def _some(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
