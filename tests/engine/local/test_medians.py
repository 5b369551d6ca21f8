"""Medians of many kinds of times, bounded by a sample."""

from __future__ import annotations

import numpy as np

from behavio_jupyter.engine.local.medians import bounds, by_kind, everything, medians, nothing


def test_bounds_hold_what_may_be_the_median() -> None:
    source = np.random.default_rng(5)
    kind = source.integers(0, 3, 4000)
    time = source.integers(0, 1000, 4000)
    limits = bounds(by_kind([(kind, time)], 4))
    assert limits[3].tolist() == everything(1)[0].tolist()
    for number in range(3):
        ranked = np.sort(time[kind == number])
        low, high = np.searchsorted(ranked, limits[number], "left")
        assert low <= len(ranked) // 2 <= high


def test_medians_of_what_is_within() -> None:
    # Kind 0: 1 and 2 are below, 5 7 within, 9 above. Kind 1 has none. Kind 2 misses its median.
    within = by_kind([(np.array([0, 0]), np.array([7_000_000, 5_000_000]))], 3)
    found, missed = medians(within, np.array([2, 0, 3]), np.array([5, 0, 4]))
    assert found[0] == 5.0
    assert np.isnan(found[1])
    assert missed.tolist() == [False, False, True]
    even, _ = medians(within, np.array([2, 0, 0]), np.array([6, 0, 0]))
    assert even[0] == 6.0


def test_nothing_is_within_nothing() -> None:
    low, high = nothing(2).T
    assert not ((low <= high) | (low > 0)).any()
