"""The browser of a widget, as Python sees it."""

from __future__ import annotations

from itertools import count

from behavio_jupyter.widgets import AnalysisWidget

_PAGES = count()


def tell(widget, **content):
    """Send a request as the browser does, and wait for what comes of it.

    It comes from a page of its own: the numbers of requests are the test's.
    """
    widget._receive(widget, {"id": 1, "page": f"page {next(_PAGES)}", **content}, [])
    for background in list(widget._aside.values()):
        background.wait()
    # What is done beside the answer, such as saving a segment, may ask again.
    if isinstance(widget, AnalysisWidget):
        widget.wait()
