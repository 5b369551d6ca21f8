"""Conditions on values: comparisons, ``in``, ``between``, ``like``, ``is null``, ``and or not``.

The same nodes serve two levels. In a *predicate* (a condition on one event) the values are event
properties, user properties and constants. In a segment's *condition* (on one user) the values are
user properties and first or last values; see :mod:`behavio_jupyter.query.segment`.
A comparison with a null is neither true nor false (three-valued logic, as in SQL); what is not
true in the end does not match.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    Tag,
)

from ..errors import DefinitionError
from .base import Printed, from_text

if TYPE_CHECKING:
    from .segment import Condition

LARGEST = 10**300
"""Whole numbers beyond it have no float to be compared with."""

Scalar = StrictBool | Annotated[StrictInt, Field(ge=-LARGEST, le=LARGEST)] | StrictFloat | StrictStr
Real = Annotated[int, Field(ge=-LARGEST, le=LARGEST)] | float


class Constant(Printed):
    """A literal: text, number, true or false."""

    kind: Literal["constant"] = "constant"
    value: Scalar


class Property(Printed):
    """A property of the event (``amount``) or of its user (``user.plan``)."""

    kind: Literal["property"] = "property"
    name: str = Field(min_length=1)
    owner: Literal["event", "user"] = "event"


class FirstLast(Printed):
    """``first(p)`` or ``last(p)``: the property at the user's first or last event that has it.

    Only in segments. ``events`` limits it to some events: ``first(signup.country)``.
    """

    kind: Literal["first_last"] = "first_last"
    which: Literal["first", "last"]
    property: str = Field(min_length=1)
    events: Events | None = None


class Arithmetic(Printed):
    """``left + right`` and so on."""

    kind: Literal["arithmetic"] = "arithmetic"
    operator: Literal["+", "-", "*", "/", "%"]
    left: Value
    right: Value


class Comparison(Printed):
    """``left = right`` and so on."""

    kind: Literal["comparison"] = "comparison"
    left: Value
    operator: Literal["=", "!=", "<", "<=", ">", ">="]
    right: Value


class In(Printed):
    """``value in ('a', 'b')``."""

    kind: Literal["in"] = "in"
    value: Value
    options: tuple[Scalar, ...] = Field(min_length=1)
    negated: bool = False


class Between(Printed):
    """``value between low and high``, both ends included."""

    kind: Literal["between"] = "between"
    value: Value
    low: Value
    high: Value
    negated: bool = False


class Like(Printed):
    r"""``value like 'a%'``: ``%`` stands for any text, ``_`` for one character, case counts.

    ``\`` before a ``%``, ``_`` or ``\`` takes it as it is.
    """

    kind: Literal["like"] = "like"
    value: Value
    pattern: str
    negated: bool = False


class IsNull(Printed):
    """``value is null`` or ``value is not null``."""

    kind: Literal["is_null"] = "is_null"
    value: Value
    negated: bool = False


class Not(Printed):
    """``not part``."""

    kind: Literal["not"] = "not"
    part: Condition


class And(Printed):
    """``a and b and …``."""

    kind: Literal["and"] = "and"
    parts: tuple[Condition, ...] = Field(min_length=2)


class Or(Printed):
    """``a or b or …``."""

    kind: Literal["or"] = "or"
    parts: tuple[Condition, ...] = Field(min_length=2)


class Events(Printed):
    """Some events: by name (any of several; none named means any event) and by a predicate.

    Text: ``visit``, ``any``, ``(cart | wishlist)``, ``purchase[amount > 20]``.
    """

    kind: Literal["events"] = "events"
    names: tuple[str, ...] = ()
    where: PredicateText | None = None


def kind_of(value: Any) -> str | None:
    """Return the kind by which pydantic tells the members of a union apart."""
    return value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)


Value = Annotated[
    Annotated[Constant, Tag("constant")]
    | Annotated[Property, Tag("property")]
    | Annotated[FirstLast, Tag("first_last")]
    | Annotated[Arithmetic, Tag("arithmetic")],
    Discriminator(kind_of),
]

EventsText = Annotated[Events, BeforeValidator(lambda value: from_text("events", value))]
PropertyText = Annotated[Property, BeforeValidator(lambda value: from_text("property", value))]


EVENT_LEVEL = ("comparison", "in", "between", "like", "is_null", "not", "and", "or")


def event_level(condition: Any) -> Any:
    """Refuse what only makes sense for a user, such as ``did(…)``, in a condition on an event."""
    for node in walk(condition):
        if node.kind not in (*EVENT_LEVEL, "constant", "property", "arithmetic"):
            raise DefinitionError(
                f"{node} is a condition on a user; it cannot stand in a condition on an event."
            )
    return condition


def walk(node: Any) -> Iterator[Any]:
    """Yield a node and all nodes below it, outermost first."""
    yield node
    for field in type(node).model_fields:
        value = getattr(node, field)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Printed) and hasattr(item, "kind"):
                yield from walk(item)


PredicateText = Annotated[
    "Condition",
    BeforeValidator(lambda value: from_text("predicate", value)),
    AfterValidator(event_level),
]
"""A condition on one event; text is parsed."""
