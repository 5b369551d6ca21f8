"""What a report's notebook shows beside results: a sentence, a table of words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd


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
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self._head)
        rows = "\n".join(map(_row, self._rows))
        caption = f"<caption>{escape(self._caption)}</caption>" if self._caption else ""
        return (
            f'<table class="behavio-table">{caption}<thead><tr>{head}</tr></thead>\n'
            f"<tbody>{rows}</tbody></table>"
        )


def _row(row: Sequence[Any]) -> str:
    first, *others = map(str, row)
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
    return f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
