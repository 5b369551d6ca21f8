"""The browser of a widget, as Python sees it."""

from __future__ import annotations

from behavio_jupyter.widgets import AnalysisWidget


def tell(widget, **content):
    """Send a request as the browser does, and wait for what comes of it."""
    widget._receive(widget, {"id": 1, **content}, [])
    for background in list(widget._aside.values()):
        background.wait()
    # What is done beside the answer, such as saving a segment, may ask again.
    if isinstance(widget, AnalysisWidget):
        widget.wait()
