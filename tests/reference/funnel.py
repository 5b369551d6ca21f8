"""Funnels: attempts, which of them count, and what is counted (Funnel, F1 to F14)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from behavio_jupyter.query import Funnel, Step

from .groups import Key, group_columns, grouped, kept_events, parts_of, picked, value_at
from .log import Event, Log
from .predicate import event_matches
from .quantile import quantile
from .sessions import cut

BINS = 24
SECOND = 1_000_000


class History:
    """Events of one user (or session) in the order of funnels, and which steps they match.

    Among equal timestamps: the lowest step matched, events that match none last, then D1 (F1).
    """

    def __init__(self, events: list[Event], steps: Sequence[Step], log: Log) -> None:
        matched = [
            {
                number
                for number, step in enumerate(steps, 1)
                if event_matches(step.events, event, log)
            }
            for event in events
        ]
        none = len(steps) + 1
        order = sorted(
            range(len(events)),
            key=lambda i: (events[i].time, min(matched[i], default=none), events[i].place),
        )
        self.steps = steps
        self.events = [events[i] for i in order]
        self.matched = [matched[i] for i in order]

    def matches(self, position: int, step: int) -> bool:
        return step in self.matched[position]


@dataclass
class Attempt:
    """One attempt: for each step reached (from 1), the position of the event that fills it."""

    history: History
    filled: dict[int, int] = field(default_factory=dict)

    def event(self, step: int) -> Event:
        return self.history.events[self.filled[step]]

    @property
    def opened(self) -> Event:
        return self.event(1)

    @property
    def user(self) -> Any:
        return self.opened.user

    @property
    def required(self) -> list[int]:
        """The required steps reached, in order."""
        steps = self.history.steps
        return [number for number in sorted(self.filled) if not steps[number - 1].optional]

    @property
    def depth(self) -> int:
        """The number of required steps reached (F3)."""
        return len(self.required)

    @property
    def converted(self) -> bool:
        return len(self.history.steps) in self.filled


@dataclass
class FunnelAnswer:
    groups: tuple[str, ...]
    counts: list[dict[str, Any]]
    times: list[dict[str, Any]]
    histogram: list[dict[str, Any]]
    complete: dict[int, bool] | None


# One attempt.


def same_value(event: Event, opened: Event, same: str | None) -> bool:
    """Whether an event carries the value of the opening event; null matches nothing (F5)."""
    if same is None:
        return True
    value = event.properties[same]
    return value is not None and value == opened.properties[same]


def ordered_attempt(history: History, opening: int, window: float, same: str | None) -> Attempt:
    """Each required step at the earliest event that matches it after the one before."""
    attempt = Attempt(history, {1: opening})
    events = history.events
    opened = events[opening]
    until = opened.time + window

    def fits(position: int, step: int) -> bool:
        return history.matches(position, step) and same_value(events[position], opened, same)

    def within(start: int) -> Iterator[int]:
        for position in range(start, len(events)):
            if events[position].time > until:
                return
            yield position

    required = [number for number, step in enumerate(history.steps, 1) if not step.optional]
    for step in required[1:]:
        last = attempt.filled[max(attempt.filled)]
        found = next((position for position in within(last + 1) if fits(position, step)), None)
        if found is None:
            break
        attempt.filled[step] = found

    # Optional steps do not hold the attempt up: they are looked for when it is over.
    taken: set[int] = set()
    for step in range(1, len(history.steps) + 1):
        if not history.steps[step - 1].optional:
            continue
        before = max(number for number in required if number < step)
        after = min(number for number in required if number > step)
        if before not in attempt.filled:
            continue
        for position in within(attempt.filled[before] + 1):
            if after in attempt.filled and position >= attempt.filled[after]:
                break
            if position not in taken and fits(position, step):
                attempt.filled[step] = position
                taken.add(position)
                break
    return attempt


def strict_attempt(history: History, opening: int, window: float, same: str | None) -> Attempt:
    """Each step at the very next event."""
    attempt = Attempt(history, {1: opening})
    opened = history.events[opening]
    for step in range(2, len(history.steps) + 1):
        position = opening + step - 1
        if position >= len(history.events):
            break
        event = history.events[position]
        if event.time > opened.time + window or not history.matches(position, step):
            break
        if not same_value(event, opened, same):
            break
        attempt.filled[step] = position
    return attempt


def any_order_attempt(history: History, opening: int, window: float, same: str | None) -> Attempt:
    """The i-th step where i different steps can first be filled by different events (F6).

    A maximum matching of events and steps, grown event by event along augmenting paths.
    """
    attempt = Attempt(history)
    opened = history.events[opening]
    event_of_step: dict[int, int] = {}

    def place(position: int, tried: set[int]) -> bool:
        """Find a step for an event, moving other events to other steps if need be."""
        for step in sorted(history.matched[position]):
            if step in tried:
                continue
            tried.add(step)
            if step not in event_of_step or place(event_of_step[step], tried):
                event_of_step[step] = position
                return True
        return False

    for position in range(opening, len(history.events)):
        event = history.events[position]
        if event.time > opened.time + window or len(event_of_step) == len(history.steps):
            break
        if same_value(event, opened, same) and place(position, set()):
            attempt.filled[len(event_of_step)] = position
    return attempt


def is_excluded(attempt: Attempt, funnel: Funnel, log: Log) -> bool:
    """Whether an event that must not occur lies between two steps, in the order (F4, F12)."""
    events = attempt.history.events
    until = attempt.opened.time + funnel.within.microseconds
    for exclusion in funnel.exclusions:
        if exclusion.after not in attempt.filled:
            continue
        before = exclusion.before or len(funnel.steps)
        position = attempt.filled[exclusion.after] + 1
        end = attempt.filled.get(before, len(events))
        while position < end and events[position].time <= until:
            if event_matches(exclusion.events, events[position], log):
                return True
            position += 1
    return False


# The attempts of a user, and which of them count.

ATTEMPT = {"ordered": ordered_attempt, "strict": strict_attempt, "any": any_order_attempt}


def attempt_at(history: History, position: int, funnel: Funnel, log: Log) -> Attempt | None:
    """The attempt that opens at an event, unless none does or it is excluded."""
    event = history.events[position]
    start, end = log.calendar.bounds(funnel.during)
    if not start <= event.time < end:
        return None
    opens = history.matched[position] if funnel.order == "any" else history.matches(position, 1)
    if not opens or not same_value(event, event, funnel.same):
        return None
    attempt = ATTEMPT[funnel.order](history, position, funnel.within.microseconds, funnel.same)
    return None if is_excluded(attempt, funnel, log) else attempt


def deepest(history: History, funnel: Funnel, log: Log) -> list[Attempt]:
    """The deepest attempt, of equally deep ones the earliest; none if there is no attempt."""
    best: Attempt | None = None
    for position in range(len(history.events)):
        attempt = attempt_at(history, position, funnel, log)
        if attempt is not None and (best is None or attempt.depth > best.depth):
            best = attempt
    return [] if best is None else [best]


def first_entry(history: History, funnel: Funnel, log: Log) -> list[Attempt]:
    for position in range(len(history.events)):
        attempt = attempt_at(history, position, funnel, log)
        if attempt is not None:
            return [attempt]
    return []


def without_overlap(history: History, funnel: Funnel, log: Log) -> list[Attempt]:
    """After an attempt the next opens once it converted, else once its window ended."""
    found = []
    position = 0
    while position < len(history.events):
        attempt = attempt_at(history, position, funnel, log)
        if attempt is None:
            position += 1
            continue
        found.append(attempt)
        if attempt.converted:
            position = attempt.filled[len(funnel.steps)] + 1
        else:
            until = attempt.opened.time + funnel.within.microseconds
            while position < len(history.events) and history.events[position].time <= until:
                position += 1
    return found


def counted_attempts(user: Any, funnel: Funnel, log: Log) -> list[Attempt]:
    events = kept_events(funnel, user, log)
    if funnel.counting == "sessions":
        sessions = [History(part, funnel.steps, log) for part in cut(events, funnel.sessions)]
        return [attempt for part in sessions for attempt in deepest(part, funnel, log)]
    history = History(events, funnel.steps, log)
    if funnel.counting == "users":
        return deepest(history, funnel, log)
    if funnel.counting == "first entries":
        return first_entry(history, funnel, log)
    return without_overlap(history, funnel, log)


def breakdown_value(attempt: Attempt, funnel: Funnel, log: Log) -> str:
    """The value at step 1, at the last required step reached (F13) or at step n (F9)."""
    if funnel.attribution == "first":
        event: Event | None = attempt.opened
    elif funnel.attribution == "last":
        event = attempt.event(attempt.required[-1])
    elif funnel.attribution in attempt.filled:
        event = attempt.event(funnel.attribution)
    else:
        event = None
    return value_at(funnel.by, attempt.user, event, log)


@lru_cache(maxsize=1)  # the answer and the users behind it are asked one after the other
def grouped_attempts(funnel: Funnel, log: Log) -> list[tuple[Key, list[Attempt]]]:
    """The counted attempts by breakdown value, segment and, with ``per``, period of step 1."""
    things = []
    for part in parts_of(funnel, log):
        attempts = [
            attempt
            for user in sorted(part.users)
            for attempt in counted_attempts(user, funnel, log)
        ]
        things.append((part, [(breakdown_value(one, funnel, log), one) for one in attempts]))
    groups = grouped(funnel, things)
    if funnel.per is None:
        return groups
    result = []
    for key, attempts in groups:
        by_period: dict[int, list[Attempt]] = {
            period: [] for period in log.periods(funnel.during, funnel.per)
        }
        for attempt in attempts:
            by_period[log.calendar.period_start(attempt.opened.time, funnel.per)].append(attempt)
        result += [({**key, "period": period}, found) for period, found in by_period.items()]
    return result


# What is counted.


def answer(funnel: Funnel, log: Log) -> FunnelAnswer:
    columns = group_columns(funnel) + (("period",) if funnel.per else ())
    result = FunnelAnswer(columns, [], [], [], None)
    for key, attempts in grouped_attempts(funnel, log):
        result.counts += counts(key, attempts, funnel)
        result.times += times(key, attempts, funnel)
        result.histogram += histogram(key, attempts, funnel)
    if funnel.per is not None:
        window = funnel.within.microseconds
        result.complete = {
            period: log.is_over(log.calendar.period_end(period, funnel.per) + window)
            for period in log.periods(funnel.during, funnel.per)
        }
    return result


def counts(key: Key, attempts: list[Attempt], funnel: Funnel) -> list[dict[str, Any]]:
    return [
        {**key, "step": step, "count": sum(step in attempt.filled for attempt in attempts)}
        for step in range(1, len(funnel.steps) + 1)
    ]


def previous_step(step: int, funnel: Funnel) -> int:
    """The last required step before a step (F3); in any order there are no optional ones."""
    return max(number for number in range(1, step) if not funnel.steps[number - 1].optional)


def times(key: Key, attempts: list[Attempt], funnel: Funnel) -> list[dict[str, Any]]:
    """Seconds from the step before; the row of step 0 is from step 1 to the last."""
    last = len(funnel.steps)
    pairs = [(0, 1, last)]
    pairs += [(step, previous_step(step, funnel), step) for step in range(2, last + 1)]
    rows = []
    for step, start, end in pairs:
        seconds = [
            (attempt.event(end).time - attempt.event(start).time) / SECOND
            for attempt in attempts
            if end in attempt.filled
        ]
        rows.append(
            {
                **key,
                "step": step,
                "count": len(seconds),
                "p25": quantile(seconds, 0.25),
                "median": quantile(seconds, 0.5),
                "p75": quantile(seconds, 0.75),
                "p90": quantile(seconds, 0.9),
            }
        )
    return rows


def histogram(key: Key, attempts: list[Attempt], funnel: Funnel) -> list[dict[str, Any]]:
    """Times to convert in equal bins of [0, window]; the last bin holds both its ends."""
    window = funnel.within.microseconds
    last = len(funnel.steps)
    found = [0] * BINS
    for attempt in attempts:
        if last in attempt.filled:
            took = attempt.event(last).time - attempt.opened.time
            found[min(took * BINS // window, BINS - 1)] += 1
    return [
        {
            **key,
            "low": window * number / BINS / SECOND,
            "high": window * (number + 1) / BINS / SECOND,
            "count": count,
        }
        for number, count in enumerate(found)
    ]


def members(funnel: Funnel, pick: dict[str, Any], log: Log) -> list[Any]:
    """The users of the counted attempts that reached a step, or that ended there (F14)."""
    step = pick.get("step", len(funnel.steps))
    later = [
        number
        for number in range(step + 1, len(funnel.steps) + 1)
        if not funnel.steps[number - 1].optional
    ]
    users = set()
    for key, attempts in grouped_attempts(funnel, log):
        if not picked(key, pick):
            continue
        for attempt in attempts:
            went_on = bool(later) and later[0] in attempt.filled
            if step in attempt.filled and not (pick.get("dropped", False) and went_on):
                users.add(attempt.user)
    return sorted(users)
