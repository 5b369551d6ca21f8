"""From syntax trees to events, values, predicates and conditions."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn, TypeVar

from lark import Token, Tree

from ..errors import DefinitionError, QueryTextError
from .base import Model, Printed
from .predicate import (
    LARGEST,
    And,
    Arithmetic,
    Between,
    Comparison,
    Constant,
    Events,
    FirstLast,
    In,
    IsNull,
    Like,
    Not,
    Or,
    Property,
)
from .segment import (
    BetweenDates,
    Did,
    Inactive,
    InLast,
    InSegment,
    Measured,
    Seen,
    Sequence,
    ThenNot,
    UsersOf,
    WithinOfFirst,
)
from .step import Step
from .time import DateRange, Duration
from .variables import Scalars, Variables

DEEPEST = 100
"""How deep conditions and sums may nest; engines and printing follow them recursively."""

Made = TypeVar("Made", bound=Model)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class ConditionReader:
    """Reads the trees below a question; every error points at its place in the text."""

    def __init__(self, text: str, variables: Variables) -> None:
        self.text = text
        self.variables = variables
        # Kept with their nodes, so that an id is not given to another one.
        self._depths: dict[int, tuple[object, int]] = {}

    def read(self, tree: Tree[Any]) -> Any:
        """Return what a tree spells, by the rule that made it."""
        return getattr(self, f"_read_{tree.data}")(tree)

    def make(self, place: Tree[Any] | Token, model: type[Made], **fields: Any) -> Made:
        """Build a model; a complaint about its fields points at the place."""
        try:
            made = model(**fields)
        except DefinitionError as error:
            raise QueryTextError(str(error), self.text, position(place)) from None
        parts = [part for value in fields.values() for part in _parts(value)]
        depth = 1 + max(
            (self._depths[id(part)][1] for part in parts if id(part) in self._depths), default=0
        )
        if depth > DEEPEST:
            self.fail(f"This is nested more than {DEEPEST} deep; make it simpler.", place)
        self._depths[id(made)] = (made, depth)
        return made

    def _depth(self, part: object) -> int:
        return self._depths.get(id(part), (part, 0))[1]

    def fail(self, message: str, place: Tree[Any] | Token) -> NoReturn:
        """Raise an error at a place."""
        raise QueryTextError(message, self.text, position(place))

    # ------------------------------------------------------------ names and events

    def _read_name(self, tree: Tree[Any]) -> str:
        token = tree.children[0]
        return self.variables.name(token) if token.type == "PLACEHOLDER" else unquoted(token)

    def _read_property(self, tree: Tree[Any]) -> Property:
        owner = "event" if len(tree.children) == 1 else "user"
        return self.make(tree, Property, name=self.read(tree.children[-1]), owner=owner)

    def _read_events(self, tree: Tree[Any]) -> Events:
        names: list[str] = []
        where = None
        for child in tree.children:
            if isinstance(child, Token):
                continue  # any
            if child.data == "filter":
                where = self.read(child.children[0])
            elif child.children[0].type == "PLACEHOLDER":
                names += self.variables.names(child.children[0])
            else:
                names.append(self.read(child))
        return self.make(tree, Events, names=tuple(names), where=where)

    _read_several = _read_events

    def _read_step(self, tree: Tree[Any]) -> Step:
        events, *rest = tree.children
        optional = any(isinstance(child, Token) for child in rest)
        labels = [self.read(child) for child in rest if not isinstance(child, Token)]
        label = labels[0] if labels else None
        return self.make(tree, Step, events=self.read(events), optional=optional, label=label)

    def _read_counted(self, tree: Tree[Any]) -> tuple[Events, str | None]:
        """Read ``E``, ``E.p``, each with ``where …``."""
        events = self.read(tree.children[0])
        name = None
        for child in tree.children[1:]:
            if child.data == "name":
                name = self.read(child)
            else:
                where = self.read(child)
                if events.where is not None:
                    where = self.make(child, And, parts=(events.where, where))
                events = self.make(tree, Events, names=events.names, where=where)
        return events, name

    # ------------------------------------------------------------ values

    def _read_literal(self, tree: Tree[Any]) -> Scalars:
        token = tree.children[-1]
        match token.type:
            case "PLACEHOLDER":
                return self.variables.scalar(token)
            case "STRING":
                return text_of(token)
            case "DATE":
                return str(token)
            case "TRUE" | "FALSE":
                return bool(token.type == "TRUE")
        return self._read_number(tree)

    _read_fixed = _read_picked = _read_literal

    def _read_number(self, tree: Tree[Any]) -> int | float:
        token = tree.children[-1]
        if token.type == "PLACEHOLDER":
            return self.variables.number(token)
        try:
            number = int(token) if token.isdecimal() else float(token)
        except ValueError:  # Python reads whole numbers of at most 4300 digits
            self.fail("This number is too large.", token)
        if number == math.inf or (isinstance(number, int) and number > LARGEST):
            self.fail("This number is too large.", token)
        return -number if len(tree.children) == 2 else number

    def _read_whole(self, tree: Tree[Any]) -> int:
        token = tree.children[-1]
        number = self._read_number(tree)
        if not isinstance(number, int) or not 0 <= number < 10**9:
            self.fail(f"Expected a whole number such as 3, not {token}.", token)
        return number

    def _read_duration(self, tree: Tree[Any]) -> Duration:
        token = tree.children[0]
        if token.type == "PLACEHOLDER":
            return self.variables.duration(token)
        try:
            return Duration.model_validate(str(token))
        except DefinitionError as error:
            self.fail(str(error), token)

    def _read_moment(self, tree: Tree[Any]) -> dt.date | dt.datetime:
        token = tree.children[0]
        if token.type == "PLACEHOLDER":
            return self.variables.moment(token)
        text = text_of(token) if token.type == "STRING" else str(token)
        start = self.make(token, DateRange, start=text).start
        assert start is not None
        return start

    def value(self, tree: Tree[Any], *, named: bool = False) -> Any:
        """Read a value; ``named``: a placeholder that is text is the name of a property."""
        if tree.data in ("literal", "fixed"):
            token = tree.children[-1]
            if named and token.type == "PLACEHOLDER" and self.variables.is_name(token):
                return self.make(tree, Property, name=self.variables.name(token))
            return self.make(tree, Constant, value=self._read_literal(tree))
        return self.read(tree)

    def _read_p_property(self, tree: Tree[Any]) -> Property:
        if len(tree.children) == 2:
            return self._read_property(tree)
        token = tree.children[0]
        if token.lower() == "null":
            self.fail("Nothing equals null; write 'is null' or 'is not null'.", token)
        return self.make(tree, Property, name=unquoted(token))

    def _read_c_property(self, tree: Tree[Any]) -> Property | FirstLast:
        first, second = tree.children
        if first.type == "USER":
            return self._read_property(tree)
        which = str(first).lower()
        if len(second.children) == 1:
            events, *rest = second.children[0].children
            if rest or isinstance(events, Token):
                self.fail(f"{which}(…) needs a property, as in {which}(country).", second)
            return self.make(tree, FirstLast, which=which, property=self.read(events))
        events, name = self._read_counted(second)
        if name is None:
            self.fail(f"{which}(…) needs a property, as in {which}(signup.country).", second)
        return self.make(tree, FirstLast, which=which, property=name, events=events)

    def _read_arithmetic(self, tree: Tree[Any]) -> Any:
        left = self.value(tree.children[0])
        for operator, right in zip(tree.children[1::2], tree.children[2::2], strict=True):
            left = self.make(
                tree, Arithmetic, operator=str(operator), left=left, right=self.value(right)
            )
        return left

    # ------------------------------------------------------------ plain conditions

    def _read_or_(self, tree: Tree[Any]) -> Or:
        return self.make(tree, Or, parts=tuple(map(self.read, tree.children)))

    def _read_and_(self, tree: Tree[Any]) -> And:
        return self.make(tree, And, parts=tuple(map(self.read, tree.children)))

    def _read_not_(self, tree: Tree[Any]) -> Any:
        *nots, last = tree.children
        part = self.read(last)
        for token in reversed(nots):
            part = self.make(token, Not, part=part)
        return part

    def _read_comparison(self, tree: Tree[Any]) -> Comparison:
        left, operator, right = tree.children
        return self.make(
            tree,
            Comparison,
            left=self.value(left, named=True),
            operator=_operator(operator),
            right=self.value(right),
        )

    def _read_in_(self, tree: Tree[Any]) -> In:
        left, *rest = tree.children
        negated = isinstance(rest[0], Token) and rest[0].type == "NOT"
        options: list[Scalars] = []
        for item in rest[1:] if negated else rest:
            token = item if isinstance(item, Token) else item.children[-1]
            if token.type == "PLACEHOLDER":
                options += self.variables.scalars(token)
            else:
                options.append(self.read(item))
        value = self.value(left, named=True)
        return self.make(tree, In, value=value, options=tuple(options), negated=negated)

    def _read_between(self, tree: Tree[Any]) -> Between:
        value, *negated, low, high = tree.children
        return self.make(
            tree,
            Between,
            value=self.value(value, named=True),
            low=self.value(low),
            high=self.value(high),
            negated=bool(negated),
        )

    def _read_like(self, tree: Tree[Any]) -> Like:
        value, *negated, token = tree.children
        pattern = self.variables.name(token) if token.type == "PLACEHOLDER" else text_of(token)
        value = self.value(value, named=True)
        return self.make(tree, Like, value=value, pattern=pattern, negated=bool(negated))

    def _read_is_null(self, tree: Tree[Any]) -> IsNull:
        value, *negated = tree.children
        return self.make(tree, IsNull, value=self.value(value, named=True), negated=bool(negated))

    # ------------------------------------------------------------ conditions on a user

    def _read_saved(self, tree: Tree[Any]) -> Any:
        token = tree.children[0].children[0]
        if token.type != "PLACEHOLDER":
            return self.make(tree, InSegment, name=unquoted(token))
        found = self.variables.condition(token)
        return self.make(tree, InSegment, name=str(found)) if isinstance(found, str) else found

    def _read_did(self, tree: Tree[Any]) -> Did:
        events, name = self.read(tree.children[0])
        if name is not None:
            self.fail(
                "did(…) takes events; a property belongs in did(E where …).", tree.children[0]
            )
        return self.make(tree, Did, events=events, window=self._window(tree.children[1:]))

    def _read_measured(self, tree: Tree[Any]) -> Measured:
        function, counted, operator, number, *window = tree.children
        events, name = self.read(counted)
        return self.make(
            tree,
            Measured,
            function=str(function).lower().replace("average", "avg"),
            events=events,
            property=name,
            operator=_operator(operator),
            value=self.read(number),
            window=self._window(window),
        )

    def _window(self, found: list[Tree[Any]]) -> InLast | BetweenDates | WithinOfFirst | None:
        return self.read(found[0]) if found else None

    def _read_in_last(self, tree: Tree[Any]) -> InLast:
        return self.make(tree, InLast, duration=self.read(tree.children[0]))

    def _read_between_dates(self, tree: Tree[Any]) -> BetweenDates:
        start, end = map(self.read, tree.children)
        return self.make(tree, BetweenDates, range=self.make(tree, DateRange, start=start, end=end))

    def _read_within_of_first(self, tree: Tree[Any]) -> WithinOfFirst:
        duration, which, anchor = tree.children
        if which.lower() != "first":
            self.fail("A window runs from a first event, as in: within 7d of first(signup).", which)
        return self.make(
            tree, WithinOfFirst, duration=self.read(duration), anchor=self.read(anchor)
        )

    def _read_seen(self, tree: Tree[Any]) -> Seen:
        which, operator, at = tree.children
        which = which.lower().removesuffix("_seen")
        return self.make(tree, Seen, which=which, operator=_operator(operator), at=self.read(at))

    def _read_inactive(self, tree: Tree[Any]) -> Inactive:
        return self.make(tree, Inactive, duration=self.read(tree.children[0]))

    def _read_sequence(self, tree: Tree[Any]) -> Sequence:
        found = [self.read(child) for child in tree.children]
        within = found.pop() if isinstance(found[-1], Duration) else None
        return self.make(tree, Sequence, steps=tuple(found), within=within)

    def _read_then_not(self, tree: Tree[Any]) -> ThenNot:
        first, absent, within = map(self.read, tree.children)
        return self.make(tree, ThenNot, first=first, absent=absent, within=within)

    def _read_users_of(self, tree: Tree[Any]) -> UsersOf:
        query, *picks = map(self.read, tree.children)
        return self.make(tree, UsersOf, query=query, pick=tuple(picks))

    def _read_pick(self, tree: Tree[Any]) -> tuple[str, Scalars]:
        name, operator, value = tree.children
        if _operator(operator) != "=":
            self.fail("A number of a result is named with '=', as in: with step = 1.", operator)
        return self.read(name), self.read(value)


def position(place: Tree[Any] | Token) -> int:
    """Return where a tree or token begins in the text."""
    if isinstance(place, Token):
        return place.start_pos or 0
    return getattr(place.meta, "start_pos", 0)


def unquoted(token: str) -> str:
    """Return the name that a bare or double-quoted token spells."""
    if not token.startswith('"'):
        return str(token)
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), token[1:-1], flags=re.S)


def text_of(token: str) -> str:
    """Return the text that a single-quoted token spells."""
    return token[1:-1].replace("''", "'")


def _operator(token: str) -> str:
    return {"<>": "!=", "==": "="}.get(token, str(token))


def _parts(value: object) -> Iterator[object]:
    for item in value if isinstance(value, tuple) else (value,):
        if isinstance(item, Printed):
            yield item
