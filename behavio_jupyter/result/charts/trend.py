"""Trends: lines over time."""

from __future__ import annotations

import plotly.graph_objects as go

from ..trend import TrendResult
from ..wording import moments, number
from .canvas import Canvas, hovers, label, series_of
from .timeline import Line, add_lines


def draw(result: TrendResult, theme: str) -> go.Figure:
    """Return the figure of a trend."""
    canvas = Canvas(result, theme)
    if result.nothing:
        return canvas.says(result.nothing)
    drawn = []
    for key, rows in series_of(result.table, result.groups):
        texts = [
            [*([" · ".join(key)] if key else []), period, f"{number(value)}", *_open(over)]
            for period, value, over in zip(
                moments(rows["period"]), rows["value"], rows["complete"], strict=True
            )
        ]
        complete = rows["complete"].tolist()
        values, picks = rows["value"].tolist(), result.picks(rows)
        drawn.append(Line(key, rows["period"], values, complete, hovers(texts), picks))
    panels = add_lines(canvas, drawn)
    canvas.figure.update_yaxes(rangemode="tozero", tickformat=",~r", separatethousands=True)
    canvas.figure.update_yaxes(title_text=label(str(result.definition.value), 40), col=1)
    canvas.figure.update_layout(separators=".\u202f")
    canvas.figure.update_xaxes(
        title_text=f"{result.definition.per} ({result.facts.timezone})", row=panels.rows
    )
    return canvas.finish(
        panels.height, left=80, legend=panels.legend(result.groups), above=panels.above
    )


def _open(over: bool) -> list[str]:
    return [] if over else ["not over yet"]
