"""Numbers about each user's events: counts, days, sums, extremes, distinct values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...query.predicate import Property
from ...query.segment import Did, Measured
from ...query.time import MICROSECONDS
from .calendar import period_at, periods
from .columns import Columns
from .kernels import kernel
from .parallel import over_units
from .windows import Part, Sight, inside

_NULL_BITS = int(np.array([np.nan]).view(np.int64)[0])
_MINUS_ZERO_BITS = int(np.array([-0.0]).view(np.int64)[0])
_DAY = MICROSECONDS["d"]
_MOST = np.iinfo(np.int64).max


def counts(columns: Columns, seen: Sight, condition: Did | Measured) -> NDArray[np.int64]:
    """Count each user's events in the window of a condition; of users not looked at, any number."""
    if condition.window is None and seen.everything:
        return np.diff(columns.occurrences(condition.events).offsets)
    part = inside(columns, seen, condition.events, condition.window)
    return part.stop - part.begin


def measured(columns: Columns, seen: Sight, condition: Measured) -> NDArray[Any]:
    """Return a condition's number for each user (docs/semantics.md S3).

    Counts are int64, numbers of days exact up to the first past the one they are compared with;
    sums, averages and extremes are float64, NaN for null.
    """
    if condition.function == "count":
        return counts(columns, seen, condition)
    part = inside(columns, seen, condition.events, condition.window)
    if condition.function == "count_days":
        # One more than the constant decides every comparison with it.
        return _days(columns, part, max(1, min(math.floor(condition.value) + 1, _MOST)))
    assert condition.property is not None
    if condition.function == "distinct":
        return _distinct(columns, part, condition.property)
    values = columns.numbers(condition.property)
    out = np.empty(columns.users)
    if condition.function in ("sum", "avg"):
        over_units(_total, columns.offsets, part, values, condition.function == "avg", out)
    else:
        over_units(_extreme, columns.offsets, part, values, condition.function == "max", out)
    return out


def _days(columns: Columns, part: Part, enough: int) -> NDArray[np.int64]:
    """Count the days of the log's time zone that have an event."""
    schema = columns.schema
    out = np.zeros(columns.users, np.int64)
    if schema.first is not None and schema.last is not None:
        days = periods(schema.first, schema.last, "day", schema.timezone, schema.week_start)
        over_units(_count_days, columns.offsets, part, days.bounds, enough, out)
    return out


def _distinct(columns: Columns, part: Part, name: str) -> NDArray[np.int64]:
    """Count the different values that are not null."""
    node = Property(name=name)
    out = np.zeros(columns.users, np.int64)
    values: NDArray[Any]
    if columns.info(node).kind == "number" and columns.fits_floats(name):
        values, null = columns.numbers(name).view(np.int64), _NULL_BITS
    else:
        values, null = columns.codes(node).codes, -1
    over_units(_count_distinct, columns.offsets, part, values, null, out)
    return out


@kernel
def _count_days(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    part: Part,
    days: NDArray[np.int64],
    enough: int,
    out: NDArray[np.int64],
) -> None:
    for user in range(low, high):
        found = 0
        day = -1
        over = days[0]
        for place in range(part.begin[user], part.stop[user]):
            now = part.time[place]
            if now >= over:
                # Most days have 24 hours: the guess is right but for changes of the clock.
                day = period_at(now, days, day + 1 + (now - over) // _DAY)
                over = days[day + 1]
                found += 1
                if found == enough:
                    break
        out[user] = found


@kernel
def _total(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    part: Part,
    values: NDArray[np.float64],
    mean: bool,
    out: NDArray[np.float64],
) -> None:
    for user in range(low, high):
        total = 0.0
        found = 0
        for place in range(part.begin[user], part.stop[user]):
            value = values[part.rows[place]]
            if not np.isnan(value):
                total += value
                found += 1
        if mean:
            total = total / found if found else np.nan
        out[user] = total


@kernel
def _extreme(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    part: Part,
    values: NDArray[np.float64],
    largest: bool,
    out: NDArray[np.float64],
) -> None:
    for user in range(low, high):
        best = np.nan
        for place in range(part.begin[user], part.stop[user]):
            value = values[part.rows[place]]
            if np.isnan(value):
                continue
            if np.isnan(best) or (value > best if largest else value < best):
                best = value
        out[user] = best


@kernel
def _count_distinct(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    part: Part,
    values: NDArray[Any],
    null: int,
    out: NDArray[np.int64],
) -> None:
    longest = 1
    for user in range(low, high):
        longest = max(longest, part.stop[user] - part.begin[user])
    size = 4
    while size < 2 * longest:
        size *= 2
    # A hash table that is never cleared: what another user left in it is empty.
    keys = np.empty(size, np.int64)
    owner = np.full(size, -1, np.int32)
    for user in range(low, high):
        # Few rows need a small part of it only, which stays in the cache.
        room = 4
        while room < 2 * (part.stop[user] - part.begin[user]):
            room *= 2
        found = 0
        for place in range(part.begin[user], part.stop[user]):
            key = np.int64(values[part.rows[place]])
            if key == null:
                continue
            if key == _MINUS_ZERO_BITS:
                key = np.int64(0)
            mixed = key ^ (key >> 32)
            slot = ((mixed * 0x9E3779B1) >> 15) & (room - 1)
            while owner[slot] == user and keys[slot] != key:
                slot = (slot + 1) & (room - 1)
            if owner[slot] != user:
                owner[slot] = user
                keys[slot] = key
                found += 1
        out[user] = found
