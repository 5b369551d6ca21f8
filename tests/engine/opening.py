"""One raw log, opened by the reference and by the engine."""

from __future__ import annotations

import pandas as pd

from behavio_jupyter import connect
from behavio_jupyter.engine.local import LocalEngine

from ..reference.calendar import to_instant
from ..reference.log import Log
from .raw_logs import PROPERTIES, RawLog


def mapped(raw: RawLog) -> dict[str, str]:
    """The columns that play a part beside those that every log has, and their types."""
    parts = {
        "sequence": (raw.has_sequence, "Int64"),
        "session": (raw.has_session, "str"),
        "insert_id": (raw.has_insert_id, "Int64"),
        "anonymous_id": (raw.has_anonymous_id, "str"),
    }
    return {name: dtype for name, (given, dtype) in parts.items() if given}


def reference_log(raw: RawLog) -> Log:
    unmapped = {"sequence", "session", "insert_id", "anonymous_id"} - set(mapped(raw))
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
        "n": column("n", "Int64"),
        "t": column("t", "datetime64[us, UTC]"),
    }
    columns |= {name: column(name, dtype) for name, dtype in mapped(raw).items()}
    return pd.DataFrame(columns)


def local_engine(raw: RawLog) -> LocalEngine:
    users = pd.DataFrame(
        {
            "user": pd.Series(list(raw.users), dtype="str"),
            "plan": pd.Series([row["plan"] for row in raw.users.values()], dtype="str"),
        }
    )
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
        **{name: name for name in mapped(raw)},
    )
    return LocalEngine(log.store, raw.segments)
