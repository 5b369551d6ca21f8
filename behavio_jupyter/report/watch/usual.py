"""The usual range of a key figure: what its past lets one expect of this period.

The model is a level that wanders, plus a season where there are two whole ones to learn it from
(statsmodels' UnobservedComponents, by maximum likelihood; it bears periods that were not run).
Rates and counts are put on the scale where chance has the same size everywhere, so that a range
never leaves what is possible, and is never narrower than what the number of users allows.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..figures import KeyFigure
from ..period import Period, Unit

AT_LEAST = 8
"""Past periods with a number, below which there is no usual range."""

COVERS = 0.95
"""How much of what is usual lies inside."""

_SEASON: dict[Unit, int] = {"day": 7, "week": 52, "month": 12, "quarter": 4, "year": 1}
"""Periods after which the calendar repeats."""

_HARMONICS = 3
"""Waves that make up a long season: one parameter for each week would not be learnt."""

_LONGEST = 3
"""Seasons, or 60 periods if that is more: what is older says little about now."""

Floats = NDArray[np.float64]


class UsualRange(NamedTuple):
    """What is usual.

    Attributes
    ----------
    low, high : float
        95 % of usual numbers lie between; in the unit of the figure's value.
    expected : float
    periods : int
        Past periods that it was learnt from.
    seasonal : bool
        Whether a season is part of it.
    """

    low: float
    high: float
    expected: float
    periods: int
    seasonal: bool


def usual_range(
    now: KeyFigure, period: Period, past: Mapping[Period, KeyFigure]
) -> UsualRange | None:
    """Return the usual range of a key figure; None where fewer than eight periods tell of it.

    Parameters
    ----------
    now : KeyFigure
        Its value is not looked at, only its kind and, of a rate, of how many users it is.
    period : Period
        The one to expect a number for.
    past : mapping
        The key figure of earlier periods of the same length; some may be missing.

    Examples
    --------
    >>> week, past = Period.parse("2026-W20"), {}
    >>> for users in (98, 103, 110, 95, 101, 99, 104, 92, 107, 100):
    ...     week = week.after
    ...     past[week] = KeyFigure.counted("users", users)
    >>> found = usual_range(KeyFigure.counted("users", 0), week.after, past)
    >>> 70 < found.low < 90 < found.expected < 110 < found.high < 130
    True
    """
    known = looked_at(period, past)
    if len(known) < AT_LEAST:
        return None
    every = _SEASON[period.unit]
    series: list[float] = []
    at = period
    first = min(known, key=lambda one: one.start)
    while at.start > first.start:
        at = at.before
        series.append(_scaled(known[at]) if at in known else math.nan)
    values = np.array(series[::-1])
    seasonal = every > 1 and np.isfinite(values).sum() >= 2 * every
    found = _forecast(values, every if seasonal else 1)
    if found is None:
        return None
    expected, variance, learnt = found
    variance = _widened(now, [*known.values()], variance)
    from scipy.stats import t

    # The variances are themselves estimated, from few periods: hence Student's t, not the normal.
    reach = float(t.ppf(0.5 + COVERS / 2, max(learnt, 2))) * math.sqrt(variance)
    low, middle, high = (
        _unscaled(now, one) for one in (expected - reach, expected, expected + reach)
    )
    return UsualRange(low, high, middle, len(known), bool(seasonal))


def longest(unit: Unit) -> int:
    """Return how many periods before one are looked at."""
    return max(60, _LONGEST * _SEASON[unit])


def looked_at(period: Period, past: Mapping[Period, KeyFigure]) -> dict[Period, KeyFigure]:
    """Return what the usual range of a period is learnt from."""
    earliest = period.back(longest(period.unit)).start
    return {
        at: one
        for at, one in past.items()
        if at.unit == period.unit and earliest <= at.start < period.start and one.value is not None
    }


def _forecast(values: Floats, season: int) -> tuple[float, float, int] | None:
    """Return the next value's mean and variance, and how many degrees of freedom they have."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    known = int(np.isfinite(values).sum())
    if known < AT_LEAST:
        return None
    center = float(np.nanmean(values))
    spread = float(np.nanstd(values))
    if not spread:
        return center, 0.0, known - 1
    harmonics = min(_HARMONICS, season // 2)
    waves = [{"period": season, "harmonics": harmonics}] if season > 1 else None
    with warnings.catch_warnings():
        # Few values are no news here: the range is widened for them.
        warnings.simplefilter("ignore")
        model = UnobservedComponents(
            (values - center) / spread,
            level="local level",
            freq_seasonal=waves,
            stochastic_freq_seasonal=[False] if waves else None,
        )
        fitted = model.fit(disp=False, maxiter=200)
        coming = fitted.get_forecast(1)
    mean, variance = float(coming.predicted_mean[0]), float(coming.var_pred_mean[0])
    free = known - 1 - (2 * harmonics if waves else 0)
    return center + spread * mean, spread**2 * variance * known / free, free


def _scaled(figure: KeyFigure) -> float:
    value = figure.value
    assert value is not None
    if figure.kind == "rate":
        return math.asin(math.sqrt(min(max(value, 0.0), 1.0)))
    return math.sqrt(value) if figure.kind == "count" else value


def _unscaled(figure: KeyFigure, value: float) -> float:
    if figure.kind == "rate":
        return math.sin(min(max(value, 0.0), math.pi / 2)) ** 2
    return max(value, 0.0) ** 2 if figure.kind == "count" else value


def _widened(now: KeyFigure, past: list[KeyFigure], variance: float) -> float:
    """Return the variance with what chance alone makes of so many users.

    On their scales a rate of n users has the variance 1/4n, a Poisson count 1/4.
    """
    if now.kind == "count":
        return max(variance, 0.25)
    if now.kind != "rate" or not now.size:
        return variance
    chance = 0.25 / now.size
    # What was learnt from many users holds for them only: fewer now vary more.
    usual = float(np.mean([0.25 / one.size for one in past if one.size]))
    return max(variance + max(chance - usual, 0.0), chance)
