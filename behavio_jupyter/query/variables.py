"""What a Python variable may stand for in a text: ``{name}``."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ..errors import DefinitionError, QueryTextError, nearest_hint
from .base import spelled
from .segment import Segment, condition_of
from .time import DateRange, Duration

Scalars = bool | int | float | str


class Variables:
    """The variables a text may name, read as what the place in the text needs.

    Parameters
    ----------
    values : mapping or None
        Python variables by name.
    text : str
        The text they stand in, for errors.
    """

    def __init__(self, values: Mapping[str, Any] | None, text: str) -> None:
        self._values = values or {}
        self._text = text

    def value(self, token: Any) -> Any:
        """Return the variable a ``{name}`` token stands for."""
        name = token.strip("{} \t\r\n\f\v")
        if name not in self._values:
            public = sorted(str(key) for key in self._values if not str(key).startswith("_"))
            hint = nearest_hint(name, public) if public else "; none are given"
            raise self._error(f"There is no variable {name!r}{hint}.", token)
        return self._values[name]

    def names(self, token: Any) -> tuple[str, ...]:
        """Read the names of events: a string, or several."""
        found = self._items(self.value(token))
        if not found or not all(isinstance(name, str) for name in found):
            raise self._wrong(token, "the name of an event, or a list of names")
        return tuple(str(name) for name in found)

    def name(self, token: Any) -> str:
        """Read one name."""
        value = plain(self.value(token))
        if not isinstance(value, str):
            raise self._wrong(token, "a name")
        return value

    def is_name(self, token: Any) -> bool:
        """Say whether the variable is a string."""
        return isinstance(self.value(token), str)

    def scalar(self, token: Any) -> Scalars:
        """Read a literal; dates become ISO text, which compares with times."""
        value = plain(self.value(token))
        if not isinstance(value, bool | int | float | str) or _is_nothing(value):
            raise self._wrong(token, "text, a number, true or false, or a date")
        return value

    def scalars(self, token: Any) -> tuple[Scalars, ...]:
        """Read one literal or a list, tuple or set of them (a set in sorted order)."""
        found = self._items(self.value(token))
        good = [value for value in found if isinstance(value, bool | int | float | str)]
        if not found or len(good) < len(found) or any(map(_is_nothing, good)):
            raise self._wrong(token, "a list of text or numbers with something in it")
        return tuple(good)

    def number(self, token: Any) -> int | float:
        """Read a number."""
        value = plain(self.value(token))
        if isinstance(value, bool) or not isinstance(value, int | float) or _is_nothing(value):
            raise self._wrong(token, "a number")
        return value

    def duration(self, token: Any) -> Duration:
        """Read a span of time: ``"7d"``, a Duration or a timedelta."""
        value = self.value(token)
        if isinstance(value, Duration):
            return value
        if not isinstance(value, str | dt.timedelta):
            raise self._wrong(token, "a span of time such as '7d'")
        return self._built(token, lambda: Duration.model_validate(value))

    def moment(self, token: Any) -> dt.date | dt.datetime:
        """Read a date, a date-time, a pandas Timestamp or ISO text."""
        value = self.value(token)
        if not isinstance(value, str | dt.date) or _is_nothing(value):
            raise self._wrong(token, "a date")
        start = self._built(token, lambda: DateRange(start=value)).start
        assert start is not None
        return start

    def condition(self, token: Any) -> Any:
        """Read a segment: its definition, a result that has one, or the name of a saved one."""
        value = self.value(token)
        if isinstance(value, str):
            return value
        if not isinstance(getattr(value, "definition", value), Segment):
            raise self._wrong(token, "a segment, or the name of a saved one")
        return self._built(token, lambda: condition_of(value))

    def _items(self, value: Any) -> list[Any]:
        if isinstance(value, set | frozenset):
            return sorted(map(plain, value), key=lambda item: (type(item).__name__, str(item)))
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if hasattr(value, "tolist") and getattr(value, "ndim", 0) == 1:
            return [plain(item) for item in value.tolist()]
        return [plain(value)]

    def _built(self, token: Any, build: Callable[[], Any]) -> Any:
        try:
            return build()
        except DefinitionError as error:
            raise self._error(str(error), token) from None

    def _wrong(self, token: Any, expected: str) -> QueryTextError:
        value = self.value(token)
        what = "nothing" if value is None else f"{type(value).__name__} {spelled(value)}"
        return self._error(f"{token} is {what}; expected {expected}.", token)

    def _error(self, message: str, token: Any) -> QueryTextError:
        return QueryTextError(message, self._text, token.start_pos)


def plain(value: Any) -> Any:
    """Return a Python scalar for numpy's scalars, decimals and dates; pass on the rest."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dt.date):
        return None if _is_nothing(value) else str(value)
    if isinstance(value, Decimal):
        return float(value)
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return plain(value.item())
    return value


def _is_nothing(value: Any) -> bool:
    """Tell not-a-number and not-a-time, which differ from themselves, and infinity."""
    return bool(value != value) or value in (math.inf, -math.inf)  # noqa: PLR0124


def check_named(variables: Mapping[str, Any], question: object) -> None:
    """Refuse variables that a question does not name, such as ``within="7d"`` beside a text.

    Raises
    ------
    DefinitionError
        A variable would be ignored.

    Examples
    --------
    >>> check_named({"goal": "buy"}, "visit -> {goal}")
    """
    if variables and not isinstance(question, str):
        raise DefinitionError("Variables belong to a text; this question is a definition already.")
    for name in variables:
        if not re.search(rf"\{{\s*{name}\s*\}}", str(question)):
            raise DefinitionError(
                f"The text names no variable {name!r}; write {{{name}}} where it belongs."
            )
