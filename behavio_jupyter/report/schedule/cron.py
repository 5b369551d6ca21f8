"""When a schedule is due: lines of cron, read as cron reads them, in a time zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from apscheduler.triggers.cron import CronTrigger

from ...errors import DefinitionError
from ..period import zone

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "minute": ("minute", ()),
    "hour": ("hour", ()),
    "day": ("day of the month", ()),
    "month": ("month", MONTHS),
    "day_of_week": ("day of the week", _DAYS),
}
"""What APScheduler calls the fields, what they are, and the names in them."""


class Cron:
    """A line of five fields: minute, hour, day of the month, month, day of the week.

    Weekdays are names, or numbers from 0 (or 7), Sunday. A time that the clock skips in spring is
    due as much later, 02:30 at 03:30; of an hour that it shows twice in autumn, the first is meant.

    Parameters
    ----------
    line : str
        Such as ``0 8 * * MON``.
    timezone : str
        Such as ``Europe/Berlin``.

    Raises
    ------
    DefinitionError
        It is no line of cron, or limits both the day of the month and of the week.
    UnknownNameError
        There is no such time zone.

    Examples
    --------
    >>> monday = Cron("0 8 * * 1", "Europe/Berlin")
    >>> after = dt.datetime(2026, 11, 20, tzinfo=dt.timezone.utc)
    >>> until = dt.datetime(2026, 12, 1, tzinfo=dt.timezone.utc)
    >>> [str(moment) for moment in monday.between(after, until)]
    ['2026-11-23 08:00:00+01:00', '2026-11-30 08:00:00+01:00']
    """

    def __init__(self, line: str, timezone: str) -> None:
        self.fields = tuple(line.split())
        self.timezone = zone(timezone)
        if len(self.fields) != len(_FIELDS):
            raise DefinitionError(
                f"{line!r} is no line of cron: it has five fields, such as 0 8 * * MON for every "
                "Monday at eight."
            )
        if self.fields[2] != "*" and self.fields[4] != "*":
            raise DefinitionError(
                f"{line!r} limits the day of the month and the day of the week; make two schedules."
            )
        fields = dict(zip(_FIELDS, self.fields, strict=True))
        for field, (told, names) in zip(self.fields, _FIELDS.values(), strict=True):
            # APScheduler knows more, such as "last", that no other machinery does.
            if not _written(names).fullmatch(field):
                raise DefinitionError(f"{line!r} is no line of cron: {field!r} is no {told}.")
        fields["day_of_week"] = weekdays(self.fields[4])
        try:
            # UTC here: what a time means on the days of a change of the clock is said below.
            self._trigger = CronTrigger(**fields, timezone=dt.UTC)
        except ValueError as error:
            raise DefinitionError(f"{line!r} is no line of cron: {error}.") from None

    def between(self, after: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
        """Yield the moments after one and up to another, in the schedule's time zone."""
        # The clock's own times, without zone, are looked through a day before and after: a change
        # of the clock moves them by hours.
        day = dt.timedelta(days=1)
        shown = after.astimezone(self.timezone).replace(tzinfo=dt.UTC) - day
        end = until.astimezone(self.timezone).replace(tzinfo=dt.UTC) + day
        previous = None
        while True:
            found = self._trigger.get_next_fire_time(previous, shown)
            if found is None or found > end:
                return
            previous, shown = found, found + dt.timedelta(microseconds=1)
            moment = self._instant(found.replace(tzinfo=None))
            if after < moment <= until:
                yield moment

    def _instant(self, shown: dt.datetime) -> dt.datetime:
        """Return the instant at which the clock shows a time, or has just skipped it."""
        moment = shown.replace(tzinfo=self.timezone)
        # A time that the clock skips becomes the one it shows when it has gone on.
        return moment.astimezone(dt.UTC).astimezone(self.timezone)


def _written(names: Sequence[str]) -> re.Pattern[str]:
    """Return how a field is written: numbers or names, ranges and steps of them, with commas."""
    one = "|".join((r"\d{1,2}", *names))
    part = rf"(?:(?:\*|(?:{one})-(?:{one}))(?:/[1-9]\d*)?|{one})"
    return re.compile(f"{part}(?:,{part})*", re.IGNORECASE)


def weekdays(field: str) -> str:
    """Return a field of weekdays with names: APScheduler counts them from Monday, cron not."""
    return ",".join(_weekday(part) for part in field.lower().split(","))


def _weekday(part: str) -> str:
    numbers = re.sub("|".join(_DAYS), lambda name: str(_DAYS.index(name[0])), part)
    match = re.fullmatch(r"(\d)(?:-(\d)(?:/([1-9]\d*))?)?|\*/([1-9]\d*)", numbers)
    if match is None:
        return part
    first, last, step, every = match.groups()
    low, high = (0, 6) if every else (int(first), int(last or first))
    high = 7 if high == 0 < low else high  # SAT-SUN
    days = range(low, high + 1, int(every or step or 1))
    if not days or high > 7:
        raise DefinitionError(f"{part!r} is no day of the week; they are 0 (Sunday) to 6, or SUN.")
    return ",".join(dict.fromkeys(_DAYS[day % 7] for day in days))
