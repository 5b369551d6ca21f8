"""Retention: cohorts and who came back (Retention, R1 to R13)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from behavio_jupyter.query import Duration, Retention

from .calendar import DAY, FIRST_MONDAY
from .funnel import SECOND
from .groups import Key, group_columns, grouped, kept_events, parts_of, picked, value_at
from .log import Event, Log
from .predicate import event_matches

ELAPSED = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}
"""The length of a rolling period (R3)."""


@dataclass
class RetentionAnswer:
    groups: tuple[str, ...]
    cells: list[dict[str, Any]]


@dataclass
class ActivityAnswer:
    lifecycle: list[dict[str, Any]]
    active_days: list[dict[str, Any]]
    active_users: list[dict[str, Any]]
    survival: list[dict[str, Any]]


@dataclass
class Membership:
    """A user in a cohort: the start event, and the numbers of the periods with a return event."""

    user: Any
    cohort: int
    start: Event
    returned: set[int]

    def retained(self, first: int, last: int, unbounded: bool) -> bool:
        """In one of the periods of a span; on or after: in its first or any later one (R4)."""
        return any(first <= number and (unbounded or number <= last) for number in self.returned)


# Periods of retention: calendar periods, or blocks of hours (R2).


def elapsed(retention: Retention) -> int:
    """The length of one rolling period."""
    if isinstance(retention.per, Duration):
        return retention.per.microseconds
    return ELAPSED[retention.per]


def period_start(instant: int, retention: Retention, log: Log) -> int:
    if isinstance(retention.per, Duration):
        length = retention.per.microseconds
        return (instant - FIRST_MONDAY) // length * length + FIRST_MONDAY
    return log.calendar.period_start(instant, retention.per)


def period_end(start: int, retention: Retention, log: Log) -> int:
    if isinstance(retention.per, Duration):
        return start + retention.per.microseconds
    return log.calendar.period_end(start, retention.per)


def period_number(start: Event, cohort: int, event: Event, retention: Retention, log: Log) -> int:
    """In which period after the start event (rolling) or after the cohort's an event lies."""
    if retention.alignment == "rolling":
        return (event.time - start.time) // elapsed(retention)
    first, day = log.calendar.day_of(cohort), log.calendar.day_of(event.time)
    if retention.per == "month":
        return (day.year - first.year) * 12 + day.month - first.month
    return (day - first).days // (7 if retention.per == "week" else 1)


def is_complete(cohort: int, last: int, retention: Retention, log: Log) -> bool:
    """Whether period ``last`` of a cohort is over for every user it could hold (R3, R4)."""
    if retention.alignment == "rolling":
        return log.is_over(period_end(cohort, retention, log) + (last + 1) * elapsed(retention))
    period = cohort
    for _ in range(last):
        period = period_end(period, retention, log)
    return log.is_over(period_end(period, retention, log))


# Cohorts.


def start_events(events: list[Event], retention: Retention, log: Log) -> list[Event]:
    """The events that put a user into a cohort: at most one for each cohort."""
    begin, end = log.calendar.bounds(retention.during)
    starts = [event for event in events if event_matches(retention.start, event, log)]
    in_range = [event for event in starts if begin <= event.time < end]
    if retention.cohort == "first in range":
        return in_range[:1]
    if retention.cohort == "first ever":
        return [event for event in starts[:1] if event in in_range]
    firsts: dict[int, Event] = {}
    for event in in_range:
        firsts.setdefault(period_start(event.time, retention, log), event)
    return list(firsts.values())


def memberships(user: Any, retention: Retention, log: Log) -> list[Membership]:
    events = kept_events(retention, user, log)
    result = []
    for start in start_events(events, retention, log):
        cohort = period_start(start.time, retention, log)
        returned = {
            period_number(start, cohort, event, retention, log)
            for event in events
            if event.place > start.place and event_matches(retention.returning, event, log)
        }
        if retention.include_start:
            returned.add(0)
        result.append(Membership(user, cohort, start, returned))
    return result


@lru_cache(maxsize=1)  # the answer and the users behind it are asked one after the other
def grouped_memberships(retention: Retention, log: Log) -> list[tuple[Key, list[Membership]]]:
    things = []
    for part in parts_of(retention, log):
        found = [one for user in sorted(part.users) for one in memberships(user, retention, log)]
        things.append(
            (part, [(value_at(retention.by, one.user, one.start, log), one) for one in found])
        )
    return grouped(retention, things)


def answer(retention: Retention, log: Log) -> RetentionAnswer:
    result = RetentionAnswer(group_columns(retention), [])
    for key, found in grouped_memberships(retention, log):
        cohorts: dict[int, list[Membership]] = {}
        for one in found:
            cohorts.setdefault(one.cohort, []).append(one)
        for cohort in sorted(cohorts):
            for first, last in retention.spans:
                retained = [
                    one for one in cohorts[cohort] if one.retained(first, last, retention.unbounded)
                ]
                result.cells.append(
                    {
                        **key,
                        "cohort": cohort,
                        "size": len(cohorts[cohort]),
                        "period": first,
                        "retained": len(retained),
                        "complete": is_complete(cohort, last, retention, log),
                    }
                )
    return result


def average(answer: RetentionAnswer) -> list[dict[str, Any]]:
    """Retained over size, summed over the cohorts complete in a period (R7)."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for cell in answer.cells:
        key = (*(cell[column] for column in answer.groups), cell["period"])
        size_retained = sums.setdefault(key, [0, 0])
        if cell["complete"]:
            size_retained[0] += cell["size"]
            size_retained[1] += cell["retained"]
    return [
        {
            **dict(zip((*answer.groups, "period"), key, strict=True)),
            "size": size,
            "retained": retained,
            "rate": retained / size if size else None,
        }
        for key, (size, retained) in sums.items()
    ]


def members(retention: Retention, pick: dict[str, Any], log: Log) -> list[Any]:
    """The users of a cell, or of a whole cohort; a user of several cohorts is in if one fits."""
    spans = dict(retention.spans)
    users = set()
    for key, found in grouped_memberships(retention, log):
        if not picked(key, {name: value for name, value in pick.items() if name != "period"}):
            continue
        for one in found:
            if "cohort" in pick and one.cohort != pick["cohort"]:
                continue
            if "period" in pick:
                first = pick["period"]
                retained = one.retained(first, spans[first], retention.unbounded)
                if retained != pick.get("retained", True):
                    continue
                complete = is_complete(one.cohort, spans[first], retention, log)
                if complete != pick.get("complete", complete):
                    continue
            users.add(one.user)
    return sorted(users)


# Lifecycle, stickiness, survival (R9 to R11, R13).


def activity(retention: Retention, log: Log) -> ActivityAnswer:
    kept, active = kept_and_active(retention, log)
    return ActivityAnswer(
        lifecycle(active, retention, log),
        active_days(active, retention, log),
        active_users(active, retention, log),
        survival(kept, retention, log),
    )


def kept_and_active(
    retention: Retention, log: Log
) -> tuple[dict[Any, list[Event]], dict[Any, list[Event]]]:
    """The events of each user that are looked at, and those of them that are return events."""
    asked = {user for part in parts_of(retention, log) for user in part.users}
    kept = {user: kept_events(retention, user, log) for user in sorted(asked)}
    active = {
        user: [event for event in events if event_matches(retention.returning, event, log)]
        for user, events in kept.items()
    }
    return kept, active


def all_periods(retention: Retention, log: Log) -> list[int]:
    """Every period from the log's first event to its end."""
    last = log.last_instant()
    if log.first is None or last is None:
        return []
    starts = [period_start(log.first, retention, log)]
    while (following := period_end(starts[-1], retention, log)) <= last:
        starts.append(following)
    return starts


def lifecycle(
    active: dict[Any, list[Event]], retention: Retention, log: Log
) -> list[dict[str, Any]]:
    """How many users are new, returning, resurrected and dormant in each period (R9)."""
    return [
        {
            "period": period,
            **{state: len(users) for state, users in states.items()},
            "complete": log.is_over(period_end(period, retention, log)),
        }
        for period, states in users_by_state(active, retention, log).items()
    ]


def users_by_state(
    active: dict[Any, list[Event]], retention: Retention, log: Log
) -> dict[int, dict[str, set[Any]]]:
    """New, returning, resurrected and dormant users of each period (R9)."""
    users_of: dict[int, set[Any]] = {}
    for user, events in active.items():
        for event in events:
            users_of.setdefault(period_start(event.time, retention, log), set()).add(user)
    found: dict[int, dict[str, set[Any]]] = {}
    before: set[Any] = set()
    ever: set[Any] = set()
    for period in all_periods(retention, log):
        now = users_of.get(period, set())
        found[period] = {
            "new": now - ever,
            "returning": now & before,
            "resurrected": (now & ever) - before,
            "dormant": before - now,
        }
        ever |= now
        before = now
    return found


def days_by_user(
    active: dict[Any, list[Event]], retention: Retention, log: Log
) -> dict[int, dict[Any, set[dt.date]]]:
    """The active days of each user in each period."""
    result: dict[int, dict[Any, set[dt.date]]] = {}
    for user, events in active.items():
        for event in events:
            users = result.setdefault(period_start(event.time, retention, log), {})
            users.setdefault(user, set()).add(log.calendar.day_of(event.time))
    return result


def active_days(
    active: dict[Any, list[Event]], retention: Retention, log: Log
) -> list[dict[str, Any]]:
    """How many users were active on how many days, in periods with activity (R10)."""
    rows = []
    for period, users in sorted(days_by_user(active, retention, log).items()):
        for days, count in sorted(Counter(len(found) for found in users.values()).items()):
            rows.append({"period": period, "days": days, "users": count})
    return rows


def active_users(
    active: dict[Any, list[Event]], retention: Retention, log: Log
) -> list[dict[str, Any]]:
    """Active users of a period, and per day on average over the days that the log has (R10)."""
    found = days_by_user(active, retention, log)
    first, last = log.first, log.last_instant()
    if first is None or last is None:
        return []
    rows = []
    for period in all_periods(retention, log):
        end = period_end(period, retention, log)
        users = found.get(period, {})
        days = log_days(max(period, first), min(end - 1, last), log)
        rows.append(
            {
                "period": period,
                "active": len(users),
                "mean_daily": sum(len(dates) for dates in users.values()) / days,
                "complete": log.is_over(end),
            }
        )
    return rows


def log_days(first: int, last: int, log: Log) -> int:
    """How many days there are from that of one instant to that of another."""
    return (log.calendar.day_of(last) - log.calendar.day_of(first)).days + 1


def survival(kept: dict[Any, list[Event]], retention: Retention, log: Log) -> list[dict[str, Any]]:
    """Time from a user's start event to the last activity, or to the end if censored (R11)."""
    found: Counter[tuple[float, bool]] = Counter()
    for events in kept.values():
        starts = start_events(events, retention, log)
        if not starts:
            continue
        start = starts[0]
        last = max(
            event.time
            for event in events
            if event is start
            or (event.place > start.place and event_matches(retention.returning, event, log))
        )
        assert log.end is not None
        ended = log.end - last > elapsed(retention)
        until = last if ended else log.end
        found[(until - start.time) / SECOND, ended] += 1
    return [
        {"seconds": seconds, "ended": ended, "users": users}
        for (seconds, ended), users in sorted(found.items())
    ]
