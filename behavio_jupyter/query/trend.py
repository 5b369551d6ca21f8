"""What a trend is: a number per period."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Discriminator, Tag, model_validator

from ..errors import DefinitionError
from .base import Printed, from_text
from .clauses import EventQuestion, Sessions
from .predicate import EventsText, Real, kind_of
from .time import Period


class Series(Printed):
    """One number per period: ``users of visit``, ``sum(purchase.amount)``.

    ``events``, ``users``, ``sessions`` and ``events per user`` count; ``sum``, ``avg``,
    ``median`` and ``p90`` read a numeric property, leaving nulls out.
    """

    kind: Literal["series"] = "series"
    function: Literal[
        "events", "users", "sessions", "events per user", "sum", "avg", "median", "p90"
    ]
    events: EventsText
    property: str | None = None

    @model_validator(mode="after")
    def _property_where_needed(self) -> Self:
        needs = self.function in ("sum", "avg", "median", "p90")
        if needs and self.property is None:
            raise DefinitionError(
                f"{self.function}(…) needs a property, as in {self.function}(purchase.amount)."
            )
        if not needs and self.property is not None:
            raise DefinitionError(f"'{self.function} of' takes no property.")
        return self


class Number(Printed):
    """A constant in a formula."""

    kind: Literal["number"] = "number"
    value: Real


class Formula(Printed):
    """Two series combined period by period; a division by zero is null."""

    kind: Literal["formula"] = "formula"
    operator: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression


Expression = Annotated[
    Annotated[Series, Tag("series")]
    | Annotated[Number, Tag("number")]
    | Annotated[Formula, Tag("formula")],
    Discriminator(kind_of),
]


class Trend(EventQuestion):
    """A number per period.

    Parameters
    ----------
    value : Series, Formula or str
        Strings are parsed: ``"sum(purchase.amount) / users of visit"``.
    per : {"hour", "day", "week", "month"}, default "day"
    sessions : Sessions
        How sessions are cut, for ``sessions of …``.
    where, by, segments, during
        As for every analysis. A breakdown takes the value at each event.

    Notes
    -----
    The counting rules: docs/semantics.md, "Trend".

    Examples
    --------
    >>> print(Trend(value="users of purchase", per="week"))
    trend users of purchase per week
    """

    kind: Literal["trend"] = "trend"
    value: Annotated[Expression, BeforeValidator(lambda value: from_text("expression", value))]
    per: Period = "day"
    sessions: Sessions = Sessions()

    @model_validator(mode="after")
    def _counts_something(self) -> Self:
        if not list(series_of(self.value)):
            raise DefinitionError("A trend needs something to count, such as 'users of visit'.")
        return self


def series_of(expression: Series | Number | Formula) -> list[Series]:
    """Return the series of an expression, left to right."""
    if isinstance(expression, Formula):
        return series_of(expression.left) + series_of(expression.right)
    return [expression] if isinstance(expression, Series) else []
