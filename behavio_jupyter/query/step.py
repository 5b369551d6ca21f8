"""Steps of funnels and sequences."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from ..errors import DefinitionError
from .base import Printed, from_text
from .predicate import EventsText


class Step(Printed):
    """One step: some events, whether it may be left out, and what it is called.

    Text: ``visit``, ``(cart | wishlist)[amount > 20]``, ``coupon?``, ``cart as "In the basket"``.
    """

    kind: Literal["step"] = "step"
    events: EventsText
    optional: bool = False
    label: str | None = Field(None, min_length=1)

    @field_validator("label")
    @classmethod
    def _seen(cls, label: str | None) -> str | None:
        if label is not None and not label.strip():
            raise DefinitionError("A step's name has to have a letter that can be seen.")
        return label


StepText = Annotated[Step, BeforeValidator(lambda value: from_text("step", value))]
