"""Raw rows, made so that ties and exact ends are common.

A *grid* is the distance between the times of a log; windows, gaps and ranges of the questions are
multiples of it. Times lie around a clock change of the log's time zone.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from behavio_jupyter.query import (
    Segment,
)

NAMES = ("a", "b", "c", "d", "e")
TEXTS = ("k", "l", "m", "(none)", "(other)")
NUMBERS = (0.0, 0.5, 1.0, 2.5, 3.0)
WHOLE = (0, 1, 2**53, 2**53 + 1, 2**62 + 1)
"""Whole numbers of which some have no float of their own."""
PLANS = ("free", "pro")
PROPERTIES = ("p", "x", "f", "n", "t")
"""Text, a number, true or false, a whole number, a time."""
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")

CHANGES = {
    "UTC": (dt.date(2024, 2, 29),),
    "Europe/Berlin": (dt.date(2024, 3, 31), dt.date(2024, 10, 27)),
    "America/New_York": (dt.date(2024, 3, 10), dt.date(2024, 11, 3)),
    "America/Sao_Paulo": (dt.date(2018, 11, 4), dt.date(2018, 2, 18)),
    "Asia/Kathmandu": (dt.date(2024, 1, 1),),
}
MOMENTS = (
    *(str(day) for days in CHANGES.values() for day in days),
    "2024-03-31 02:30",
    "2024-10-27 02:30",
    "2024-03-10T02:30:00",
    "2024-11-03 01:30",
    "2018-02-17 23:30",
    "2024-02-29T12:00:00+05:45",
    "2024-10-27T00:00:00+00:00",
)
"""Times as written in a predicate: midnights, times that clocks skip or show twice, offsets."""


@dataclass(frozen=True)
class Grid:
    """``name``, the distance of times, how many there are, and how to write a duration."""

    distance: dt.timedelta
    slots: int
    durations: tuple[str, ...]
    midnights: bool = False

    @property
    def days(self) -> int:
        return (self.distance * self.slots).days + 1


GRIDS = (
    Grid(dt.timedelta(minutes=30), 60, ("30m", "1h", "90m", "3h", "10h")),
    Grid(dt.timedelta(hours=6), 80, ("6h", "12h", "1d", "2d", "1w")),
    Grid(dt.timedelta(hours=24), 70, ("1d", "2d", "3d", "1w", "1mo")),
    Grid(dt.timedelta(hours=24), 70, ("1d", "2d", "3d", "1w", "1mo"), midnights=True),
)


@dataclass(frozen=True)
class Span:
    """What questions need to know of a log to ask about its times."""

    first_day: dt.date
    grid: Grid
    has_session: bool
    names: tuple[str, ...]


@dataclass
class RawLog:
    """Rows as they arrive, before cleaning, and what they mean."""

    rows: list[dict[str, Any]]
    users: dict[str, dict[str, Any]]
    timezone: str
    week_start: str
    end: dt.datetime | None
    has_sequence: bool
    has_session: bool
    has_insert_id: bool
    has_anonymous_id: bool
    segments: dict[str, Segment]


# Logs.


def instant(first_day: dt.date, slot: int, grid: Grid, zone: ZoneInfo) -> dt.datetime:
    """The time at a slot, in UTC: elapsed from the first midnight, or a midnight itself."""
    midnight = dt.datetime.combine(first_day, dt.time())
    if grid.midnights:
        return (midnight + slot * grid.distance).replace(tzinfo=zone).astimezone(dt.UTC)
    return midnight.replace(tzinfo=zone).astimezone(dt.UTC) + slot * grid.distance


def random_row(source: random.Random, users: int, slots: int) -> dict[str, Any]:
    """One event; a value in some nine is null."""

    def maybe(value: Any) -> Any:
        return None if source.random() < 0.11 else value

    return {
        "user": f"u{source.randrange(users):02}",
        "event": source.choice(NAMES),
        "time": source.randrange(slots),
        "sequence": maybe(source.randrange(3)),
        "session": maybe(source.choice("rst")),
        "p": maybe(source.choice(TEXTS)),
        "x": maybe(source.choice(NUMBERS)),
        "f": maybe(source.random() < 0.5),
        "n": maybe(source.choice(WHOLE)),
        "t": maybe(source.randrange(slots)),
        "insert_id": maybe(source.randrange(3_000)),
        "anonymous_id": None,
    }


def before_known(source: random.Random, row: dict[str, Any]) -> None:
    """Give a row an anonymous id, mostly one of its user's two, and take the user off some."""
    of = row["user"] if source.random() < 0.97 else "u00"
    row["anonymous_id"] = source.choice((None, f"n{of}", f"m{of}"))
    if row["anonymous_id"] is not None and source.random() < 0.5:
        row["user"] = None


def small_rows(slots: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Few events, drawn one by one so that a failing example shrinks."""
    row = st.fixed_dictionaries(
        {
            "user": st.sampled_from(("u00", "u00", "u00", "u01", "u01", "u02", None)),
            "event": st.sampled_from((*NAMES, None)),
            "time": st.none() | st.integers(0, slots - 1) | st.integers(0, min(4, slots - 1)),
            "sequence": st.none() | st.integers(0, 2),
            "session": st.sampled_from((None, "r", "s", "t")),
            "p": st.sampled_from((None, *TEXTS)),
            "x": st.sampled_from((None, float("nan"), *NUMBERS)),
            "f": st.sampled_from((None, False, True)),
            "n": st.sampled_from((None, *WHOLE)),
            "t": st.none() | st.integers(0, slots - 1),
            "insert_id": st.none() | st.integers(0, 12),
            "anonymous_id": st.sampled_from((None, None, "n", "m")),
        }
    )
    return st.lists(row, max_size=24)


@st.composite
def large_rows(draw: st.DrawFn, slots: int) -> list[dict[str, Any]]:
    """Many events of up to 12 users, some of one event only, some rows twice."""
    source = random.Random(draw(st.integers(0, 2**32 - 1)))
    users = draw(st.integers(1, 12))
    slots = min(slots, draw(st.sampled_from((12, 30, slots))))
    rows = [random_row(source, users, slots) for _ in range(draw(st.integers(2, 25)) * users)]
    rows += [random_row(source, 1, slots) | {"user": f"u{number:02}"} for number in (20, 21)]
    if draw(st.booleans()):
        for row in rows:
            before_known(source, row)
    rows += [dict(source.choice(rows)) for _ in range(3)]
    for row in source.sample(rows, 3):
        row[source.choice(("user", "event", "time"))] = None
    source.shuffle(rows)
    return rows
