"""A log that grows by batches, and the answers to a few questions at each of its states.

The answers are counted here by hand, from how a batch is made: no engine is asked.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

import behavio_jupyter
from behavio_jupyter import EventLog

USERS = 240
"""Users of a batch; all visit, every second has a cart, every fourth buys."""

EVENTS = USERS + USERS // 2 + USERS // 4

_START = pd.Timestamp("2026-01-01", tz="UTC").as_unit("us")


def batch(number: int) -> pd.DataFrame:
    """The events of one day's new users: day ``number`` of the log."""
    rows = []
    for user in range(USERS):
        begins = _START + pd.Timedelta(days=number, minutes=user)
        for event, every, hours in (("visit", 1, 0), ("cart", 2, 1), ("buy", 4, 2)):
            if user % every == 0:
                rows.append(
                    {
                        "user_id": f"{number:05d}-{user:03d}",
                        "event": event,
                        "timestamp": begins + pd.Timedelta(hours=hours),
                        "platform": "ios" if user % 3 == 0 else "web",
                        "amount": number + 1 if event == "buy" else None,
                    }
                )
    return pd.DataFrame(rows)


def expected(batches: int) -> dict[str, object]:
    """The answers at the state that holds so many batches."""
    days = range(batches)
    return {
        "funnel": [USERS * batches, USERS // 2 * batches, USERS // 4 * batches],
        "funnel of some": [USERS // 3 * batches, USERS // 12 * batches],
        "buyers": [USERS // 4 for _ in days],
        "bought": [USERS // 4 * (day + 1) for day in days],
        "segment": USERS // 2 * batches,
        "retained": USERS // 2 * batches,
        "paths": USERS // 4 * batches,
    }


def answers(log: EventLog) -> dict[str, object]:
    """The same answers, asked of a log."""
    retention = log.retention("visit -> cart per day for 1")
    paths = log.paths("from visit steps 3 session 1d")
    edges = paths.table
    bought = edges[(edges["source"] == "cart") & (edges["target"] == "buy")]
    return {
        "funnel": log.funnel("visit -> cart -> buy within 1d").table["count"].tolist(),
        "funnel of some": log.funnel("visit[platform = 'ios'] -> buy within 1d")
        .table["count"]
        .tolist(),
        "buyers": log.trend("users of buy per day").table["value"].astype(int).tolist(),
        "bought": log.trend("sum(buy.amount) per day").table["value"].astype(int).tolist(),
        "segment": len(log.segment("count(cart) >= 1")),
        "retained": int(retention.table.query("period == 0")["retained"].sum()),
        "paths": int(bought["count"].sum()),
    }


def state_of(log: EventLog) -> int:
    """How many batches a log holds; it holds no part of one."""
    batches, rest = divmod(len(log), EVENTS)
    assert rest == 0
    return batches


def write(path: Path, batches: int) -> bytes:
    """Save the state that holds so many batches; return the bytes of its file."""
    with behavio_jupyter.connect(pd.concat([batch(number) for number in range(batches)])) as log:
        log.save(path)
    return path.read_bytes()


def strays(*folders: Path) -> list[str]:
    """What lies in folders beside stores and events."""
    return sorted(
        str(place.relative_to(folder))
        for folder in folders
        for place in folder.rglob("*")
        if place.suffix not in (".behavio", ".parquet", ".json") or not os.path.isfile(place)
    )
