"""Runs a kernel over ranges of users on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...interrupts import current_task

_SMALL = 200_000
"""Below so many rows one thread is faster than handing out work."""

_RANGES_PER_CORE = 4
_LARGE = 1 << 25
"""Bytes of a total of which not every range should have a part."""


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="behavio")


if hasattr(os, "register_at_fork"):
    # A forked process has no thread of the pool, and would wait for them for ever.
    os.register_at_fork(after_in_child=_pool.cache_clear)


def over_units(kernel: Callable[..., Any], offsets: NDArray[np.int64], *arguments: Any) -> None:
    """Call ``kernel(first, last, offsets, *arguments)`` so that all units are covered.

    ``offsets`` are the rows of each unit (user, session). The kernel writes into arrays among the
    arguments; each call may only write what belongs to the units ``first <= unit < last``. Ranges
    hold about the same number of rows, several for each core, so that one large user does not hold
    up the rest.
    """
    run([partial(kernel, low, high, offsets, *arguments) for low, high in ranges(offsets)])


def summed_over_units(
    kernel: Callable[..., Any], offsets: NDArray[np.int64], total: NDArray[Any], *arguments: Any
) -> None:
    """Call ``kernel(first, last, offsets, part, *arguments)`` and add all parts to ``total``.

    Each call gets a ``part`` of its own: zeros, shaped like ``total``. For counts to which many
    units contribute. Large totals are split over fewer ranges, so that the parts stay small.
    """
    cuts = ranges(offsets, total.nbytes)
    if len(cuts) == 1:
        kernel(*cuts[0], offsets, total, *arguments)
        return
    parts = [np.zeros_like(total) for _ in cuts]
    run(
        [
            partial(kernel, low, high, offsets, part, *arguments)
            for (low, high), part in zip(cuts, parts, strict=True)
        ]
    )
    for part in parts:
        total += part


def added(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the sum of what several calls counted; np.sum would put all into one array first."""
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    return total


def run(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make calls that release the interpreter's lock on all cores; return what they return.

    Once the question was called off, no further call begins.
    """
    task = current_task()

    def wanted(call: Callable[[], Any]) -> Any:
        task.go_on()
        return call()

    if len(calls) == 1:
        return [wanted(calls[0])]
    return [future.result() for future in [_pool().submit(wanted, call) for call in calls]]


def ranges(offsets: NDArray[np.int64], part_bytes: int = 0) -> list[tuple[int, int]]:
    """Return ranges of units that hold about the same number of rows.

    Fewer where every range needs an array of so many bytes for itself.
    """
    units = len(offsets) - 1
    rows = int(offsets[-1] - offsets[0]) if units > 0 else 0
    if rows < _SMALL:
        return [(0, units)]
    bounds = np.linspace(offsets[0], offsets[-1], _parts(part_bytes) + 1)
    # Of the same type, as all offsets would be converted otherwise.
    cuts = np.searchsorted(offsets, bounds.astype(offsets.dtype))
    edges = np.unique(np.concatenate([[0], cuts[1:-1], [units]])).tolist()
    return list(pairwise(edges))


def shares(units: int, part_bytes: int = 0) -> list[tuple[int, int]]:
    """Return ranges of so many units of one row each, as :func:`ranges` does."""
    parts = _parts(part_bytes) if units >= _SMALL else 1
    return list(pairwise(units * part // parts for part in range(parts + 1)))


def _parts(part_bytes: int) -> int:
    return (os.cpu_count() or 1) * (1 if part_bytes > _LARGE else _RANGES_PER_CORE)
