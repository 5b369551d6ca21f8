"""Large random logs, drawn by shape and seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from numpy.typing import NDArray

from behavio_jupyter import EventLog, connect
from behavio_jupyter.data.instants import instants
from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.query import Events, Segment
from behavio_jupyter.query.predicate import Or
from behavio_jupyter.query.segment import Did, InSegment

from ..engine.conditions import conditions, moments
from ..engine.raw_logs import (
    CHANGES,
    GRIDS,
    NAMES,
    NUMBERS,
    PLANS,
    PROPERTIES,
    TEXTS,
    WHOLE,
    Grid,
    Span,
)

SIZES = (40, 2_000, 100_000)
FINE = Grid(dt.timedelta(minutes=1), 40_000, ("1m", "1h", "6h", "2d", "1w"))
"""So many times that large logs have few ties."""

STEADY = ("UTC", "Asia/Kathmandu", "Asia/Tokyo", "America/Phoenix")
"""Time zones whose clocks were not changed for decades."""

ROLES = {"user": "user", "event": "event", "time": "time"}


@dataclass(frozen=True)
class LargeLog:
    """Rows as they arrive, and how to open them.

    Attributes
    ----------
    rows : DataFrame
        ``user, event, time, sequence, session, p, x, f, n, t``, and perhaps ``insert, anonymous``.
    settings : dict
        Arguments of ``connect`` beside the source.
    span : Span
        What questions need to know.
    segments : mapping of str to Segment
        Named ``one`` and ``two``.
    """

    rows: pd.DataFrame
    settings: Mapping[str, Any]
    span: Span
    segments: Mapping[str, Segment]

    def open(self) -> EventLog:
        return connect(self.mapped_rows, **self.settings)

    @property
    def mapped_rows(self) -> pd.DataFrame:
        """The rows without columns that play no part."""
        roles = {value for value in self.settings.values() if isinstance(value, str)}
        return self.rows[[name for name in self.rows if name in {*roles, *PROPERTIES}]]

    def engine(self) -> LocalEngine:
        return LocalEngine(self.open().store, self.segments)

    def of(self, rows: pd.DataFrame) -> LargeLog:
        """Return the same log of other rows."""
        return replace(self, rows=rows.reset_index(drop=True))

    def ending(self, end: Any) -> LargeLog:
        """Return the log observed until a given moment."""
        return replace(self, settings={**self.settings, "end": end})

    def observed_as_now(self) -> LargeLog:
        """Return the log with the end that it has, given: fewer rows do not move it."""
        end = self.open().store.schema.end
        return self if end is None else self.ending(pd.Timestamp(end, unit="us", tz="UTC"))

    @cached_property
    def whole_rows(self) -> pd.DataFrame:
        """The rows that are events."""
        return self.rows.dropna(subset=["user", "event", "time"])


def users_table(source: np.random.Generator, users: int) -> pd.DataFrame:
    """A plan for most users, and for some who did nothing."""
    known = np.flatnonzero(source.random(users + 3) < 0.8)
    plans = np.array([None, *PLANS], object)[source.integers(0, 3, len(known))]
    return pd.DataFrame({"user": names_of(known), "plan": pd.Series(plans, dtype="str")})


def names_of(users: NDArray[np.int64]) -> pd.Series:
    return pd.Series(np.char.add("u", np.char.zfill(users.astype(str), 6)), dtype="str")


@st.composite
def large_logs(
    draw: st.DrawFn,
    zones: tuple[str, ...] = (*CHANGES, "Asia/Tokyo"),
    grids: tuple[Grid, ...] = (*GRIDS, FINE),
    identity: bool = False,
) -> LargeLog:
    """Logs of up to 10⁵ rows and two named segments.

    Ties, nulls, rows that are no event, rows sent twice, users of one event and users of hundreds
    are all likely. ``identity`` adds insert ids and anonymous ids.
    """
    source = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.sampled_from(SIZES))
    per_user = draw(st.sampled_from((1.5, 8, 60)))
    users = max(1, round(count / per_user))
    skew = draw(st.sampled_from((1, 3)))
    nulls = draw(st.sampled_from((0, 0.1, 0.6)))
    grid = draw(st.sampled_from(grids))
    timezone = draw(st.sampled_from(zones))
    first_day = draw(st.sampled_from(CHANGES.get(timezone, (dt.date(2024, 1, 1),))))
    first_day -= dt.timedelta(days=draw(st.integers(0, max(1, grid.days - 1))))

    def maybe(values: Any, dtype: str) -> pd.Series:
        found = pd.Series(values).astype(dtype)
        return found.mask(source.random(count) < nulls)

    numbers = (users * source.random(count) ** skew).astype(np.int64)
    ones = source.random(count) < 0.05
    numbers[ones] = users + np.arange(ones.sum())
    slots = min(grid.slots, draw(st.sampled_from((5, 40, grid.slots))))
    rows = pd.DataFrame(
        {
            "user": names_of(numbers),
            "event": pd.Series(source.choice(NAMES, count), dtype="str"),
            "time": times(source.integers(0, slots, count), first_day, grid, timezone),
            "sequence": maybe(source.integers(0, 3, count), "Int64"),
            "session": maybe(source.choice(list("rst"), count), "str"),
            "p": maybe(source.choice(TEXTS, count), "str"),
            "x": maybe(source.choice(NUMBERS, count), "float64"),
            "f": maybe(source.random(count) < 0.5, "boolean"),
            "n": maybe(source.choice(WHOLE, count), "Int64"),
        }
    )
    seen = times(source.integers(0, slots, count), first_day, grid, timezone)
    rows["t"] = maybe(seen, "datetime64[us, UTC]")
    if identity:
        rows["insert"] = maybe(source.integers(0, 2 * count, count), "Int64")
        rows["anonymous"] = maybe(
            names_of(source.integers(0, 2 * users, count)).str.replace("u", "n"), "str"
        )
        rows["user"] = maybe(rows["user"], "str")
    again = source.integers(0, count, round(count * draw(st.sampled_from((0, 0.1)))))
    rows = pd.concat([rows, rows.iloc[again]], ignore_index=True)
    for name in ("user", "event", "time"):
        rows.loc[source.integers(0, count, 2), name] = None
    kept = rows.dropna(subset=["user", "event", "time"])
    span = Span(first_day, grid, draw(st.booleans()), tuple(sorted(set(kept["event"]))))
    settings: dict[str, Any] = {
        **ROLES,
        "timezone": timezone,
        "week_start": draw(st.sampled_from(("monday", "sunday", "wednesday"))),
        "users": users_table(source, users),
        "user_key": "user",
    }
    if span.has_session:
        settings["session"] = "session"
    if draw(st.booleans()):
        settings["sequence"] = "sequence"
    if identity:
        settings |= {"insert_id": "insert", "anonymous_id": "anonymous"}
    either = Or(parts=(InSegment(name="one"), Did(events=Events(names=span.names[:1]))))
    segments = {
        "one": Segment(condition=draw(conditions(span, 1))),
        "two": Segment(condition=either, reference=draw(st.none() | moments(span))),
    }
    log = LargeLog(rows, settings, span, segments)
    later = draw(st.none() | st.integers(0, 20))
    if later is None or not len(kept):
        return log
    return log.ending(kept["time"].max() + later * min(grid.distance, dt.timedelta(days=1)))


def times(slots: NDArray[np.int64], first_day: dt.date, grid: Grid, timezone: str) -> pd.Series:
    """The instants at some slots: elapsed from the first midnight, or midnights themselves."""
    days = pd.date_range(first_day, periods=grid.slots if grid.midnights else 1, unit="us")
    midnights = instants(days, timezone)
    elapsed = slots * (grid.distance // dt.timedelta(microseconds=1))
    found = midnights[slots] if grid.midnights else midnights[0] + elapsed
    return pd.Series(pd.DatetimeIndex(found.view("M8[us]")).tz_localize("UTC"))
