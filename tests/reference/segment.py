"""Which users meet a condition (Segment, S1 to S12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from behavio_jupyter.query import Events, Segment
from behavio_jupyter.query.segment import InSegment

from .log import Event, Log
from .predicate import Truth, compare, conjunction, disjunction, event_matches, negation, truth


@dataclass(frozen=True)
class SegmentAnswer:
    users: list[Any]
    seen: int


def answer(segment: Segment, log: Log) -> SegmentAnswer:
    reference = reference_of(segment, log, log.end)
    return SegmentAnswer(
        sorted(users_where(segment.condition, log, reference)), len(users_seen(log, reference))
    )


def over_time(segment: Segment, per: str, log: Log) -> list[dict[str, Any]]:
    """The segment with the end of each period, at most that of the log, as reference (S8)."""
    rows = []
    for start in log.periods(None, per):
        period_end = log.calendar.period_end(start, per)
        assert log.end is not None
        reference = min(period_end, log.end)
        rows.append(
            {
                "period": start,
                "users": len(users_where(segment.condition, log, reference)),
                "seen": len(users_seen(log, reference)),
                "complete": log.is_over(period_end),
            }
        )
    return rows


def overlap(segment: Segment, log: Log) -> list[dict[str, Any]]:
    """Each saved segment at this one's reference, and how many of its users are in both (S12)."""
    reference = reference_of(segment, log, log.end)
    mine = users_where(segment.condition, log, reference)
    rows = []
    for name in log.segments:
        theirs = users_where(InSegment(name=name), log, reference)
        rows.append({"segment": name, "size": len(theirs), "both": len(mine & theirs)})
    return rows


def reference_of(segment: Segment, log: Log, otherwise: int | None) -> int | None:
    """The segment's own ``as of``, or the reference it is asked at."""
    if segment.reference is None:
        return otherwise
    return log.calendar.instant(segment.reference)


def users_seen(log: Log, reference: int | None) -> set[Any]:
    """Users with an event at or before the reference time (D3)."""
    return {user for user in log.events if seen_events(log, user, reference)}


def seen_events(log: Log, user: Any, reference: int | None) -> list[Event]:
    return [event for event in log.events[user] if reference is None or event.time <= reference]


def users_where(condition: Any, log: Log, reference: int | None) -> set[Any]:
    """The users, among those seen, of whom the condition is true."""
    if reference is None:
        return set()
    sets = named_sets(condition, log, reference)
    result = set()
    for user in log.events:
        events = seen_events(log, user, reference)
        if events and UserHistory(log, user, events, reference, sets).truth(condition) is True:
            result.add(user)
    return result


def named_sets(condition: Any, log: Log, reference: int) -> dict[str, set[Any]]:
    """The users of every named segment and every ``users of`` in a condition (S7, S10)."""
    from .answer import members

    if condition.kind in ("and", "or"):
        sets: dict[str, set[Any]] = {}
        for part in condition.parts:
            sets.update(named_sets(part, log, reference))
        return sets
    if condition.kind == "not":
        return named_sets(condition.part, log, reference)
    if condition.kind == "in_segment":
        named = log.segments[condition.name]
        inner = reference_of(named, log, reference)
        return {repr(condition): users_where(named.condition, log, inner)}
    if condition.kind == "users_of":
        return {repr(condition): set(members(condition.query, dict(condition.pick), log))}
    return {}


@dataclass(frozen=True)
class UserHistory:
    """One user's events up to the reference time."""

    log: Log
    user: Any
    events: list[Event]
    reference: int
    sets: dict[str, set[Any]]

    def truth(self, condition: Any) -> Truth:
        kind = condition.kind
        if kind == "not":
            return negation(self.truth(condition.part))
        if kind == "and":
            return conjunction(self.truth(part) for part in condition.parts)
        if kind == "or":
            return disjunction(self.truth(part) for part in condition.parts)
        if kind in ("in_segment", "users_of"):
            return self.user in self.sets[repr(condition)]
        if kind == "did":
            return len(self.matching(condition.events, condition.window)) > 0
        if kind == "measured":
            return compare(self.measure(condition), condition.value, condition.operator)
        if kind == "seen":
            event = self.events[0] if condition.which == "first" else self.events[-1]
            return compare(event.time, self.instant_of(condition.at), condition.operator)
        if kind == "inactive":
            after = self.reference - condition.duration.microseconds
            return not any(event.time > after for event in self.events)
        if kind == "sequence":
            return self.has_sequence(condition)
        if kind == "then_not":
            return self.did_then_not(condition)
        return truth(condition, self.lookup, self.log.calendar)

    def lookup(self, node: Any) -> Any:
        """A user property, or the first or last value of an event property (S9)."""
        if node.kind == "property":
            return self.log.user_property(self.user, node.name)
        events = self.events if node.which == "first" else self.events[::-1]
        for event in events:
            if node.events is None or event_matches(node.events, event, self.log):
                value = event.properties[node.property]
                if value is not None:
                    return value
        return None

    def matching(self, events: Events, window: Any) -> list[Event]:
        """The events asked for that lie in the window."""
        found = [event for event in self.events if event_matches(events, event, self.log)]
        if window is None:
            return found
        if window.kind == "in_last":
            after = self.reference - window.duration.microseconds
            return [event for event in found if event.time > after]
        if window.kind == "between_dates":
            start, end = self.log.calendar.bounds(window.range)
            return [event for event in found if start <= event.time < end]
        anchors = self.matching(window.anchor, None)
        if not anchors:
            return []
        start = anchors[0].time
        end = start + window.duration.microseconds
        return [event for event in found if start <= event.time <= end]

    def measure(self, condition: Any) -> Any:
        """A count, or a number made of the values that are not null (S3)."""
        events = self.matching(condition.events, condition.window)
        if condition.function == "count":
            return len(events)
        if condition.function == "count_days":
            return len({self.log.calendar.day_of(event.time) for event in events})
        values = [event.properties[condition.property] for event in events]
        values = [value for value in values if value is not None]
        if condition.function == "distinct":
            return len(set(values))
        if condition.function == "sum":
            return sum(values)
        if not values:
            return None
        if condition.function == "avg":
            return sum(values) / len(values)
        return min(values) if condition.function == "min" else max(values)

    def instant_of(self, at: Any) -> int:
        """A moment, or a duration counted back from the reference (S5)."""
        if hasattr(at, "microseconds") and hasattr(at, "unit"):
            return self.reference - int(at.microseconds)
        return self.log.calendar.instant(at)

    def has_sequence(self, condition: Any) -> bool:
        """Some ordered attempt of a funnel with these steps reaches the last one (S6)."""
        from .funnel import History, ordered_attempt

        history = History(self.events, condition.steps, self.log)
        window = float("inf") if condition.within is None else condition.within.microseconds
        for position in range(len(history.events)):
            if history.matches(position, 1):
                attempt = ordered_attempt(history, position, window, None)
                if len(condition.steps) in attempt.filled:
                    return True
        return False

    def did_then_not(self, condition: Any) -> bool:
        """Some A whose span is over at the reference without a B after it in the order (S4)."""
        for place, event in enumerate(self.events):
            until = event.time + condition.within.microseconds
            if not event_matches(condition.first, event, self.log) or until > self.reference:
                continue
            later = [other for other in self.events[place + 1 :] if other.time <= until]
            if not any(event_matches(condition.absent, other, self.log) for other in later):
                return True
        return False
