"""Runs a kernel over ranges of users on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SMALL = 200_000
"""Below so many rows one thread is faster than handing out work."""


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="behavio")


def over_units(kernel: Callable[..., Any], offsets: NDArray[np.int64], *arguments: Any) -> None:
    """Call ``kernel(first, last, offsets, *arguments)`` so that all units (users, sessions) are covered.

    ``offsets`` are the rows of each unit. The kernel writes into arrays among the arguments; each
    call may only write what belongs to the units ``first <= unit < last``. Ranges hold about the
    same number of rows, several for each core, so that one large user does not hold up the rest.
    """
    units = len(offsets) - 1
    rows = int(offsets[-1] - offsets[0]) if units > 0 else 0
    if rows < _SMALL:
        kernel(0, units, offsets, *arguments)
        return
    parts = (os.cpu_count() or 1) * 4
    cuts = np.searchsorted(offsets, np.linspace(offsets[0], offsets[-1], parts + 1)[1:-1])
    edges = np.unique(np.concatenate([[0], cuts, [units]]))
    futures = [
        _pool().submit(kernel, int(low), int(high), offsets, *arguments)
        for low, high in zip(edges[:-1], edges[1:], strict=True)
    ]
    for future in futures:
        future.result()
