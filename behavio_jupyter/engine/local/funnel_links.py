"""Where steps, values and exclusions come next: tables that attempts are followed along."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from .kernels import kernel

Array = NDArray[Any]


@kernel
def link_steps(
    count: int,
    bits: Array,
    group: Array,
    groups: int,
    chain: Array,
    links: Array,
    latest: Array,
) -> None:
    """Set ``links``: for each event and required step the first later event that fills it."""
    chained = len(chain)
    for i in range(groups * chained):
        latest[i] = -1
    for i in range(count - 1, -1, -1):
        if group[i] < 0:
            continue
        base = group[i] * chained
        for step in range(1, chained):
            links[i * chained + step] = latest[base + step]
            if (bits[i] >> chain[step]) & 1:
                latest[base + step] = i


@kernel
def link_values(
    count: int,
    group: Array,
    groups: int,
    following: Array,
    same: bool,
    buckets: Array,
) -> None:
    """Set ``following``: for each event the next one of the same value."""
    if not same:
        for i in range(count):
            following[i] = i + 1 if i + 1 < count else -1
        return
    # The table of values is not needed any more once events have their group.
    for i in range(groups):
        buckets[i] = -1
    for i in range(count - 1, -1, -1):
        following[i] = -1
        if group[i] >= 0:
            following[i] = buckets[group[i]]
            buckets[group[i]] = i


@kernel
def link_excluded(
    count: int, rows: Array, codes: Array, table: Array, exclusions: int, forbidden: Array
) -> None:
    """Set ``forbidden``: for each event and exclusion the first later event that is excluded."""
    for exclusion in range(exclusions):
        later = -1
        for i in range(count - 1, -1, -1):
            forbidden[i * exclusions + exclusion] = later
            if (table[codes[rows[i]]] >> exclusion) & 1:
                later = i


@kernel
def hash_size(count: int) -> int:
    """Return how many buckets ``grouped`` needs for so many events."""
    size = 4
    while size < 2 * count:
        size *= 2
    return size


@kernel
def grouped(count: int, rows: Array, values: Array, group: Array, buckets: Array) -> int:
    """Give a unit's events the numbers of their values, from 0; null is -1. Return how many."""
    size = hash_size(count)
    # A bucket holds the first event of its value; events know their group.
    for i in range(size):
        buckets[i] = -1
    groups = 0
    for i in range(count):
        value = values[rows[i]]
        if value < 0:
            group[i] = -1
            continue
        bucket = (value * 2654435761) & (size - 1)
        while buckets[bucket] >= 0 and values[rows[buckets[bucket]]] != value:
            bucket = (bucket + 1) & (size - 1)
        if buckets[bucket] < 0:
            buckets[bucket] = i
            group[i] = groups
            groups += 1
        else:
            group[i] = group[buckets[bucket]]
    return groups
