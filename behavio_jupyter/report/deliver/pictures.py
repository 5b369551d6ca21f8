"""The charts of a run as images."""

from __future__ import annotations

from typing import NamedTuple

from ...errors import BehavioError
from ...result.base import PLOTLY
from ...result.files import write_image
from ..archive import Run

MOST = 4
"""Charts in a message; the page has all."""

_INK, _PAPER = "#1c2430", "#ffffff"
_SCALE = 1.5


class Picture(NamedTuple):
    """A chart.

    Attributes
    ----------
    png : bytes
    told : str
        What stands above it in the report, for whom the image is not shown.
    """

    png: bytes
    told: str


def pictures(run: Run) -> list[Picture]:
    """Return the first charts of a run; none where Kaleido or Chrome is not there.

    A message without charts is worth more than none at all.
    """
    from ..formats import nbformat

    found: list[Picture] = []
    said = run.title
    for cell in nbformat.read(run.notebook, as_version=4).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if PLOTLY in data and len(found) < MOST:
                try:
                    found.append(Picture(_drawn(data[PLOTLY]), said))
                except BehavioError:
                    return found
            elif "behavio-finding" in data.get("text/html", ""):
                said = data.get("text/plain", said)
    return found


def _drawn(chart: dict[str, object]) -> bytes:
    import plotly.graph_objects as go

    figure = go.Figure({"data": chart["data"], "layout": chart["layout"]}, skip_invalid=True)
    # In the notebook the page behind gives the colour; an image has to bring its own.
    figure.update_layout(paper_bgcolor=_PAPER, plot_bgcolor=_PAPER, font_color=_INK)
    drawn = write_image(figure, None, "png", _SCALE)
    assert drawn is not None
    return drawn
