"""Whether the data of a period can be trusted."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from ...log import EventLog
from ...result import TrendResult
from ...result.wording import duration, number, percent, plural
from ..period import Period
from ..source import ends_early, first_day, missing
from .counting import did

_NAMES = 50
_SHOWN = 5
_LONGEST = 48


def checks(log: EventLog, period: Period) -> pd.DataFrame:
    """Return what was looked at: ``check``, ``found`` (text) and ``fine`` (``yes`` or ``look``).

    Looked at are the rows that cleaning left out; whether the log lacks the end of the period
    (:func:`~behavio_jupyter.report.source.ends_early`); days of the period without events, where
    more than half of the same weekdays in the four weeks before had some; events (of the 50 most
    frequent) that were there in the period before and are gone, or new; users without events; ids
    that were joined; text that looks like numbers.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> found = checks(datasets.cdnow(), Period.parse("1998-05"))
    >>> found["check"].tolist()[:3], found["fine"].tolist()[:3]
    (['rows left out', 'end of the log', 'days without events'], ['look', 'yes', 'yes'])
    """
    quality = log.quality
    rows: list[tuple[str, str, bool]] = []
    left_out = [f"{number(part.rows)} ({part.reason})" for part in quality.removed if part.rows]
    rows.append(("rows left out", ", ".join(left_out) or "none", not left_out))
    short = missing(log, period)
    rows.append(("end of the log", _short(short), not ends_early(log, period)))
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
    days = empty_days(log, period)
    unusual = [day for day in days if not _often_empty(log, dt.date.fromisoformat(day))]
    usual = ", as on most such weekdays before" if days and not unusual else ""
    return ("days without events", f"{_list(days)}{usual}", not unusual)


def _often_empty(log: EventLog, day: dt.date) -> bool:
    """Return whether half of the same weekdays in the four weeks before have no events."""
    first = first_day(log)
    before = [day - dt.timedelta(weeks=back) for back in range(1, 5)]
    same = [Period("day", one) for one in before if first is not None and one >= first]
    return bool(same) and 2 * sum(bool(empty_days(log, one)) for one in same) >= len(same)


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


def _short(missing: dt.timedelta) -> str:
    if not missing:
        return "after the period"
    return f"{duration(missing.total_seconds())} before the end of the period"


def _list(names: list[str]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def empty_days(log: EventLog, period: Period) -> list[str]:
    """Return the days of a period without events, as ``2026-01-31``."""
    rows = log.trend(f"events of any per day during {period.during}").table
    return [f"{row.period:%Y-%m-%d}" for row in rows[rows["value"] == 0].itertuples()]


def days_told(daily: TrendResult, period: Period) -> str:
    """Return which days of a period are unlike the days before it, in a sentence.

    A day is unlike when its events are fewer than the fewest, or more than the most, of the days
    before in the table.
    """
    rows = daily.table
    days = rows["period"].dt.date
    here = rows[(days >= period.start) & (days <= period.last)]
    before = rows[days < period.start]
    total = number(here["value"].sum())
    if before.empty or here.empty:
        return f"{total} events came in {period}."
    low, high = before["value"].min(), before["value"].max()
    odd = here[(here["value"] < low) | (here["value"] > high)]
    if odd.empty:
        return (
            f"{total} events came in {period}; each day lies between the fewest ({number(low)}) "
            f"and the most ({number(high)}) of the {len(before)} days before."
        )
    named = ", ".join(f"{row.period:%Y-%m-%d} ({number(row.value)})" for row in odd.itertuples())
    return (
        f"{total} events came in {period}; outside of what the {len(before)} days before had "
        f"({number(low)} to {number(high)}): {named}."
    )


def events(log: EventLog, period: Period) -> pd.DataFrame:
    """Return each of the 50 most frequent events: users in a period and before, first and last.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> events(datasets.cdnow(), Period.parse("1998-05"))["event"].tolist()
    ['purchase']
    """
    rows = log.events.head(_NAMES)
    return pd.DataFrame(
        {
            "event": rows["name"],
            "in all": [number(one) for one in rows["count"]],
            f"users in {period}": [did(log, period, name) for name in rows["name"]],
            f"users in {period.before}": [did(log, period.before, name) for name in rows["name"]],
            "first": [f"{one:%Y-%m-%d}" for one in rows["first"]],
            "last": [f"{one:%Y-%m-%d}" for one in rows["last"]],
        }
    )


def events_told(table: pd.DataFrame, period: Period) -> str:
    """Return which events nobody had in the period, in a sentence."""
    silent = table.loc[table[f"users in {period}"] == 0, "event"].tolist()
    if not silent:
        return f"Each of {plural(len(table), 'event')} came in {period}."
    return (
        f"{len(silent)} of {plural(len(table), 'event')} did not come in {period}: {_list(silent)}."
    )


def properties(log: EventLog) -> pd.DataFrame:
    """Return each property with how often it is missing.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> properties(datasets.cdnow())["property"].tolist()
    ['cds', 'amount']
    """
    rows = log.properties
    return pd.DataFrame(
        {
            "property": [
                f"{'user.' if row.owner == 'user' else ''}{row.name}" for row in rows.itertuples()
            ],
            "kind": rows["kind"],
            "values": [number(one) for one in rows["distinct"]],
            "missing": [number(one) for one in rows["nulls"]],
            "examples": [str(one)[:_LONGEST] for one in rows["examples"]],
        }
    )


def properties_told(log: EventLog) -> str:
    """Return which property is missing most often, in a sentence."""
    rows = log.properties
    if rows.empty:
        return "The log has no properties."
    most = rows.iloc[int(rows["nulls"].to_numpy().argmax())]
    if not most["nulls"]:
        return f"No value of the {len(rows)} properties is missing."
    whole = len(log.users) if most["owner"] == "user" else log.quality.events
    return (
        f"{most['name']} is missing most often, in {percent(most['nulls'] / whole)} of "
        f"{'users' if most['owner'] == 'user' else 'events'}."
    )
