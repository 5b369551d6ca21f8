"""How a user's events are cut into sessions (Paths, F8)."""

from __future__ import annotations

from typing import Any

from behavio_jupyter.query import Sessions

from .log import Event


def cut(events: list[Event], sessions: Sessions) -> list[list[Event]]:
    """Cut one user's events, in order, into sessions that each keep that order."""
    if sessions.by == "off":
        return [events] if events else []
    if sessions.by == "mapped":
        # All events with one value, wherever they lie; those without a value are one session.
        by_value: dict[Any, list[Event]] = {}
        for event in events:
            by_value.setdefault(event.session, []).append(event)
        return list(by_value.values())
    result: list[list[Event]] = []
    for event in events:
        if result and event.time - result[-1][-1].time <= sessions.gap.microseconds:
            result[-1].append(event)
        else:
            result.append([event])
    return result
