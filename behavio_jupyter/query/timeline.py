"""Timelines: whose events are looked at, and which of them."""

from __future__ import annotations

from numbers import Number
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from .base import Definition


def _id(user: Any) -> Any:
    return str(user) if isinstance(user, Number) else user


Name = Annotated[str, Field(min_length=1)]


class Timeline(Definition):
    """What is looked at of one user. It is shown, by ``%timeline`` or a widget, and not counted.

    Attributes
    ----------
    user : str or None
        The id of the user whose events are shown; a number will do. None: nobody yet.
    segment : str or None
        The saved segment whose users are gone through; None: all users.
    event : str or None
        Only events of this name.
    text : str or None
        Only events that have this text in their name or in a property; case does not matter.

    Examples
    --------
    >>> shown = Timeline(user="00004", segment="loyal", event="purchase")
    >>> str(shown)
    "timeline '00004' for loyal only purchase"
    """

    kind: Literal["timeline"] = "timeline"
    user: Annotated[Name, BeforeValidator(_id)] | None = None
    segment: Name | None = None
    event: Name | None = None
    text: Name | None = None
