"""Numbers about each user's events: counts, days, sums, extremes, distinct values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...query.predicate import Property
from ...query.segment import Measured
from ...query.time import MICROSECONDS
from .calendar import period_at, periods
from .columns import Columns
from .parallel import over_units
from .windows import Rows, Wanted, is_wanted, wanted

_NULL_BITS = int(np.array([np.nan]).view(np.int64)[0])
_MINUS_ZERO_BITS = int(np.array([-0.0]).view(np.int64)[0])
_DAY = MICROSECONDS["d"]
_MOST = np.iinfo(np.int64).max


def counts(columns: Columns, rows: Rows, wanted: Wanted, enough: int = _MOST) -> NDArray[np.int64]:
    """Count each user's wanted rows, no further than ``enough``."""
    out = np.zeros(columns.users, np.int64)
    over_units(_count, columns.offsets, rows, wanted, enough, out)
    return out


def measured(columns: Columns, rows: Rows, condition: Measured) -> NDArray[Any]:
    """Return a condition's number for each user (docs/semantics.md S3).

    Counts are int64 and exact up to the first number past the one they are compared with; sums,
    averages and extremes are float64, NaN for null.
    """
    sought = wanted(columns, condition.events)
    # One more than the constant decides every comparison with it.
    enough = max(1, min(math.floor(condition.value) + 1, _MOST))
    if condition.function == "count":
        return counts(columns, rows, sought, enough)
    if condition.function == "count_days":
        return _days(columns, rows, sought, enough)
    assert condition.property is not None
    if condition.function == "distinct":
        return _distinct(columns, rows, sought, condition.property)
    values = columns.numbers(condition.property)
    out = np.empty(columns.users)
    if condition.function in ("sum", "avg"):
        mean = condition.function == "avg"
        over_units(_total, columns.offsets, rows, sought, values, mean, out)
    else:
        largest = condition.function == "max"
        over_units(_extreme, columns.offsets, rows, sought, values, largest, out)
    return out


def _days(columns: Columns, rows: Rows, sought: Wanted, enough: int) -> NDArray[np.int64]:
    """Count the days of the log's time zone that have a wanted row."""
    schema = columns.schema
    out = np.zeros(columns.users, np.int64)
    if schema.first is not None and schema.last is not None:
        days = periods(schema.first, schema.last, "day", schema.timezone, schema.week_start)
        arguments = (rows, sought, columns.time, days.bounds, enough, out)
        over_units(_count_days, columns.offsets, *arguments)
    return out


def _distinct(columns: Columns, rows: Rows, sought: Wanted, name: str) -> NDArray[np.int64]:
    """Count the different values that are not null."""
    node = Property(name=name)
    out = np.zeros(columns.users, np.int64)
    values: NDArray[Any]
    if columns.info(node).kind == "number" and columns.fits_floats(name):
        values, null = columns.numbers(name).view(np.int64), _NULL_BITS
    else:
        values, null = columns.codes(node).codes, -1
    over_units(_count_distinct, columns.offsets, rows, sought, values, null, out)
    return out


@njit(nogil=True, cache=True)
def _count(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    rows: Rows,
    wanted: Wanted,
    enough: int,
    out: NDArray[np.int64],
) -> None:
    # Adding up truths spares a branch that no processor can foresee.
    everywhere = len(wanted.where) == 0
    for user in range(low, high):
        found = 0
        for row in range(rows.begin[user], rows.stop[user]):
            if everywhere:
                found += wanted.named[wanted.event[row]]
            else:
                found += wanted.named[wanted.event[row]] & wanted.where[row]
            if found == enough:
                break
        out[user] = found


@njit(nogil=True, cache=True)
def _count_days(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    rows: Rows,
    wanted: Wanted,
    time: NDArray[np.int64],
    days: NDArray[np.int64],
    enough: int,
    out: NDArray[np.int64],
) -> None:
    for user in range(low, high):
        found = 0
        day = -1
        over = days[0]
        for row in range(rows.begin[user], rows.stop[user]):
            if time[row] >= over and is_wanted(row, wanted):
                # Most days have 24 hours: the guess is right but for changes of the clock.
                day = period_at(time[row], days, day + 1 + (time[row] - over) // _DAY)
                over = days[day + 1]
                found += 1
                if found == enough:
                    break
        out[user] = found


@njit(nogil=True, cache=True)
def _total(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    rows: Rows,
    wanted: Wanted,
    values: NDArray[np.float64],
    mean: bool,
    out: NDArray[np.float64],
) -> None:
    for user in range(low, high):
        total = 0.0
        found = 0
        for row in range(rows.begin[user], rows.stop[user]):
            if is_wanted(row, wanted) and not np.isnan(values[row]):
                total += values[row]
                found += 1
        if mean:
            total = total / found if found else np.nan
        out[user] = total


@njit(nogil=True, cache=True)
def _extreme(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    rows: Rows,
    wanted: Wanted,
    values: NDArray[np.float64],
    largest: bool,
    out: NDArray[np.float64],
) -> None:
    for user in range(low, high):
        best = np.nan
        for row in range(rows.begin[user], rows.stop[user]):
            if is_wanted(row, wanted) and not np.isnan(values[row]):
                value = values[row]
                if np.isnan(best) or (value > best if largest else value < best):
                    best = value
        out[user] = best


@njit(nogil=True, cache=True)
def _count_distinct(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    rows: Rows,
    wanted: Wanted,
    values: NDArray[Any],
    null: int,
    out: NDArray[np.int64],
) -> None:
    longest = 1
    for user in range(low, high):
        longest = max(longest, rows.stop[user] - rows.begin[user])
    size = 4
    while size < 2 * longest:
        size *= 2
    # A hash table that is never cleared: what another user left in it is empty.
    keys = np.empty(size, np.int64)
    owner = np.full(size, -1, np.int32)
    for user in range(low, high):
        # Few rows need a small part of it only, which stays in the cache.
        part = 4
        while part < 2 * (rows.stop[user] - rows.begin[user]):
            part *= 2
        found = 0
        for row in range(rows.begin[user], rows.stop[user]):
            if not is_wanted(row, wanted) or values[row] == null:
                continue
            key = np.int64(values[row])
            if key == _MINUS_ZERO_BITS:
                key = np.int64(0)
            mixed = key ^ (key >> 32)
            slot = ((mixed * 0x9E3779B1) >> 15) & (part - 1)
            while owner[slot] == user and keys[slot] != key:
                slot = (slot + 1) & (part - 1)
            if owner[slot] != user:
                owner[slot] = user
                keys[slot] = key
                found += 1
        out[user] = found
