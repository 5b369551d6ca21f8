"""Intervals and tests of rates (docs/semantics.md, "Statistics").

Everything here works on arrays; where there is nothing to count, the answer is not-a-number.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

FEW = 30
"""A result from fewer users than this is marked as small."""

_NORMAL = 1.9599639845400545
"""Where 97.5 % of the normal distribution lie below: an interval of 95 % leaves out as many."""

_EXPECTED = 5
"""With an expected count under this, chi-square is not trusted."""


class Difference(NamedTuple):
    """Two rates compared.

    Attributes
    ----------
    difference : float
        Second rate minus first.
    low, high : float
        Newcombe's 95 % interval (hybrid of two Wilson intervals).
    test : str or None
        ``"Fisher exact"`` or ``"chi-square"``; None where a rate has no users.
    p_value : float
        Two-sided.
    """

    difference: float
    low: float
    high: float
    test: str | None
    p_value: float


def rate(count: ArrayLike, size: ArrayLike) -> Floats:
    """Return ``count / size``; not-a-number where nobody could count.

    Examples
    --------
    >>> rate([1, 0], [4, 0]).tolist()
    [0.25, nan]
    """
    counts, sizes = np.asarray(count, np.float64), np.asarray(size, np.float64)
    return np.divide(counts, sizes, out=np.full(counts.shape, np.nan), where=sizes > 0)


def wilson(count: ArrayLike, size: ArrayLike) -> tuple[Floats, Floats]:
    """Return the ends of the 95 % Wilson intervals of rates.

    Examples
    --------
    >>> low, high = wilson([81], [263])
    >>> print(f"{low[0]:.4f} {high[0]:.4f}")
    0.2553 0.3662
    """
    counts, sizes = np.asarray(count, np.float64), np.asarray(size, np.float64)
    sizes = np.where(sizes > 0, sizes, np.nan)
    # Every table has these intervals, and statsmodels takes 0.7 s to load: its formula, in its
    # order of operations, so that the tests can ask for the same bits.
    rates, squared = counts / sizes, _NORMAL**2
    scale = 1 + squared / sizes
    center = (rates + squared / (2 * sizes)) / scale
    spread = _NORMAL * np.sqrt(rates * (1 - rates) / sizes + squared / (4 * sizes**2)) / scale
    return np.clip(center - spread, 0, 1), np.clip(center + spread, 0, 1)


def compare(count: int, size: int, first_count: int, first_size: int) -> Difference:
    """Compare a rate with the first one: difference, its interval, and a test.

    Examples
    --------
    >>> compared = compare(56, 70, 48, 80)
    >>> print(f"{compared.difference:.2f} [{compared.low:.4f}, {compared.high:.4f}]")
    0.20 [0.0524, 0.3339]
    >>> print(f"{compared.test}: {compared.p_value:.3f}")
    chi-square: 0.008
    """
    from scipy.stats import chi2_contingency, fisher_exact
    from statsmodels.stats.proportion import confint_proportions_2indep

    if size == 0 or first_size == 0:
        return Difference(np.nan, np.nan, np.nan, None, np.nan)
    low, high = confint_proportions_2indep(
        count, size, first_count, first_size, method="newcomb", compare="diff"
    )
    table = np.array([[count, size - count], [first_count, first_size - first_count]])
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if expected.min() < _EXPECTED:
        test, p_value = "Fisher exact", fisher_exact(table).pvalue
    else:
        test, p_value = "chi-square", chi2_contingency(table, correction=False).pvalue
    difference = count / size - first_count / first_size
    # Rounding puts the interval of 0 and 1 of very many a bit past -1.
    low, high = max(float(low), -1.0), min(float(high), 1.0)
    return Difference(difference, low, high, test, float(p_value))


def holm(p_values: ArrayLike) -> Floats:
    """Return p-values adjusted for being several (Holm); not-a-number stays and does not count.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    # statsmodels' multipletests says the same, and each time collects the garbage of the whole
    # process: in a notebook that takes longer than the question.
    given = np.asarray(p_values, np.float64)
    adjusted = np.full(given.shape, np.nan)
    order = np.argsort(given)[: np.count_nonzero(~np.isnan(given))]
    tests_left = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(given[order] * tests_left), 1)
    return adjusted
