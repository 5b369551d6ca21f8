"""Small logs written as text, for examples worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from .calendar import to_instant
from .log import Log

MONDAY = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
"""Minute 0 of these logs: a Monday, and the first of a month."""


def minute(number: float) -> int:
    """The instant so many minutes after Monday's midnight."""
    return to_instant(MONDAY) + round(number * 60_000_000)


def log_of(
    histories: dict[str, str], properties: tuple[str, ...] = ("p", "x"), **options: Any
) -> Log:
    """``log_of({"ann": "visit 0, buy 10 p=red"})``: events with the minute they happen at.

    After the minute may stand ``p=red`` (text), ``x=5`` (a number), ``session=s`` and
    ``sequence=1``. A time may also be written as a date-time, ``2024-03-31T02:30+01:00``.
    """
    rows = []
    for user, history in histories.items():
        for written in filter(None, (part.strip() for part in history.split(","))):
            name, when, *values = written.split()
            row: dict[str, Any] = {"user": user, "event": name}
            if "T" in when:
                row["time"] = dt.datetime.fromisoformat(when)
            else:
                row["time"] = minute(float(when))
            for value in values:
                key, _, text = value.partition("=")
                row[key] = {"x": float, "sequence": int}.get(key, str)(text)
            rows.append(row)
    return Log(rows, properties=properties, **options)
