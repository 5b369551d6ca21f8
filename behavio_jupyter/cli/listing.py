"""Tables in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_ROOM = 32
"""Letters in a line that a sentence needs to be read."""


def show(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table whose last column holds sentences.

    Where a terminal is too narrow for them they stand under their rows; nothing is cut off.
    """
    console = Console()
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    before = sum(widths[:-1]) + 2 * (len(widths) - 1)
    if console.width - before >= min(widths[-1], _ROOM):
        table = Table(box=None, pad_edge=False)
        for name in columns[:-1]:
            table.add_column(name, no_wrap=True)
        table.add_column(columns[-1])
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
        return
    for row in rows:
        console.print(Text("  ".join(part for part in row[:-1] if part)))
        console.print(Padding(Text(row[-1]), (0, 0, 0, 2)))
