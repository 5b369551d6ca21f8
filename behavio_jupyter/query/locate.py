"""Where in a text a name stands that a log does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lark import Token, Tree

from ..errors import QueryTextError, UnknownNameError
from .read_conditions import unquoted
from .text import Kind, syntax


def locate(
    error: UnknownNameError,
    text: str,
    variables: Mapping[str, Any] | None = None,
    *,
    kind: Kind | None = None,
) -> QueryTextError:
    """Turn an unknown name into an error that points at it in the text it came from.

    Parameters
    ----------
    error : UnknownNameError
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
    position = 0
    for role, token in _names(syntax(text, kind=kind)):
        if role == error.kind and error.name in _spelled(token, variables or {}):
            position = token.start_pos or 0
            break
    return QueryTextError(str(error), text, position)


def _spelled(token: Token, variables: Mapping[str, Any]) -> list[Any]:
    if token.type != "PLACEHOLDER":
        return [unquoted(token)]
    value: Any = variables.get(token.strip("{} "))
    return [value] if isinstance(value, str) else list(value) if hasattr(value, "__iter__") else []


def _names(tree: Tree[Any], role: str = "event") -> Iterator[tuple[str, Token]]:
    """Yield what each name in a tree is the name of, and its token, in the order of the text."""
    children = tree.children
    if tree.data == "name":
        yield role, children[0]
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
    for position, child in enumerate(children):
        if not isinstance(child, Tree):
            continue
        own = "property" if tree.data == "counted" and child.data == "name" and position else inner
        if tree.data == "filter":
            own = "event"
        yield from _names(child, own)
