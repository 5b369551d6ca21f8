"""Dates and moments of a log's time zone as instants: microseconds since 1970 UTC."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LAST_DAY = pd.Timestamp("9999-12-31").as_unit("us")
"""Python's calendar ends with it; the clock is taken to go on from there without changes."""


def instants(local: pd.DatetimeIndex, timezone: str) -> NDArray[np.int64]:
    """Return times of the log's clock as instants (docs/semantics.md D6, D10).

    A time that the clock skips is the instant of the change, so that a missing midnight is the
    first instant of its day; of a time that the clock shows twice it is the first.
    """
    first = np.ones(len(local), np.bool_)
    local = local.as_unit("us")
    known = local.where(local < LAST_DAY, LAST_DAY)
    zoned = known.tz_localize(timezone, ambiguous=first, nonexistent="shift_forward")
    return np.asarray(zoned.asi8 + (local.asi8 - known.asi8))


def instant(moment: dt.date, timezone: str) -> int:
    """Return a moment in the log's time zone as an instant; a date is its midnight."""
    stamp = pd.Timestamp(moment)
    if stamp.tzinfo is None:
        return int(instants(pd.DatetimeIndex([stamp]), timezone)[0])
    return int(pd.DatetimeIndex([stamp]).as_unit("us").asi8[0])
