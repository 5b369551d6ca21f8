"""Retention: cohorts × periods as a heatmap, and curves with the weighted average."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..picks import Pick
from ..retention import RetentionResult
from ..statistics import FEW
from ..wording import interval, moments, number, percent, plural
from .canvas import Canvas, hovers, label, series_of
from .theme import NEUTRAL, PALETTE, SEQUENTIAL, colours, faded

_AVERAGE = "average"
_WORDS = 15
"""Tables of more periods than this show rates on hover only."""
_ROWS = 45
"""Tables of more rows than this have lower rows, without words."""
_MOST = 90
"""At most so many rows are drawn: the last cohorts, the first groups."""
_ALL = 40
"""At most so many cohorts are drawn as curves."""


class _Row(NamedTuple):
    """One line of the heatmap.

    ``cells`` have retained, size, rate, low, high, complete; ``picks`` name their users.
    """

    name: str
    size: int
    cells: list[dict[Hashable, Any]]
    picks: Sequence[Pick | None]


def heatmap(result: RetentionResult, theme: str) -> go.Figure:
    """Return cohorts × periods; with groups, the averages of groups × periods."""
    canvas = Canvas(result, theme)
    if result.nothing:
        return canvas.says(result.nothing)
    cohorts = [] if result.groups else _cohorts(result)
    averages = _averages(result)
    rows = [*averages[:_MOST], *cohorts[-_MOST:]]
    spans = list(result.spans.values())
    rates = np.array([[cell["rate"] for cell in row.cells] for row in rows], np.float64)
    complete = np.array([[cell["complete"] for cell in row.cells] for row in rows], bool)
    words = len(spans) <= _WORDS and len(rows) <= _ROWS
    gap = 1.5 if words else 0.5
    # The average stands a little apart from the cohorts.
    places = [
        -index if index == 0 or result.groups else -index - 0.25 for index in range(len(rows))
    ]
    shown = np.where(complete, rates, np.nan)
    # Small cohorts swing widely: they do not set the scale, nor does the start itself.
    trusted = shown[[row.size >= FEW for row in rows]]
    later = trusted[:, 1:] if trusted.shape[1] > 1 else trusted
    top = (float(np.nanmax(later)) if np.isfinite(later).any() else 0.0) or 1.0
    more = "≥ " if np.nanmax(shown, initial=0.0) > top else ""
    bar = {
        "title": {"text": "retained<br> ", "side": "top", "font": {"size": 11}},
        "tickvals": [0, top / 2, top],
        "ticktext": [percent(0), percent(top / 2), f"{more}{percent(top)}"],
        "thickness": 10,
        "len": min(1.0, 190 / (len(rows) * _height(rows) + 1)),
        "lenmode": "fraction",
        "y": 1,
        "yanchor": "top",
        "outlinewidth": 0,
    }
    for block in [range(len(rows))] if result.groups else [range(1), range(1, len(rows))]:
        if not len(block):
            continue
        some = list(block)
        canvas.figure.add_trace(
            go.Heatmap(
                x=list(range(len(spans))),
                y=[places[at] for at in some],
                z=[[None if math.isnan(value) else value for value in shown[at]] for at in some],
                zmin=0,
                zmax=top,
                colorscale=[list(stop) for stop in SEQUENTIAL],
                text=[[_words(value) if words else "" for value in shown[at]] for at in some],
                texttemplate="%{text}" if words else "",
                textfont={"size": 11},
                hoverinfo="text",
                hovertext=[_hover(rows[at], spans) for at in some],
                customdata=[rows[at].picks for at in some],
                hoverongaps=False,
                xgap=gap,
                ygap=gap,
                dy=1,
                y0=places[some[0]],
                showscale=some[0] == 0,
                colorbar=bar,
            )
        )
    _add_open_cells(canvas, rows, places, complete, spans, words)
    _name_rows(canvas, rows, places)
    canvas.figure.update_xaxes(
        tickvals=list(range(len(spans))),
        ticktext=spans,
        title_text=_periods(result),
        range=[-0.5, len(spans) - 0.5],
        showgrid=False,
        side="bottom",
    )
    if len(spans) > _WORDS:
        every = -(-len(spans) // _WORDS)
        canvas.figure.update_xaxes(
            tickvals=list(range(0, len(spans), every)), ticktext=spans[::every]
        )
    left = len(averages) + len(cohorts) - len(rows)
    if left:
        what = plural(left, "more group" if result.groups else "earlier cohort")
        canvas.note(f"{what} {'is' if left == 1 else 'are'} in .table", 24, left=True, size=11)
    canvas.figure.update_layout(barmode="overlay", bargap=0)
    return canvas.finish(max(90, len(rows) * _height(rows)), left=200, right=90)


def curves(result: RetentionResult, theme: str) -> go.Figure:
    """Return a line for each cohort and the weighted average; with groups, their averages."""
    canvas = Canvas(result, theme)
    if result.nothing:
        return canvas.says(result.nothing)
    spans = list(result.spans.values())
    positions = list(range(len(spans)))
    if not result.groups:
        cohorts = _cohorts(result)[-_ALL:]
        left_out = len(result.cohorts) - len(cohorts)
        named = f"the last {len(cohorts)} cohorts" if left_out else "cohorts"
        for row in cohorts:
            canvas.figure.add_trace(
                go.Scatter(
                    x=positions,
                    y=[_value(cell["rate"]) for cell in row.cells],
                    mode="lines+markers",
                    line={"color": faded(NEUTRAL, 0.55), "width": 1},
                    marker={"size": 4},
                    name=named,
                    legendgroup="cohorts",
                    showlegend=row is cohorts[0],
                    hoverinfo="text",
                    hovertext=_hover(row, spans),
                    customdata=row.picks,
                )
            )
    averages = _averages(result)
    paint = colours([row.name for row in averages])
    for row in averages:
        colour = paint[row.name] if result.groups else PALETTE[0]
        name = label(row.name, 32) if result.groups else "weighted average, 95 % interval"
        known = [place for place in positions if not math.isnan(row.cells[place]["low"])]
        canvas.figure.add_trace(
            go.Scatter(
                x=[*known, *reversed(known)],
                y=[row.cells[at]["high"] for at in known]
                + [row.cells[at]["low"] for at in reversed(known)],
                fill="toself",
                fillcolor=faded(colour, 0.18),
                mode="lines",
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
                legendgroup=name,
            )
        )
        canvas.figure.add_trace(
            go.Scatter(
                x=positions,
                y=[_value(cell["rate"]) for cell in row.cells],
                mode="lines+markers",
                line={"color": colour, "width": 3},
                marker={"size": 6},
                name=name,
                legendgroup=name,
                hoverinfo="text",
                hovertext=_hover(row, spans),
                customdata=row.picks,
            )
        )
    every = -(-len(spans) // 20)
    canvas.figure.update_xaxes(
        tickvals=positions[::every], ticktext=spans[::every], title_text=_periods(result)
    )
    canvas.figure.update_yaxes(title_text="retained", tickformat=".0%", rangemode="tozero")
    return canvas.finish(320, left=80, legend=", ".join(result.groups))


def _averages(result: RetentionResult) -> list[_Row]:
    found = []
    sizes = result.cohorts
    for key, rows in series_of(result.average, result.groups):
        own = sizes
        for column, value in zip(result.groups, key, strict=True):
            own = own[own[column].astype(str) == value]
        cells = rows.assign(complete=rows["size"] > 0).to_dict("records")
        name, picks = " · ".join(key) or _AVERAGE, result.average_picks(rows)
        found.append(_Row(name, int(own["size"].sum()), cells, picks))
    return found


def _cohorts(result: RetentionResult) -> list[_Row]:
    table = result.table
    cells, picks = table.to_dict("records"), result.cell_picks()
    width = len(result.spans)
    cohorts = result.cohorts
    return [
        _Row(
            name,
            int(size),
            cells[place * width : (place + 1) * width],
            picks[place * width : (place + 1) * width],
        )
        for place, (name, size) in enumerate(
            zip(moments(cohorts["cohort"]), cohorts["size"], strict=True)
        )
    ]


def _hover(row: _Row, spans: list[str]) -> list[str]:
    texts = []
    for cell, span in zip(row.cells, spans, strict=True):
        head = [row.name, f"period {span}"]
        if cell["complete"]:
            bounds = interval(cell["low"], cell["high"])
            counted = f"{number(cell['retained'])} of {number(cell['size'])} users"
            texts.append([*head, f"{percent(cell['rate'])} (95 %: {bounds})", counted])
        elif cell["size"]:
            so_far = f"{number(cell['retained'])} of {number(cell['size'])} so far"
            texts.append([*head, "not over yet", so_far])
        else:
            texts.append([*head, "not over yet for any cohort"])
    return hovers(texts)


def _add_open_cells(
    canvas: Canvas,
    rows: list[_Row],
    places: list[float],
    complete: np.ndarray,
    spans: list[str],
    words: bool,
) -> None:
    """Hatch the cells that are not over: a heatmap has no hatch.

    Bars are pointed at, and one area of all cells has the hatch: Chromium makes an image of each
    hatched bar, and a PDF of a hundred of them is too large for a mail.
    """
    open_ = [(int(row), int(column)) for row, column in np.argwhere(~complete)]
    if not open_:
        return
    half, wide = 0.5 - 1.5 / _height(rows), 0.475 if words else 0.45
    around = [(-wide, -half), (wide, -half), (wide, half), (-wide, half), (-wide, -half)]
    canvas.figure.add_trace(
        go.Bar(
            x=[column for _, column in open_],
            y=[2 * half] * len(open_),
            base=[places[row] - half for row, _ in open_],
            width=2 * wide,
            marker={"color": "rgba(128,128,128,0.06)", "line": {"width": 0}},
            hoverinfo="text",
            hovertext=[_hover(rows[row], spans)[column] for row, column in open_],
            customdata=[rows[row].picks[column] for row, column in open_],
            name="not over yet",
            showlegend=False,
        )
    )
    canvas.figure.add_trace(
        go.Scatter(
            x=[x for _, column in open_ for x in [*(column + dx for dx, _ in around), None]],
            y=[y for row, _ in open_ for y in [*(places[row] + dy for _, dy in around), None]],
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillpattern={
                "shape": "/",
                "fgcolor": "rgba(128,128,128,0.55)",
                "size": 7,
                "solidity": 0.15,
            },
            hoverinfo="skip",
            showlegend=False,
        )
    )
    canvas.note("hatched: not over yet", 24, size=11)


def _name_rows(canvas: Canvas, rows: list[_Row], places: list[float]) -> None:
    every = 1 if _height(rows) >= 14 else 2
    named = [
        (place, row)
        for index, (place, row) in enumerate(zip(places, rows, strict=True))
        if index % every == 0
    ]
    texts = []
    for _, row in named:
        few = f" < {FEW}" if row.size < FEW else ""
        bold = ("<b>", "</b>") if row.name == _AVERAGE else ("", "")
        texts.append(f"{bold[0]}{label(row.name, 14)}{bold[1]}  n = {number(row.size)}{few}")
    canvas.figure.update_yaxes(
        tickvals=[place for place, _ in named],
        ticktext=texts,
        range=[places[-1] - 0.5, 0.5],
        showgrid=False,
    )


def _height(rows: list[_Row]) -> int:
    return 26 if len(rows) <= _ROWS else max(8, 1200 // len(rows))


def _periods(result: RetentionResult) -> str:
    question = result.definition
    unit = f"{question.per}s" if isinstance(question.per, str) else f"periods of {question.per}"
    since = (
        "each user's start" if question.alignment == "rolling" else f"the start's {question.per}"
    )
    return f"{unit} after {since} ({result.facts.timezone})"


def _words(rate: float) -> str:
    return "" if math.isnan(rate) else percent(rate)


def _value(rate: float) -> float | None:
    return None if pd.isna(rate) else rate
