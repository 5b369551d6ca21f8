"""One raw log, opened by the reference and by the engine."""

from __future__ import annotations

from typing import Any

import pandas as pd

from behavio_jupyter import connect
from behavio_jupyter.engine.local import LocalEngine

from ..reference.calendar import to_instant
from ..reference.log import Log
from .raw_logs import PROPERTIES, RawLog


def reference_log(raw: RawLog) -> Log:
    unmapped = [
        name
        for name, mapped in (("sequence", raw.has_sequence), ("session", raw.has_session))
        if not mapped
    ]
    return Log(
        [{key: value for key, value in row.items() if key not in unmapped} for row in raw.rows],
        properties=PROPERTIES,
        users=raw.users,
        timezone=raw.timezone,
        week_start=raw.week_start,
        end=None if raw.end is None else to_instant(raw.end),
        segments=raw.segments,
    )


def event_frame(raw: RawLog) -> pd.DataFrame:
    """The rows as a user would hold them, with the types a file would give."""

    def column(name: str, dtype: str) -> pd.Series:
        return pd.Series([row[name] for row in raw.rows], dtype=dtype)

    columns = {
        "user": column("user", "str"),
        "event": column("event", "str"),
        "time": column("time", "datetime64[us, UTC]"),
        "p": column("p", "str"),
        "x": column("x", "float64"),
        "f": column("f", "boolean"),
    }
    if raw.has_sequence:
        columns["sequence"] = column("sequence", "Int64")
    if raw.has_session:
        columns["session"] = column("session", "str")
    return pd.DataFrame(columns)


def local_engine(raw: RawLog) -> LocalEngine:
    users = pd.DataFrame(
        {
            "user": pd.Series(list(raw.users), dtype="str"),
            "plan": pd.Series([row["plan"] for row in raw.users.values()], dtype="str"),
        }
    )
    options: dict[str, Any] = {}
    if raw.has_sequence:
        options["sequence"] = "sequence"
    if raw.has_session:
        options["session"] = "session"
    log = connect(
        event_frame(raw),
        user="user",
        event="event",
        time="time",
        timezone=raw.timezone,
        week_start=raw.week_start,
        users=users,
        user_key="user",
        end=raw.end,
        **options,
    )
    return LocalEngine(log.store, raw.segments)
