"""Whether a definition can be asked of a log: every name in it exists and is of a fitting kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import DefinitionError, MisfitError, UnknownNameError, nearest_hint
from .base import Definition
from .clauses import EventQuestion, Sessions
from .funnel import Funnel
from .paths import Paths
from .predicate import (
    Arithmetic,
    Between,
    Comparison,
    Constant,
    Events,
    FirstLast,
    In,
    IsNull,
    Like,
    Property,
)
from .retention import Retention
from .segment import InSegment, Measured, Segment, UsersOf
from .timeline import Timeline
from .trend import Series, Trend

DEEPEST = 200
"""How deep a definition and the segments it names may nest; engines follow them recursively."""

Kind = Literal["text", "number", "boolean", "time"]

_NUMERIC = ("sum", "avg", "min", "max", "median", "p90")
_PICKS: dict[type[Any], dict[str, type]] = {
    Funnel: {"step": int, "dropped": bool},
    Retention: {"cohort": str, "period": int, "retained": bool, "complete": bool},
    Paths: {"step": int, "source": str, "target": str, "node": str, "sequence": str, "whole": bool},
    Trend: {"period": str},
}
_TYPES = {int: "a whole number", bool: "true or false", str: "text"}


@dataclass(frozen=True)
class Catalog:
    """The names a log has.

    Attributes
    ----------
    events : tuple of str
        In the order in which they are to be suggested.
    properties, user_properties : mapping of str to {"text", "number", "boolean", "time"}
        What each property of events, or of users, holds.
    segments : mapping of str to Segment
        The saved segments.
    has_sessions : bool
        Whether a session column is mapped.
    """

    events: tuple[str, ...]
    properties: Mapping[str, Kind] = field(default_factory=dict)
    user_properties: Mapping[str, Kind] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    has_sessions: bool = False


def check(definition: Definition, catalog: Catalog) -> None:
    """Refuse a definition that the log cannot answer.

    Parameters
    ----------
    definition : Funnel, Retention, Paths, Trend, Segment or Timeline
        The user of a timeline is looked up by the log itself.
    catalog : Catalog

    Raises
    ------
    UnknownNameError
        An event, property or segment that the log does not have; it names the nearest.
    MisfitError
        Values of kinds that do not compare, a number asked of what is none, a session column that
        is not there, segments that name each other in a circle, a wrong ``with``. It holds the
        part of the definition that is wrong.

    Examples
    --------
    >>> from behavio_jupyter.query import parse
    >>> check(parse("funnel visit -> purchse"), Catalog(("visit", "purchase")))
    Traceback (most recent call last):
    behavio_jupyter.errors.UnknownNameError: There is no event 'purchse'; the nearest is 'purchase'.
    """
    _Check(catalog, frozenset(catalog.events), (), set()).node(definition)


class _Check:
    """A walk through a definition.

    ``inside`` are the saved segments it came through, ``fitting`` those that were found to fit:
    segments may name each other so often that looking at each again would take forever. ``depth``
    counts the nodes around the one it looks at, in those segments, too.
    """

    def __init__(
        self,
        catalog: Catalog,
        events: frozenset[str],
        inside: tuple[str, ...],
        fitting: set[str],
        depth: int = 0,
    ) -> None:
        self.catalog = catalog
        self.events = events
        self.inside = inside
        self.fitting = fitting
        self.depth = depth

    def node(self, node: Any, extra: tuple[str, ...] = ()) -> None:
        """Check a node and all below it; ``extra`` are names that events may have here as well."""
        try:
            self.alone(node, extra)
        except MisfitError:
            raise
        except DefinitionError as error:
            raise MisfitError(str(error), node) from None
        renamed = tuple(rule.name for rule in node.rename) if isinstance(node, Paths) else ()
        self.depth += 1
        if self.depth > DEEPEST:
            raise MisfitError(
                f"This is nested more than {DEEPEST} deep, with the saved segments that it names; "
                "make them simpler.",
                node,
            )
        for name, part in _parts(node):
            self.node(part, renamed if name in ("from_", "to") else ())
        self.depth -= 1

    def alone(self, node: Any, extra: tuple[str, ...]) -> None:
        """Check a node but for the nodes below it that :meth:`node` comes to."""
        match node:
            case Events():
                for name in node.names:
                    self.event(name, extra)
            case Property():
                self.kind(node)
            case FirstLast():
                self.kind(node)
            case Comparison():
                self.comparable(node.left, node.right)
            case Between():
                self.comparable(node.value, node.low)
                self.comparable(node.value, node.high)
            case In():
                for option in node.options:
                    self.comparable(node.value, Constant(value=option))
            case Like() | IsNull():
                self.kind(node.value)
            case Measured() | Series() if node.property is not None:
                self.measurable(node.function, node.property)
            case InSegment():
                self.saved(node.name)
            case Timeline():
                if node.event is not None:
                    self.event(node.event)
                if node.segment is not None:
                    self.saved(node.segment)
            case UsersOf():
                _check_pick(node)
            case Funnel() if node.same is not None:
                self.property_kind(node.same)
            case Sessions(by="mapped"):
                self.session_column()

    def event(self, name: str, extra: tuple[str, ...] = ()) -> None:
        """Require the log to have an event, unless it is one of those extra."""
        if name not in self.events and name not in extra:
            known = (*self.catalog.events, *extra)
            raise UnknownNameError("event", name, known, None if known else "the log is empty")

    def saved(self, name: str) -> None:
        """Check a saved segment and those it names."""
        if name not in self.catalog.segments:
            hint = None if self.catalog.segments else "none is saved yet"
            raise UnknownNameError("segment", name, self.catalog.segments, hint)
        if name in self.inside:
            circle = " -> ".join(map(repr, (*self.inside[self.inside.index(name) :], name)))
            raise DefinitionError(f"These segments name each other in a circle: {circle}.")
        if name in self.fitting:
            return
        try:
            inside = (*self.inside, name)
            inner = _Check(self.catalog, self.events, inside, self.fitting, self.depth)
            inner.node(self.catalog.segments[name])
        except (UnknownNameError, MisfitError) as error:
            says = str(error)
            # What is wrong with a segment inside says which one already.
            if not (isinstance(error, MisfitError) and isinstance(error.parts[0], InSegment)):
                says = f"In the saved segment {name!r}: {says}"
            raise DefinitionError(says) from None
        self.fitting.add(name)

    def session_column(self) -> None:
        """Require a mapped session column."""
        if not self.catalog.has_sessions:
            raise DefinitionError(
                "The log has no session column for 'session mapped'; use a gap as in 'session 30m'."
            )

    def measurable(self, function: str, name: str) -> None:
        """Require a property of numbers where a function needs one."""
        kind = self.property_kind(name)
        if function in _NUMERIC and kind != "number":
            raise DefinitionError(
                f"{function}(…) needs a property of numbers, and {name!r} holds {_holds(kind)}."
            )

    def property_kind(self, name: str) -> Kind:
        """Return what a property of events holds."""
        kind = self.catalog.properties.get(name)
        if kind is None:
            hint = None
            if name in self.catalog.user_properties:
                hint = f"there is a user property; write {Property(name=name, owner='user')}"
            raise UnknownNameError("property", name, self.catalog.properties, hint)
        return kind

    def kind(self, value: Any) -> Kind:
        """Return what a value is; check the values inside."""
        match value:
            case FirstLast():
                return self.property_kind(value.property)
            case Property(owner="event"):
                return self.property_kind(value.name)
            case Property():
                kind = self.catalog.user_properties.get(value.name)
                if kind is None:
                    hint = None
                    if value.name in self.catalog.properties:
                        hint = f"there is a property of events; write {Property(name=value.name)}"
                    raise UnknownNameError(
                        "user property", value.name, self.catalog.user_properties, hint
                    )
                return kind
            case Arithmetic():
                for side in (value.left, value.right):
                    kind = self.kind(side)
                    if kind != "number":
                        raise DefinitionError(
                            f"'{value.operator}' needs numbers, and {side} is {_is(kind)}."
                        )
                return "number"
            case Constant(value=bool()):
                return "boolean"
            case Constant(value=str()):
                return "text"
        return "number"

    def quoted_text(self, left: Any, right: Any) -> None:
        """Refuse ``country = "US"`` and ``country = US``, which name a property, with a hint."""
        if not isinstance(right, Property) or right.owner == "user" or self.kind(left) != "text":
            return
        if right.name in self.catalog.properties or right.name in self.catalog.user_properties:
            return
        near = nearest_hint(right.name, sorted(self.catalog.properties)).removeprefix("; ")
        hint = f"text is written in single quotes: {Constant(value=right.name)}"
        if near.startswith("the nearest"):
            hint = f"{near}, and {hint}"
        raise UnknownNameError("property", right.name, self.catalog.properties, hint)

    def comparable(self, left: Any, right: Any) -> None:
        """Refuse to compare what is never equal, such as a number with text."""
        self.quoted_text(left, right)
        kinds = self.kind(left), self.kind(right)
        if kinds[0] == kinds[1]:
            return
        text = left if kinds[0] == "text" else right
        if set(kinds) == {"time", "text"} and isinstance(text, Constant):
            if not _is_moment(str(text.value)):
                raise DefinitionError(
                    f"{text} is compared with a time but is none; write it like '2026-01-31'."
                )
            return
        raise DefinitionError(
            f"{left} is {_is(kinds[0])} and {right} is {_is(kinds[1])}; they cannot be compared."
        )


def _parts(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a node that hold nodes, one by one."""
    for name in type(node).model_fields:
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if hasattr(type(item), "model_fields"):
                yield name, item


def measures(function: str, kind: Kind) -> bool:
    """Return whether a function of events, such as ``sum``, reads a property that holds this.

    Examples
    --------
    >>> measures("sum", "text"), measures("distinct", "text"), measures("count", "number")
    (False, True, False)
    """
    return kind == "number" if function in (*_NUMERIC, "average") else function == "distinct"


def picks(query: EventQuestion) -> tuple[str, ...]:
    """Return by what users of a result can be picked: the column of its groups, then the rest.

    Examples
    --------
    >>> from behavio_jupyter.query import parse
    >>> picks(parse("funnel visit -> buy by country"))
    ('country', 'step', 'dropped')
    """
    groups = () if query.by is None else _group_names(query)
    return (*groups[:1], *_takes(query))


def _takes(query: EventQuestion) -> dict[str, type]:
    takes = dict(_PICKS[type(query)])
    if isinstance(query, Funnel) and query.per is not None:
        takes["period"] = str
    if len(query.segments) > 1:
        takes["segment"] = str
    return takes


def _check_pick(node: UsersOf) -> None:
    query = node.query
    takes = _takes(query)
    groups = () if query.by is None else _group_names(query)
    for name, value in node.pick:
        if name in groups:
            continue
        if name not in takes:
            hint = nearest_hint(name, picks(query))
            raise MisfitError(
                f"Users of a {query.kind} are not picked by {name!r}{hint}.",
                node,
                (name, value),
            )
        if type(value) is not takes[name]:
            raise MisfitError(
                f"{name!r} of a {query.kind} is {_TYPES[takes[name]]}, "
                f"not {Constant(value=value)}.",
                node,
                (name, value),
            )
    if isinstance(query, Funnel):
        step = dict(node.pick).get("step", 1)
        if not 1 <= step <= len(query.steps):  # type: ignore[operator]
            raise MisfitError(
                f"There is no step {step}; this funnel has steps 1 to {len(query.steps)}.",
                node,
                ("step", step),
            )
    if isinstance(query, Paths):
        given = dict(node.pick)
        apart = next((name for name in ("step", "node", "sequence") if name in given), None)
        if given.get("whole") and apart is not None:
            raise MisfitError(
                "'whole = true' looks for a source and a target at any step of whole sequences; "
                f"it does not go with {apart!r}.",
                node,
                (apart, given[apart]),
            )


def _group_names(query: EventQuestion) -> tuple[str, ...]:
    """Return the names that a breakdown's column can have (docs/semantics.md A4)."""
    assert query.by is not None
    owner = "user." if query.by.property.owner == "user" else ""
    column = owner + query.by.property.name
    return column, f"by {column}"


def _is_moment(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is(kind: Kind) -> str:
    return {"text": "text", "number": "a number", "boolean": "true or false", "time": "a time"}[
        kind
    ]


def _holds(kind: Kind) -> str:
    return {"text": "text", "number": "numbers", "boolean": "true or false", "time": "times"}[kind]
