"""Segments: a condition on each user's whole history, or on a window of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from ..errors import DefinitionError
from .base import Definition, Printed, from_text
from .predicate import (
    And,
    Between,
    Comparison,
    EventsText,
    FirstLast,
    In,
    IsNull,
    Like,
    Not,
    Or,
    Property,
    Real,
    Scalar,
    kind_of,
    walk,
)
from .step import StepText
from .time import DateRange, Duration, Moment

if TYPE_CHECKING:
    from . import Question

Operator = Literal["=", "!=", "<", "<=", ">", ">="]


class InLast(Printed):
    """``in last 30d``: (reference - 30 d, reference]."""

    kind: Literal["in_last"] = "in_last"
    duration: Duration


class BetweenDates(Printed):
    """``between 2026-01-01 and 2026-02-01``; an end given as a date includes that day."""

    kind: Literal["between_dates"] = "between_dates"
    range: DateRange

    @model_validator(mode="after")
    def _closed(self) -> Self:
        if self.range.start is None or self.range.end is None:
            raise DefinitionError("The window 'between a and b' needs both dates.")
        return self


class WithinOfFirst(Printed):
    """``within 7d of first(signup)``: from the user's first such event to that long after it."""

    kind: Literal["within_of_first"] = "within_of_first"
    duration: Duration
    anchor: EventsText


Window = Annotated[
    Annotated[InLast, Tag("in_last")]
    | Annotated[BetweenDates, Tag("between_dates")]
    | Annotated[WithinOfFirst, Tag("within_of_first")],
    Discriminator(kind_of),
]


class Did(Printed):
    """``did(E)``: at least one such event."""

    kind: Literal["did"] = "did"
    events: EventsText
    window: Window | None = None


class Measured(Printed):
    """``count(E) >= 10 in last 90d``: a number about a user's events compared with a constant.

    ``count``, ``count_days`` (days of the log's time zone with such an event), and of a property
    ``sum``, ``avg``, ``min``, ``max``, ``distinct``. Counts and sums of no events are 0; ``avg``,
    ``min`` and ``max`` of none are null, which compares as neither true nor false.
    """

    kind: Literal["measured"] = "measured"
    function: Literal["count", "count_days", "sum", "avg", "min", "max", "distinct"]
    events: EventsText
    property: str | None = None
    operator: Operator
    value: Real
    window: Window | None = None

    @model_validator(mode="after")
    def _property_where_needed(self) -> Self:
        needs = self.function not in ("count", "count_days")
        if needs and self.property is None:
            raise DefinitionError(
                f"{self.function}(…) needs a property, as in {self.function}(purchase.amount)."
            )
        if not needs and self.property is not None:
            raise DefinitionError(f"{self.function}(…) counts events; it takes no property.")
        return self


class Seen(Printed):
    """``first_seen >= 2026-01-01`` or ``last_seen < 30d ago`` (counted back from the reference)."""

    kind: Literal["seen"] = "seen"
    which: Literal["first", "last"]
    operator: Operator
    at: Annotated[
        Annotated[Duration, Tag("duration")] | Annotated[Moment, Tag("moment")],
        Discriminator(lambda value: "duration" if _is_duration(value) else "moment"),
    ]


class Inactive(Printed):
    """``inactive for 60d``: no event in (reference - 60 d, reference]."""

    kind: Literal["inactive"] = "inactive"
    duration: Duration


class Sequence(Printed):
    """``sequence(A -> B -> C within 1h)``: some ordered attempt reaches the last step."""

    kind: Literal["sequence"] = "sequence"
    steps: tuple[StepText, ...] = Field(min_length=2)
    within: Duration | None = None

    @model_validator(mode="after")
    def _no_labels(self) -> Self:
        if any(step.label is not None for step in self.steps):
            raise DefinitionError(
                "The steps of a sequence are not shown, so 'as …' belongs to funnels only."
            )
        return self


class ThenNot(Printed):
    """``A then not B within 7d``: some A whose 7 days are over without a B after it."""

    kind: Literal["then_not"] = "then_not"
    first: EventsText
    absent: EventsText
    within: Duration


class InSegment(Printed):
    """A saved segment, by name."""

    kind: Literal["in_segment"] = "in_segment"
    name: str = Field(min_length=1)


class UsersOf(Printed):
    """``users of (funnel visit -> cart within 7d) with step = 1 and dropped = true``.

    The users behind one number of another question. ``pick`` holds the arguments that
    ``result.users(…)`` takes, as (name, value) pairs in the order of their names.
    """

    kind: Literal["users_of"] = "users_of"
    query: Question
    pick: tuple[tuple[str, Scalar], ...] = ()

    @field_validator("pick")
    @classmethod
    def _names_once(cls, pick: tuple[tuple[str, Scalar], ...]) -> tuple[tuple[str, Scalar], ...]:
        if len({name for name, _ in pick}) < len(pick):
            raise DefinitionError(
                "'with …' says every thing once, as in: with step = 1 and dropped = true."
            )
        return tuple(sorted(pick, key=lambda pair: pair[0]))


Condition = Annotated[
    Annotated[Comparison, Tag("comparison")]
    | Annotated[In, Tag("in")]
    | Annotated[Between, Tag("between")]
    | Annotated[Like, Tag("like")]
    | Annotated[IsNull, Tag("is_null")]
    | Annotated[Not, Tag("not")]
    | Annotated[And, Tag("and")]
    | Annotated[Or, Tag("or")]
    | Annotated[Did, Tag("did")]
    | Annotated[Measured, Tag("measured")]
    | Annotated[Seen, Tag("seen")]
    | Annotated[Inactive, Tag("inactive")]
    | Annotated[Sequence, Tag("sequence")]
    | Annotated[ThenNot, Tag("then_not")]
    | Annotated[InSegment, Tag("in_segment")]
    | Annotated[UsersOf, Tag("users_of")],
    Discriminator(kind_of),
]
"""A condition on one user."""


def _is_duration(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"\s*\d+\s*(mo|[smhdw])\s*", value) is not None
    return isinstance(value, Duration | dict)


def condition_of(value: Any) -> Any:
    """Return the condition of a segment, or of a result that has one; read text; pass the rest."""
    segment = getattr(value, "definition", value)
    if not isinstance(segment, Segment):
        return from_text("condition", value)
    if segment.reference is not None:
        raise DefinitionError(
            f"A segment with its own 'as of', such as {segment}, is used in others by the name "
            "it is saved under."
        )
    return segment.condition


def user_level(condition: Any) -> Any:
    """Refuse properties of events where only users are looked at."""
    if isinstance(condition, And | Or):
        for part in condition.parts:
            user_level(part)
    elif isinstance(condition, Not):
        user_level(condition.part)
    elif isinstance(condition, Comparison | In | Between | Like | IsNull):
        # What stands inside first(E.p) is about the events E.
        inside = {
            id(node) for of in walk(condition) if isinstance(of, FirstLast) for node in walk(of)
        }
        for node in walk(condition):
            if isinstance(node, Property) and node.owner == "event" and id(node) not in inside:
                raise DefinitionError(
                    f"{node} is a property of events, and a segment looks at users: "
                    f"write first({node}), last({node}) or user.{node}."
                )
    return condition


ConditionText = Annotated[Condition, BeforeValidator(condition_of), AfterValidator(user_level)]


class Segment(Definition):
    """A set of users: those whose history meets a condition.

    Parameters
    ----------
    condition : Condition
        What must hold. Text is parsed: ``Segment(condition="did(purchase) in last 30d")``.
    reference : date or datetime, optional
        "Now" for ``in last …`` and ``… ago`` (text: ``as of 2026-01-01``); events after it are not
        seen. A date means its midnight. Default: the end of the log.

    Notes
    -----
    What each condition means: docs/semantics.md, "Segment".

    Examples
    --------
    >>> print(Segment(condition="count(purchase) >= 2 and user.plan = 'pro'"))
    count(purchase) >= 2 and user.plan = 'pro'
    """

    kind: Literal["segment"] = "segment"
    condition: ConditionText
    reference: Moment | None = None
