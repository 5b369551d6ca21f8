"""The folder in which a run works, seen from both sides: the runner and the notebook."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from .figures import KeyFigure

Tables = Literal["csv", "parquet"]
VARIABLE = "BEHAVIO_RUN"
"""Names the folder to the kernel."""

UNWATCHED = {"BEHAVIO_PROGRESS": "off"}
"""Keeps bars out of notebooks that nobody watches; they would be outputs, empty in the end."""


class Earlier(BaseModel):
    """The run before of the same report."""

    model_config = ConfigDict(frozen=True)

    period: str
    figures: list[KeyFigure]


class Orders(BaseModel):
    """What the runner tells the notebook.

    Attributes
    ----------
    stale : bool
        Go on with a log that ends before the period.
    earlier : Earlier or None
    tables : {"csv", "parquet"}
        As what tables are kept.
    """

    model_config = ConfigDict(frozen=True)

    stale: bool = False
    earlier: Earlier | None = None
    tables: Tables = "csv"


class Notes(BaseModel):
    """What the notebook tells the runner."""

    figures: list[KeyFigure] = []
    findings: list[str] = []
    partial: str = ""


class Room:
    """A folder with orders, notes and tables.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def here(cls) -> Room | None:
        """Return the room that this kernel runs in; None in a notebook that somebody opened."""
        named = os.environ.get(VARIABLE)
        return None if named is None else cls(Path(named))

    @property
    def entering(self) -> str:
        """The line of Python that lets a kernel know the room, and that nobody watches it."""
        known = {VARIABLE: str(self.folder.resolve()), **UNWATCHED}
        return f"import os; os.environ.update({known!r})"

    def order(self, orders: Orders) -> None:
        """Leave orders for the notebook."""
        self._orders.write_text(orders.model_dump_json(), encoding="utf-8")

    @property
    def orders(self) -> Orders:
        """What the runner tells."""
        return Orders.model_validate_json(self._orders.read_text(encoding="utf-8"))

    def note(self, notes: Notes) -> None:
        """Leave notes for the runner, in place of earlier ones."""
        self._notes.write_text(notes.model_dump_json(), encoding="utf-8")

    @property
    def notes(self) -> Notes:
        """What the notebook told; nothing if it is no notebook of ours."""
        if not self._notes.exists():
            return Notes()
        return Notes.model_validate_json(self._notes.read_text(encoding="utf-8"))

    def table(self, name: str) -> Path:
        """Return where a table is kept; the ending says as what."""
        tables = self.folder / "tables"
        tables.mkdir(exist_ok=True)
        return tables / f"{name}.{self.orders.tables}"

    def clear(self) -> None:
        """Take away what was only for the two sides."""
        for path in (self._orders, self._notes):
            path.unlink(missing_ok=True)

    @property
    def _orders(self) -> Path:
        return self.folder / "orders.json"

    @property
    def _notes(self) -> Path:
        return self.folder / "notes.json"
