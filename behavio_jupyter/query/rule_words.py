"""Words that the rules of several questions share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .clauses import EventQuestion, Sessions
from .predicate import Events
from .time import DateRange, Duration

_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month"}


def span(duration: Duration) -> str:
    """Return a duration in words.

    Examples
    --------
    >>> span(Duration.model_validate("1d")), span(Duration.model_validate("3mo"))
    ('1 day', '3 months of 30 days')
    """
    unit = _UNITS[duration.unit] + ("s" if duration.amount != 1 else "")
    return f"{duration.amount} {unit}" + (" of 30 days" if duration.unit == "mo" else "")


def breakdown(question: EventQuestion, at: str, most: str) -> Iterator[str]:
    """Yield which values are groups, where an event is looked at for them."""
    assert question.by is not None
    of, top = question.by.property, question.by.top
    value = f"the user's {of.name}" if of.owner == "user" else f"{of.name} {at}"
    yield (
        f"Groups are by {value}: the {top} with {most} stay, the rest together are (other), and "
        "no value is (none)."
    )


def shared(question: EventQuestion, *, range_keeps: bool = False) -> Iterator[str]:
    """Yield what filter, segments and range do; ``range_keeps``: other events are not seen."""
    if question.where is not None:
        yield f"Only events with {question.where} are looked at."
    segments = [str(segment) for segment in question.segments]
    if len(segments) == 1:
        yield f"Only users who meet {segments[0]} are looked at."
    elif segments:
        yield f"Segments are compared: {listed(segments)}; a user in several counts in each."
    if segments:
        yield "Segments are judged on the whole log at its end."
    if question.during is not None and range_keeps:
        yield f"Only events{in_range(question.during)} are looked at."
    elif question.during is not None:
        yield (
            f"The date range is {dates(question.during)}; only what starts a count must lie in "
            "it, what follows may lie after it."
        )


def in_range(during: DateRange | None) -> str:
    """Return a range in parentheses; nothing for none."""
    return "" if during is None else f" ({dates(during)})"


def dates(during: DateRange) -> str:
    """Return a range as a noun."""
    if during.start is None:
        return f"until {during.end}"
    return f"since {during.start}" if during.end is None else f"{during.start} to {during.end}"


def sessions(cut: Sessions) -> str:
    """Return how sessions are cut."""
    return {
        "gap": f"more than {span(cut.gap)} without an event opens a new session",
        "mapped": "a session is the events with one value of the log's session column",
        "off": "a user's whole history is one session",
    }[cut.by]


def event(events: Events) -> str:
    """Return events as a noun: ``purchase event``, ``event`` for any."""
    return "event" if events == Events() else f"{events} event"


def one(events: Events) -> str:
    """Return one of some events: ``some purchase event``, ``any event``."""
    return "any event" if events == Events() else f"some {event(events)}"


def listed(items: Any) -> str:
    """Return items with commas and an "and" before the last."""
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else str(last)
