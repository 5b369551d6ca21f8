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


class StaleError(BehavioError):
    """The log ends before the period that a report is about."""


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

    It has to have been observed on the period's last day or later.

    Raises
    ------
    StaleError
        It was not.
    """
    last = last_day(log)
    if last is None or last < period.last:
        ends = "is empty" if last is None else f"ends on {last}"
        raise StaleError(
            f"The log {ends}, before the end of {period} ({period.last}): its numbers would be too "
            "small. Load what is missing, or tell the report to go on: --even-if-stale."
        )


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
    zone, end = ZoneInfo(log.quality.timezone), _moment(log, log.quality.end)
    over = dt.datetime.combine(period.end, dt.time(), zone)
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


def _moment(log: EventLog, instant: int | None) -> dt.datetime | None:
    if instant is None:
        return None
    moment = dt.datetime.fromtimestamp(instant // 1_000_000, dt.UTC)
    return moment.astimezone(ZoneInfo(log.quality.timezone))
