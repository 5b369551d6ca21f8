"""Whether the data of a period can be trusted."""

from __future__ import annotations

import pandas as pd

from ..log import EventLog
from ..result.wording import number, plural
from .counting import did
from .period import Period

_NAMES = 50
_SHOWN = 5


def checks(log: EventLog, period: Period) -> pd.DataFrame:
    """Return what was looked at: ``check``, ``found`` (text) and ``fine`` (``yes`` or ``look``).

    Looked at are the rows that cleaning left out; days of the period without events, where the
    four periods before had one on each; events (of the 50 most frequent) that were there in the
    period before and are gone, or new; users without events; ids that were joined; text that looks
    like numbers.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> found = checks(datasets.cdnow(), Period.parse("1998-05"))
    >>> found["check"].tolist()[:3], found["fine"].tolist()[:3]
    (['rows left out', 'days without events', 'events that are gone'], ['look', 'yes', 'yes'])
    """
    quality = log.quality
    rows: list[tuple[str, str, bool]] = []
    left_out = [f"{number(part.rows)} ({part.reason})" for part in quality.removed if part.rows]
    rows.append(("rows left out", ", ".join(left_out) or "none", not left_out))
    rows.append(_empty_days(log, period))
    gone, came = _names(log, period)
    rows.append(("events that are gone", _list(gone), not gone))
    rows.append(("events that are new", _list(came), True))
    without = quality.users_without_events
    rows.append(("users without events", number(without) if without else "none", not without))
    joined = quality.joined_ids
    rows.append(("ids of several users", number(joined) if joined else "none", not joined))
    odd = [*quality.comma_numbers, *quality.odd_values]
    rows.append(("text that looks like numbers", _list(odd), not odd))
    table = pd.DataFrame(rows, columns=["check", "found", "fine"])
    table["fine"] = ["yes" if fine else "look" for fine in table["fine"]]
    return table


def told(table: pd.DataFrame) -> str:
    """Return in a sentence what is worth a look."""
    odd = table[table["fine"] == "look"]
    if odd.empty:
        return f"All {len(table)} checks are fine."
    named = "; ".join(f"{row.check}: {row.found}" for row in odd.itertuples())
    return f"{plural(len(odd), 'check')} of {len(table)} to look at: {named}."


def _empty_days(log: EventLog, period: Period) -> tuple[str, str, bool]:
    def empty(one: Period) -> list[str]:
        rows = log.trend(f"events of any per day during {one.during}").table
        return [f"{row.period:%Y-%m-%d}" for row in rows[rows["value"] == 0].itertuples()]

    days = empty(period)
    # Where such days are usual, as weekends at an office, they say nothing.
    usual = period.unit == "day" or any(empty(period.back(back)) for back in range(1, 5))
    return ("days without events", _list(days), usual or not days)


def _names(log: EventLog, period: Period) -> tuple[list[str], list[str]]:
    gone, came = [], []
    listed = log.events.head(_NAMES)
    for name, first in zip(listed["name"], listed["first"], strict=True):
        now, before = did(log, period, name), did(log, period.before, name)
        if before and not now:
            gone.append(name)
        if now and first.date() >= period.start:
            came.append(name)
    return gone, came


def _list(names: list[str]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
