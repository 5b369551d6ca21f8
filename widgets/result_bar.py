"""The bar beneath a result."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import traitlets

from behavio_jupyter import BehavioError, EventLog
from behavio_jupyter.notebook import Cell
from behavio_jupyter.result import Result

from . import outputs
from .copied import call_of, line_of
from .kept import hiding_lost
from .log_widget import Content, LogWidget, built

_MOST_NUMBERS = 200
_MOST_CSV = 2_000_000
"""Notebook servers pass on three million bytes in three seconds, and drop what is more."""
_LOST = hiding_lost(".jp-OutputArea-child:has(.behavio-shown) + .jp-OutputArea-child")


class ResultBar(LogWidget):
    """What stands beneath a result: chart and table, copies, a file, and the users behind.

    Results show it themselves, where somebody can click.

    Parameters
    ----------
    log : EventLog
        Where segments are saved, and where the events of users are.
    result : Result
    cell : Cell
        Shows the result; once it runs again, the bars of its last run end.

    Attributes
    ----------
    text : str
        The line of magic that asks the same.
    python : str
        The call that asks the same.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> log = datasets.cdnow()
    >>> bar = ResultBar(log, log.segment("count(purchase) > 9"), Cell("cell", "run"))
    >>> bar.text, bar.python
    ('%segment count(purchase) > 9', 'log.segment("count(purchase) > 9")')
    """

    _esm = built("result_bar.js")
    _css = built("result_bar.css")

    kind = traitlets.Unicode().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    python = traitlets.Unicode().tag(sync=True)
    nothing = traitlets.Bool(False).tag(sync=True)
    """Whether there is nobody to show."""

    markup = f'<span class="behavio-shown"></span>{_LOST}'
    """What is added to the result's table: it hides the bar once there is nothing behind it."""

    def __init__(self, log: EventLog, result: Result, cell: Cell) -> None:
        self._result = result
        super().__init__(log)
        self.kind = result.definition.kind
        self._log_changed()
        asked = line_of(result.definition).removeprefix(f"%{self.kind}").lstrip()
        self.python = call_of(log, self.kind, asked)
        self.nothing = bool(result.nothing)
        outputs.shown(self, cell, cell)

    @property
    def requests(self) -> dict[str, Any]:
        """What can be asked for, and what answers it."""
        return super().requests | {
            "numbers": self._numbers,
            "cells": self._cells,
            "csv": self._csv,
        }

    def users(self, pick: Content) -> Any:
        """Return the users behind a number of the result."""
        return self._result.behind(pick)

    def _log_changed(self) -> None:
        self.text = line_of(self._result.definition, self._log)

    def _names(self) -> dict[str, Any]:
        return {"log": self._log.name}  # nothing here is chosen from the names of the log

    def _numbers(self, content: Content) -> Content:
        typed = content["typed"].casefold().split()
        found = [
            number
            for number in self._every_number
            if all(word in number.words.casefold() for word in typed)
        ]
        return {"numbers": [number._asdict() for number in found[:_MOST_NUMBERS]]}

    @cached_property
    def _every_number(self) -> list[Any]:
        return list(self._result.numbers)

    def _cells(self, _content: Content) -> Content:
        return {"tables": self._result.cells}

    def _csv(self, _content: Content) -> Content:
        written = self._result.to_csv() or ""
        if len(written.encode()) > _MOST_CSV:
            raise BehavioError(
                f"The file has {len(written) / 1e6:.0f} MB, too much to come through the notebook: "
                f'write it where the kernel runs, with .to_csv("{self._file}").'
            )
        return {"csv": written, "file": self._file}

    @property
    def _file(self) -> str:
        name = re.sub(r"\W+", "-", self._log.name.removesuffix(".behavio")).strip("-")
        return "-".join(part for part in (name, self.kind) if part) + ".csv"

    def _ipython_display_(self) -> None:
        self._show("")
