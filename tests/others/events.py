"""Event logs for both sides: random ones, tiny ones, and the two real ones.

Times lie on a grid, so that ties and windows that end exactly at an event are common. Every row has
an ``id``, mapped as the insert id: no row is a duplicate of another.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from hypothesis import Phase, settings
from hypothesis import strategies as st

from behavio_jupyter import EventLog, connect, datasets

HOUR = 3_600_000_000
DAY = 24 * HOUR
"""In microseconds."""

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=2, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""Logs of hundreds of users, so two say enough; a seed has no simpler one to shrink to."""

_BEGIN = pd.Timestamp("2024-03-04", tz="UTC")  # a Monday
_NAMES = np.array(["a", "b", "c", "d", "e"], dtype=object)
_TEXTS = np.array(["k", "l", "m", None], dtype=object)
_NUMBERS = np.array([0.0, 0.5, 1.0, 2.5, 3.0, np.nan])


def random_events(
    seed: int, logs: int = 300, users: int = 4, most: int = 14, slots: int = 60, ties: bool = True
) -> pd.DataFrame:
    """Return the events of many small logs, 6 hours apart or a multiple of it.

    A user belongs to one log and has 1…``most`` events; with ``ties`` several may be at one time.
    Columns: ``id, log, user_id, event, timestamp, p`` (text), ``x`` (a number), ``s`` (a session);
    ``p``, ``x`` and ``s`` have nulls.
    """
    source = np.random.default_rng(seed)
    counts = source.integers(1, most + 1, logs * users)
    rows = int(counts.sum())
    user = np.repeat(np.arange(logs * users), counts)
    if ties:
        slot = source.integers(0, slots, rows)
    else:
        slot = np.concatenate([source.permutation(slots)[:count] for count in counts])
    frame = pd.DataFrame(
        {
            "log": [f"log {number // users:03}" for number in user],
            "user_id": [f"u{number:05}" for number in user],
            "event": source.choice(_NAMES, rows, p=[0.3, 0.25, 0.2, 0.15, 0.1]),
            "timestamp": (_BEGIN + pd.to_timedelta(slot * 6, unit="h")).as_unit("us"),
            "p": source.choice(_TEXTS, rows),
            "x": source.choice(_NUMBERS, rows),
            "s": source.choice(np.array(["r", "s"], dtype=object), rows),
        }
    )
    # The order of rows says nothing: neither side may lean on it.
    frame = frame.iloc[source.permutation(rows)].reset_index(drop=True)
    frame.insert(0, "id", np.arange(rows))
    return frame


def tiny(text: str) -> pd.DataFrame:
    """Return the events of ``"u: a@0 b@1.5 c@1.5; v: a@2"``: names and hours."""
    rows = []
    for user, _, listed in (line.strip().partition(":") for line in text.split(";")):
        for number, event in enumerate(listed.split()):
            name, _, hours = event.partition("@")
            rows.append((f"{user}{number}", user, name, float(hours)))
    frame = pd.DataFrame(rows, columns=["id", "user_id", "event", "hours"])
    times = _BEGIN + pd.to_timedelta(frame.pop("hours"), unit="h")
    return frame.assign(timestamp=times.dt.as_unit("us"))


def opened(frame: pd.DataFrame, session: str | None = None, timezone: str = "UTC") -> EventLog:
    """Return the events as a log of Behavio."""
    return connect(
        frame,
        user="user_id",
        event="event",
        time="timestamp",
        insert_id="id",
        session=session,
        timezone=timezone,
    )


@cache
def real(name: str) -> tuple[pd.DataFrame, EventLog]:
    """Return a bundled log: its rows without repeated ones, and opened."""
    path = resources.files("behavio_jupyter.datasets") / f"{name}.parquet"
    with resources.as_file(path) as file:
        frame = pq.read_table(file).to_pandas().drop_duplicates(ignore_index=True)
    return frame, getattr(datasets, name)()


def depths(result: object) -> dict[str, int]:
    """Return how deep each user of a funnel came, from the users behind its numbers."""
    found: dict[str, int] = {}
    for step in sorted(set(result.table["step"])):  # type: ignore[attr-defined]
        users = result.users(step=step).users  # type: ignore[attr-defined]
        found.update(dict.fromkeys(users, int(step)))
    return found
