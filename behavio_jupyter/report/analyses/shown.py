"""What a report's notebook shows beside results: a sentence, a table of words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...result.base import PLOTLY

if TYPE_CHECKING:
    import plotly.graph_objects as go


class Sentence:
    """A paragraph.

    Parameters
    ----------
    text : str
    kind : str
        The class that the page's style sheet knows; default: none.
    """

    def __init__(self, text: str, kind: str = "") -> None:
        self._text, self._kind = text, kind

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        kind = f' class="{self._kind}"' if self._kind else ""
        return f"<p{kind}>{escape(self._text)}</p>"


class Chart:
    """A Plotly figure, shown by whoever shows Plotly's type; a line of text elsewhere.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
    """

    def __init__(self, figure: go.Figure) -> None:
        self._figure = figure

    def __repr__(self) -> str:
        return f"[chart: {self._figure.layout.title.text}]"

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {PLOTLY: self._figure.to_plotly_json(), "text/plain": repr(self)}


class Table:
    """Text in rows; the first column names them."""

    def __init__(
        self, head: Sequence[str], rows: Sequence[Sequence[Any]], caption: str = ""
    ) -> None:
        self._head, self._rows, self._caption = head, rows, caption

    def __repr__(self) -> str:
        frame = pd.DataFrame(list(map(list, self._rows)), columns=list(self._head))
        return f"{self._caption}\n{frame.to_string(index=False)}".strip()

    def _repr_html_(self) -> str:
        kinds = [_kind([str(row[place]) for row in self._rows]) for place in range(len(self._head))]
        head = "".join(
            f'<th scope="col"{kind}>{_unbroken(name)}</th>'
            for name, kind in zip(self._head, kinds, strict=True)
        )
        rows = "\n".join(_row(row, kinds) for row in self._rows)
        name = escape(self._caption or "Table")
        caption = f"<caption>{escape(self._caption)}</caption>" if self._caption else ""
        return (
            f'<div class="behavio-wide" role="region" tabindex="0" aria-label="{name}">'
            f'<table class="behavio-table">{caption}<thead><tr>{head}</tr></thead>\n'
            f"<tbody>{rows}</tbody></table></div>"
        )


def _row(row: Sequence[Any], kinds: Sequence[str]) -> str:
    first, *others = map(str, row)
    cells = "".join(
        f"<td{_mark(cell) or kind}>{_whole(cell)}</td>"
        for cell, kind in zip(others, kinds[1:], strict=True)
    )
    return f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'


def _kind(cells: Sequence[str]) -> str:
    """Return the class of a column of words; numbers are to the right unless said."""
    numbers = [cell for cell in cells if cell[:1] in "+−–-" or cell[:1].isdigit()]
    return "" if 2 * len(numbers) >= len(cells) else ' class="behavio-word"'


def _unbroken(name: str) -> str:
    """Return the name of a column; periods such as 2026-07 stay in one line."""
    return escape(name) if " " in name else f'<span class="behavio-one">{escape(name)}</span>'


def _whole(cell: str) -> str:
    """Return the text of a cell in which no line ends before a sign of equality or behind it."""
    return escape(cell).replace(" = ", "\u00a0=\u00a0")


def _mark(cell: str) -> str:
    first = cell.split(",", maxsplit=1)[0]
    if first in ("changed", "differs", "look"):
        return ' class="behavio-word behavio-sure"'
    return ' class="behavio-word behavio-noise"' if first in ("noise", "not tested") else ""
