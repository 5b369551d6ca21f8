"""Small logs and what a store holds, in a form that compares."""

from __future__ import annotations

from typing import Any

import pandas as pd

from behavio_jupyter.data import Store

SHOP = pd.DataFrame(
    {
        "user_id": ["b", "a", "a", "b"],
        "event": ["buy", "visit", "buy", "visit"],
        "timestamp": pd.to_datetime(
            ["2026-01-02 10:00", "2026-01-01 09:00", "2026-01-03 12:30", "2026-01-01 08:00"]
        ),
        "page": ["/x", "/y", None, "/z"],
        "amount": [1.5, None, 2.0, None],
    }
)


def contents(store: Store) -> list[tuple[Any, ...]]:
    """Return the events in order: user, microseconds, name, then everything else."""
    schema = store.schema
    columns = [f"e.{info.column}" for info in schema.properties]
    optional = (
        ("e.sequence", schema.has_sequence),
        ("s.session", schema.has_sessions),
        ("e.insert_id", schema.has_insert_id),
        ("e.anonymous_id", schema.has_anonymous_id),
    )
    columns += [column for column, there in optional if there]
    sessions = "LEFT JOIN sessions s USING (session_no)" if schema.has_sessions else ""
    return (
        store.cursor()
        .execute(
            f"SELECT {', '.join(['u.user_id', 'epoch_us(time)', 'n.name', *columns])} FROM events e"
            f" JOIN users u USING (user_no) JOIN names n USING (event_no) {sessions}"
            " ORDER BY e.rowid"
        )
        .fetchall()
    )
