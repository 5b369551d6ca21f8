"""Cohorts: which users enter which period of a retention, and with which start event."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...query import Retention
from ...query.time import Duration
from .calendar import Periods, hour_blocks, period_at, periods
from .columns import Columns
from .kernels import kernel
from .occurrences import Occurrences
from .parallel import over_units
from .scope import Scope


class Entries(NamedTuple):
    """Users entering cohorts, ordered by user and time; with ``every`` a user may enter several.

    Attributes
    ----------
    cohorts : int32 array
        The period of each start event, an index into the cohorts of :func:`cohort_periods`; -1
        for a user who enters none.
    rows : uint32 array
        The start event of each entry.
    times : int64 array
        Its time.
    users : int32 array
        The user of each entry.
    offsets : int64 array of users + 1
        The entries of user ``u`` are ``offsets[u]`` to ``offsets[u + 1]``.
    """

    cohorts: NDArray[np.int32]
    rows: NDArray[np.uint32]
    times: NDArray[np.int64]
    users: NDArray[np.int32]
    offsets: NDArray[np.int64]


def cohort_periods(columns: Columns, question: Retention) -> Periods:
    """Return the periods from that of the log's first event to the one that holds its end.

    Where the log ends with a period, that is one more than D11 shows: it is not over, and so tells
    which cells are incomplete.
    """
    schema = columns.schema
    if schema.first is None or schema.last is None:
        return Periods(np.zeros(1, np.int64), schema.timezone)
    last = max(schema.last, columns.end)
    if isinstance(question.per, Duration):
        return hour_blocks(schema.first, last, question.per.amount, schema.timezone)
    return periods(schema.first, last, question.per, schema.timezone, schema.week_start)


def entries(
    columns: Columns, question: Retention, scope: Scope, starts: Occurrences, cohorts: Periods
) -> Entries:
    """Find the start events that make cohorts (docs/semantics.md "Retention", R6, R12)."""
    arguments = (starts.time, starts.rows, scope.start, scope.end, cohorts.bounds)
    if question.cohort != "every":
        ever = question.cohort == "first ever"
        found = _room(columns.users, starts)
        over_units(_first_start, starts.offsets, *arguments, ever, *found)
        return Entries(*found, *columns.each)
    offsets = np.zeros(columns.users + 1, np.int64)
    over_units(_count_entries, starts.offsets, starts.time, *arguments[2:], offsets)
    np.cumsum(offsets, out=offsets)
    found = _room(int(offsets[-1]), starts)
    over_units(_every_start, starts.offsets, *arguments, offsets, *found)
    return Entries(*found, columns.each[0].repeat(np.diff(offsets)), offsets)


def _room(
    entries: int, starts: Occurrences
) -> tuple[NDArray[np.int32], NDArray[np.uint32], NDArray[np.int64]]:
    rows = np.zeros(entries, starts.rows.dtype)
    return np.empty(entries, np.int32), rows, np.empty(entries, np.int64)


@kernel
def _first_start(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    time: NDArray[np.int64],
    rows: NDArray[np.uint32],
    start: int,
    end: int,
    bounds: NDArray[np.int64],
    ever: bool,
    cohort: NDArray[np.int32],
    row: NDArray[np.uint32],
    when: NDArray[np.int64],
) -> None:
    for user in range(low, high):
        cohort[user] = -1
        for place in range(offsets[user], offsets[user + 1]):
            now = time[place]
            inside = start <= now < end
            if inside:
                row[user] = rows[place]
                when[user] = now
                cohort[user] = period_at(now, bounds, -1)
            if inside or ever:
                break


@kernel
def _next_entry(
    place: int,
    stop: int,
    time: NDArray[np.int64],
    start: int,
    end: int,
) -> int:
    """Return the first place, from ``place`` on, of a start event in the range, or ``stop``."""
    while place < stop and not start <= time[place] < end:
        place += 1
    return place


@kernel
def _count_entries(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    time: NDArray[np.int64],
    start: int,
    end: int,
    bounds: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    for user in range(low, high):
        stop = offsets[user + 1]
        place = _next_entry(offsets[user], stop, time, start, end)
        period = 0
        while place < stop:
            counts[user + 1] += 1
            period = period_at(time[place], bounds, period)
            place = _next_entry(place + 1, stop, time, max(start, bounds[period + 1]), end)


@kernel
def _every_start(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    time: NDArray[np.int64],
    rows: NDArray[np.uint32],
    start: int,
    end: int,
    bounds: NDArray[np.int64],
    entries: NDArray[np.int64],
    cohort: NDArray[np.int32],
    row: NDArray[np.uint32],
    when: NDArray[np.int64],
) -> None:
    for user in range(low, high):
        stop = offsets[user + 1]
        place = _next_entry(offsets[user], stop, time, start, end)
        period = 0
        for entry in range(entries[user], entries[user + 1]):
            row[entry] = rows[place]
            when[entry] = time[place]
            period = period_at(time[place], bounds, period)
            cohort[entry] = period
            place = _next_entry(place + 1, stop, time, max(start, bounds[period + 1]), end)
