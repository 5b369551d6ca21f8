"""Widgets whose definition is changed in the browser."""

from __future__ import annotations

import contextlib
import threading
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import traitlets

from behavio_jupyter import BehavioError

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
    page = traitlets.Unicode().tag(sync=True)
    """The page of the browser that the request came from."""
    parts = traitlets.Dict().tag(sync=True)
    """The text of every part of the definition, by its path: ``steps.0.events``."""
    error = traitlets.Unicode().tag(sync=True)
    _teller = 0
    """The thread that is telling several traits; no answer can be told meanwhile."""

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
            before, self._teller = self._teller, threading.get_ident()
            try:
                yield
            finally:
                self._teller = before

    def _begin(self, kind: tuple[str, ...], content: Content) -> None:
        if content["ask"] != "definition":
            super()._begin(kind, content)
            return
        with self._at_once():
            self.request, self.page = content["id"], content["page"]
            try:
                self._take(content["definition"])
            except BehavioError as error:
                self._refuse(error)
        self.request = 0

    def _may_wait(self) -> None:
        """Return where an answer can come while one waits for it.

        Raises
        ------
        BehavioError
            Somebody observes what is being told, and waits for what can only be told after it.
        """
        if self._teller == threading.get_ident():
            raise BehavioError(
                "The answer comes once this observer is through: go on in an observer of answer, "
                "instead of waiting here."
            )
