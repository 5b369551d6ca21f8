"""Clauses that several analyses share: filter, breakdown, segments to compare, sessions."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from ..errors import DefinitionError
from .base import Definition, Printed, from_text
from .predicate import PredicateText, PropertyText
from .segment import ConditionText
from .time import DateRange, Duration


class Breakdown(Printed):
    """``by country top 5``: one group for each value of a property.

    The ``top`` groups with the most users (funnel: at step 1; retention: in cohorts; paths:
    sequences; trend: matching events) are kept; the rest are ``(other)``; null is ``(none)``.
    """

    kind: Literal["breakdown"] = "breakdown"
    property: PropertyText
    top: PositiveInt = 10


class Sessions(Printed):
    """How a user's events are cut into sessions.

    ``session 30m``: an event more than the gap after the one before opens a new session.
    ``session mapped``: the log's session column. ``session off``: the whole history is one.
    """

    kind: Literal["sessions"] = "sessions"
    by: Literal["gap", "mapped", "off"] = "gap"
    gap: Duration = Duration(amount=30, unit="m")

    @model_validator(mode="after")
    def _gap_only_for_gap(self) -> Self:
        if self.by != "gap" and self.gap != Duration(amount=30, unit="m"):
            raise DefinitionError(f"A gap has no meaning for 'session {self.by}'.")
        return self


class EventQuestion(Definition):
    """What funnels, retention, paths and trends share."""

    where: PredicateText | None = Field(None, description="keeps only events that match")
    by: Annotated[
        Breakdown | None, BeforeValidator(lambda value: from_text("breakdown", value))
    ] = None
    segments: tuple[ConditionText, ...] = Field(
        (), description="one: only its users; several: compared"
    )
    during: Annotated[
        DateRange | None, BeforeValidator(lambda value: from_text("range", value))
    ] = None
