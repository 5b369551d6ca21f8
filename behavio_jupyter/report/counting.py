"""Users and events of a period, counted by questions to the log."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..errors import DefinitionError
from ..log import EventLog
from ..query import DateRange, Funnel, parse
from .figures import KeyFigure
from .period import Period


def active(log: EventLog, period: Period, *, among: str = "", **variables: Any) -> int:
    """Return how many users had an event in a period.

    Parameters
    ----------
    log : EventLog
    period : Period
    among : str
        What else holds for them, or for the event: ``where repo = 'ipython'`` limits the events;
        any other text is a condition on users. Default: nothing.
    **variables
        What ``{name}`` in ``among`` stands for.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> active(datasets.contributions(), Period.parse("2026-W32"))
    16
    """
    where, users = (among, "") if among.startswith("where ") else ("", among)
    days = f"between {period.start} and {period.last}"
    condition = f"did(any {where}) {days}" + (f" and ({users})" if users else "")
    return len(log.segment(condition, **variables))


def new(log: EventLog, period: Period) -> int:
    """Return how many users had their first event in a period."""
    return len(log.segment(f"first_seen >= {period.start} and first_seen < {period.end}"))


def did(log: EventLog, period: Period, event: str) -> int:
    """Return how many users had an event of this name in a period."""
    days = f"between {period.start} and {period.last}"
    return len(log.segment(f"did({{event}}) {days}", event=event))


def events(log: EventLog, period: Period) -> int:
    """Return how many events a period has."""
    rows = log.trend(f"events of any per day during {period.during}").table
    return int(rows["value"].sum())


def came_back(log: EventLog, period: Period) -> KeyFigure:
    """Return the part of the users of the period before who had an event in this one, too."""
    was = f"did(any) between {period.before.start} and {period.before.last}"
    return KeyFigure.rate(
        "came back",
        active(log, period, among=was),
        active(log, period.before),
    )


def usual_funnel(log: EventLog) -> str:
    """Return a funnel to begin with: the three events that most users have, the commonest first.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> usual_funnel(datasets.contributions())
    'code -> docs -> test within 7d'
    """
    names = log.events.sort_values(["users", "count"], ascending=False)["name"].head(3)
    if names.empty:
        raise DefinitionError("The log is empty: it has no events for a funnel.")
    if len(names) == 1:
        names = names.repeat(2)
    steps = {f"step{place}": str(name) for place, name in enumerate(names)}
    text = " -> ".join(f"{{{name}}}" for name in steps)
    return str(parse(f"funnel {text} within 7d", steps)).removeprefix("funnel ")


def watched(period: Period, funnel: Funnel) -> Period:
    """Return the latest period, this or an earlier one, whose attempts had the whole window.

    Who begins on the last day of a week has not had the seven days to convert when the week is
    over: their conversion is known later, and must not be compared with that of others.
    """
    window = dt.timedelta(microseconds=funnel.within.microseconds)
    earlier = period
    while earlier.last + window > period.last:
        earlier = earlier.before
    return earlier


def during(funnel: Funnel, period: Period) -> Funnel:
    """Return the same funnel of those who begin in a period."""
    return funnel.model_copy(update={"during": DateRange(start=period.start, end=period.last)})


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
    rows = log.funnel(during(funnel, begun)).table
    size = int(rows["count"].iloc[0])
    return [
        KeyFigure.rate(f"conversion of step {step}", int(count), size)
        for step, count in zip(rows["step"].iloc[1:], rows["count"].iloc[1:], strict=True)
    ]
