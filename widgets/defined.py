"""Widgets whose definition is changed in the browser."""

from __future__ import annotations

import contextlib
import threading
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import traitlets

from behavio_jupyter import BehavioError, EventLog

from .kept import KeptWidget
from .log_widget import Content, sentence


class DefinedWidget(KeptWidget):
    """A widget with a definition that comes from the browser, too.

    It comes as a message (``{"ask": "definition", …}``) and is answered by traits.

    Parameters
    ----------
    log : EventLog

    Attributes
    ----------
    error : str
        What is wrong, in a sentence.
    """

    request = traitlets.Int(0).tag(sync=True)
    """The number of the browser's request that the definition came with; 0: set in Python."""
    parts = traitlets.Dict().tag(sync=True)
    """The text of every part of the definition, by its path: ``steps.0.events``."""
    error = traitlets.Unicode().tag(sync=True)

    def __init__(self, log: EventLog) -> None:
        self._telling = threading.RLock()
        super().__init__(log)

    @abstractmethod
    def _take(self, asked: Any) -> None:
        """Take over what was changed in the browser; raise a BehavioError where it is wrong."""

    def _refuse(self, error: Exception) -> None:
        """Tell why what was changed is not taken over."""
        self.error = sentence(error)

    @contextlib.contextmanager
    def _at_once(self) -> Iterator[None]:
        """Tell the browser several traits in one message, whichever thread sets them."""
        with self._telling, self.hold_sync():
            yield

    def _receive(self, widget: object, content: Content, buffers: object) -> None:
        if content["ask"] != "definition":
            super()._receive(widget, content, buffers)
            return
        with self._at_once():
            self.request = content["id"]
            try:
                self._take(content["definition"])
            except BehavioError as error:
                self._refuse(error)
        self.request = 0
