"""Steps in any order (docs/semantics.md F6): which events fill how many different steps."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from .kernels import kernel

Array = NDArray[Any]


@kernel
def _placed(event: int, bits: Array, steps: int, owner: Array, via: Array, queue: Array) -> bool:
    """Give a step to one more event, moving others if need be; False if it cannot be done.

    ``owner`` is the event that fills each step (-1: free).
    """
    asked = bits[event] & ((1 << steps) - 1)
    head = 0
    tail = 0
    for step in range(steps):
        if (asked >> step) & 1:
            if owner[step] < 0:
                owner[step] = event
                return True
            via[step] = -1
            queue[tail] = step
            tail += 1
    while head < tail:
        step = queue[head]
        head += 1
        if owner[step] < 0:
            while via[step] >= 0:
                owner[step] = owner[via[step]]
                step = via[step]
            owner[step] = event
            return True
        more = bits[owner[step]] & ~asked
        for other in range(steps):
            if (more >> other) & 1:
                asked |= 1 << other
                via[other] = step
                queue[tail] = other
                tail += 1
    return False


@kernel
def no_overlap(table: Array, steps: int) -> bool:
    """Whether no event matches two of the steps."""
    for bits in table:
        matched = bits & ((1 << steps) - 1)
        if matched & (matched - 1):
            return False
    return True


@kernel
def fill_any(
    count: int,
    bits: Array,
    following: Array,
    steps: int,
    apart: bool,
    filling: Array,
    owner: Array,
    via: Array,
    queue: Array,
) -> None:
    """Find, for every event, the events from it on at which one more step can be filled.

    Events that raise the number of steps filled, taken in order, are the first basis of a matroid.
    Putting one event before the others therefore changes that list in one place: the event comes
    first, and at most one of the others, the first that can no longer be placed, goes. So every
    list follows from the next one's, and nothing is searched again for each opening.

    Parameters
    ----------
    following : int array
        For each event, the next one that may fill a step beside it (the next of the same value);
        -1 if there is none.
    apart : bool
        Whether no event matches two steps: the one that goes is then that of the same step.
    filling : int array of (events, steps)
        Out: for each event as opening, the events at which step 1, 2 … is reached; -1 for none.
    """
    for event in range(count - 1, -1, -1):
        base = event * steps
        for step in range(steps):
            filling[base + step] = -1
            owner[step] = -1
        filling[base] = event
        filled = 1
        if following[event] < 0:
            continue
        later = following[event] * steps
        if apart:
            for step in range(steps):
                other = filling[later + step]
                if other < 0:
                    break
                if bits[other] != bits[event]:
                    filling[base + filled] = other
                    filled += 1
            continue
        _placed(event, bits, steps, owner, via, queue)
        dropped = False
        for step in range(steps):
            other = filling[later + step]
            if other < 0 or filled == steps:
                break
            if dropped or _placed(other, bits, steps, owner, via, queue):
                filling[base + filled] = other
                filled += 1
            else:
                dropped = True
