"""Tallies by group and period: matching events, the users or sessions that have them, sums."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .calendar import Grid, period_in
from .kernels import inlined, kernel
from .medians import select


class Events(NamedTuple):
    """Events laid out by unit (user or session), and the group of each.

    Attributes
    ----------
    rows, time
        As in :class:`~behavio_jupyter.engine.local.occurrences.Occurrences`.
    start, end : int
        Only events in ``[start, end)`` count.
    periods : Grid
        Every event that counts lies in one of them.
    groups : int32 array
        A property code (-1: null) per row, or per unit.
    by_row : bool
        Whether ``groups`` is per row.
    place : int32 array
        For each code + 1: the group.
    """

    rows: NDArray[np.uint32]
    time: NDArray[np.int64]
    start: int
    end: int
    periods: Grid
    groups: NDArray[np.int32]
    by_row: bool
    place: NDArray[np.int32]


@inlined
def _group(at: int, events: Events, periods: int) -> np.uint64:
    """Return the number of a group's first period; the group is that of a row or a unit."""
    return np.uint64(events.place[events.groups[at] + 1] * periods)


@kernel
def count(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    total: NDArray[np.int64],
    events: Events,
    chosen: NDArray[np.bool_],
) -> None:
    """Add to ``total[group, period]`` the events, and the units that have such.

    ``total`` has the shape (groups, periods, 2): events, units.
    """
    groups, periods, _ = total.shape
    latest = np.full(groups * periods, -1, np.int32)
    counted = total.reshape(-1)
    for unit in range(low, high):
        if not chosen[unit]:
            continue
        group = np.uint64(0) if events.by_row else _group(unit, events, periods)
        for i in range(offsets[unit], offsets[unit + 1]):
            if events.start <= events.time[i] < events.end:
                if events.by_row:
                    group = _group(events.rows[i], events, periods)
                cell = group + period_in(events.time[i], events.periods)
                counted[cell + cell] += 1
                # Added always: whether a unit is there for the first time cannot be foreseen.
                counted[cell + cell + np.uint64(1)] += latest[cell] != unit
                latest[cell] = unit


@kernel
def add(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    total: NDArray[np.float64],
    events: Events,
    chosen: NDArray[np.bool_],
    values: NDArray[np.float64],
) -> None:
    """Add to ``total[group, period]`` the sum and the number of the values that are not null."""
    periods = total.shape[1]
    added = total.reshape(-1)
    for unit in range(low, high):
        if not chosen[unit]:
            continue
        group = np.uint64(0) if events.by_row else _group(unit, events, periods)
        for i in range(offsets[unit], offsets[unit + 1]):
            value = values[events.rows[i]]
            if events.start <= events.time[i] < events.end and not np.isnan(value):
                if events.by_row:
                    group = _group(events.rows[i], events, periods)
                cell = group + period_in(events.time[i], events.periods)
                added[cell + cell] += value
                added[cell + cell + np.uint64(1)] += 1


@kernel
def gather(
    offsets: NDArray[np.int64],
    events: Events,
    chosen: NDArray[np.bool_],
    values: NDArray[np.float64],
    place: NDArray[np.int64],
    held: NDArray[np.float64],
) -> None:
    """Write the values that are not null into ``held``, from ``place[group, period]`` on."""
    periods = place.shape[1]
    places = place.reshape(-1)
    for unit in range(len(offsets) - 1):
        if not chosen[unit]:
            continue
        group = np.uint64(0) if events.by_row else _group(unit, events, periods)
        for i in range(offsets[unit], offsets[unit + 1]):
            value = values[events.rows[i]]
            if events.start <= events.time[i] < events.end and not np.isnan(value):
                if events.by_row:
                    group = _group(events.rows[i], events, periods)
                cell = group + period_in(events.time[i], events.periods)
                held[places[cell]] = value
                places[cell] += 1


@kernel
def quantile(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    held: NDArray[np.float64],
    share: float,
    out: NDArray[np.float64],
) -> None:
    """Set ``out`` to the quantile of each stretch of ``held``, interpolated linearly (T2).

    The stretches are rearranged.
    """
    for unit in range(low, high):
        size = offsets[unit + 1] - offsets[unit]
        if size == 0:
            continue
        position = share * (size - 1)
        below = int(position)
        stretch = held[offsets[unit] : offsets[unit + 1]]
        select(stretch, below)
        out[unit] = stretch[below]
        if below < position:
            above = stretch[below + 1 :].min()
            # Between two infinite values that are equal there is no difference to take.
            if above != out[unit]:
                out[unit] += (above - out[unit]) * (position - below)
