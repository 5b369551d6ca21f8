"""A rule in words: which key figure, and what is to be told of it."""

from __future__ import annotations

import math
import re
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from ...errors import DefinitionError

Sign = Literal["<", "<=", ">", ">="]
Way = Literal["falls", "rises", "changes"]

_NUMBER = r"(-?\d+(?:\.\d+)?|-?\.\d+)"
_LEAD = re.compile(r"alert\s+when\s+", re.IGNORECASE)
_LIMIT = re.compile(rf"(?P<name>.+?)\s*(?P<sign><=|>=|<|>)\s*(?P<value>{_NUMBER})\s*(?P<part>%?)")
_MOVE = re.compile(
    rf"(?P<name>.+?)\s+(?P<way>falls|rises|changes)\s+by\s+more\s+than\s+(?P<by>{_NUMBER})\s*%"
    rf"(?:\s+and\s+p\s*<\s*(?P<p>{_NUMBER}))?",
    re.IGNORECASE,
)
_UNUSUAL = re.compile(r"(?P<name>.+?)\s+is\s+outside\s+(?:its|the)\s+usual\s+range", re.IGNORECASE)
_FORMS = "'conversion < 10%', 'conversion falls by more than 20% and p < 0.01' or "
_FORMS += "'conversion is outside its usual range'"


class Limit(NamedTuple):
    """A bound: ``conversion < 10%``.

    Attributes
    ----------
    sign : {"<", "<=", ">", ">="}
    value : float
        A part of 1 where it was written in percent.
    percent : bool
        Whether it was.
    """

    sign: Sign
    value: float
    percent: bool


class Move(NamedTuple):
    """A change since the run before: ``falls by more than 20% and p < 0.01``.

    Attributes
    ----------
    way : {"falls", "rises", "changes"}
    by : float
        As a part of the earlier number, of rates too: 30 % to 24 % falls by 20 %.
    p_value : float or None
        The change's p-value has to be below; None: it is not asked.
    """

    way: Way
    by: float
    p_value: float | None


class Unusual(NamedTuple):
    """Outside of the usual range."""


class Rule(BaseModel):
    """What is to be told of a key figure.

    Attributes
    ----------
    text : str
        As it is read, without ``alert when``.
    figure : str
        The key figure's name.
    condition : Limit, Move or Unusual

    Examples
    --------
    >>> Rule.parse("alert when conversion of step 3 < 10%").condition
    Limit(sign='<', value=0.1, percent=True)
    >>> Rule.parse("conversion falls by more than 20% and p < 0.01").condition
    Move(way='falls', by=0.2, p_value=0.01)
    >>> Rule.parse("active users is outside its usual range").figure
    'active users'
    """

    model_config = ConfigDict(frozen=True)

    text: str
    figure: str
    condition: Limit | Move | Unusual

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read a rule.

        Raises
        ------
        DefinitionError
            It is none.
        """
        said = " ".join(text.split())
        said = _LEAD.sub("", said, count=1) if _LEAD.match(said) else said
        if match := _MOVE.fullmatch(said):
            p_value = None if match["p"] is None else float(match["p"])
            if p_value is not None and not 0 < p_value <= 1:
                raise DefinitionError(f"In {said!r} p has to be more than 0 and at most 1.")
            by = _percent(match["by"])
            if by < 0:
                raise DefinitionError(f"In {said!r} the change has to be 0 % or more.")
            way: Way = match["way"].lower()  # type: ignore[assignment]
            return cls(text=said, figure=match["name"], condition=Move(way, by, p_value))
        if match := _UNUSUAL.fullmatch(said):
            return cls(text=said, figure=match["name"], condition=Unusual())
        if match := _LIMIT.fullmatch(said):
            percent = bool(match["part"])
            value = _percent(match["value"]) if percent else float(match["value"])
            sign: Sign = match["sign"]  # type: ignore[assignment]
            return cls(text=said, figure=match["name"], condition=Limit(sign, value, percent))
        raise DefinitionError(f"{text!r} is no rule; write {_FORMS}.")


def _percent(text: str) -> float:
    # 7 / 100 is the number nearest to 0.07, which 7 * 0.01 is not.
    value = float(text) / 100
    return value if math.isfinite(value) else math.inf
