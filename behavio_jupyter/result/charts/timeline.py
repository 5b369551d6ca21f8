"""Lines over periods: what is not over is dashed, what is null is a gap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ...engine.answers import NONE, OTHER
from ..picks import Pick
from .canvas import Canvas, grid, label
from .theme import PALETTE, colours, faded

_PLOT = 300
_PANEL = 190
_GAP = 70
_SYMBOLS = ("circle", "diamond", "square", "triangle-up")
_MADE_UP = {NONE: "cross", OTHER: "x"}
_MARKED = 60
"""Lines of more points than this have no markers."""


class Line(NamedTuple):
    """One group over time.

    Attributes
    ----------
    key : tuple of str
        The group: nothing, a value, or a value and a segment.
    periods : Series of timestamps
    values : list of float
        Not-a-number where there is none.
    complete : list of bool
    hover : list of str
    picks : list of dict or None
        What names each point, for ``result.behind``.
    low, high : list of float
        The interval, if there is one.
    """

    key: tuple[str, ...]
    periods: pd.Series
    values: list[float]
    complete: list[bool]
    hover: list[str]
    picks: list[Pick] | None
    low: list[float] | None = None
    high: list[float] | None = None


class Panels(NamedTuple):
    """How the lines were laid out."""

    rows: int
    height: int
    above: int
    coloured: bool

    def legend(self, groups: Sequence[str]) -> str | None:
        """Return the title of the legend, if there is one."""
        return groups[0] if self.coloured else None


def add_lines(canvas: Canvas, drawn: Sequence[Line]) -> Panels:
    """Draw lines coloured by the first part of their key, a panel for each second part."""
    panels = list(dict.fromkeys(line.key[1:] for line in drawn))
    names = list(dict.fromkeys(line.key[0] for line in drawn if line.key))
    rows, columns = grid(len(panels), 2)
    height = _PLOT if len(panels) == 1 else rows * _PANEL + (rows - 1) * _GAP
    if len(panels) > 1:
        canvas.figure = make_subplots(
            rows,
            columns,
            shared_yaxes="all",
            horizontal_spacing=0.08,
            vertical_spacing=_GAP / height if rows > 1 else 0,
            subplot_titles=[label(" · ".join(panel), 44) for panel in panels],
        )
        canvas.figure.update_layout(template=go.layout.Template())
        canvas.figure.update_annotations(font_size=13, font_color=canvas.theme.text)
    else:
        canvas.figure = make_subplots(1, 1)
        canvas.figure.update_layout(template=go.layout.Template())
    paint = colours(names)
    for line in drawn:
        place = panels.index(line.key[1:])
        cell = {"row": place // columns + 1, "col": place % columns + 1}
        name = line.key[0] if line.key else ""
        order = names.index(name) if name else 0
        symbol = _MADE_UP.get(name, _SYMBOLS[order // len(PALETTE) % len(_SYMBOLS)])
        _add(canvas.figure, line, paint.get(name, PALETTE[0]), name, symbol, cell, place == 0)
        if len(drawn) == 1 and line.low is not None:
            _add_band(canvas.figure, line, PALETTE[0], cell)
    _tick_at_weeks(canvas.figure, drawn[0].periods)
    return Panels(rows, height, 24 if len(panels) > 1 else 0, len(names) > 1)


def _tick_at_weeks(figure: go.Figure, periods: pd.Series) -> None:
    """Put ticks where weeks start; Plotly would put them on Sundays of its own choice."""
    days = periods.dt.tz_localize(None).diff().dropna().dt.days
    if len(days) and (days == 7).all():
        every = -(-len(periods) // 9)
        figure.update_xaxes(
            tick0=periods.iloc[0].strftime("%Y-%m-%d"),
            dtick=every * 7 * 86_400_000,
            tickformat="%b %-d\n%Y",
        )


def _add(
    figure: go.Figure,
    line: Line,
    colour: str,
    name: str,
    symbol: str,
    cell: dict[str, int],
    first: bool,
) -> None:
    # Wall-clock text: Plotly has no time zones and would show UTC.
    clock = [stamp.strftime("%Y-%m-%dT%H:%M:%S") for stamp in line.periods]
    values = [None if math.isnan(value) else value for value in line.values]
    over = [value if done else None for value, done in zip(values, line.complete, strict=True)]
    # The dashes begin at the last point that is over, so that the line does not break.
    open_ = [
        value if not done or not all(line.complete[place : place + 2]) else None
        for place, (value, done) in enumerate(zip(values, line.complete, strict=True))
    ]
    mode = "lines+markers" if len(clock) <= _MARKED else "lines"
    common = {"x": clock, "legendgroup": name, "mode": mode, "connectgaps": False}
    figure.add_trace(
        go.Scatter(
            y=over,
            name=label(name, 32),
            line={"color": colour, "width": 2.5},
            marker={"size": 6, "symbol": symbol},
            hoverinfo="text",
            hovertext=line.hover,
            customdata=line.picks,
            showlegend=bool(name) and first,
            **common,
        ),
        **cell,
    )
    if any(value is not None for value in open_) and not all(line.complete):
        hover = ["" if done else text for text, done in zip(line.hover, line.complete, strict=True)]
        figure.add_trace(
            go.Scatter(
                y=open_,
                name=f"{label(name, 32)} not over yet".strip(),
                line={"color": colour, "width": 2.5, "dash": "dash"},
                marker={
                    "size": [0 if done else 7 for done in line.complete],
                    "symbol": f"{symbol}-open",
                },
                hoverinfo="text",
                hovertext=hover,
                customdata=line.picks,
                showlegend=False,
                **common,
            ),
            **cell,
        )


def _add_band(figure: go.Figure, line: Line, colour: str, cell: dict[str, int]) -> None:
    """Shade the interval, in pieces where there is none in between."""
    assert line.low is not None
    assert line.high is not None
    clock = [stamp.strftime("%Y-%m-%dT%H:%M:%S") for stamp in line.periods]
    piece: list[int] = []
    for place in range(len(clock) + 1):
        if place < len(clock) and not math.isnan(line.low[place]):
            piece.append(place)
            continue
        if len(piece) > 1:
            figure.add_trace(
                go.Scatter(
                    x=[clock[at] for at in (*piece, *reversed(piece))],
                    y=[line.high[at] for at in piece] + [line.low[at] for at in reversed(piece)],
                    fill="toself",
                    fillcolor=faded(colour, 0.18),
                    line={"width": 0},
                    hoverinfo="skip",
                    mode="lines",
                    name="95 % interval",
                    showlegend=False,
                ),
                **cell,
            )
        piece = []
