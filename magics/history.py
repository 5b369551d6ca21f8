"""The questions that a notebook asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

_MOST = 200
"""How many questions are kept, the last ones."""
_NOTHING = "Nothing was asked yet. Try: %funnel"


@dataclass(frozen=True)
class Question:
    """A question that was answered.

    Attributes
    ----------
    log : str
        The name of the log that answered.
    magic : str
    text : str
        What stands behind the magic to ask again; Python variables are written out.
    key_figure : str
        The number to remember of the answer.
    """

    log: str
    magic: str
    text: str
    key_figure: str


class History:
    """The last questions of a notebook, in the order in which they were asked."""

    def __init__(self) -> None:
        self._questions: deque[Question] = deque(maxlen=_MOST)

    def add(self, question: Question) -> None:
        """Keep a question; of more than 200, the oldest is forgotten."""
        self._questions.append(question)

    def __iter__(self) -> Iterator[Question]:
        return iter(self._questions)


class Asked:
    """Questions and their key figures; shows itself in a notebook.

    Parameters
    ----------
    history : History
    current : str or None
        The log that answers; questions to other logs are written with their address.
    """

    def __init__(self, history: History, current: str | None) -> None:
        self._rows = [
            (f"%{asked.magic} {_address(asked, current)}{asked.text}".rstrip(), asked.key_figure)
            for asked in history
        ]

    def __repr__(self) -> str:
        if not self._rows:
            return _NOTHING
        return "\n".join(f"{line}\n    {figure}" for line, figure in self._rows)

    def _repr_html_(self) -> str:
        if not self._rows:
            return f"<p>{escape(_NOTHING)}</p>"
        cell = 'style="text-align:left;color:inherit;background:none;padding:.15em .8em"'
        rows = "".join(
            f"<tr><td {cell}><code>{escape(line)}</code></td><td {cell}>{escape(figure)}</td></tr>"
            for line, figure in self._rows
        )
        return f"<table>{rows}</table>"


def _address(asked: Question, current: str | None) -> str:
    return "" if asked.log == current else f"@{asked.log} "
