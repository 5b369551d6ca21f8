"""The browser of a widget, as Python sees it."""

from __future__ import annotations

from itertools import count

from behavio_jupyter.widgets import AnalysisWidget

_PAGES = count()


def tell(widget, **content):
    """Send a request as the browser does, and wait for what comes of it.

    It comes from a page of its own: the numbers of requests are the test's.
    """
    shown = {"answer": widget.answered} if isinstance(widget, AnalysisWidget) else {}
    sent = {"id": 1, "page": f"page {next(_PAGES)}", **shown, **content}
    widget._receive(widget, sent, [])
    for background in list(widget._aside.values()):
        background.wait()
    # What is done beside the answer, such as saving a segment, may ask again.
    if isinstance(widget, AnalysisWidget):
        widget.wait()
