"""Steps of funnels and sequences."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from .base import Printed, from_text
from .predicate import EventsText


class Step(Printed):
    """One step: some events, and whether it may be left out.

    Text: ``visit``, ``(cart | wishlist)[amount > 20]``, ``coupon?``.
    """

    kind: Literal["step"] = "step"
    events: EventsText
    optional: bool = False


StepText = Annotated[Step, BeforeValidator(lambda value: from_text("step", value))]
