"""The log that a report is about, opened by a text, and the periods it covers."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from .. import datasets
from ..errors import BehavioError, DefinitionError, UnknownNameError
from ..log import EventLog
from ..opening import connect
from .period import Period, Unit

BUNDLED = ("contributions", "cdnow")

_AT_MOST = dt.timedelta(hours=6)
"""So long before the end of a period any log may end."""

_LOOKED_AT = dt.timedelta(weeks=12)
"""So much of a log says how long it is silent at times."""


class StaleError(BehavioError):
    """The log ends before the period that a report is about.

    Attributes
    ----------
    ends : str
        When, such as ``the log ends on 2026-11-20 at 14:05``.
    """

    def __init__(self, message: str, ends: str) -> None:
        super().__init__(message)
        self.ends = ends


def open_log(name: str) -> EventLog:
    """Open the log of a report.

    Parameters
    ----------
    name : str
        ``contributions`` or ``cdnow``, which come with the package, or what
        :func:`~behavio_jupyter.connect` takes as text: the path of a saved store, of Parquet, CSV
        or JSON lines.

    Raises
    ------
    UnknownNameError
        It is neither the name of a bundled log nor a path.
    DataError, StoreError
        It cannot be read.
    """
    if name in BUNDLED:
        return getattr(datasets, name)()
    if not Path(name).suffix and Path(name).name == name and not Path(name).exists():
        raise UnknownNameError("log", name, BUNDLED)
    # Which columns were taken is among what the page says of the data.
    with contextlib.redirect_stdout(io.StringIO()):
        return connect(name)


def last_period(log: EventLog, unit: Unit) -> Period:
    """Return the last period that was over when the log ended, or is over now.

    Raises
    ------
    DefinitionError
        The log is empty.
    """
    end = _moment(log, log.quality.end)
    if log.quality.last is None or end is None:
        raise DefinitionError("The log is empty: there is no period to report on.")
    return Period.last_complete(unit, min(dt.datetime.now(end.tzinfo), end))


class Days(Protocol):
    """Days in a row, such as those of a period."""

    @property
    def start(self) -> dt.date:
        """The first one."""

    @property
    def last(self) -> dt.date:
        """The last one."""


def covered(log: EventLog, days: Days) -> bool:
    """Return whether the log has begun by the first of some days and goes on to the last."""
    first, last = first_day(log), last_day(log)
    return first is not None and last is not None and first <= days.start and days.last <= last


def check_weeks(log: EventLog, period: Period) -> None:
    """See to it that the weeks of the log are those that reports are about.

    Raises
    ------
    DefinitionError
        They begin on another day than Monday.
    """
    begin = log.store.schema.week_start
    if period.unit == "week" and begin != "monday":
        raise DefinitionError(
            f"The weeks of the log begin on {begin.capitalize()}, those of reports on Monday: open "
            "it with week_start='monday', and save it for reports."
        )


def check_fresh(log: EventLog, period: Period) -> None:
    """See to it that the log does not end before the period does.

    Raises
    ------
    StaleError
        It does: see :func:`ends_early`.
    """
    if ends_early(log, period):
        ends = f"the log {_ending(log)}"
        raise StaleError(
            f"{ends.capitalize()}, before the end of {period} ({period.last}): its numbers would "
            "be too small. Load what is missing, or tell the report to go on: --even-if-stale.",
            ends,
        )


def ends_early(log: EventLog, period: Period) -> bool:
    """Return whether the log lacks the end of a period.

    Nobody knows until when a log was observed, but for its last event. So it may end six hours
    before the period does, or earlier where it was silent for so long once in its last twelve
    weeks: a log of working days ends on Friday. A period that is not over by the clock has
    events to come.
    """
    end, over = _moment(log, log.quality.end), _over(log, period)
    if end is None or dt.datetime.now(dt.UTC) < over:
        return end is None or end < over
    return missing(log, period) > _AT_MOST and not _silent_at_times(log, end, over)


def _silent_at_times(log: EventLog, end: dt.datetime, over: dt.datetime) -> bool:
    first = max((end - _LOOKED_AT).date(), first_day(log) or end.date())
    table = log.trend(f"events of any per hour during {first} to {end.date()}").table
    hours = table.loc[table["value"] > 0, "period"]
    return len(hours) > 1 and bool(over - hours.iloc[-1] <= hours.diff().max())


def _ending(log: EventLog) -> str:
    end, last = _moment(log, log.quality.end), last_day(log)
    if end is None or last is None:
        return "is empty"
    return f"ends on {last}" + ("" if end.date() > last else f" at {end:%H:%M}")


def check_begun(log: EventLog, period: Period) -> None:
    """See to it that the log does not begin after the period: its numbers would all be 0.

    Raises
    ------
    DefinitionError
        It does.
    """
    first = first_day(log)
    if first is not None and first > period.last:
        raise DefinitionError(
            f"The log begins on {first}, after the end of {period} ({period.last}): there is "
            "nothing to report on."
        )


def missing(log: EventLog, period: Period) -> dt.timedelta:
    """Return how long before the end of a period the log ends; nothing if it does not."""
    end = _moment(log, log.quality.end)
    # In one time zone Python takes the clocks' times: an hour is lost where they are changed.
    over = _over(log, period).astimezone(dt.UTC)
    return dt.timedelta() if end is None else max(over - end, dt.timedelta())


def first_day(log: EventLog) -> dt.date | None:
    """Return the day, of the log's calendar, of its first event."""
    first = _moment(log, log.quality.first)
    return None if first is None else first.date()


def last_day(log: EventLog) -> dt.date | None:
    """Return the last day, of the log's calendar, on which it was observed for a while."""
    end = log.quality.end
    last = None if end is None else _moment(log, end - 1)
    return None if last is None else last.date()


def _over(log: EventLog, period: Period) -> dt.datetime:
    return dt.datetime.combine(period.end, dt.time(), ZoneInfo(log.quality.timezone))


def _moment(log: EventLog, instant: int | None) -> dt.datetime | None:
    if instant is None:
        return None
    moment = dt.datetime.fromtimestamp(instant // 1_000_000, dt.UTC)
    return moment.astimezone(ZoneInfo(log.quality.timezone))
