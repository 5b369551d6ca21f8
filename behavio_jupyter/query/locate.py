"""Where in a text a name stands that a log does not have, or a part that does not fit it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lark import Token, Tree

from ..errors import MisfitError, QueryTextError, UnknownNameError
from .clauses import Sessions
from .predicate import Between, Comparison, In, IsNull, Like, walk
from .read_conditions import position, text_of, unquoted
from .read_questions import QuestionReader
from .segment import Measured, Segment, UsersOf
from .text import Kind, syntax
from .trend import Series
from .variables import Variables

_RULES: dict[type[object], str] = {
    Comparison: "comparison",
    Between: "between",
    In: "in_",
    Like: "like",
    IsNull: "is_null",
    Measured: "measured",
    Series: "aggregate",
    Sessions: "sessions",
    UsersOf: "users_of",
    tuple: "pick",
}
"""By which rule of the grammar each part is read."""


def locate(
    error: UnknownNameError | MisfitError,
    text: str,
    variables: Mapping[str, Any] | None = None,
    *,
    kind: Kind | None = None,
) -> QueryTextError:
    """Turn an unknown name or a misfit into an error that points at it in the text it came from.

    Parameters
    ----------
    error : UnknownNameError or MisfitError
        As :func:`~behavio_jupyter.query.check.check` raises it.
    text : str
        The question as it was parsed.
    variables, kind
        As for :func:`~behavio_jupyter.query.text.parse`.

    Examples
    --------
    >>> from behavio_jupyter.errors import UnknownNameError
    >>> error = UnknownNameError("event", "buy", ["purchase"])
    >>> print(locate(error, "funnel visit[buy = 1] -> buy"))
    There is no event 'buy'; there is 'purchase'.
      funnel visit[buy = 1] -> buy
                               ^
    """
    tree = syntax(text, kind=kind)
    named = Variables(variables, text)
    at = 0
    if isinstance(error, MisfitError):
        reader = QuestionReader(text, named)
        for part in error.parts:
            for inner in tree.iter_subtrees_topdown():
                if _reads(inner, part, reader):
                    tree, at = inner, position(inner)
                    break
    else:
        for role, token in _names(tree):
            known = _spelled(token, named) if role == error.kind else ()
            if error.name in known or _holds(token, named, error.name):
                at = position(token)
                break
    return QueryTextError(str(error), text, at)


def _reads(tree: Tree[Any], part: object, reader: QuestionReader) -> bool:
    """Whether a tree spells a part of a definition; a variable may hold a whole segment."""
    if tree.data == "saved":
        return part in walk(reader.read(tree))
    if tree.data != _RULES.get(type(part)):
        return False
    # Compared as they print, for 1 equals True.
    return repr(reader.read(tree)) in (repr(part), repr({"sessions": part}))


def _spelled(token: Token, variables: Variables) -> tuple[str, ...]:
    if token.type != "PLACEHOLDER":
        return (text_of(token) if token.type == "STRING" else unquoted(token),)
    try:
        return variables.names(token)
    except QueryTextError:
        return ()


def _holds(token: Token, variables: Variables, name: str) -> bool:
    """Whether a variable is a segment in which something has this name."""
    value = variables.value(token) if token.type == "PLACEHOLDER" else None
    segment = getattr(value, "definition", value)
    return isinstance(segment, Segment) and any(
        name in field if isinstance(field, tuple) else name == field
        for node in walk(segment)
        for field in vars(node).values()
    )


def _names(tree: Tree[Any], role: str = "event") -> Iterator[tuple[str, Token]]:
    """Yield what each name in a tree is the name of, and its token, in the order of the text."""
    children = tree.children
    if tree.data == "name":
        yield role, children[0]
        return
    if tree.data == "who":
        yield "user", children[0]
        return
    if tree.data == "literal" and children[-1].type == "PLACEHOLDER":
        yield "property", children[-1]  # {p} = 1: a variable may name a property
        return
    if tree.data in ("p_property", "property", "c_property"):
        first = children[0]
        named = isinstance(first, Token) and first.type == "USER"
        if tree.data == "c_property" and not named:
            counted = children[1]
            # first(country): what looks like an event is a property.
            yield from _names(counted, "property" if len(counted.children) == 1 else "event")
            return
        if isinstance(children[-1], Token):
            yield "property", children[-1]
        else:
            yield from _names(children[-1], "user property" if named else "property")
        return
    inner = {"saved": "segment", "same": "property", "pick": "number"}.get(tree.data, role)
    for place, child in enumerate(children):
        if not isinstance(child, Tree):
            continue
        own = "property" if tree.data == "counted" and child.data == "name" and place else inner
        if tree.data == "filter":
            own = "event"
        yield from _names(child, own)
