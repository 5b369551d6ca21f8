"""Users and events of a period, counted by questions to the log."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import pandas as pd

from ...errors import DefinitionError
from ...log import EventLog
from ...query import DateRange, Funnel, parse
from ...query.time import MICROSECONDS
from ..figures import KeyFigure
from ..period import Period
from ..source import first_day

_YOUNG = 4
"""Periods in which nearly everybody is new to a log that has just begun."""

_WITHIN = 7
"""Days that a funnel to begin with gives to convert."""


def active(log: EventLog, period: Period, among: str = "") -> int:
    """Return how many users had an event in a period.

    Parameters
    ----------
    log : EventLog
    period : Period
    among : str
        A condition that holds for them, too. Default: none.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> active(datasets.contributions(), Period.parse("2026-W32"))
    16
    """
    condition = f"did(any) {period.window}" + (f" and ({among})" if among else "")
    return len(log.segment(condition))


def new(log: EventLog, period: Period) -> int:
    """Return how many users had their first event in a period."""
    return len(log.segment(f"first_seen >= {period.start} and first_seen < {period.end}"))


def new_users(log: EventLog, period: Period) -> KeyFigure:
    """Return how many users are new; not tested as long as the log is so young that all are.

    Who was there before the log began is new to it when they come next: in its first periods the
    number falls whatever happens.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> log = datasets.cdnow()
    >>> [new_users(log, Period.parse(month)).tested for month in ("1997-02", "1997-06")]
    [False, True]
    """
    first = first_day(log)
    known = first is not None and first <= period.back(_YOUNG).start
    return KeyFigure.counted("new users", new(log, period), "users", tested=known)


def did(log: EventLog, period: Period, event: str) -> int:
    """Return how many users had an event of this name in a period."""
    return len(log.segment(f"did({{event}}) {period.window}", event=event))


def events(log: EventLog, period: Period) -> int:
    """Return how many events a period has."""
    rows = log.trend(f"events of any per day during {period.during}").table
    return int(rows["value"].sum())


def came_back(log: EventLog, period: Period) -> KeyFigure:
    """Return the part of the users of the period before who had an event in this one, too."""
    was = f"did(any) {period.before.window}"
    return KeyFigure.rate("came back", active(log, period, was), active(log, period.before))


def usual_funnel(log: EventLog, period: Period) -> str:
    """Return a funnel to begin with: the three events that most users have by a period's end.

    In the order that most users went by then, the whole window over; of several such, the
    commonest first. What comes later changes nothing.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> log = datasets.contributions()
    >>> [usual_funnel(log, Period.parse(period)) for period in ("2025", "2026-W33")]
    ['code -> test -> docs within 7d', 'docs -> code -> test within 7d']
    """
    names = _commonest(log, period.end, 3)
    if not names:
        raise DefinitionError("The log is empty: it has no events for a funnel.")
    if len(names) == 1:
        names *= 2
    steps = {f"step{place}": name for place, name in enumerate(names)}
    orders = [" -> ".join(f"{{{name}}}" for name in order) for order in permutations(steps)]
    asked = [str(parse(f"funnel {order} within {_WITHIN}d", steps)) for order in orders]
    went = [_went_by(log, one, period.last - dt.timedelta(days=_WITHIN)) for one in asked]
    return asked[went.index(max(went))].removeprefix("funnel ")


def _commonest(log: EventLog, end: dt.date, most: int) -> list[str]:
    """Return the events that most users have before a day, the commonest first."""
    found: list[tuple[int, str]] = []
    ever = log.events.sort_values("users", ascending=False)
    for name, users in zip(ever["name"], ever["users"], strict=True):
        if len(found) == most and users < -found[-1][0]:
            break  # who has it by now are too few already
        by_then = len(log.segment(f"did({{event}}) as of {end}", event=name))
        if by_then:
            found = sorted([*found, (-by_then, str(name))])[:most]
    return [name for _, name in found]


def _went_by(log: EventLog, funnel: str, last: dt.date) -> int:
    """Return how many users went through a funnel that they began on a day or before."""
    first = first_day(log)
    if first is None or last < first:
        return 0
    return int(log.funnel(parse(f"{funnel} during {first} to {last}")).table["count"].iloc[-1])


def ungrouped(funnel: Funnel) -> Funnel:
    """Return the same funnel in one group: without ``by``, ``per`` and ``a vs b``."""
    segments = funnel.segments if len(funnel.segments) < 2 else ()
    return funnel.model_copy(update={"by": None, "per": None, "segments": segments})


def usual_segment(log: EventLog, period: Period) -> str:
    """Return a segment to begin with: about the tenth of the users with most days of activity.

    They are the users at the end of the period, with their days until then: what comes later
    changes nothing.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> log = datasets.cdnow()
    >>> [usual_segment(log, Period.parse(month)) for month in ("1997-06", "1998-06")]
    ['count_days(any) >= 4', 'count_days(any) >= 7']
    """
    users = len(log.segment(f"first_seen < {period.end}"))
    most, low, high = users // 10, 1, 2
    if not users:
        raise DefinitionError("The log is empty: it has no users for a segment.")

    def size(days: int) -> int:
        return len(log.segment(f"count_days(any) >= {days} as of {period.end}"))

    while size(high) > most:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if size(middle) > most else (low, middle)
    # Where the next lower bound lets in no more than a quarter, nobody is no segment to look at.
    return f"count_days(any) >= {high if size(high) else low}"


def came_back_after(log: EventLog, period: Period, weeks: int, back: str = "any") -> KeyFigure:
    """Return the part of new users who came back in a week after their first event.

    New are those whose first event is in the latest period, this or an earlier one, whose users
    had all of that week when the period was over.

    Parameters
    ----------
    log : EventLog
    period : Period
    weeks : int
        Which: 1 is days 7 to 13 after the first event.
    back : str
        The event that counts as coming back, in the language.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> came_back_after(datasets.cdnow(), Period.parse("1997-04"), 4).words.replace("\u202f", " ")
    '4.2 %'
    """
    began = _had(period, dt.timedelta(weeks=weeks + 1))
    rows = log.retention(
        f"first ever any -> {back} per week for {weeks} rolling during {began.during}"
    ).average
    row = rows[rows["period"] == weeks]
    name = f"back in week {weeks}"
    return KeyFigure.rate(name, int(row["retained"].sum()), int(row["size"].sum()))


def whole_days(funnel: Funnel) -> dt.timedelta:
    """Return a funnel's window, a day that is begun taken as a whole one.

    Examples
    --------
    >>> whole_days(parse("funnel a -> b within 23h")).days
    1
    """
    return dt.timedelta(days=-(-funnel.within.microseconds // MICROSECONDS["d"]))


def watched(period: Period, funnel: Funnel) -> Period:
    """Return the latest period, this or an earlier one, whose attempts had the whole window.

    Who begins on the last day of a week has not had the seven days to convert when the week is
    over: their conversion is known later, and must not be compared with that of others.
    """
    return _had(period, whole_days(funnel))


def _had(period: Period, time: dt.timedelta) -> Period:
    """Return the latest period, this or an earlier one, after which there was time by its end."""
    earlier = period
    while earlier.last + time > period.last:
        earlier = earlier.before
    return earlier


def during(funnel: Funnel, period: Period) -> Funnel:
    """Return the same funnel of those who begin in a period."""
    return between(funnel, period.start, period.last)


def between(funnel: Funnel, start: dt.date, last: dt.date) -> Funnel:
    """Return the same funnel of those who begin from one day to another."""
    return funnel.model_copy(update={"during": DateRange(start=start, end=last)})


def conversions(log: EventLog, period: Period, funnel: Funnel) -> list[KeyFigure]:
    """Return the rate from the first step to each other one: ``conversion of step 2``, ….

    They are of those who began in the period that :func:`watched` gives.

    Examples
    --------
    >>> from behavio_jupyter import datasets, parse
    >>> log, asked = datasets.contributions(), parse("funnel code -> test -> docs within 7d")
    >>> [one.name for one in conversions(log, Period.parse("2026-W32"), asked)]
    ['conversion of step 2', 'conversion of step 3']
    """
    begun = watched(period, funnel)
    return rates(log.funnel(during(funnel, begun)).table, str(funnel))


def rates(table: pd.DataFrame, of: str) -> list[KeyFigure]:
    """Return a funnel's rates from the first step to each other one, of its table in one group."""
    size = int(table["count"].iloc[0])
    return [
        KeyFigure.rate(f"conversion of step {step}", int(count), size, of=of)
        for step, count in zip(table["step"].iloc[1:], table["count"].iloc[1:], strict=True)
    ]
