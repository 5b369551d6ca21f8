"""Every error a user can meet. Each message is one sentence that says what to do."""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Iterable
from itertools import pairwise

_COMPARED = 64
"""How many letters of a name, and how many names, are compared letter by letter."""


class BehavioError(Exception):
    """Base of all errors raised on purpose; shown in a notebook without a stack trace."""


class DataError(BehavioError):
    """The events cannot be read, or cannot be understood as an event log."""


class StoreError(BehavioError):
    """A saved store is damaged, from a newer version, or no store at all."""


class DefinitionError(BehavioError):
    """A question that is well written but cannot be asked, such as a funnel of one step."""


class TooLargeError(BehavioError):
    """What is asked needs more memory than there is."""


class MisfitError(DefinitionError):
    """A part of a definition that does not fit the log, such as text compared with a number.

    Parameters
    ----------
    message : str
        One sentence: what does not fit.
    parts : node of a definition or tuple
        The parts it lies in, the innermost last; a tuple is a name and value picked by ``with``.
    """

    def __init__(self, message: str, *parts: object) -> None:
        super().__init__(message)
        self.parts = parts


class QueryTextError(BehavioError):
    """A question in text form that cannot be read.

    Parameters
    ----------
    message : str
        One sentence: what was found, what was expected there.
    text : str
        The whole text of the question.
    position : int
        Zero-based offset into ``text`` of the place that is wrong.
    """

    def __init__(self, message: str, text: str, position: int) -> None:
        # What it quotes may have line breaks of its own.
        super().__init__(" ".join(message.splitlines()))
        self.text = text
        self.position = position

    def __str__(self) -> str:
        """Return the sentence, then the line of text with a caret under the place, if any."""
        if not self.text.strip():
            return str(self.args[0])
        before = self.text[: self.position]
        start = before.rfind("\n") + 1
        end = self.text.find("\n", self.position)
        line = self.text[start : end if end >= 0 else len(self.text)]
        caret = re.sub(r"[^\t]", " ", before[start:]) + "^"
        return f"{self.args[0]}\n  {line}\n  {caret}"


class UnknownNameError(BehavioError):
    """A name that does not exist, such as that of an event, property, segment, user or log.

    Parameters
    ----------
    kind : str
        What was looked for, as in ``"event"``, ``"user property"`` or ``"value of country"``.
    name : str
        The name that was not found.
    choices : iterable of str
        The names that exist.
    hint : str, optional
        What to say in place of the nearest choice.
    """

    def __init__(
        self, kind: str, name: str, choices: Iterable[str], hint: str | None = None
    ) -> None:
        self.kind = kind
        self.name = name
        self.choices = sorted(choices)
        hint = nearest_hint(name, self.choices) if hint is None else f"; {hint}"
        super().__init__(f"There is no {kind} {name!r}{hint}.")


def nearest_hint(name: str, choices: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"``-style help for a name that is not among the choices.

    Examples
    --------
    >>> nearest_hint("purchse", ["visit", "purchase"])
    "; the nearest is 'purchase'"
    >>> nearest_hint("a", [])
    '; there is none'
    """
    names = list(choices)
    if not names:
        return "; there is none"
    folded: dict[str, str] = {}
    for choice in names:
        folded.setdefault(choice.casefold()[:_COMPARED], choice)
    word = name.casefold()[:_COMPARED]
    close = difflib.get_close_matches(word, _likely(word, list(folded)), n=1, cutoff=0.5)
    if close:
        return f"; the nearest is {folded[close[0]]!r}"
    shown = ", ".join(repr(choice) for choice in names[:5])
    return f"; there is {shown}" + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _likely(word: str, names: list[str]) -> list[str]:
    """Return the names that share most pairs of letters with a word: comparing all takes long."""
    if len(names) <= _COMPARED:
        return names
    pairs = set(pairwise(word))

    def likeness(name: str) -> float:
        return len(pairs.intersection(pairwise(name))) / (len(word) + len(name) + 1)

    return heapq.nlargest(_COMPARED, names, likeness)
