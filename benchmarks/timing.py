"""Measuring a call that is made again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

_RUNS = 7
_LEAST_RUNS = 3
_ENOUGH_SECONDS = 12.0


@dataclass(frozen=True)
class Timing:
    """Seconds of a call.

    Attributes
    ----------
    first : float
        The first call: columns are read, compiled code is loaded.
    warm : list of float
        The calls after it.
    busy : list of float
        Processor seconds of those, over all threads: what others do on the machine meanwhile
        shows in them less than in ``warm``.
    """

    first: float
    warm: list[float]
    busy: list[float]

    @property
    def median(self) -> float:
        """The median of the warm calls."""
        return median(self.warm)

    @property
    def processor(self) -> float:
        """The median of their processor seconds."""
        return median(self.busy)


def once(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that a call takes, and what it returns."""
    start = time.perf_counter()
    value = call()
    return time.perf_counter() - start, value


def timed(call: Callable[[], Any]) -> Timing:
    """Time a call several times; slow ones fewer times."""
    first, _ = once(call)
    warm: list[float] = []
    busy: list[float] = []
    while len(warm) < _RUNS and (len(warm) < _LEAST_RUNS or sum(warm) < _ENOUGH_SECONDS):
        before = time.process_time()
        warm.append(once(call)[0])
        busy.append(time.process_time() - before)
    return Timing(first, warm, busy)
