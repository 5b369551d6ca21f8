"""Measuring calls that are made again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from .apart import LostError

ROUNDS = 7
_LEAST_ROUNDS = 3
_ENOUGH_SECONDS = 12.0

Call = Callable[[], tuple[float, float]]
"""Makes a call; returns its seconds and processor seconds."""


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


def timed(
    calls: Mapping[str, Call], rounds: int = ROUNDS
) -> tuple[dict[str, Timing], dict[str, str]]:
    """Time calls in rounds, each once a round, so that a burst of other work meets all of them.

    Returns
    -------
    timings : dict of str to Timing
    lost : dict of str to str
        Why a call could not be made, of those that could not.
    """
    taken: dict[str, Timing] = {}
    lost: dict[str, str] = {}
    start = 0.0
    for number in range(rounds + 1):
        if number == 1:
            start = time.perf_counter()
        spent = time.perf_counter() - start
        if number > _LEAST_ROUNDS and spent > _ENOUGH_SECONDS * len(calls):
            break
        for name, call in calls.items():
            if name in lost:
                continue
            try:
                seconds, processor = call()
            except LostError as error:
                lost[name] = str(error)
                taken.pop(name, None)
                continue
            if number == 0:
                taken[name] = Timing(seconds, [], [])
            else:
                taken[name].warm.append(seconds)
                taken[name].busy.append(processor)
    return taken, lost
