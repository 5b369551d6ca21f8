"""What all definitions share: they are frozen values that print to text and parse back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)

from ..errors import DefinitionError, nearest_hint

if TYPE_CHECKING:
    from .text import Part


class Model(BaseModel):
    """A frozen value that refuses unknown fields and not-a-number.

    Raises
    ------
    DefinitionError
        Instead of pydantic's error: one sentence that names the field and what it takes.
    """

    # Built once, where all names have met (see the package's __init__), not at each definition.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    @model_validator(mode="wrap")
    @classmethod
    def _one_sentence(cls, value: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return build(value)
        except ValidationError as error:
            raise DefinitionError(_sentence(cls, error)) from None


def _sentence(model: type[BaseModel], error: ValidationError) -> str:
    """Say the first of pydantic's complaints in our words."""
    found = error.errors(include_url=False)
    # Of a union's complaints, what is wrong with the value tells more than what else it could be.
    same = [each for each in found if each["loc"][:1] == found[0]["loc"][:1]]
    first = next((each for each in same if not each["type"].endswith("_type")), found[0])
    name, kind, given = model.__name__, first["type"], first.get("input")
    shown = spelled(given)
    fields = [field for field in model.model_fields if field != "kind"]
    if not first["loc"]:
        return f"{name} cannot be made from {shown}; it takes {', '.join(fields)}."
    field = str(first["loc"][0])
    if kind == "extra_forbidden":
        return f"{name} takes no {field!r}{nearest_hint(field, fields)}."
    if kind == "missing":
        return f"{name} needs {field!r}."
    if kind == "literal_error":
        expected = first.get("ctx", {}).get("expected", "")
        hint = (
            nearest_hint(given, re.findall(r"'([^']*)'", expected))
            if isinstance(given, str)
            else ""
        )
        return f"{name} takes {expected} as {field!r}, not {shown}{hint}."
    rule = first["msg"].removeprefix("Input ").removeprefix("String ").rstrip(".")
    return f"{field!r} of {name} {rule[0].lower()}{rule[1:]}, not {shown}."


def spelled(value: object) -> str:
    """Return a value as an error shows it, cut where it is long."""
    try:
        return f"{value!r:.60}"
    except ValueError:  # Python refuses to write whole numbers of more than 4300 digits
        return "a number that long"


class Printed(Model):
    """A model with a text form: ``str(x)`` is what a user types for it."""

    def __str__(self) -> str:
        """Return the text form."""
        from .printing import to_text

        return to_text(self)


class Definition(Printed):
    """A whole question. ``parse(str(d)) == d`` holds for every one."""


def from_text(part: Part, value: Any) -> Any:
    """Let a string stand for the part of a definition it spells; pass anything else through."""
    if isinstance(value, str):
        from .text import parse_part

        return parse_part(part, value)
    return value
