"""Numbers, rates, spans of time, moments and names as people read them."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

THIN = "\u202f"
"""The narrow space that groups thousands and stands before units; lines do not break at it."""

MISSING = "–"
FEW_WORDS = "n\u00a0<\u00a030"
"""What marks a result from few users."""

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def number(value: Any, decimals: int | None = None) -> str:
    """Return a number with its thousands grouped; a dash for none.

    Parameters
    ----------
    decimals : int, optional
        How many there are, as where numbers stand below each other; :func:`decimals_of` says how
        many. Default: what four digits need, without zeros at the end.

    Examples
    --------
    >>> number(1234567).replace(THIN, " "), number(0.5), number(float("nan"))
    ('1 234 567', '0.5', '–')
    >>> [number(value, 2) for value in (33.5, 41)]
    ['33.50', '41.00']
    """
    if pd.isna(value):
        return MISSING
    if decimals is None:
        decimals = decimals_of([value])
    return f"{value:z,.{decimals}f}".replace(",", THIN)


def decimals_of(values: Iterable[Any]) -> int:
    """Return how many decimals numbers below each other need, at most 6: all have as many.

    The largest has four digits, the smallest two, unless all end in zeros.

    Examples
    --------
    >>> decimals_of([33.52, 41.6]), decimals_of([0.0413, 0.0397]), decimals_of([1, 2.5])
    (2, 4, 1)
    """
    sizes = [size for size in map(abs, map(float, values)) if 0 < size < math.inf]
    if not sizes:
        return 0
    most, least = (math.floor(math.log10(size)) for size in (max(sizes), min(sizes)))
    decimals = min(6, max(0, 3 - most, 1 - least))
    # Python's own round is exact, as what is written is.
    while decimals and all(round(size, decimals) == round(size, decimals - 1) for size in sizes):
        decimals -= 1
    return decimals


def percent(value: Any) -> str:
    """Return a rate as a percentage with one decimal.

    Examples
    --------
    >>> percent(0.4561).replace(THIN, " ")
    '45.6 %'
    """
    return MISSING if pd.isna(value) else f"{value * 100:.1f}{THIN}%"


def interval(low: Any, high: Any) -> str:
    """Return the ends of an interval of a rate.

    Examples
    --------
    >>> interval(0.412, 0.5009).replace(THIN, " ")
    '41.2–50.1 %'
    """
    return MISSING if pd.isna(low) else f"{low * 100:.1f}–{high * 100:.1f}{THIN}%"


def points(value: Any) -> str:
    """Return a difference of two rates in percentage points, with its sign.

    Examples
    --------
    >>> points(-0.1236).replace(THIN, " ")
    '−12.4 pp'
    """
    return MISSING if pd.isna(value) else f"{_signed(value)}{THIN}pp"


def points_interval(low: Any, high: Any) -> str:
    """Return the ends of an interval of a difference of two rates.

    Examples
    --------
    >>> points_interval(-0.179, -0.065).replace(THIN, " ")
    '−17.9 to −6.5 pp'
    """
    return MISSING if pd.isna(low) else f"{_signed(low)} to {_signed(high)}{THIN}pp"


def _signed(rate: float) -> str:
    return f"{rate * 100:+.1f}".replace("-", "−")


def duration(seconds: Any) -> str:
    """Return a span of time in its two largest units.

    Examples
    --------
    >>> [duration(s).replace(THIN, " ") for s in (273_600, 45, 0.25, 3599.7)]
    ['3 d 4 h', '45 s', '0.25 s', '1 h']
    """
    if pd.isna(seconds):
        return MISSING
    if 0 < seconds < 1:
        return f"{seconds:.2g}{THIN}s"
    sizes = [size for _, size in _UNITS]
    largest = next((place for place, size in enumerate(sizes) if seconds >= size), len(sizes) - 1)
    # Rounding to the second unit may carry into the first: 59 min 59.7 s is 1 h.
    unit = sizes[min(largest + 1, len(sizes) - 1)]
    left = int(seconds / unit + 0.5) * unit
    if largest and left >= sizes[largest - 1]:
        largest -= 1
    parts = []
    for name, size in _UNITS[largest : largest + 2]:
        whole, left = divmod(left, size)
        if whole:
            parts.append(f"{whole}{THIN}{name}")
    return " ".join(parts) or f"0{THIN}s"


def moment(stamp: pd.Timestamp) -> str:
    """Return a moment: its date, and the time of day where it is not midnight.

    Examples
    --------
    >>> moment(pd.Timestamp("2026-01-05", tz="UTC")), moment(pd.Timestamp("2026-01-05 10:30"))
    ('2026-01-05', '2026-01-05 10:30')
    """
    midnight = stamp == stamp.normalize()
    return stamp.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M")


def moments(stamps: Iterable[pd.Timestamp]) -> list[str]:
    """Return moments, told apart: two hours that the clock shows as one have their offsets.

    Examples
    --------
    >>> moments(pd.DatetimeIndex(["2026-10-25", "2026-10-26"], tz="Europe/Berlin"))
    ['2026-10-25', '2026-10-26']
    >>> hours = pd.DatetimeIndex(["2026-10-25 00:30Z", "2026-10-25 01:30Z"])
    >>> moments(hours.tz_convert("Europe/Berlin"))
    ['2026-10-25 02:30 +0200', '2026-10-25 02:30 +0100']
    """
    found = list(stamps)
    texts = {stamp: moment(stamp) for stamp in found}
    meanings = Counter(texts.values())
    return [
        f"{texts[stamp]} {stamp.strftime('%z')}" if meanings[texts[stamp]] > 1 else texts[stamp]
        for stamp in found
    ]


def shorten(name: str, width: int) -> str:
    """Return a name cut in its middle, so that what sets it apart at either end stays.

    Examples
    --------
    >>> shorten("checkout_payment_confirmed", 16)
    'checkout…nfirmed'
    """
    if len(name) <= width:
        return name
    tail = (width - 1) // 2
    return f"{name[: width - 1 - tail]}…{name[len(name) - tail :]}"


def lines(text: str, width: int) -> list[str]:
    """Return a text broken into lines."""
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


def plural(count: int, what: str) -> str:
    """Return ``1 user``, ``2 users``.

    Examples
    --------
    >>> plural(1, "user"), plural(0, "user")
    ('1 user', '0 users')
    """
    return f"{number(count)} {what}{'' if count == 1 else 's'}"


def apart(counts: Sequence[int], what: str) -> str:
    """Return how many there are in each of some groups, which may share some.

    Examples
    --------
    >>> apart([1], "user"), apart([1, 4], "user")
    ('1 user', '1 + 4 users')
    """
    if len(counts) == 1:
        return plural(counts[0], what)
    return f"{' + '.join(map(number, counts))} {what}s"
