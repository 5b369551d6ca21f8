"""Logs of a few events, written out in a test."""

from __future__ import annotations

from typing import Any

import pandas as pd

from behavio_jupyter.data import connect_store
from behavio_jupyter.engine.local import LocalEngine


def engine(events: str, **settings: Any) -> LocalEngine:
    """Build an engine from lines of ``user | time | event | property=value, …``.

    Every row has all properties that some row has; numbers are numbers.
    """
    rows = []
    for line in events.strip().splitlines():
        user, time, name, *rest = (part.strip() for part in line.split("|"))
        properties = dict(pair.strip().split("=") for part in rest for pair in part.split(","))
        rows.append({"user_id": user, "timestamp": time, "event": name, **properties})
    frame = pd.DataFrame(rows)
    for column in frame.columns[3:]:
        numbers = pd.to_numeric(frame[column], errors="coerce")
        if numbers.notna().sum() == frame[column].notna().sum():
            frame[column] = numbers
    return LocalEngine(connect_store(frame, **settings), {})
