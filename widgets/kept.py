"""Widgets that leave a copy of what they show in the notebook."""

from __future__ import annotations

from abc import abstractmethod
from html import escape
from typing import Any

from IPython.display import display
from traitlets import TraitError

from behavio_jupyter import BehavioError, EventLog
from behavio_jupyter.interrupts import interruptible

from .log_widget import LogWidget
from .notebook import Place

UNREADABLE = (BehavioError, ValueError, KeyError, TypeError, AttributeError, TraitError)
"""What comes of a state that was written otherwise, or by hand."""

_VIEW = ".lm-Panel.jp-OutputArea-output"


def hiding_lost(beside: str) -> str:
    """Return a style sheet for an output next to that of a widget.

    In a notebook that is opened again the widget is gone, and JupyterLab would write so. An
    output without an element is of a widget that is gone, or not there yet.

    Parameters
    ----------
    beside : str
        What selects the widget's output: by what stands before or behind it.
    """
    return f"<style>{beside} > {_VIEW}:not(:has(*)) {{ display: none }}</style>"


_LOST = hiding_lost(".jp-OutputArea-child:has(~ .jp-OutputArea-child .behavio-static)")


def copy_of(html: str, text: str) -> dict[str, str]:
    """Return the output of a copy: markup that needs nothing else, and plain text."""
    return {"text/html": f'<div class="behavio-static">{html}</div>{_LOST}', "text/plain": text}


def copy_of_sentence(said: str) -> dict[str, str]:
    """Return the output of a copy that is a sentence."""
    return copy_of(f"<p>{escape(said)}</p>", said)


NOTHING_ASKED = "Nothing is asked yet."


class KeptWidget(LogWidget):
    """A widget with a copy of what it shows, for where no browser draws it.

    A subclass sets its ``_place``.

    Parameters
    ----------
    log : EventLog
    """

    _place: Place

    def __init__(self, log: EventLog) -> None:
        self._shown: list[Any] = []
        super().__init__(log)

    @abstractmethod
    def wait(self) -> None:
        """Wait until the widget shows what it is asked."""

    @abstractmethod
    def copy(self) -> dict[str, str]:
        """Return what is shown for where no browser draws it: see :func:`copy_of`."""

    @property
    @abstractmethod
    def state(self) -> str:
        """What the cell that runs again goes on with; :meth:`restore` takes it."""

    @abstractmethod
    def restore(self, state: str) -> None:
        """Go on from an earlier ``state``; what cannot be read raises one of ``UNREADABLE``."""

    @interruptible
    def _ipython_display_(self) -> None:
        """Show the widget, and a copy for where no browser draws it.

        Two outputs: of one with both, notebooks and nbconvert would show the widget only, and
        nothing where it is not running. Beside a running widget its style sheet hides the copy,
        and beside the copy a widget that is gone is hidden.
        """
        self._place.shown(self)
        self._show(type(self).__name__)
        self.wait()
        record = self._place.record(self.state)
        self._shown.append(display(self.copy(), metadata=record, raw=True, display_id=True))

    def _show_copy_again(self) -> None:
        for shown in self._shown:
            shown.update(self.copy(), metadata=self._place.record(self.state), raw=True)
