"""The range before a range: as long, and ending where it begins."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from zoneinfo import ZoneInfo

from .time import DateRange, Moment, Period

_DAY = dt.timedelta(days=1)


def earlier(during: DateRange, per: Period, periods: int, timezone: str) -> DateRange | None:
    """Return a range shifted back by as many periods as it has (docs/semantics.md T9).

    It is shifted on the log's clock, so that periods lie in it as they lie in ``during``. Hours
    are shifted by whole days, to the same hours of the clock.

    Parameters
    ----------
    during : DateRange
        Closed on both sides.
    per : {"hour", "day", "week", "month"}
    periods : int
        How many periods the range touches.
    timezone : str
        The log's time zone.

    Returns
    -------
    DateRange or None
        None where it would begin before the calendar does.

    Examples
    --------
    >>> print(earlier(DateRange.model_validate("2026-03-01 to 2026-04-30"), "month", 2, "UTC"))
    2026-01-01 to 2026-02-28
    """
    assert during.start is not None
    assert during.end is not None
    start, end = _clock(during.start, timezone), _clock(during.end, timezone)
    if not isinstance(during.end, dt.datetime):
        end += _DAY
    if per == "hour":
        per, periods = "day", -((start - end) // _DAY)
    try:
        start, end = _back(start, per, periods), _back(end, per, periods)
    except (OverflowError, ValueError):
        return None
    last = end.date() - _DAY if end == _midnight(end) and end > start else end
    return DateRange(start=start.date() if start == _midnight(start) else start, end=last)


def _clock(moment: Moment, timezone: str) -> dt.datetime:
    """Return what the log's clock shows at a moment."""
    if not isinstance(moment, dt.datetime):
        return dt.datetime.combine(moment, dt.time())
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(ZoneInfo(timezone)).replace(tzinfo=None, fold=0)


def _midnight(moment: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(moment, dt.time())


def _back(moment: dt.datetime, per: Period, periods: int) -> dt.datetime:
    if per != "month":
        return moment - dt.timedelta(days=periods * (7 if per == "week" else 1))
    year, month = divmod(moment.year * 12 + moment.month - 1 - periods, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
