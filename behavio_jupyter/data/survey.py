"""One pass over sorted events: counts per name, ties, span, days, gaps."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .instants import instants
from .sql import one_row

_QUARTER = 900_000_000
_BATCH = 1 << 20
_BINS = 1 << 14
_GAPS = 5


@dataclass(frozen=True)
class Survey:
    """What the events of a log are.

    Attributes
    ----------
    events, users : int
    names : int64 array
        Events per event number.
    per_user : int64 array
        Events per user number.
    tied : int64 array
        Places of rows with the user, time and event of the row before.
    shared_instants : int
        Instants at which some user has several events, counted per user.
    first, last : int or None
        Microseconds since 1970 UTC.
    days, days_with_events : int
        Calendar days of the log's time zone from the first event's to the last's.
    midnights : bool
        Whether every timestamp is a midnight of the log's time zone.
    gaps : tuple of (int, int)
        The longest times between consecutive events of the log, longest first; none shorter than
        1/16384 of the span.
    """

    events: int
    users: int
    names: NDArray[np.int64]
    per_user: NDArray[np.int64]
    tied: NDArray[np.int64]
    shared_instants: int
    first: int | None
    last: int | None
    days: int
    days_with_events: int
    midnights: bool
    gaps: tuple[tuple[int, int], ...]


def survey(connection: duckdb.DuckDBPyConnection, catalog: str, timezone: str) -> Survey:
    """Look at the sorted events once, a batch at a time."""
    sizes = one_row(
        connection,
        f"SELECT (SELECT count(*) FROM {catalog}.names), (SELECT count(*) FROM {catalog}.users)",
    )
    names = np.zeros(sizes[0], np.int64)
    per_user = np.zeros(sizes[1], np.int64)
    tied: list[NDArray[np.int64]] = []
    quarters: NDArray[np.int64] = np.empty(0, np.int64)
    first: int | None = None
    last: int | None = None
    place = shared = 0
    before = (-1, 0, 0)
    within_tie = False
    midnights = True
    reader = connection.sql(
        f"SELECT user_no, epoch_us(time) AS time, event_no FROM {catalog}.events"
    ).to_arrow_reader(_BATCH)
    for batch in reader:
        user, time, event = (column.to_numpy(zero_copy_only=False) for column in batch.columns)
        if not len(time):
            continue
        low, high = int(time.min()), int(time.max())
        first = low if first is None else min(first, low)
        last = high if last is None else max(last, high)
        names += np.bincount(event, minlength=len(names))
        per_user[user[0] : user[-1] + 1] += np.bincount(user - user[0])
        instant = np.empty(len(time), np.bool_)
        instant[1:] = (time[1:] == time[:-1]) & (user[1:] == user[:-1])
        instant[0] = (int(user[0]), int(time[0])) == before[:2]
        same = instant.copy()
        same[1:] &= event[1:] == event[:-1]
        same[0] &= int(event[0]) == before[2]
        tied.append(np.flatnonzero(same) + place)
        # A tie begins where a row shares its instant and the row before does not.
        begins = instant & ~np.concatenate(([within_tie], instant[:-1]))
        shared += int(begins.sum())
        within_tie = bool(instant[-1])
        quarters = np.union1d(quarters, _different(time // _QUARTER))
        if midnights:
            midnights = _are_midnights(time[:1000], timezone) and _are_midnights(time, timezone)
        before = (int(user[-1]), int(time[-1]), int(event[-1]))
        place += len(time)
    days = 0
    local_days = pd.DatetimeIndex([])
    if first is not None and last is not None:
        local_days = local_dates(quarters * _QUARTER, timezone).unique()
        bounds = local_dates(np.array([first, last]), timezone)
        days = (bounds[1] - bounds[0]).days + 1
    return Survey(
        events=place,
        users=sizes[1],
        names=names,
        per_user=per_user,
        tied=np.concatenate(tied) if tied else np.empty(0, np.int64),
        shared_instants=shared,
        first=first,
        last=last,
        days=days,
        days_with_events=len(local_days),
        midnights=place > 0 and midnights,
        gaps=_gaps(connection, catalog, first, last),
    )


def local_dates(instants: NDArray[np.int64], timezone: str) -> pd.DatetimeIndex:
    """Return the calendar dates (naive midnights) of instants in a time zone."""
    moments = pd.DatetimeIndex(instants.astype("datetime64[us]")).tz_localize("UTC")
    return moments.tz_convert(timezone).tz_localize(None).normalize()


def end_of_day(instant: int, timezone: str) -> int:
    """Return the next midnight after an instant."""
    dates = local_dates(np.array([instant]), timezone) + dt.timedelta(days=1)
    return int(instants(dates, timezone)[0])


def _are_midnights(times: NDArray[np.int64], timezone: str) -> bool:
    different = _different(times)
    return bool((instants(local_dates(different, timezone), timezone) == different).all())


def _different(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the different values, sorted; quickly where they lie close together."""
    low = int(values.min())
    if int(values.max()) - low < 4 * len(values):
        return np.flatnonzero(np.bincount(values - low)) + low
    return np.unique(values)


def _gaps(
    connection: duckdb.DuckDBPyConnection, catalog: str, first: int | None, last: int | None
) -> tuple[tuple[int, int], ...]:
    """Return the longest gaps: those that cross the border of some bin of the span."""
    if first is None or last is None or first == last:
        return ()
    width = max((last - first) // _BINS, 1)
    bins = connection.execute(
        "SELECT min(t) AS low, max(t) AS high FROM (SELECT epoch_us(time) AS t FROM"
        f" {catalog}.events) GROUP BY (t - {first}) // {width} ORDER BY low"
    ).fetchnumpy()
    low, high = np.asarray(bins["low"]), np.asarray(bins["high"])
    lengths = low[1:] - high[:-1]
    longest = np.argsort(-lengths, kind="stable")[:_GAPS]
    return tuple((int(high[i]), int(low[i + 1])) for i in longest if lengths[i] >= width)
