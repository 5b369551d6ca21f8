"""Results as plain text and as HTML: a fragment for a notebook's output, and a page of its own."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from .sheet import Sheet
from .wording import lines

if TYPE_CHECKING:
    import plotly.graph_objects as go

_WIDTH = 100
NARROWEST = 760
"""Pixels that a chart needs for its words; on a page that has fewer it is scrolled."""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 1060px; margin: 2rem auto; padding: 0 1rem;
  background: #fff; color: #222 }}
section, figure {{ overflow-x: auto; margin: 0 }}
figure > div {{ min-width: {narrowest}px }}
table {{ border-collapse: collapse; margin: 1rem 0; font-size: 13px;
  font-variant-numeric: tabular-nums }}
caption {{ text-align: left; font-weight: 600; padding: .3rem 0 }}
th, td {{ padding: .25rem .7rem; border-bottom: 1px solid #8884; white-space: nowrap }}
@media (prefers-color-scheme: dark) {{ body {{ background: #111; color: #ddd }} }}
@media print {{ .modebar-container {{ display: none }} }}
</style>
</head>
<body>
<main>
<figure tabindex="0" aria-label="Chart">
{chart}
</figure>
<section tabindex="0" aria-label="Tables">
{body}
</section>
</main>
</body>
</html>
"""


def fragment(
    title: str,
    subtitle: str,
    sheets: Iterable[Sheet],
    rule: str,
    nothing: str,
    *,
    every_row: bool = False,
    drawn: bool = False,
    chart: str = "",
) -> str:
    """Return a result as markup that takes the colours and fonts around it.

    Parameters
    ----------
    title, subtitle, rule : str
        Plain text.
    sheets : iterable of Sheet
        The tables.
    nothing : str
        Stands in for the tables where it is not empty.
    every_row : bool
        Whether long tables are shown whole.
    drawn : bool
        Whether rates are drawn as bars behind their numbers.
    chart : str
        Markup that stands before the tables.
    """
    tables = [sheet.html(every_row=every_row, drawn=drawn) for sheet in sheets]
    shown = [chart, *tables] if chart else tables
    body = f"<p>{escape(nothing)}</p>" if nothing else "\n".join(shown)
    return (
        f"<div>\n<p><strong>{escape(title)}</strong><br><small>{escape(subtitle)}</small></p>\n"
        f"{body}\n<p><small>{escape(rule)}</small></p>\n</div>"
    )


def text(title: str, subtitle: str, sheets: Iterable[Sheet], rule: str, nothing: str) -> str:
    """Return a result as plain text; parameters are those of :func:`fragment`."""
    head = f"{title}\n{subtitle}".replace("\u202f", " ").replace("\u00a0", " ")
    tables = [nothing] if nothing else [sheet.text() for sheet in sheets]
    return "\n\n".join([head, *tables, "\n".join(lines(rule, _WIDTH))])


def page(
    title: str,
    subtitle: str,
    figure: go.Figure,
    sheets: Iterable[Sheet],
    rule: str,
    nothing: str,
) -> str:
    """Return a whole page that loads nothing from anywhere."""
    chart = figure.to_html(
        full_html=False,
        include_plotlyjs=True,
        include_mathjax=False,
        config={"displaylogo": False, "responsive": True},
    )
    body = fragment(title, subtitle, sheets, rule, nothing, every_row=True)
    return _PAGE.format(title=escape(title), chart=chart, body=body, narrowest=NARROWEST)
