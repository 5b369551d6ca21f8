"""Key figures: the numbers that a report is remembered by."""

from __future__ import annotations

import math
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from ..errors import DefinitionError
from ..result.wording import MISSING, number, percent

Kind = Literal["rate", "count", "value"]

Way = Literal["up", "down", ""]


class KeyFigure(BaseModel):
    """A number that a report is remembered by.

    Attributes
    ----------
    name : str
        What it is called, such as ``conversion``; rules name it so.
    kind : {"rate", "count", "value"}
        A part of some users, a number of users, or any other number.
    value : float or None
        The rate (0 to 1), the count or the number; None where nothing could be counted.
    count, size : int or None
        Of a rate: how many of how many.
    unit : str
        What is counted or measured, such as ``users``.
    good : {"up", "down", ""}
        Which way is good, where that is known; colours only.
    tested : bool
        Whether its changes can be tested: not where the same people are counted again, or several
        times.
    of : str
        The question it answers, where that may be another one next time; figures of different
        questions are not compared.

    Examples
    --------
    >>> KeyFigure.rate("conversion", 81, 263).words.replace("\u202f", " ")
    '30.8 %'
    >>> KeyFigure.counted("active users", 120, "users").words
    '120 users'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Kind
    value: float | None
    count: int | None = None
    size: int | None = None
    unit: str = ""
    good: Way = ""
    tested: bool = True
    of: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind == "rate" and (self.count is None or self.size is None):
            raise DefinitionError(f"The rate {self.name!r} needs its count and its size.")
        return self

    @classmethod
    def rate(
        cls,
        name: str,
        count: int,
        size: int,
        good: Way = "up",
        *,
        tested: bool = True,
        of: str = "",
    ) -> Self:
        """Return a part of some users: ``count`` of ``size``."""
        value = count / size if size else None
        return cls(
            name=name,
            kind="rate",
            value=value,
            count=count,
            size=size,
            good=good,
            tested=tested,
            of=of,
        )

    @classmethod
    def counted(
        cls, name: str, count: int, unit: str = "", good: Way = "up", *, tested: bool = True
    ) -> Self:
        """Return a number of users, or of others who come independently of each other."""
        value = float(count)
        return cls(name=name, kind="count", value=value, unit=unit, good=good, tested=tested)

    @classmethod
    def measured(cls, name: str, value: float | None, unit: str = "", good: Way = "") -> Self:
        """Return any other number; its changes are shown and not tested."""
        known = value is not None and math.isfinite(value)
        return cls(name=name, kind="value", value=value if known else None, unit=unit, good=good)

    def same_as(self, other: KeyFigure) -> bool:
        """Return whether two figures answer the same question, so that they can be compared."""
        return (self.name, self.kind, self.of) == (other.name, other.kind, other.of)

    @property
    def words(self) -> str:
        """The number as it is read."""
        if self.value is None:
            return MISSING
        if self.kind == "rate":
            return percent(self.value)
        return f"{number(self.value)} {self._unit}".strip()

    @property
    def _unit(self) -> str:
        return self.unit.removesuffix("s") if self.value == 1 else self.unit
