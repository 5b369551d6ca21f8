"""Which users: what ``result.users(…)`` takes, checked and made plain, and what it can be asked."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from ..engine.answers import NONE
from ..errors import DefinitionError, nearest_hint
from ..query.variables import Scalars, plain
from .wording import moments

Check = Callable[[Any], Scalars]
"""Takes a value as given; returns it as definitions hold it, or says what is wrong with it."""

Pick = dict[str, Any]
"""Names a number: text, whole numbers, true and false, by the names that ``users`` takes."""


class Number(NamedTuple):
    """A number of a result whose users can be asked for.

    Attributes
    ----------
    words : str
        What it is a number of, such as ``US · 2. cart``.
    figure : str
        The number as it is shown.
    pick : dict
        Names it: ``result.behind(pick)`` are its users.
    """

    words: str
    figure: str
    pick: Pick


def checked(
    what: str, pick: Mapping[str, Any], checks: Mapping[str, Check]
) -> tuple[tuple[str, Scalars], ...]:
    """Return a pick as (name, value) pairs.

    Raises
    ------
    DefinitionError
        A name that this result does not have, or a value that is not in it.
    """
    for name in pick:
        if name not in checks:
            raise DefinitionError(
                f"The users of {what} cannot be picked by {name!r}{nearest_hint(name, checks)}."
            )
    return tuple((name, checks[name](value)) for name, value in sorted(pick.items()))


def named(kind: str, names: Iterable[Any]) -> Check:
    """Take one of some names; None is ``(none)``."""
    choices = dict.fromkeys(map(str, names))

    def check(value: Any) -> Scalars:
        given = plain(value)
        text = (
            {None: NONE, True: "true", False: "false"}[given]
            if given is None or isinstance(given, bool)
            else str(given)
        )
        if text not in choices:
            raise DefinitionError(f"There is no {kind} {text!r} here{nearest_hint(text, choices)}.")
        return text

    return check


def numbered(kind: str, numbers: Iterable[int]) -> Check:
    """Take one of some whole numbers."""
    choices = sorted(set(map(int, numbers)))

    def check(value: Any) -> Scalars:
        try:
            given = None if isinstance(value, bool) else operator.index(value)
        except TypeError:
            given = None
        if given not in choices:
            there = f"; there is {_spans(choices)}" if choices else "; there is none"
            raise DefinitionError(f"There is no {kind} {value!r} here{there}.")
        return given

    return check


def flag(kind: str) -> Check:
    """Take true or false."""

    def check(value: Any) -> Scalars:
        given = plain(value)
        if not isinstance(given, bool):
            raise DefinitionError(f"{kind!r} is True or False, not {value!r}.")
        return given

    return check


def dated(kind: str, stamps: Iterable[pd.Timestamp], timezone: str) -> Check:
    """Take one of some moments, given as text, date or timestamp; becomes ISO text."""
    choices = list(dict.fromkeys(stamps))

    def check(value: Any) -> Scalars:
        given: Any
        try:
            given = pd.Timestamp(value)
            given = given.tz_localize(timezone) if given.tzinfo is None else given
        except (ValueError, TypeError):
            given = pd.NaT
        if given not in choices:
            texts = moments(choices)
            hint = nearest_hint(str(value), texts) if texts else "; there is none"
            raise DefinitionError(f"There is no {kind} {str(value)!r} here{hint}.")
        return iso(choices[choices.index(given)], timezone)

    return check


def iso(stamp: pd.Timestamp, timezone: str) -> str:
    """Return the date alone where that means this moment, else the time with its offset."""
    day = stamp.strftime("%Y-%m-%d")
    try:
        alone = pd.Timestamp(day).tz_localize(timezone) == stamp
    except ValueError:  # a midnight that the clock shows twice or never
        alone = False
    return day if alone else stamp.isoformat()


def _spans(numbers: list[int]) -> str:
    if numbers == list(range(numbers[0], numbers[-1] + 1)) and len(numbers) > 2:
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(map(str, numbers[:8])) + (" …" if len(numbers) > 8 else "")
