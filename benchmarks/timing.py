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


def timed(*calls: Callable[[], Any]) -> list[Timing]:
    """Time calls in rounds, each once a round, so that a burst of other work meets all of them."""
    firsts = [once(call)[0] for call in calls]
    warm: list[list[float]] = [[] for _ in calls]
    busy: list[list[float]] = [[] for _ in calls]
    start = time.perf_counter()
    for number in range(_RUNS):
        if number >= _LEAST_RUNS and time.perf_counter() - start > _ENOUGH_SECONDS * len(calls):
            break
        for call, seconds, processor in zip(calls, warm, busy, strict=True):
            before = time.process_time()
            seconds.append(once(call)[0])
            processor.append(time.process_time() - before)
    return [Timing(*one) for one in zip(firsts, warm, busy, strict=True)]
