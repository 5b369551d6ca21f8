"""Returning: in which periods after its start event an entry into a cohort is retained."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...query import Retention
from ...query.time import MICROSECONDS, Duration
from .calendar import Periods, period_at
from .cohorts import Entries
from .occurrences import Occurrences
from .parallel import over_units, summed_over_units

ELAPSED = {"day": MICROSECONDS["d"], "week": MICROSECONDS["w"], "month": MICROSECONDS["mo"]}
"""Rolling periods, docs/semantics.md R3."""


class Spans(NamedTuple):
    """The shown spans of period numbers, and how instants become period numbers.

    Attributes
    ----------
    firsts, lasts : int64 arrays
        The first and the last period of each span.
    of_period : int32 array
        For each period number up to the last one shown: its span, -1 for none. Unbounded: how
        many spans begin in it or before.
    until : int32 array
        For each period number: the last one that says the same.
    bounds : int64 array
        Calendar periods.
    elapsed : int
        The length of a rolling period in microseconds; 0 for calendar periods.
    unbounded, including_start : bool
    """

    firsts: NDArray[np.int64]
    lasts: NDArray[np.int64]
    of_period: NDArray[np.int32]
    until: NDArray[np.int32]
    bounds: NDArray[np.int64]
    elapsed: int
    unbounded: bool
    including_start: bool

    def complete(self, cohorts: NDArray[np.int32], end: int) -> NDArray[np.bool_]:
        """Return, by cohort and span, which are over at the end of the log (R3, R4)."""
        if self.elapsed:
            behind = (self.lasts + 1) * self.elapsed
            return self.bounds[cohorts + 1][:, None] + behind <= end
        index = cohorts[:, None] + self.lasts + 1
        # The last period holds the end of the log, so none after it is over either.
        return self.bounds[np.minimum(index, len(self.bounds) - 1)] <= end


def spans(question: Retention, cohorts: Periods, only: int | None = None) -> Spans:
    """Return the spans a question shows; ``only`` the one at that position."""
    shown = question.spans if only is None else question.spans[only : only + 1]
    firsts, lasts = np.array(shown, np.int64).T
    numbers = np.arange(lasts[-1] + 1)
    begun = np.searchsorted(firsts, numbers, "right")
    if question.unbounded:
        of_period = begun
    else:
        of_period = np.where(numbers <= np.append(-1, lasts)[begun], begun - 1, -1)
    changes = np.append(np.flatnonzero(np.diff(of_period)), lasts[-1])
    elapsed = 0
    if isinstance(question.per, Duration):
        elapsed = question.per.microseconds
    elif question.alignment == "rolling":
        elapsed = ELAPSED[question.per]
    return Spans(
        firsts,
        lasts,
        of_period.astype(np.int32),
        changes[np.searchsorted(changes, numbers)].astype(np.int32),
        cohorts.bounds,
        elapsed,
        question.unbounded,
        question.include_start,
    )


def count_retained(
    returns: Occurrences, entered: Entries, keys: NDArray[np.int32], number: int, shown: Spans
) -> NDArray[np.int64]:
    """Count entries by key, and those retained in each span: (``number`` of keys, 1 + spans).

    Entries with a key of -1 are left out.
    """
    total = np.zeros((number, 1 + len(shown.firsts)), np.int64)
    arguments = (returns.rows, returns.time, entered, keys, shown)
    summed_over_units(_count, returns.offsets, total, *arguments)
    return total


def retained_entries(returns: Occurrences, entered: Entries, shown: Spans) -> NDArray[np.bool_]:
    """Return which entries are retained in the first span shown."""
    keys = np.arange(len(entered.rows), dtype=np.int32)
    keys[entered.rows < 0] = -1
    total = np.zeros((len(keys), 1 + len(shown.firsts)), np.int64)
    # Every entry has a counter of its own, so ranges of users do not meet.
    over_units(_count, returns.offsets, total, returns.rows, returns.time, entered, keys, shown)
    return total[:, 1] > 0


@njit(nogil=True, cache=True)
def _number(time: int, since: int, cohort: int, shown: Spans) -> int:
    """Return the period number of an instant at or after a start event."""
    if shown.elapsed:
        return (time - since) // shown.elapsed
    return period_at(time, shown.bounds, cohort) - cohort


@njit(nogil=True, cache=True)
def _end(number: int, since: int, cohort: int, shown: Spans) -> int:
    """Return the end of a numbered period; calendar periods behind the last one have its end."""
    if shown.elapsed:
        return since + (number + 1) * shown.elapsed
    return shown.bounds[min(cohort + number + 1, len(shown.bounds) - 1)]


@njit(nogil=True, cache=True)
def _place_at(time: NDArray[np.int64], place: int, stop: int, instant: int) -> int:
    """Return the first place from ``place`` on at an instant or later, or ``stop``."""
    # It is mostly near: look ahead by growing steps, then search between the last two.
    step = 1
    high = place
    while high < stop and time[high] < instant:
        place = high + 1
        high += step
        step *= 2
    high = min(high, stop)
    while place < high:
        middle = (place + high) // 2
        if time[middle] < instant:
            place = middle + 1
        else:
            high = middle
    return place


@njit(nogil=True, cache=True)
def _count(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    total: NDArray[np.int64],
    rows: NDArray[np.uint32],
    time: NDArray[np.int64],
    entered: Entries,
    keys: NDArray[np.int32],
    shown: Spans,
) -> None:
    last = len(shown.of_period) - 1
    for user in range(low, high):
        begin, stop = offsets[user], offsets[user + 1]
        for entry in range(entered.offsets[user], entered.offsets[user + 1]):
            key = keys[entry]
            if key < 0:
                continue
            total[key, 0] += 1
            if begin == stop and not shown.including_start:
                continue
            since, cohort = entered.times[entry], entered.cohorts[entry]
            while begin < stop and rows[begin] <= entered.rows[entry]:
                begin += 1
            if shown.unbounded:
                number = -1
                if begin < stop:
                    number = min(_number(time[stop - 1], since, cohort, shown), last)
                elif shown.including_start:
                    number = 0
                if number >= 0:
                    for span in range(shown.of_period[number]):
                        total[key, 1 + span] += 1
                continue
            wanted = since
            if shown.including_start:
                if shown.of_period[0] >= 0:
                    total[key, 1 + shown.of_period[0]] += 1
                wanted = _end(shown.until[0], since, cohort, shown)
            place = _place_at(time, begin, stop, wanted)
            while place < stop:
                number = _number(time[place], since, cohort, shown)
                if number > last:
                    break
                if shown.of_period[number] >= 0:
                    total[key, 1 + shown.of_period[number]] += 1
                wanted = _end(shown.until[number], since, cohort, shown)
                place = _place_at(time, place + 1, stop, wanted)
