"""Short ways to write the parts of definitions without their text form."""

from __future__ import annotations

from typing import Any

from behavio_jupyter.query import Breakdown, Events, Exclusion, Series, Step
from behavio_jupyter.query.predicate import Comparison, Constant, Property
from behavio_jupyter.query.segment import Did


def events(*names: str, where: Any = None) -> Events:
    """Any event when no name is given."""
    return Events(names=names, where=where)


def step(*names: str, where: Any = None, optional: bool = False) -> Step:
    return Step(events=events(*names, where=where), optional=optional)


def steps(text: str) -> tuple[Step, ...]:
    """``"a b? c"``: steps of one event each."""
    return tuple(step(name.rstrip("?"), optional=name.endswith("?")) for name in text.split())


def prop(name: str, owner: str = "event") -> Property:
    return Property(name=name, owner=owner)


def compare(left: Any, operator: str, right: Any) -> Comparison:
    """Text on the left names an event property, or one of the user: ``user.plan``."""
    if isinstance(left, str):
        owner, _, name = left.rpartition(".")
        left = prop(name, owner or "event")
    if not hasattr(right, "kind"):
        right = Constant(value=right)
    return Comparison(left=left, operator=operator, right=right)


def by(name: str, top: int = 10, owner: str = "event") -> Breakdown:
    return Breakdown(property=prop(name, owner), top=top)


def without(name: str, after: int = 1, before: int | None = None) -> Exclusion:
    return Exclusion(events=events(name), after=after, before=before)


def did(*names: str, window: Any = None) -> Did:
    return Did(events=events(*names), window=window)


def series(function: str, *names: str, of: str | None = None) -> Series:
    return Series(function=function, events=events(*names), property=of)
