"""Segments compared and breakdowns (All analyses, A2 to A4)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any, TypeVar

from behavio_jupyter.query import Breakdown

from .log import Event, Log
from .segment import users_where

NONE = "(none)"
OTHER = "(other)"

Thing = TypeVar("Thing")
Key = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """The users of one segment of the question, or of the whole log."""

    name: str | None
    users: set[Any]


def parts_of(question: Any, log: Log) -> list[Part]:
    """The segments asked for; without any, or with one, the part has no name (A2).

    Their conditions are evaluated on the whole log at its end (A5).
    """
    if not question.segments:
        return [Part(None, set(log.events))]
    named = len(question.segments) > 1
    return [
        Part(str(condition) if named else None, users_where(condition, log, log.end))
        for condition in question.segments
    ]


def value_at(breakdown: Breakdown | None, user: Any, event: Event | None, log: Log) -> str:
    """The text that names the group of a value: at an event, or of the user (A3)."""
    if breakdown is None:
        return NONE
    if breakdown.property.owner == "user":
        return text_of(log.user_property(user, breakdown.property.name))
    return NONE if event is None else text_of(event.properties[breakdown.property.name])


def text_of(value: Any) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return str(value.astimezone(dt.UTC).replace(tzinfo=None))
    return str(value)


COLUMNS = {
    "funnel": "step name count from_start from_start_low from_start_high from_previous"
    " median_seconds complete",
    "retention": "cohort size period retained churned rate low high complete",
    "paths": "step source target node count median_seconds sequence share total all",
    "trend": "period value complete previous change relative period_before value_before",
}
"""The columns of the tables of each analysis (Result tables, F10)."""


def column_of(question: Any) -> str:
    """The name of the group column: as the property is written, unless it is taken (A4)."""
    name = question.by.property.name
    if question.by.property.owner == "user":
        return f"user.{name}"
    taken = (*COLUMNS[question.kind].split(), "segment", "period")
    return f"by {name}" if name in taken else name


def group_columns(question: Any) -> tuple[str, ...]:
    """The names of the group columns, but for ``period``."""
    columns: list[str] = []
    if question.by is not None:
        columns.append(column_of(question))
    if len(question.segments) > 1:
        columns.append("segment")
    return tuple(columns)


def grouped(
    question: Any, things: list[tuple[Part, list[tuple[str, Thing]]]]
) -> list[tuple[Key, list[Thing]]]:
    """Sort things (attempts, cohort members, sequences, events) into groups, in order.

    ``things`` holds for each part its things with the text of their value. Values are ranked by
    the number of things over all parts, then by name; the first ``top`` stay, the rest are
    ``(other)``, which comes last; a value of that spelling is one of them (A3). Every value
    appears in every part.
    """
    if question.by is None:
        return [
            (key_of(question, None, part), [thing for _, thing in found]) for part, found in things
        ]
    sizes = Counter(text for _, found in things for text, _ in found)
    named = [text for text in sizes if text != OTHER]
    ranked = sorted(named, key=lambda text: (-sizes[text], text))
    kept = ranked[: question.by.top]
    rest = set(sizes) - set(kept)
    result = []
    for value in kept:
        for part, found in things:
            members = [thing for text, thing in found if text == value]
            result.append((key_of(question, value, part), members))
    if rest:
        for part, found in things:
            members = [thing for text, thing in found if text in rest]
            result.append((key_of(question, OTHER, part), members))
    return result


def key_of(question: Any, value: str | None, part: Part) -> Key:
    key: Key = {}
    if question.by is not None:
        key[column_of(question)] = value
    if part.name is not None:
        key["segment"] = part.name
    return key


def picked(key: Key, pick: dict[str, Any]) -> bool:
    """Whether a group is one of those that a pick names; a column not picked is free."""
    return all(key[column] == pick[column] for column in key if column in pick)


def kept_events(question: Any, user: Any, log: Log) -> list[Event]:
    """The user's events that ``where`` keeps (A1)."""
    from .predicate import holds

    events = log.events[user]
    if question.where is None:
        return events
    return [event for event in events if holds(question.where, event, log)]
