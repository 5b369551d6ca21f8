"""What all definitions share: they are frozen values that print to text and parse back."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen value that refuses unknown fields and not-a-number."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Printed(Model):
    """A model with a text form: ``str(x)`` is what a user types for it."""

    def __str__(self) -> str:
        """Return the text form."""
        from .printing import to_text

        return to_text(self)


class Definition(Printed):
    """A whole question. ``parse(str(d)) == d`` holds for every one."""


def from_text(part: str, value: Any) -> Any:
    """Let a string stand for the part of a definition it spells; pass anything else through."""
    if isinstance(value, str):
        from .text import parse_part

        return parse_part(part, value)
    return value
