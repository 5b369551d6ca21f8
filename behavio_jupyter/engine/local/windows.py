"""Windows of time on users' histories, as ranges of what occurs in them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...query.predicate import Events
from ...query.segment import BetweenDates, InLast, Window
from .calendar import EARLIEST, LATEST, bounds_of
from .columns import Columns
from .kernels import kernel
from .parallel import over_units


class Sight(NamedTuple):
    """What is seen of a log.

    Attributes
    ----------
    reference : int
        Microseconds since 1970 UTC; later events are not seen (docs/semantics.md S1).
    everything : bool
        Whether there are no later events.
    users : bool array of users or None
        The users about whom anything needs to be known; None for all.
    """

    reference: int
    everything: bool
    users: NDArray[np.bool_] | None = None

    @property
    def end(self) -> int:
        """The instant from which on nothing is seen."""
        return LATEST if self.everything else self.reference + 1


class Part(NamedTuple):
    """Some of the occurrences of events: each user's from ``begin[user]`` to ``stop[user]``."""

    rows: NDArray[np.uint32]
    time: NDArray[np.int64]
    begin: NDArray[np.int64]
    stop: NDArray[np.int64]

    @property
    def any(self) -> NDArray[np.bool_]:
        """Which users have any."""
        return self.stop > self.begin


def sight(columns: Columns, reference: int) -> Sight:
    """Return what is seen of a log at a reference time."""
    last = columns.schema.last
    return Sight(reference, last is None or last <= reference)


def seen_users(columns: Columns, seen: Sight) -> NDArray[np.bool_]:
    """Return the users with an event that is seen."""
    return columns.first_times < seen.end


def last_rows(columns: Columns, seen: Sight) -> NDArray[np.int64]:
    """Return the row behind the last one seen of each user."""
    if seen.everything:
        return columns.offsets[1:]
    bounds = np.array([EARLIEST]), np.array([seen.end])
    return _narrowed(columns.offsets, columns.time, seen._replace(users=None), *bounds)[1]


def inside(columns: Columns, seen: Sight, events: Events, window: Window | None = None) -> Part:
    """Return the occurrences of events that lie in a window (docs/semantics.md "Segment", S2)."""
    found = columns.occurrences(events)
    start, end = EARLIEST, LATEST
    if isinstance(window, InLast):
        start = seen.reference - window.duration.microseconds + 1
    elif isinstance(window, BetweenDates):
        start, end = bounds_of(window.range, columns.schema.timezone)
    starts, ends = np.array([start]), np.array([end])
    if window is not None and not isinstance(window, InLast | BetweenDates):
        anchors = inside(columns, seen, window.anchor)
        starts = np.full(columns.users, LATEST)
        starts[anchors.any] = anchors.time[anchors.begin[anchors.any]]
        ends = starts + np.where(anchors.any, window.duration.microseconds + 1, 0)
    elif window is None and seen.everything and seen.users is None:
        return Part(found.rows, found.time, found.offsets[:-1], found.offsets[1:])
    ends = np.minimum(ends, seen.end)
    return Part(found.rows, found.time, *_narrowed(found.offsets, found.time, seen, starts, ends))


def _narrowed(
    offsets: NDArray[np.int64],
    time: NDArray[np.int64],
    seen: Sight,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where times in ``[start, end)`` begin and stop; one pair for each user or for all."""
    users = np.empty(0, np.bool_) if seen.users is None else seen.users
    begin = np.empty(len(offsets) - 1, np.int64)
    stop = np.empty(len(offsets) - 1, np.int64)
    over_units(_narrow, offsets, time, users, starts, ends, begin, stop)
    return begin, stop


@kernel
def _place_from(time: NDArray[np.int64], place: int, stop: int, instant: int) -> int:
    """Return the first of ``place`` to ``stop`` at an instant or later, or ``stop``."""
    if place >= stop or time[place] >= instant:
        return place
    if time[stop - 1] < instant:
        return stop
    high = stop - 1
    while high - place > 1:
        middle = (place + high) // 2
        if time[middle] < instant:
            place = middle
        else:
            high = middle
    return high


@kernel
def _narrow(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    time: NDArray[np.int64],
    users: NDArray[np.bool_],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    begin: NDArray[np.int64],
    stop: NDArray[np.int64],
) -> None:
    each = len(starts) > 1
    for user in range(low, high):
        place = user if each else 0
        if len(users) and not users[user]:
            begin[user] = stop[user] = offsets[user]
            continue
        begin[user] = _place_from(time, offsets[user], offsets[user + 1], starts[place])
        stop[user] = _place_from(time, begin[user], offsets[user + 1], ends[place])
