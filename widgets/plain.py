"""Numbers as JSON has them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd


def plain(values: pd.Series | Iterable[Any]) -> list[Any]:
    """Return values as JSON has them: None for what is no finite number.

    Examples
    --------
    >>> plain(pd.Series([0.5, float("nan")])), plain(["DE", None, float("inf")])
    ([0.5, None], ['DE', None, None])
    """
    listed = values.tolist() if isinstance(values, pd.Series) else list(values)
    return [None if isinstance(one, float) and not math.isfinite(one) else one for one in listed]
