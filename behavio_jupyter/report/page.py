"""A notebook as one HTML page: offline, light and dark, Plotly's JavaScript once."""

from __future__ import annotations

import re
import uuid
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..result.base import PLOTLY

if TYPE_CHECKING:
    from nbformat import NotebookNode

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
{script}
</head>
<body>
<main{kind}>
{body}
</main>
</body>
</html>
"""

_FOLDED = "<details><summary>The numbers and how they are counted</summary>\n{table}\n</details>"


def to_page(notebook: NotebookNode, title: str, *, inputs: bool = True) -> str:
    """Return an executed notebook as a self-contained page.

    Parameters
    ----------
    notebook : NotebookNode
        With outputs; Plotly figures among them become interactive charts.
    title : str
        Of the page.
    inputs : bool
        Whether the code is shown.

    Returns
    -------
    str
        HTML that loads nothing from anywhere.
    """
    from nbconvert import HTMLExporter
    from plotly.offline import get_plotlyjs
    from pygments.formatters import HtmlFormatter

    from .formats import nbformat

    shown = nbformat.from_dict(notebook)
    charts = False
    for cell in shown.cells:
        beneath = False
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if PLOTLY in data:
                charts = beneath = True
                output["data"] = {"text/html": _chart(data[PLOTLY])}
            elif beneath and not inputs and "text/html" in data:
                # Whoever reads a report sees the chart; the table is there for who wants it.
                beneath = False
                data["text/html"] = _FOLDED.format(table=data["text/html"])
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input=not inputs,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    body, _ = exporter.from_notebook_node(shown)
    script = f"<script>{get_plotlyjs()}</script>" if charts else ""
    light = HtmlFormatter(style="default").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    code = f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
    return framed(title, body, style=code, script=script)


def framed(title: str, body: str, *, kind: str = "", style: str = "", script: str = "") -> str:
    """Return a whole page around some markup; its looks come after ``style``."""
    own = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return _PAGE.format(
        title=escape(title),
        body=body,
        kind=f' class="{kind}"' if kind else "",
        style=style + own,
        script=script,
    )


def write_whole(path: Path, text: str) -> None:
    """Write a file beside and put it in place at once."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _chart(figure: dict[str, Any]) -> str:
    import plotly.io

    layout: Any = figure["layout"]
    title = str(layout.get("title", {}).get("text", ""))
    name = escape(re.sub("<[^>]*>", " ", title).strip(), quote=True)
    drawn = plotly.io.to_html(
        {"data": figure["data"], "layout": layout},
        full_html=False,
        include_plotlyjs=False,
        include_mathjax=False,
        validate=False,
        config={"displaylogo": False, "responsive": True},
    )
    return (
        f'<div class="behavio-wide behavio-chart" role="region" tabindex="0" '
        f'aria-label="Chart: {name}">{drawn}</div>'
    )
