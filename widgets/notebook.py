"""What a widget leaves in the notebook: its last result, and what it asked."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from behavio_jupyter.notebook import running_cell

_RECORD = "behavio"
"""The key in the metadata of an output."""

_asked: dict[tuple[str, ...], str] = {}
"""By cell, widget and what its cell gave it: the text last asked, since the kernel started."""


class Place:
    """A widget's place in the notebook: the cell that makes it and what that cell gives it.

    A cell that runs again finds here what was asked last, as long as it gives the widget the same
    as before: since the kernel started, or in the outputs of the notebook as it was saved.

    Parameters
    ----------
    widget : str
        The name of the widget's class.
    given : str
        What the cell asks.
    """

    def __init__(self, widget: str, given: str) -> None:
        self._key = (_cell(), widget, given)

    @property
    def asked(self) -> str | None:
        """The text last asked here; None where nothing is known of it."""
        cell, widget, given = self._key
        if not cell:
            return None
        if self._key not in _asked:
            for output in _saved_outputs(cell):
                record = output.get("metadata", {}).get(_RECORD, {})
                if (record.get("widget"), record.get("given")) == (widget, given):
                    return str(record["asked"])
        return _asked.get(self._key)

    def record(self, asked: str) -> dict[str, Any]:
        """Keep the text asked last; return it as the metadata of an output."""
        cell, widget, given = self._key
        if cell:
            _asked[self._key] = asked
        return {_RECORD: {"widget": widget, "given": given, "asked": asked}}


def _cell() -> str:
    """Return the id of the cell that is running, where the notebook tells it."""
    cell = running_cell()
    return "" if cell is None else cell.id


def _saved_outputs(cell: str) -> list[dict[str, Any]]:
    """Return the outputs of a cell in the notebook's file; none where there is no such file."""
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    cells = notebook.get("cells", []) if isinstance(notebook, dict) else []
    return next((one.get("outputs", []) for one in cells if one.get("id") == cell), [])
