"""Windows of time on users' histories, as ranges of rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...query.predicate import Events
from ...query.segment import BetweenDates, InLast, Window
from .calendar import EARLIEST, LATEST, bounds_of
from .columns import Columns
from .parallel import over_units


class Rows(NamedTuple):
    """A part of each user's history: the rows ``begin[user]`` to ``stop[user]``."""

    begin: NDArray[np.int64]
    stop: NDArray[np.int64]

    @property
    def any(self) -> NDArray[np.bool_]:
        """Which users have rows at all."""
        return self.stop > self.begin


class Wanted(NamedTuple):
    """Which rows are events that a condition speaks of.

    Attributes
    ----------
    event : uint16 (uint32) array
        The event number of every row.
    named : bool array
        For each event number, whether it is one of the names.
    where : bool array
        For each row, whether the predicate holds; empty where there is none.
    """

    event: NDArray[np.uint16]
    named: NDArray[np.bool_]
    where: NDArray[np.bool_]


def wanted(columns: Columns, events: Events) -> Wanted:
    """Return what makes a row one of ``events``."""
    names = set(events.names or columns.schema.events)
    named = np.array([name in names for name in columns.schema.events], np.bool_)
    where = np.empty(0, np.bool_) if events.where is None else columns.mask(events.where)
    return Wanted(columns.event, named, where)


@njit(nogil=True, cache=True)
def is_wanted(row: int, wanted: Wanted) -> bool:
    """Whether a row is one of the events."""
    return wanted.named[wanted.event[row]] and (len(wanted.where) == 0 or wanted.where[row])


def seen(columns: Columns, reference: int) -> Rows:
    """Return the rows at or before the reference time (docs/semantics.md S1)."""
    rows = Rows(columns.offsets[:-1], columns.offsets[1:])
    if columns.schema.last is not None and columns.schema.last <= reference:
        return rows
    return _between(columns, rows, EARLIEST, reference + 1)


def inside(columns: Columns, rows: Rows, window: Window | None, reference: int) -> Rows:
    """Return the rows that lie in a window (docs/semantics.md "Segment", S2)."""
    if window is None:
        return rows
    if isinstance(window, InLast):
        return _between(columns, rows, reference - window.duration.microseconds + 1, LATEST)
    if isinstance(window, BetweenDates):
        return _between(columns, rows, *bounds_of(window.range, columns.schema.timezone))
    anchors = edge_rows(columns, rows, wanted(columns, window.anchor), last=False)
    found = anchors >= 0
    starts = np.full(columns.users, LATEST)
    starts[found] = columns.time[anchors[found]]
    ends = starts + np.where(found, window.duration.microseconds + 1, 0)
    return _narrowed(columns, rows, starts, ends)


def edge_rows(columns: Columns, rows: Rows, wanted: Wanted, *, last: bool) -> NDArray[np.int64]:
    """Return each user's first (last) row among the wanted ones; -1 where there is none."""
    out = np.full(columns.users, -1)
    over_units(_edge_row, columns.offsets, rows, wanted, last, out)
    return out


def _between(columns: Columns, rows: Rows, start: int, end: int) -> Rows:
    return _narrowed(columns, rows, np.array([start]), np.array([end]))


def _narrowed(
    columns: Columns, rows: Rows, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> Rows:
    """Keep the rows in ``[start, end)``, of which there is one pair for each user or for all."""
    out = Rows(np.empty(columns.users, np.int64), np.empty(columns.users, np.int64))
    over_units(_narrow, columns.offsets, rows, columns.time, starts, ends, out)
    return out


@njit(nogil=True, cache=True)
def _row_from(time: NDArray[np.int64], row: int, stop: int, instant: int) -> int:
    """Return the first row of ``row`` to ``stop`` at an instant or later, or ``stop``."""
    if row >= stop or time[row] >= instant:
        return row
    if time[stop - 1] < instant:
        return stop
    high = stop - 1
    while high - row > 1:
        middle = (row + high) // 2
        if time[middle] < instant:
            row = middle
        else:
            high = middle
    return high


@njit(nogil=True, cache=True)
def _narrow(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    rows: Rows,
    time: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    out: Rows,
) -> None:
    each = len(starts) > 1
    for user in range(low, high):
        place = user if each else 0
        stop = rows.stop[user]
        begin = _row_from(time, rows.begin[user], stop, starts[place])
        out.begin[user] = begin
        out.stop[user] = _row_from(time, begin, stop, ends[place])


@njit(nogil=True, cache=True)
def _edge_row(
    low: int,
    high: int,
    _offsets: NDArray[np.int64],
    rows: Rows,
    wanted: Wanted,
    last: bool,
    out: NDArray[np.int64],
) -> None:
    for user in range(low, high):
        begin, stop = rows.begin[user], rows.stop[user]
        for step in range(stop - begin):
            row = stop - 1 - step if last else begin + step
            if is_wanted(row, wanted):
                out[user] = row
                break
