"""Calendar periods and ranges as instants: microseconds since 1970 UTC."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...data.instants import LAST_DAY, instant, instants
from ...data.schema import Schema
from ...query.time import DateRange, Duration, Period
from .kernels import inlined, kernel

EARLIEST = np.iinfo(np.int64).min // 4
LATEST = np.iinfo(np.int64).max // 4
"""Bounds of an open range; far enough inside int64 that adding a window cannot overflow."""

_NEVER = (9999, 12, 30)
"""No event is of that day or later, and what follows is in no calendar (docs/semantics.md D12)."""

HOUR = 3_600_000_000
_MONDAY = 4 * 24 * HOUR  # 1970-01-05 00:00 UTC, docs/semantics.md R2
_FREQUENCY = {
    "monday": "W-MON",
    "tuesday": "W-TUE",
    "wednesday": "W-WED",
    "thursday": "W-THU",
    "friday": "W-FRI",
    "saturday": "W-SAT",
    "sunday": "W-SUN",
}


@dataclass(frozen=True)
class Periods:
    """Consecutive calendar periods.

    Attributes
    ----------
    bounds : int64 array of n + 1
        Period i is ``[bounds[i], bounds[i + 1])``.
    timezone : str
    """

    bounds: NDArray[np.int64]
    timezone: str

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @cached_property
    def labels(self) -> pd.DatetimeIndex:
        """The starts, in the log's time zone."""
        return labels(self.bounds[:-1], self.timezone)

    def index(self, times: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the period of each instant; -1 before the first, n after the last."""
        out = np.empty(len(times), np.int32)
        _index(times, self.bounds, out)
        return out

    def over(self, end: int, after: int = 0) -> NDArray[np.bool_]:
        """Whether each period, and ``after`` microseconds behind it, is over at ``end``."""
        return self.bounds[1:] + after <= end


def labels(instants: NDArray[np.int64], timezone: str) -> pd.DatetimeIndex:
    """Return instants as ``datetime64[us, tz]``."""
    return pd.DatetimeIndex(instants.view("M8[us]")).tz_localize("UTC").tz_convert(timezone)


@lru_cache(maxsize=32)
def periods(first: int, last: int, per: Period, timezone: str, week_start: str) -> Periods:
    """Return the periods that cover both instants, ``first <= last``.

    The last answers are kept: questions about one log mostly ask for the same periods, and their
    calendar takes as long as the rest of a small answer.
    """
    begin, stop = (
        labels(np.array([instant]), timezone).tz_localize(None).normalize()[0]
        for instant in (first, last)
    )
    if per == "hour":
        bounds = _clock_hours(begin, stop, timezone)
        return _covering(bounds, first, last, timezone)
    frequency = {"day": "D", "week": _FREQUENCY[week_start], "month": "MS"}[per]
    # Two periods of slack on either side: a date_range only holds starts inside its ends.
    slack = pd.Timedelta(days=64 if per == "month" else 15 if per == "week" else 3)
    local = pd.date_range(begin - slack, stop + slack, freq=frequency, unit="us")
    return _covering(instants(local, timezone), first, last, timezone)


def observed(
    schema: Schema, per: Period | Duration, start: int = EARLIEST, end: int = LATEST
) -> Periods:
    """Return the periods of a range; the log's first event and its end close open sides (D11)."""
    first = schema.first if start == EARLIEST else start
    last: int | None = end - 1
    if end == LATEST:
        # A log without events may have an end, but has no last event.
        known = (schema.last, None if schema.end is None else schema.end - 1)
        last = max((moment for moment in known if moment is not None), default=None)
    if first is not None and last is not None:
        low = min(first, last)
        found = (
            hour_blocks(low, last, per.amount, schema.timezone)
            if isinstance(per, Duration)
            else periods(low, last, per, schema.timezone, schema.week_start)
        )
        # A range that begins after the log ends still has the period in which both lie.
        if first < found.bounds[-1]:
            return found
    return Periods(np.zeros(1, np.int64), schema.timezone)


def _covering(bounds: NDArray[np.int64], first: int, last: int, timezone: str) -> Periods:
    low = int(np.searchsorted(bounds, first, "right")) - 1
    high = int(np.searchsorted(bounds, last, "right"))
    return Periods(bounds[low : high + 1], timezone)


def _clock_hours(begin: pd.Timestamp, stop: pd.Timestamp, timezone: str) -> NDArray[np.int64]:
    """Return the instants at which the clock shows a full hour, one shown twice both times (D9)."""
    day = pd.Timedelta(days=1)
    local = pd.date_range(begin - day, min(stop + 2 * day, LAST_DAY), freq="h", unit="us")
    shown = [
        local.tz_localize(timezone, nonexistent="NaT", ambiguous=np.full(len(local), summer))
        for summer in (True, False)
    ]
    return np.unique(np.concatenate([each.dropna().as_unit("us").asi8 for each in shown]))


def hour_blocks(first: int, last: int, hours: int, timezone: str) -> Periods:
    """Return the blocks of so many elapsed hours (R2) that cover both instants."""
    size = hours * HOUR
    low = (first - _MONDAY) // size
    high = (last - _MONDAY) // size + 1
    return Periods(np.arange(low, high + 1, dtype=np.int64) * size + _MONDAY, timezone)


def bounds_of(during: DateRange | None, timezone: str) -> tuple[int, int]:
    """Return ``[start, end)`` of a range as instants; an open side is EARLIEST or LATEST."""
    if during is None:
        return EARLIEST, LATEST
    start = EARLIEST if during.start is None else instant(during.start, timezone)
    end = during.end
    if end is None or (end.year, end.month, end.day) >= _NEVER:
        return start, LATEST
    if not isinstance(end, dt.datetime):
        end = end + dt.timedelta(days=1)
    return start, instant(end, timezone)


class Grid(NamedTuple):
    """Equal cells laid over periods: an instant's period is looked up, not searched for.

    Attributes
    ----------
    bounds : int64 array of n + 1
        As in :class:`Periods`.
    periods : int32 array
        The period in which each cell begins.
    shift : int
        Cells are ``2**shift`` microseconds wide; most have at most one bound in them.
    """

    bounds: NDArray[np.int64]
    periods: NDArray[np.int32]
    shift: int


def grid(bounds: NDArray[np.int64]) -> Grid:
    """Lay cells over periods, two to four for each."""
    count = len(bounds) - 1
    if count == 0:
        return Grid(bounds, np.empty(0, np.int32), 0)
    span = int(bounds[-1] - bounds[0])
    shift = max((span // count).bit_length() - 2, 0)
    cells = ((span - 1) >> shift) + 1
    begins = bounds[0] + (np.arange(cells, dtype=np.int64) << shift)
    periods = np.searchsorted(bounds, begins, "right") - 1
    return Grid(bounds, periods.astype(np.int32), shift)


@inlined
def period_in(time: int, grid: Grid) -> np.uint64:
    """Return the period that holds an instant, which is in one of them."""
    # Numbers without a sign: as places of arrays they need no look whether they are negative.
    bounds = grid.bounds
    one = np.uint64(1)
    period = np.uint64(grid.periods[np.uint64(time - bounds[0]) >> np.uint64(grid.shift)])
    period += np.uint64(time >= bounds[period + one])
    while time >= bounds[period + one]:
        period += one
    return period


@kernel
def period_at(time: int, bounds: NDArray[np.int64], guess: int) -> int:
    """Return the period that holds an instant, searching from a guess: -1 before, n after all."""
    last = len(bounds) - 1
    if time < bounds[0]:
        return -1
    if time >= bounds[last]:
        return last
    if not 0 <= guess < last:
        guess = 0
    if bounds[guess] <= time < bounds[guess + 1]:
        return guess
    # Periods are almost equally long, so that the place of an instant can be computed; a search
    # takes branches that no processor foresees.
    share = (time - bounds[0]) / (bounds[last] - bounds[0])
    guess = min(int(share * last), last - 1)
    while time < bounds[guess]:
        guess -= 1
    while time >= bounds[guess + 1]:
        guess += 1
    return guess


@kernel
def _index(times: NDArray[np.int64], bounds: NDArray[np.int64], out: NDArray[np.int32]) -> None:
    guess = 0
    for i in range(len(times)):
        guess = period_at(times[i], bounds, guess)
        out[i] = guess
