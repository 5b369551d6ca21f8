"""Segments: their share of all users, and how many they were over time."""

from __future__ import annotations

import plotly.graph_objects as go

from ...query import Period
from ..picks import Pick
from ..segment import SegmentResult
from ..wording import interval, moments, number, percent
from .canvas import RIGHT, Canvas, hovers
from .theme import NEUTRAL, PALETTE, faded
from .timeline import Line, add_lines


def share(result: SegmentResult, theme: str) -> go.Figure:
    """Return the figure of a segment's share."""
    canvas = Canvas(result, theme)
    if result.nothing:
        return canvas.says(result.nothing)
    inside, seen = len(result), result.answer.seen
    low, high = result.interval
    parts: list[tuple[str, int, str, str | None, list[Pick] | None]] = [
        ("in the segment", inside, PALETTE[0], None, [{}]),
        ("not in it", seen - inside, faded(NEUTRAL, 0.15), "/", None),
    ]
    base = 0
    for name, count, colour, pattern, picks in parts:
        canvas.figure.add_trace(
            go.Bar(
                x=[count],
                y=[0],
                base=[base],
                orientation="h",
                name=name,
                marker={
                    "color": colour,
                    "pattern": {
                        "shape": pattern or "",
                        "fgcolor": NEUTRAL,
                        "size": 6,
                        "solidity": 0.15,
                    },
                },
                customdata=picks,
                hoverinfo="text",
                hovertext=hovers([[name, f"{number(count)} users", percent(count / seen)]]),
                showlegend=False,
            )
        )
        base += count
    canvas.figure.add_annotation(
        text=f"<b>{number(inside)}</b> users · {percent(inside / seen)}",
        x=0,
        xref="paper",
        xanchor="left",
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=4,
        showarrow=False,
        font={"size": 18},
    )
    canvas.figure.update_layout(barmode="overlay", separators=".\u202f")
    canvas.figure.update_yaxes(visible=False)
    canvas.figure.update_xaxes(
        title_text=f"users (95 % interval of the share: {interval(low, high)})",
        range=[0, seen],
        tickformat=",d",
        nticks=6,
    )
    return canvas.finish(plot=64, left=RIGHT, above=34)


def over_time(result: SegmentResult, per: Period, theme: str) -> go.Figure:
    """Return the figure of a segment's size at the end of each period."""
    canvas = Canvas(result, theme)
    frame = result.over_time(per)
    if frame.empty:
        return canvas.says("The log is empty, so it has no period.")
    texts = [
        [period, f"{number(users)} users", f"{percent(rate)} of those seen by then", *_open(over)]
        for period, users, rate, over in zip(
            moments(frame["period"]), frame["users"], frame["share"], frame["complete"], strict=True
        )
    ]
    line = Line(
        (),
        frame["period"],
        frame["users"].astype(float).tolist(),
        frame["complete"].tolist(),
        hovers(texts),
        None,
    )
    panels = add_lines(canvas, [line])
    canvas.figure.update_yaxes(
        title_text="users in the segment", rangemode="tozero", tickformat=",d"
    )
    canvas.figure.update_layout(separators=".\u202f")
    canvas.figure.update_xaxes(title_text=f"end of {per} ({result.facts.timezone})")
    return canvas.finish(panels.height, left=80)


def _open(over: bool) -> list[str]:
    return [] if over else ["not over yet"]
