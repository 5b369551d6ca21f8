"""Steps of funnels and sequences."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

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


StepText = Annotated[Step, BeforeValidator(lambda value: from_text("step", value))]
