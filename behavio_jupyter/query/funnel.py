"""What a funnel is: who gets from step 1 to step k, within a window."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from ..errors import DefinitionError
from .base import Printed
from .clauses import EventQuestion, Sessions
from .predicate import EventsText
from .step import StepText
from .time import Duration, Period


class Exclusion(Printed):
    """``without E between a and b``: attempts with E strictly between steps a and b do not count.

    Without ``between``: between the first and the last step.
    """

    kind: Literal["exclusion"] = "exclusion"
    events: EventsText
    after: PositiveInt = 1
    before: PositiveInt | None = None


class Funnel(EventQuestion):
    """Who gets from step 1 to step k.

    Parameters
    ----------
    steps : sequence of Step or str
        At least two; strings are parsed: ``["visit", "purchase[amount > 20]"]``.
    within : Duration or str, default "30d"
        The conversion window: the longest elapsed time from step 1 to step k, inclusive.
    order : {"ordered", "strict", "any"}
        Text: nothing, ``in strict order``, ``in any order``.
    counting : {"users", "first entries", "attempts", "sessions"}
        What counts once; the default counts each user by the deepest attempt.
    sessions : Sessions
        Used by ``counting="sessions"`` only.
    same : str, optional
        An event property that must have one value in all steps of an attempt.
    exclusions : sequence of Exclusion
    attribution : "first", "last" or int
        The step whose event gives the breakdown's value (text: ``at step 2``, ``at last step``).
    per : {"hour", "day", "week", "month"}, optional
        Splits by the period of step 1.
    where, by, segments, during
        As for every analysis: see :class:`~behavio_jupyter.query.clauses.EventQuestion`.

    Raises
    ------
    DefinitionError
        Fewer than two steps; the first or last step optional; optional steps in strict or any
        order; an exclusion or attribution that names a step there is not.

    Notes
    -----
    The counting rules: docs/semantics.md, "Funnel".

    Examples
    --------
    >>> print(Funnel(steps=["visit", "cart", "purchase"], within="7d"))
    funnel visit -> cart -> purchase within 7d
    """

    kind: Literal["funnel"] = "funnel"
    steps: tuple[StepText, ...]
    within: Duration = Duration(amount=30, unit="d")
    order: Literal["ordered", "strict", "any"] = "ordered"
    counting: Literal["users", "first entries", "attempts", "sessions"] = "users"
    sessions: Sessions = Sessions()
    same: str | None = Field(None, min_length=1)
    exclusions: tuple[Exclusion, ...] = ()
    attribution: Literal["first", "last"] | PositiveInt = "first"
    per: Period | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        last = len(self.steps)
        if last < 2:
            raise DefinitionError("A funnel needs at least two steps, as in: visit -> purchase.")
        if last > 30:
            raise DefinitionError(f"A funnel can have at most 30 steps; this one has {last}.")
        optional = [number for number, step in enumerate(self.steps, 1) if step.optional]
        if optional and (optional[0] == 1 or optional[-1] == last):
            raise DefinitionError("The first and the last step of a funnel cannot be optional.")
        if optional and self.order != "ordered":
            raise DefinitionError(
                f"Optional steps need the usual order; they have no meaning in {self.order} order."
            )
        for exclusion in self.exclusions:
            before = exclusion.before or last
            if not exclusion.after < before <= last:
                raise DefinitionError(
                    f"'without … between {exclusion.after} and {before}' "
                    f"needs two steps in order, from 1 to {last}."
                )
            ends = {exclusion.after, before}
            if ends & set(optional):
                raise DefinitionError(
                    "'without … between' cannot begin or end at an optional step."
                )
        if self.exclusions and self.order == "any":
            raise DefinitionError(
                "'without …' needs an order of steps; it has no meaning in any order."
            )
        if isinstance(self.attribution, int) and self.attribution > last:
            raise DefinitionError(
                f"'at step {self.attribution}' names a step there is not; the last is {last}."
            )
        if self.attribution != "first" and self.by is None:
            raise DefinitionError("'at step …' belongs to a breakdown; add 'by' and a property.")
        if self.sessions != Sessions() and self.counting != "sessions":
            raise DefinitionError(
                "'session …' belongs to 'counting sessions'; add it or leave the session out."
            )
        return self
