"""Clauses that part the users of a question into groups."""

from __future__ import annotations

from ...log import EventLog
from ...query.printing import name as quoted
from .traits import few_values

_MOST = 3


def clauses(log: EventLog) -> list[tuple[str, str]]:
    """Return the clauses for the first three properties and segments, each with a plain name.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> clauses(datasets.contributions())
    [('by repo top 5', 'repo'), ('by bot top 5', 'bot')]
    """
    found = [
        (
            f"by {'user.' if row.owner == 'user' else ''}{quoted(str(row.name))} top 5",
            _plain(str(row.name)),
        )
        for row in few_values(log).head(_MOST).itertuples()
    ]
    for name in list(log.segments)[:_MOST]:
        written = quoted(name)
        found.append((f"for {written} vs not {written}", f"segment_{_plain(name)}"))
    return found


def _plain(name: str) -> str:
    """Return a name that files may have."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)
