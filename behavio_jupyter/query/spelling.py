"""How the words of the grammar are spelled, read from the grammar itself."""

from __future__ import annotations

import functools
import itertools
import re

from .text import grammar

_FOLLOWED = {r"(?=\s*\()": "(", r"(?=\s*\.)": "."}
_GROUP = re.compile(r"\(([^()]*)\)")


@functools.cache
def spellings(terminal: str) -> tuple[str, ...]:
    """Return how a keyword or sign is written; none for names, numbers and the like.

    A word that is one only before a bracket or a dot is given with it.

    Examples
    --------
    >>> spellings("IN_ANY_ORDER"), spellings("_DID"), spellings("NAME")
    (('in any order',), ('did(',), ())
    >>> spellings("COUNTED")
    ('users', 'first entries', 'attempts', 'sessions', 'sequences')
    """
    found = grammar().get_terminal(terminal).pattern
    if found.type != "re":
        return ()
    pattern = found.value
    word, *_ = re.split(r"\(\?[=!]", pattern, maxsplit=1)
    end = next((sign for ahead, sign in _FOLLOWED.items() if pattern.endswith(ahead)), "")
    word = word.replace(r"\s+", " ").replace(r"\.?", "")
    parts = _GROUP.split(word)
    choices = [part.split("|") if "|" in part else [part] for part in parts]
    texts = ["".join(chosen) for chosen in itertools.product(*choices)]
    if any(re.search(r"[\\\[\]{}*+?^$]", text) for text in texts):
        return ()
    return tuple(text + " " * (end == "(" and " " in text) + end for text in texts)


@functools.cache
def order() -> dict[str, int]:
    """Return the place of each terminal in the grammar."""
    return {terminal.name: place for place, terminal in enumerate(grammar().terminals)}
