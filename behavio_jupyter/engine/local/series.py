"""The series of a trend: one number per group and period (docs/semantics.md "Trend", T1, T2)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...query import Trend
from ...query.trend import Series
from .calendar import grid
from .columns import Columns
from .occurrences import Occurrences
from .parallel import over_units, summed_over_units
from .scope import Scope, SegmentUsers
from .sessions import Stretches, begins, cut, lay_out, owners
from .tally import Events, add, count, gather, quantile


class Layout(NamedTuple):
    """Events by unit, users or sessions.

    Attributes
    ----------
    offsets : int64 array of units + 1
    users : int32 array or None
        The user of each unit; None where the units are the users.
    events : Events
    """

    offsets: NDArray[np.int64]
    users: NDArray[np.int32] | None
    events: Events

    def chosen(self, segment: SegmentUsers) -> NDArray[np.bool_]:
        """Return which units are of a segment's users."""
        return segment.users if self.users is None else segment.users[self.users]


def by_user(
    columns: Columns,
    question: Trend,
    found: Occurrences,
    scope: Scope,
    bounds: NDArray[np.int64],
    place: NDArray[np.int32],
) -> Layout:
    """Lay events out by user; ``place`` has the group of each code + 1 of the breakdown."""
    if question.by is None:
        codes, by_row = np.zeros(columns.users, np.int32), False
    else:
        codes = columns.codes(question.by.property).codes
        by_row = question.by.property.owner == "event"
    events = Events(
        found.rows, found.time, scope.start, scope.end, grid(bounds), codes, by_row, place
    )
    return Layout(found.offsets, None, events)


def by_session(columns: Columns, question: Trend, scope: Scope, users: Layout) -> Layout:
    """Lay events out by session instead; sessions are cut on the kept events."""
    keep = scope.keep_in_range(columns)
    if question.sessions.by == "mapped":
        return _by_mapped_session(columns, cut(columns, question.sessions, keep), users.events)
    found = begins(columns, question.sessions, keep)
    owner = owners(found.ends)
    events = _grouped(users.events, owner)
    # Events that are not in the range may lie in a session's stretch of the log; none counts.
    first = found.rows.astype(np.int64)
    if len(events.rows) == len(columns.time):
        return Layout(first, owner, events)
    offsets = np.full(len(first), len(events.rows))
    over_units(lay_out, first, events.rows, offsets)
    return Layout(offsets, owner, events)


def _by_mapped_session(columns: Columns, stretches: Stretches, events: Events) -> Layout:
    """Bring the events of each session together, which may lie apart."""
    owner = stretches.user
    counts = np.zeros(len(columns.time), np.bool_)
    counts[events.rows] = True
    places = np.flatnonzero(stretches.of(counts))
    rows = stretches.at(places).astype(events.rows.dtype)
    events = _grouped(events, owner)._replace(rows=rows, time=columns.time[rows])
    return Layout(np.searchsorted(places, stretches.offsets), owner, events)


def _grouped(events: Events, owner: NDArray[np.int32]) -> Events:
    """Let the groups be those of the units' users, unless events have their own."""
    return events if events.by_row else events._replace(groups=events.groups[owner])


def tallied(
    layout: Layout, segments: tuple[SegmentUsers, ...], shape: tuple[int, int]
) -> NDArray[np.int64]:
    """Count events and units that have one: (groups, segments, periods, 2)."""
    counts = []
    for segment in segments:
        total = np.zeros((*shape, 2), np.int64)
        summed_over_units(count, layout.offsets, total, layout.events, layout.chosen(segment))
        counts.append(total)
    return np.stack(counts, axis=1)


def summed(
    layout: Layout,
    segments: tuple[SegmentUsers, ...],
    shape: tuple[int, int],
    values: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return sum and number of the values that are not null: (groups, segments, periods, 2)."""
    sums = []
    for segment in segments:
        total = np.zeros((*shape, 2))
        summed_over_units(add, layout.offsets, total, layout.events, layout.chosen(segment), values)
        sums.append(total)
    return np.stack(sums, axis=1)


def quantiles(
    layout: Layout,
    segments: tuple[SegmentUsers, ...],
    shape: tuple[int, int],
    values: NDArray[np.float64],
    share: float,
) -> NDArray[np.float64]:
    """Return quantiles of the values that are not null: (groups, segments, periods)."""
    known = summed(layout, segments, shape, values)[..., 1].astype(np.int64)
    out = np.empty(known.shape)
    for number, segment in enumerate(segments):
        offsets = np.concatenate([[0], np.cumsum(known[:, number])])
        held = np.empty(offsets[-1])
        place = offsets[:-1].reshape(shape).copy()
        gather(layout.offsets, layout.events, layout.chosen(segment), values, place, held)
        found = np.full(len(offsets) - 1, np.nan)
        over_units(quantile, offsets, held, share, found)
        out[:, number] = found.reshape(shape)
    return out


def numbers(
    series: Series,
    columns: Columns,
    users: Layout,
    sessions: Layout | None,
    segments: tuple[SegmentUsers, ...],
    shape: tuple[int, int],
) -> NDArray[np.float64]:
    """Return a series: (groups, segments, periods), NaN where there is no number (T2)."""
    if series.property is None:
        layout = sessions if series.function == "sessions" and sessions else users
        events, units = np.moveaxis(tallied(layout, segments, shape), -1, 0)
        if series.function == "events":
            return events.astype(np.float64)
        if series.function == "events per user":
            return ratio(events.astype(np.float64), units.astype(np.float64))
        return units.astype(np.float64)
    values = columns.numbers(series.property)
    if series.function in ("median", "p90"):
        share = 0.5 if series.function == "median" else 0.9
        return quantiles(users, segments, shape, values, share)
    total, known = np.moveaxis(summed(users, segments, shape, values), -1, 0)
    return total if series.function == "sum" else ratio(total, known)


def ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide; NaN where the divisor is 0 (T4)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below == 0, np.nan, above / below)
