"""What users may have done or be: events, values of properties, saved segments."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...log import EventLog
from ...query.printing import name as quoted

_EVENTS, _PROPERTIES, _VALUES = 30, 10, 10
_MOST_DISTINCT = 200


class Trait(NamedTuple):
    """A condition on users with a name to read.

    Attributes
    ----------
    kind : str
        ``event``, ``segment``, ``activity``, or a property's name.
    name : str
        The event, the segment, how active, or the value.
    condition : str
        In the language of segments.
    variables : dict
        What ``{name}`` in it stands for.
    """

    kind: str
    name: str
    condition: str
    variables: dict[str, Any]


def traits(log: EventLog, window: str, end: dt.date | None = None) -> list[Trait]:
    """Return what there is to have done, or to be, in a window of time.

    The 30 most frequent events, each saved segment, and the 10 most frequent values of the first
    10 properties (text or yes-or-no, of at most 200 values). A segment, and a value that a user
    has for good, needs an event in the window.

    Parameters
    ----------
    log : EventLog
    window : str
        As the language has it: ``between 2026-01-01 and 2026-01-31``,
        ``within 7d of first(any)``.
    end : date, optional
        The day after the window. Then segments are as they were when it ended: who was looked at
        later has had more time to get into one.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> found = traits(datasets.contributions(), "within 7d of first(any)")
    >>> found[0].kind, found[0].name, found[0].condition
    ('event', 'code', 'did({event}) within 7d of first(any)')
    """
    found = [
        Trait("event", name, f"did({{event}}) {window}", {"event": name})
        for name in log.events["name"].head(_EVENTS)
    ]
    found += [_in_segment(log, name, window, end) for name in log.segments]
    for row in few_values(log).itertuples():
        name, of_user = str(row.name), row.owner == "user"
        written = f"{'user.' if of_user else ''}{quoted(name)}"
        for value in log.values(written)["value"].head(_VALUES):
            given = value.item() if isinstance(value, np.generic) else value
            if of_user:
                condition = f"did(any) {window} and {written} = {{value}}"
                found.append(Trait(f"user.{name}", str(value), condition, {"value": given}))
            else:
                condition = f"did(any where {{name}} = {{value}}) {window}"
                given_as = {"name": name, "value": given}
                found.append(Trait(name, str(value), condition, given_as))
    return found


def _in_segment(log: EventLog, name: str, window: str, end: dt.date | None) -> Trait:
    saved = log.segments[name]
    if end is None or saved.reference is not None:
        return Trait("segment", name, f"did(any) {window} and ({{part}})", {"part": name})
    condition = f"did(any) {window} and ({saved.condition}) as of {end}"
    return Trait("segment", name, condition, {})


def few_values(log: EventLog) -> pd.DataFrame:
    """Return the first 10 properties, as ``log.properties``, that make groups to compare."""
    listed = log.properties
    few = listed["kind"].isin(["text", "boolean"]) & listed["distinct"].between(2, _MOST_DISTINCT)
    return listed[few].head(_PROPERTIES)


def activity(window: str) -> list[Trait]:
    """Return how active one may have been in a window: events and days with one.

    Examples
    --------
    >>> [one.name for one in activity("within 7d of first(any)")]
    ['2 or more events', '5 or more events', '2 or more days', '3 or more days']
    """
    return [
        Trait("activity", f"{least} or more {what}", f"{count}(any) >= {least} {window}", {})
        for what, count, leasts in (("events", "count", (2, 5)), ("days", "count_days", (2, 3)))
        for least in leasts
    ]


def having(log: EventLog, trait: Trait) -> pd.Series[Any]:
    """Return the users who have a trait."""
    return log.segment(trait.condition, **trait.variables).users
