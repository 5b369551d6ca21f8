"""Tables as they are read: text and HTML, cut where they are long and saying so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar

from .picks import Pick
from .wording import THIN, plural

_ROWS_OF_TEXT = 20
_ROWS_OF_HTML = 15
_WIDTH = 118
MOST = 1000
"""No more rows than this are made into text."""

_T = TypeVar("_T")

BAR = "rgba(0,114,178,0.35)"
"""A colour of bars on which numbers can be read, on white and on black."""

_UNBROKEN = 24
_CELL = 40
"""The widest a cell of the text table gets."""


@dataclass(frozen=True)
class Sheet:
    """A table whose cells are text.

    Attributes
    ----------
    columns : sequence of str
    rows : sequence of sequences of str
    words : int
        How many of the first columns hold names rather than numbers.
    source : str
        Where all rows are, for the note under a table that is cut.
    caption : str
        What the table shows; empty where the title says it.
    total : int, optional
        How many rows there are, where ``rows`` holds only some.
    latest : bool
        Rows are in the order of time: where the table is cut, the last ones stay.
    pinned : int
        So many of the first rows always stay.
    bars : tuple of int and sequence of float, optional
        The place of a column that can be drawn as bars, and their lengths, between 0 and 1.
    picks : callable, optional
        Gives, by the place of a column, for each row what names its number; None where nobody is
        behind. Called for clicks only: to show a table takes none.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int
    source: str = ".table"
    caption: str = ""
    total: int | None = None
    latest: bool = False
    pinned: int = 0
    bars: tuple[int, Sequence[float]] | None = None
    picks: Callable[[], Mapping[int, Sequence[Pick | None]]] = dict

    def cells(self) -> list[tuple[int, int, Pick]]:
        """Return row, column and pick of the cells in a notebook's table that have users."""
        return [
            (row, column, pick)
            for column, picks in self.picks().items()
            for row, pick in enumerate(self._kept(picks, _ROWS_OF_HTML))
            if pick is not None
        ]

    def text(self) -> str:
        """Return an aligned table, cut at 20 rows and at the width of a page."""
        kept = self._kept(self.rows, _ROWS_OF_TEXT)
        rows = [[_plain(cell) for cell in row] for row in kept]
        head = [_plain(column) for column in self.columns]
        widths = [max(map(len, cells)) for cells in zip(head, *rows, strict=True)]
        shown, total = 0, 0
        for width in widths:
            total += width + 2
            if shown and total > _WIDTH:
                break
            shown += 1

        def line(cells: Sequence[str]) -> str:
            aligned = [
                cell.ljust(width) if place < self.words else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
            ]
            return "  ".join(aligned[:shown]).rstrip()

        notes = self._cut(len(rows), len(head) - shown)
        return "\n".join(
            [
                *([self.caption] if self.caption else []),
                *(line(head), *map(line, rows)),
                *map(_flat, notes),
            ]
        )

    def html(self, *, every_row: bool = False, drawn: bool = False) -> str:
        """Return a ``<table>`` in the colours of its surroundings, cut at 15 rows.

        ``drawn`` draws the bars behind their numbers: a chart that needs no script.
        """
        most = len(self.rows) if every_row else _ROWS_OF_HTML
        rows = self._kept(self.rows, most)
        column, lengths = self.bars if drawn and self.bars else (None, [0.0] * len(self.rows))
        caption = f"<caption>{escape(self.caption)}</caption>" if self.caption else ""
        head = "".join(self._cell("th", place, text) for place, text in enumerate(self.columns))
        body = "\n".join(
            "<tr>"
            + "".join(
                self._cell("td", place, text, length if place == column else 0.0)
                for place, text in enumerate(row)
            )
            + "</tr>"
            for row, length in zip(rows, self._kept(lengths, most), strict=True)
        )
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._cut(len(rows), 0))
        return (
            f"<table>{caption}\n<thead><tr>{head}</tr></thead>\n"
            f"<tbody>\n{body}\n</tbody>\n</table>{notes}"
        )

    def _kept(self, rows: Sequence[_T], most: int) -> Sequence[_T]:
        if len(rows) <= most or not self.latest:
            return rows[:most]
        return [*rows[: self.pinned], *rows[self.pinned - most :]]

    def _cell(self, tag: str, place: int, text: str, length: float = 0.0) -> str:
        # Numbers and dates stay whole; names of events may be as long as they like.
        style = "text-align:left" if place < self.words else "text-align:right;white-space:nowrap"
        if place < self.words and len(text) <= _UNBROKEN:
            style += ";white-space:nowrap"
        if length > 0:
            end = f"{100 * length:.1f}%"
            style += (
                f";min-width:16em;background:linear-gradient(90deg,{BAR} {end},transparent {end})"
            )
        scope = ' scope="col"' if tag == "th" else ""
        return f'<{tag}{scope} style="{style}">{escape(text)}</{tag}>'

    def _cut(self, shown: int, columns: int) -> list[str]:
        rows = (len(self.rows) if self.total is None else self.total) - shown
        kind = "earlier row" if self.latest else "more row"
        parts = [plural(rows, kind)] if rows else []
        parts += [plural(columns, "more column")] if columns else []
        return [f"… {' and '.join(parts)}: all are in {self.source}"] if parts else []


def _plain(text: str) -> str:
    """Return the text of a cell for a page of equally wide characters: one line, cut."""
    flat = _flat(text)
    return flat if len(flat) <= _CELL else flat[: _CELL - 1] + "…"


def _flat(text: str) -> str:
    return " ".join(text.replace(THIN, " ").replace("\u00a0", " ").split("\n"))
