"""What a change of a key figure is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..errors import DefinitionError
from ..result.statistics import compare, holm
from ..result.wording import MISSING, number, percent, points, points_interval
from .figures import KeyFigure

NOISE = 0.05
"""A change with a p-value from here on is called noise."""


class Change(NamedTuple):
    """A key figure beside an earlier one.

    Attributes
    ----------
    difference : float
        Now minus then: of rates in parts (0.02 is two percentage points), else of the numbers.
    relative : float
        The difference as a part of the earlier number; not-a-number where that is 0.
    low, high : float
        The 95 % interval: of ``difference`` for a rate (Newcombe), of ``relative`` for a count (of
        the ratio of two Poisson counts, exact given their sum); else not-a-number.
    test : str or None
        What was tested; None: nothing, for want of users or of a test.
    p_value : float
        Two-sided.
    p_adjusted : float or None
        The p-value adjusted for the other changes it stands among (Holm); None: for no others.
    """

    difference: float
    relative: float
    low: float
    high: float
    test: str | None
    p_value: float
    p_adjusted: float | None = None

    @property
    def noise(self) -> bool:
        """Whether a test says that chance makes such changes (p ≥ 0.05, adjusted)."""
        return self.test is not None and self._p >= NOISE

    @property
    def real(self) -> bool:
        """Whether a test says that chance hardly makes such a change (p < 0.05, adjusted)."""
        return self.test is not None and self._p < NOISE

    @property
    def _p(self) -> float:
        return self.p_value if self.p_adjusted is None else self.p_adjusted


class Compared(NamedTuple):
    """A key figure, and the earlier one of the same question.

    Attributes
    ----------
    now : KeyFigure
    then : KeyFigure or None
        None: there was none.
    change : Change or None
    """

    now: KeyFigure
    then: KeyFigure | None
    change: Change | None


_UNKNOWN = Change(math.nan, math.nan, math.nan, math.nan, None, math.nan)


def change(now: KeyFigure, then: KeyFigure, days: tuple[int, int] = (1, 1)) -> Change:
    """Compare a key figure with an earlier one of the same kind.

    Tests take the users of both for independent. Of users who were there both times that is
    cautious for rates that a user keeps, and no more than a first look for all others.

    Parameters
    ----------
    now, then : KeyFigure
    days : (int, int)
        How long each was counted. Counts of different lengths are not tested: twice as long has
        fewer than twice as many users.

    Raises
    ------
    DefinitionError
        A rate is compared with a count.

    Examples
    --------
    >>> found = change(KeyFigure.rate("conversion", 56, 70), KeyFigure.rate("conversion", 48, 80))
    >>> print(f"{found.difference:.2f} [{found.low:.2f}, {found.high:.2f}] p {found.p_value:.3f}")
    0.20 [0.05, 0.33] p 0.008
    >>> change(KeyFigure.counted("users", 105), KeyFigure.counted("users", 100)).noise
    True
    """
    if now.kind != then.kind:
        raise DefinitionError(f"{now.name!r} is a {now.kind}, and was a {then.kind} before.")
    if now.value is None or then.value is None:
        return _UNKNOWN
    difference = now.value - then.value
    relative = difference / abs(then.value) if then.value else math.nan
    untested = Change(difference, relative, math.nan, math.nan, None, math.nan)
    if not (now.tested and then.tested):
        return untested
    if now.kind == "rate":
        found = compare(now.count or 0, now.size or 0, then.count or 0, then.size or 0)
        return Change(difference, relative, found.low, found.high, found.test, found.p_value)
    if now.kind == "count" and days[0] == days[1]:
        return _counts(int(now.value), int(then.value))
    return untested


def _counts(now: int, then: int) -> Change:
    from statsmodels.stats.proportion import proportion_confint
    from statsmodels.stats.rates import test_poisson_2indep

    if not now + then:
        return Change(0.0, math.nan, math.nan, math.nan, None, math.nan)
    with np.errstate(divide="ignore"):  # of a ratio to zero, which the test does not need
        p_value = float(test_poisson_2indep(now, 1, then, 1, method="exact-cond").pvalue)
    if not then:
        return Change(float(now), math.nan, math.nan, math.nan, "Poisson", p_value)
    # Given their sum, one of two Poisson counts is binomial: the interval goes with the test.
    low, high = proportion_confint(now, now + then, method="beta")
    return Change(
        float(now - then),
        now / then - 1,
        low / (1 - low) - 1,
        high / (1 - high) - 1,
        "Poisson",
        p_value,
    )


def changes(
    now: Sequence[KeyFigure], then: Sequence[KeyFigure], days: tuple[int, int] = (1, 1)
) -> list[Compared]:
    """Compare key figures that are shown together, each with the earlier one of its question.

    Parameters
    ----------
    now, then : sequence of KeyFigure
    days : (int, int)
        As :func:`change` takes them.

    Returns
    -------
    list of Compared
        In the order of ``now``. Where several are tested, p-values are adjusted (Holm).

    Examples
    --------
    >>> now = [KeyFigure.rate("seen", 56, 70), KeyFigure.rate("paid", 20, 70)]
    >>> then = [KeyFigure.rate("seen", 48, 80), KeyFigure.rate("paid", 20, 80)]
    >>> [verdict(one.change) for one in changes(now, then) if one.change]
    ['changed, adjusted p = 0.016', 'noise, adjusted p = 0.622']
    """
    known = {one.name: one for one in then}
    pairs = []
    for one in now:
        other = known.get(one.name)
        pairs.append((one, other if other is not None and one.same_as(other) else None))
    found = [None if other is None else change(one, other, days) for one, other in pairs]
    tested = [one.p_value for one in found if one is not None and one.test is not None]
    adjusted = iter(holm(tested).tolist() if len(tested) > 1 else [None] * len(tested))
    return [
        Compared(
            one,
            other,
            made._replace(p_adjusted=next(adjusted)) if made is not None and made.test else made,
        )
        for (one, other), made in zip(pairs, found, strict=True)
    ]


def words(found: Change, figure: KeyFigure) -> str:
    """Return a change as it is read: ``+2.1 points``, ``−12.0 %``."""
    if figure.kind == "rate":
        return points(found.difference)
    if not math.isnan(found.relative):
        return signed(found.relative)
    if math.isnan(found.difference):
        return MISSING
    return ("+" if found.difference > 0 else "") + number(found.difference).replace("-", "−")


def interval_words(found: Change, figure: KeyFigure) -> str:
    """Return the 95 % interval of a change; a dash where there is none."""
    if math.isnan(found.low):
        return MISSING
    if figure.kind == "rate":
        return points_interval(found.low, found.high)
    return f"{signed(found.low)} to {signed(found.high)}"


def verdict(found: Change) -> str:
    """Return in a word or two what a change is worth."""
    if found.test is None:
        return "not tested"
    worth = "noise" if found.noise else "changed"
    if found.p_adjusted is None:
        return f"{worth}, {p_words(found.p_value)}"
    return f"{worth}, adjusted {p_words(found.p_adjusted)}"


def p_words(p_value: float) -> str:
    """Return a p-value as it is read: ``p = 0.012``."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"


def signed(part: float) -> str:
    """Return a part with its sign.

    Examples
    --------
    >>> signed(-0.25).replace("\u202f", " "), signed(0.0).replace("\u202f", " ")
    ('−25.0 %', '0.0 %')
    """
    return percent(part + 0.0).replace("-", "−") if part <= 0 else f"+{percent(part)}"
