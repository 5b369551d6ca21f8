"""A funnel's order of one user's events (docs/semantics.md F1): by time, then by step matched."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from .kernels import kernel

Array = NDArray[Any]


@kernel
def bounded(
    low: int, high: int, time: Array, start: int, last: int, bounds_start: bool, bounds_last: bool
) -> tuple[int, int]:
    """Return the rows of ``[low, high)`` whose times lie in ``[start, last]``."""
    if bounds_start and low < high and time[low] < start:
        left, right = low, high
        while left < right:
            middle = (left + right) // 2
            if time[middle] < start:
                left = middle + 1
            else:
                right = middle
        low = left
    if bounds_last and low < high and time[high - 1] > last:
        left, right = low, high
        while left < right:
            middle = (left + right) // 2
            if time[middle] <= last:
                left = middle + 1
            else:
                right = middle
        high = left
    return low, high


@kernel
def opened(
    low: int, high: int, start: int, codes: Array, table: Array, time: Array, opening: int
) -> int:
    """Return the first row of ``[low, high)`` that can matter to an attempt; ``high`` if none does.

    That is the first of those at the time of the first that opens one: whatever their place in the
    log, they may come after it. ``start`` is the unit's first row.
    """
    while low < high and not table[codes[low]] & opening:
        low += 1
    if low < high:
        while low > start and time[low - 1] == time[low]:
            low -= 1
    return low


@kernel
def collected(
    low: int, high: int, codes: Array, table: Array, wanted: int, rows: Array, bits: Array
) -> int:
    """Collect the rows in ``[low, high)`` that have one of the wanted bits; return how many."""
    count = 0
    for i in range(low, high):
        # Written always and kept by moving on: matches come too irregularly for a branch.
        rows[count] = i
        bits[count] = table[codes[i]]
        count += (bits[count] & wanted) != 0
    return count


@kernel
def settled(
    count: int, time: Array, rows: Array, bits: Array, times: Array, spare: Array, spare_bits: Array
) -> None:
    """Read the times of collected rows and put events of equal time in the order of F1.

    ``bits`` hold the matched steps and, above them, the bit of every kept event: the lowest bit
    set is then the order wanted, with events that match no step last.
    """
    disordered = False
    before = 0
    before_key = 0
    for i in range(count):
        now = time[rows[i]]
        times[i] = now
        key = bits[i] & (~bits[i] + 1)
        if i and now == before and key < before_key:
            disordered = True
        before = now
        before_key = key
    if not disordered:
        return
    begin = 0
    while begin < count:
        stop = begin + 1
        present = bits[begin] & (~bits[begin] + 1)
        while stop < count and times[stop] == times[begin]:
            present |= bits[stop] & (~bits[stop] + 1)
            stop += 1
        if stop - begin > 1:
            # One stable pass for each step: long runs (logs by day) stay linear.
            place = begin
            for step in range(32):
                if not (present >> step) & 1:
                    continue
                for i in range(begin, stop):
                    if bits[i] & (~bits[i] + 1) == 1 << step:
                        spare[place] = rows[i]
                        spare_bits[place] = bits[i]
                        place += 1
            for i in range(begin, stop):
                rows[i] = spare[i]
                bits[i] = spare_bits[i]
        begin = stop


@kernel
def longest(first: int, last: int, offsets: Array) -> int:
    """Return the number of rows of the longest unit."""
    most = 0
    for unit in range(first, last):
        most = max(most, offsets[unit + 1] - offsets[unit])
    return most
