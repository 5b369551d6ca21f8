"""Returning: in which periods after its start event an entry into a cohort is retained."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...query import Retention
from ...query.time import MICROSECONDS, Duration
from .calendar import Periods, period_at
from .cohorts import Entries
from .kernels import kernel
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
        For each period number up to the last one shown: its span, -1 for none. Unbounded: the
        last span that begins in it or before.
    bounds : int64 array
        Calendar periods.
    elapsed : int
        The length of a rolling period in microseconds; 0 for calendar periods.
    unbounded, including_start : bool
    """

    firsts: NDArray[np.int64]
    lasts: NDArray[np.int64]
    of_period: NDArray[np.int32]
    bounds: NDArray[np.int64]
    elapsed: int
    unbounded: bool
    including_start: bool

    def complete(self, cohorts: NDArray[np.int32], end: int) -> NDArray[np.bool_]:
        """Return, by cohort and span, which are over at the end of the log (R3, R4)."""
        if self.elapsed:
            # Divided, not multiplied: many long periods are more than an int64 holds.
            over = (end - self.bounds[cohorts + 1]) // self.elapsed
            return self.lasts + 1 <= over[:, None]
        index = cohorts[:, None] + self.lasts + 1
        # The last period holds the end of the log, so none after it is over either.
        return self.bounds[np.minimum(index, len(self.bounds) - 1)] <= end


def spans(question: Retention, cohorts: Periods, only: int | None = None) -> Spans:
    """Return the spans a question shows; ``only`` the one at that position."""
    shown = question.spans if only is None else question.spans[only : only + 1]
    firsts, lasts = np.array(shown, np.int64).T
    numbers = np.arange(lasts[-1] + 1)
    begun = np.searchsorted(firsts, numbers, "right")
    inside = question.unbounded | (numbers <= np.append(-1, lasts)[begun])
    of_period = np.where(inside, begun - 1, -1)
    elapsed = 0
    if isinstance(question.per, Duration):
        elapsed = question.per.microseconds
    elif question.alignment == "rolling":
        elapsed = ELAPSED[question.per]
    return Spans(
        firsts,
        lasts,
        of_period.astype(np.int32),
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
    if shown.unbounded:
        # Each entry is counted in the last span it is retained in, and so in all before.
        total[:, 1:] = np.cumsum(total[:, :0:-1], axis=1)[:, ::-1]
    return total


def retained_entries(returns: Occurrences, entered: Entries, shown: Spans) -> NDArray[np.bool_]:
    """Return which entries are retained in the first span shown."""
    keys = np.arange(len(entered.rows), dtype=np.int32)
    keys[entered.cohorts < 0] = -1
    total = np.zeros((len(keys), 1 + len(shown.firsts)), np.int64)
    # Every entry has a counter of its own, so ranges of users do not meet.
    over_units(_count, returns.offsets, total, returns.rows, returns.time, entered, keys, shown)
    return total[:, 1] > 0


@kernel
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
            latest = -1
            counts_start = shown.including_start and (begin == stop or not shown.unbounded)
            if counts_start and shown.of_period[0] >= 0:
                latest = shown.of_period[0]
                total[key, 1 + latest] += 1
            for place in range(max(begin, stop - 1) if shown.unbounded else begin, stop):
                if shown.elapsed:
                    number = (time[place] - since) // shown.elapsed
                else:
                    number = period_at(time[place], shown.bounds, -1) - cohort
                if number > last and not shown.unbounded:
                    break
                # Spans follow each other, so one is counted when it is first passed; that this is
                # added up and not branched on spares what no processor can foresee.
                span = shown.of_period[min(number, last)]
                total[key, 1 + max(span, 0)] += span > latest
                latest = max(latest, span)
