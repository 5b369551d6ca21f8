"""Cohorts: which users enter which period of a retention, and with which start event."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...query import Retention
from ...query.time import Duration
from .calendar import Periods, hour_blocks, period_at, periods
from .columns import Columns
from .matching import Matches
from .parallel import over_units
from .scope import Scope

START = np.uint32(1)
RETURN = np.uint32(2)
"""The bits of the start and the return event in the matches of a retention."""


class Entries(NamedTuple):
    """Users entering cohorts, ordered by user and time; with ``every`` a user may enter several.

    Attributes
    ----------
    rows : int64 array
        The start event of each entry.
    users : int32 array
        The user of each entry.
    offsets : int64 array of users + 1
        The entries of user ``u`` are ``offsets[u]`` to ``offsets[u + 1]``.
    cohorts : int32 array
        The period of each start event, an index into the cohorts of :func:`cohort_periods`.
    """

    rows: NDArray[np.int64]
    users: NDArray[np.int32]
    offsets: NDArray[np.int64]
    cohorts: NDArray[np.int32]


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
    columns: Columns, question: Retention, scope: Scope, matches: Matches, cohorts: Periods
) -> Entries:
    """Find the start events that make cohorts (docs/semantics.md "Retention", R6, R12)."""
    arguments = (
        matches.codes,
        matches.table,
        columns.time,
        scope.start,
        scope.end,
        cohorts.bounds,
    )
    offsets = np.zeros(columns.users + 1, np.int64)
    if question.cohort != "every":
        ever = question.cohort == "first ever"
        first = np.empty(columns.users, np.int64)
        cohort = np.empty(columns.users, np.int32)
        over_units(_first_start, columns.offsets, *arguments, ever, first, cohort)
        users = np.flatnonzero(first >= 0).astype(np.int32)
        np.cumsum(first >= 0, out=offsets[1:])
        return Entries(first[users], users, offsets, cohort[users])
    over_units(_count_entries, columns.offsets, *arguments, offsets)
    np.cumsum(offsets, out=offsets)
    rows = np.empty(offsets[-1], np.int64)
    cohort = np.empty(offsets[-1], np.int32)
    over_units(_every_start, columns.offsets, *arguments, offsets, rows, cohort)
    users = np.repeat(np.arange(columns.users, dtype=np.int32), np.diff(offsets))
    return Entries(rows, users, offsets, cohort)


@njit(nogil=True, cache=True)
def _first_start(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint16],
    table: NDArray[np.uint32],
    time: NDArray[np.int64],
    start: int,
    end: int,
    bounds: NDArray[np.int64],
    ever: bool,
    first: NDArray[np.int64],
    cohort: NDArray[np.int32],
) -> None:
    for user in range(low, high):
        first[user] = -1
        for row in range(offsets[user], offsets[user + 1]):
            if table[codes[row]] & START:
                inside = start <= time[row] < end
                if inside:
                    first[user] = row
                    cohort[user] = period_at(time[row], bounds, 0)
                if inside or ever:
                    break


@njit(nogil=True, cache=True)
def _next_entry(
    row: int,
    stop: int,
    codes: NDArray[np.uint16],
    table: NDArray[np.uint32],
    time: NDArray[np.int64],
    start: int,
    end: int,
) -> int:
    """Return the first start event at ``row`` or later in the range, or ``stop``."""
    while row < stop and not (table[codes[row]] & START and start <= time[row] < end):
        row += 1
    return row


@njit(nogil=True, cache=True)
def _count_entries(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint16],
    table: NDArray[np.uint32],
    time: NDArray[np.int64],
    start: int,
    end: int,
    bounds: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    for user in range(low, high):
        stop = offsets[user + 1]
        row = _next_entry(offsets[user], stop, codes, table, time, start, end)
        period = 0
        while row < stop:
            counts[user + 1] += 1
            period = period_at(time[row], bounds, period)
            row = _next_entry(
                row + 1, stop, codes, table, time, max(start, bounds[period + 1]), end
            )


@njit(nogil=True, cache=True)
def _every_start(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint16],
    table: NDArray[np.uint32],
    time: NDArray[np.int64],
    start: int,
    end: int,
    bounds: NDArray[np.int64],
    entries: NDArray[np.int64],
    rows: NDArray[np.int64],
    cohort: NDArray[np.int32],
) -> None:
    for user in range(low, high):
        stop = offsets[user + 1]
        row = _next_entry(offsets[user], stop, codes, table, time, start, end)
        period = 0
        for entry in range(entries[user], entries[user + 1]):
            rows[entry] = row
            period = period_at(time[row], bounds, period)
            cohort[entry] = period
            row = _next_entry(
                row + 1, stop, codes, table, time, max(start, bounds[period + 1]), end
            )
