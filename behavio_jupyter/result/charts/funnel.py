"""Funnels: bars per step with what drops off, and the rate over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..funnel import FunnelResult
from ..statistics import FEW
from ..wording import duration, interval, moments, number, percent
from .canvas import Canvas, grid, hovers, label, plain, series_of
from .theme import PALETTE, colours, faded
from .timeline import Line, add_lines

_SIDE_BY_SIDE = 4
_PANELS = 12
_BAR = 30
_THIN_BAR = 19
_COLUMNS = (72, 150, 240, 330)
"""Where the columns of numbers end, pixels right of the bars."""


def draw(result: FunnelResult, theme: str) -> go.Figure:
    """Return the figure of a funnel."""
    canvas = Canvas(result, theme)
    if result.nothing:
        return canvas.says(result.nothing)
    if result.definition.per:
        return _over_time(canvas, result)
    groups = list(series_of(result.table, result.groups))
    if len(result.groups) < 2 and len(groups) <= _SIDE_BY_SIDE:
        return _bars(canvas, result, groups)
    return _panels(canvas, result)


def _bars(
    canvas: Canvas, result: FunnelResult, groups: Sequence[tuple[tuple[str, ...], pd.DataFrame]]
) -> go.Figure:
    """Draw all groups beside one another in each step."""
    names = [key[0] if key else "" for key, _ in groups]
    colour = colours(names)
    thick = _BAR if len(groups) == 1 else _THIN_BAR
    steps = len(result.definition.steps)
    for place, (name, (_, rows)) in enumerate(zip(names, groups, strict=True)):
        paint = PALETTE[0] if not name else colour[name]
        few = rows["count"].iloc[0] < FEW
        shown = f"{label(name, 32)} (n < {FEW})" if few else label(name, 32)
        positions = _positions(steps, place, len(groups), thick)
        _add_bars(canvas.figure, rows, positions, thick, paint, shown, {}, result)
        _add_figures(canvas.figure, rows, positions)
    height = steps * (len(groups) * thick + 16)
    _axes(canvas, steps, len(groups), thick, result)
    canvas.figure.update_xaxes(title_text=f"share of the {result.unit}s at step 1")
    for shift, text in zip(_COLUMNS, ("count", "start", "previous", "median"), strict=True):
        _add_word(
            canvas.figure,
            f"{'from ' if text[0] in 'sp' else ''}{text}",
            shift,
            1,
            "paper",
            "bottom",
        )
    legend = result.groups[0] if len(groups) > 1 else None
    return canvas.finish(height, right=_COLUMNS[-1] + 14, legend=legend, above=20)


def _panels(canvas: Canvas, result: FunnelResult) -> go.Figure:
    """Draw a panel for each value of the breakdown; segments are beside one another in it."""
    table, groups = result.table, result.groups
    panels = list(series_of(table, groups[:1]))
    shown = panels[:_PANELS]
    rows, columns = grid(len(shown))
    inside = list(dict.fromkeys(table[groups[1]])) if len(groups) > 1 else [""]
    paint = colours(list(map(str, inside))) if len(groups) > 1 else {"": PALETTE[0]}
    steps = len(result.definition.steps)
    thick = _THIN_BAR
    plot = steps * (len(inside) * thick + 12)
    gap = 62
    height = rows * plot + (rows - 1) * gap
    figure = make_subplots(
        rows,
        columns,
        shared_yaxes=True,
        horizontal_spacing=0.09 if columns == 2 else 0.07,
        vertical_spacing=gap / height if rows > 1 else 0,
        subplot_titles=[_heading(key[0], part, steps) for key, part in shown],
    )
    figure.update_layout(template=go.layout.Template())
    figure.update_annotations(font_size=13, font_color=canvas.theme.text)
    for place, (_, part) in enumerate(shown):
        cell = {"row": place // columns + 1, "col": place % columns + 1}
        for number_inside, (key, own) in enumerate(series_of(part, groups[1:])):
            name = key[0] if key else ""
            order = inside.index(name) if name else number_inside
            positions = _positions(steps, order, len(inside), thick)
            legend = label(name, 32) if place == 0 else ""
            before = own["from_start"].fillna(0).to_numpy()[result.previous]
            ends = np.fmax(before, own["from_start_high"].where(own["step"] > 1).to_numpy())
            _add_bars(figure, own, positions, thick, paint[name], legend, cell, result)
            figure.add_trace(
                go.Scatter(
                    x=ends.tolist(),
                    y=positions,
                    mode="text",
                    text=[
                        f" {number(count)} · {percent(share)}"
                        for count, share in zip(own["count"], own["from_start"], strict=True)
                    ],
                    textposition="middle right",
                    textfont={"color": canvas.theme.text, "size": 11},
                    cliponaxis=False,
                    hoverinfo="skip",
                    showlegend=False,
                ),
                **cell,
            )
    canvas.figure = figure
    _axes(canvas, steps, len(inside), thick, result, room=1.75)
    for column in range(min(columns, len(shown))):
        lowest = (len(shown) - 1 - column) // columns + 1
        words = f"share of the {result.unit}s at step 1"
        figure.update_xaxes(title_text=words, row=lowest, col=column + 1)
    if len(panels) > len(shown):
        left = len(panels) - len(shown)
        canvas.note(f"{left} more groups are in the table", 40)
    title = groups[1] if len(groups) > 1 else None
    return canvas.finish(height, legend=title, above=26)


def _add_bars(
    figure: go.Figure,
    rows: pd.DataFrame,
    positions: list[float],
    thick: int,
    colour: str,
    name: str,
    cell: dict[str, int],
    result: FunnelResult,
) -> None:
    """Add the bars of a group, with intervals, and hatched what each step loses."""
    previous, unit = result.previous, result.unit
    start = rows["from_start"].fillna(0)
    before = start.to_numpy()[previous]
    left = rows["count"].to_numpy()[previous] - rows["count"].to_numpy()
    dropped = [
        [f"{number(count)} {unit}s dropped off", f"before {step}. {name}"]
        for count, step, name in zip(left, rows["step"], rows["name"], strict=True)
    ]
    over, under = rows["from_start_high"] - start, start - rows["from_start_low"]
    errors = {
        "type": "data",
        "symmetric": False,
        "array": [None, *over.fillna(0).iloc[1:].tolist()],
        "arrayminus": [None, *under.fillna(0).iloc[1:].tolist()],
        "color": "#8c8c8c",
        "thickness": 1.4,
        "width": 4,
    }
    common: dict[str, Any] = {
        "y": positions,
        "orientation": "h",
        "width": [thick - 4] * len(rows),
        "hoverinfo": "text",
        "legendgroup": name,
    }
    figure.add_trace(
        go.Bar(
            x=start.tolist(),
            marker={"color": colour, "line": {"width": 0}},
            error_x=errors,
            name=name,
            showlegend=bool(name),
            hovertext=hovers(_reached(rows, unit)),
            customdata=result.reached(rows),
            **common,
        ),
        **cell,
    )
    figure.add_trace(
        go.Bar(
            x=(before - start).tolist(),
            base=start.tolist(),
            marker={
                "color": faded(colour, 0.10),
                "line": {"width": 0},
                "pattern": {
                    "shape": "/",
                    "fgcolor": faded(colour, 0.65),
                    "size": 6,
                    "solidity": 0.2,
                },
            },
            name="dropped off",
            showlegend=False,
            hovertext=hovers(dropped),
            customdata=result.lost(rows),
            **common,
        ),
        **cell,
    )


def _reached(rows: pd.DataFrame, unit: str) -> list[list[str]]:
    texts = []
    for one in rows.to_dict("records"):
        bounds = interval(one["from_start_low"], one["from_start_high"])
        text = [
            f"{one['step']}. {one['name']}",
            f"{number(one['count'])} {unit}s",
            f"{percent(one['from_start'])} from start (95 %: {bounds})",
        ]
        if one["step"] > 1:
            text += [
                f"{percent(one['from_previous'])} from previous",
                f"median {duration(one['median_seconds'])} from previous",
            ]
        texts.append(text)
    return texts


def _add_figures(figure: go.Figure, rows: pd.DataFrame, positions: list[float]) -> None:
    """Write the numbers beside the bars, in columns."""
    for place, one in zip(positions, rows.to_dict("records"), strict=True):
        texts = [f"<b>{number(one['count'])}</b>", f"<b>{percent(one['from_start'])}</b>"]
        if one["step"] > 1:
            texts += [percent(one["from_previous"]), duration(one["median_seconds"])]
        for shift, text in zip(_COLUMNS, texts, strict=False):
            _add_word(figure, text, shift, place, "y", "middle")


def _add_word(figure: go.Figure, text: str, shift: int, y: float, yref: str, yanchor: str) -> None:
    figure.add_annotation(
        text=text,
        showarrow=False,
        x=1,
        xref="paper",
        xanchor="right",
        xshift=shift,
        y=y,
        yref=yref,
        yanchor=yanchor,
        font={"size": 12 if yref == "y" else 11},
    )


def _positions(steps: int, place: int, groups: int, thick: int) -> list[float]:
    """Return where the bars of a group lie: step i around -i, one unit a pixel of bars."""
    pitch = groups * thick + 16
    return [-(step * pitch + (place - (groups - 1) / 2) * thick) for step in range(steps)]


def _axes(
    canvas: Canvas, steps: int, groups: int, thick: int, result: FunnelResult, room: float = 1.0
) -> None:
    pitch = groups * thick + 16
    named = result.table["name"].iloc[:steps]
    optional = [step.optional for step in result.definition.steps]
    texts = [
        f"{step}. {label(name, 19)}{'?' if may else ''}"
        for step, (name, may) in enumerate(zip(named, optional, strict=True), 1)
    ]
    canvas.figure.update_yaxes(
        tickvals=[-step * pitch for step in range(steps)],
        ticktext=texts,
        range=[-(steps - 0.5) * pitch, 0.5 * pitch],
        showgrid=False,
        ticks="",
        fixedrange=True,
    )
    canvas.figure.update_xaxes(
        range=[0, room],
        tickvals=[0, 0.25, 0.5, 0.75, 1] if room == 1.0 else [0, 0.5, 1],
        tickformat=".0%",
        fixedrange=True,
    )
    canvas.figure.update_layout(barmode="overlay")


def _heading(name: str, part: pd.DataFrame, steps: int) -> str:
    entered = part["count"].iloc[::steps]
    text = f"<b>{label(name, 18)}</b>  n = {' + '.join(map(number, entered))}"
    return text + (f" (n < {FEW})" if (entered < FEW).any() else "")


def _over_time(canvas: Canvas, result: FunnelResult) -> go.Figure:
    """Draw the rate of the last step by the period of step 1."""
    table = result.table
    steps = len(result.definition.steps)
    entered = table["count"].to_numpy().reshape(-1, steps)[:, 0]
    last = table[table["step"] == steps].assign(entered=entered)
    drawn = []
    for key, rows in series_of(last, result.groups[:-1]):
        texts = [
            [
                *([" · ".join(key)] if key else []),
                period,
                f"{percent(one['from_start'])} "
                f"(95 %: {interval(one['from_start_low'], one['from_start_high'])})",
                f"{number(one['count'])} of {number(one['entered'])} {result.unit}s",
                *([] if one["complete"] else ["the conversion window is still open"]),
            ]
            for period, one in zip(moments(rows["period"]), rows.to_dict("records"), strict=True)
        ]
        drawn.append(
            Line(
                key,
                rows["period"],
                rows["from_start"].tolist(),
                rows["complete"].tolist(),
                hovers(texts),
                result.reached(rows),
                rows["from_start_low"].tolist(),
                rows["from_start_high"].tolist(),
            )
        )
    panels = add_lines(canvas, drawn)
    canvas.figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    final = plain(str(last["name"].iloc[0]))
    canvas.figure.update_yaxes(title_text=f"reached {label(final, 24)}", col=1)
    canvas.figure.update_xaxes(
        title_text=f"{result.definition.per} of step 1 ({result.facts.timezone})", row=panels.rows
    )
    return canvas.finish(
        panels.height, left=80, legend=panels.legend(result.groups[:-1]), above=panels.above
    )
