"""Charts that only reports have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ...result.charts.theme import MODEBAR, NEUTRAL, PALETTE, theme_of
from ...result.wording import number, points, points_interval
from ..change import NOISE
from .differences import label

if TYPE_CHECKING:
    import plotly.graph_objects as go

_LONGEST = 28


def differences_chart(table: pd.DataFrame, title: str, rows: int = 12) -> go.Figure:
    """Draw differences of two rates with their 95 % intervals, those of chance hollow and grey.

    Parameters
    ----------
    table : DataFrame
        As :func:`~behavio_jupyter.report.analyses.differences.differing` returns it.
    title : str
        What is subtracted from what.
    rows : int
        How many are drawn, the first on top.

    Examples
    --------
    >>> from behavio_jupyter.report.analyses.differences import compared
    >>> chart = differences_chart(compared([("variant", "b", 56, 70, 48, 80)]), "b minus a")
    >>> [round(x, 1) for trace in chart.data for x in trace.x]
    [20.0]
    """
    import plotly.graph_objects as go

    from ...result.charts.canvas import plain

    theme, top = theme_of("auto"), table.head(rows)
    # A category axis takes equal names for one row.
    places = list(range(len(top)))
    figure = go.Figure()
    sure = (top["p_adjusted"] < NOISE).tolist()
    for told, colour, symbol, name in (
        (True, PALETTE[0], "circle", "more than chance"),
        (False, NEUTRAL, "circle-open", "within chance"),
    ):
        chosen = [place for place in places if sure[place] is told]
        if not chosen:
            continue
        part = top.iloc[chosen]
        figure.add_trace(
            go.Scatter(
                x=(part["difference"] * 100).tolist(),
                y=chosen,
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": ((part["high"] - part["difference"]) * 100).tolist(),
                    "arrayminus": ((part["difference"] - part["low"]) * 100).tolist(),
                    "color": colour,
                    "thickness": 2,
                    "width": 0,
                },
                mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 10, "line": {"width": 2}},
                name=name,
                hoverinfo="text",
                hovertext=[_hover(row) for _, row in part.iterrows()],
            )
        )
    names = [label(row) for _, row in top.iterrows()]
    _framed(figure, title, 140 + 28 * max(len(top), 2))
    figure.update_xaxes(
        title="difference in percentage points; 95 % intervals, each for itself",
        gridcolor=theme.grid,
        zerolinecolor=theme.text,
        automargin=True,
    )
    figure.update_yaxes(
        tickvals=places,
        ticktext=[
            plain(one if len(one) <= _LONGEST else f"{one[: _LONGEST - 1]}…") for one in names
        ],
        range=[len(top) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        automargin=True,
    )
    return figure


def lifecycle_chart(table: pd.DataFrame) -> go.Figure:
    """Draw new, returning and resurrected users above the line of nobody, dormant ones below it.

    Parameters
    ----------
    table : DataFrame
        ``period, new, returning, resurrected, dormant``, as ``.lifecycle`` of a retention.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> asked = datasets.cdnow().retention("any -> any per month")
    >>> [bar.name for bar in lifecycle_chart(asked.lifecycle).data]
    ['new', 'returning', 'resurrected', 'dormant']
    """
    import plotly.graph_objects as go

    theme, figure = theme_of("auto"), go.Figure()
    for name, colour, sign in (
        ("new", PALETTE[2], 1),
        ("returning", PALETTE[0], 1),
        ("resurrected", PALETTE[1], 1),
        ("dormant", NEUTRAL, -1),
    ):
        figure.add_trace(
            go.Bar(
                x=[one.tz_localize(None).isoformat() for one in table["period"]],
                y=(sign * table[name]).tolist(),
                name=name,
                marker={"color": colour},
                hoverinfo="text",
                hovertext=[
                    f"{period:%Y-%m}<br>{name}: {number(count)}"
                    for period, count in zip(table["period"], table[name], strict=True)
                ],
            )
        )
    _framed(figure, "Users by month: active above the line, gone below it", 380)
    figure.update_layout(barmode="relative", bargap=0.2)
    figure.update_xaxes(showgrid=False, automargin=True, title="month")
    figure.update_yaxes(
        title="users", gridcolor=theme.grid, zerolinecolor=theme.text, automargin=True
    )
    return figure


def _framed(figure: go.Figure, title: str, height: int) -> None:
    theme = theme_of("auto")
    figure.update_layout(
        title={
            "text": title,
            "font": {"size": 16},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "pad": {"l": 8},
            "y": 0.97,
            "yref": "container",
            "yanchor": "top",
        },
        font={"color": theme.text, "size": 12},
        paper_bgcolor=theme.background,
        plot_bgcolor=theme.background,
        height=height,
        margin={"l": 8, "r": 16, "t": 84, "b": 48},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        modebar=MODEBAR,
    )


def _hover(row: pd.Series[Any]) -> str:
    from ...result.charts.canvas import plain

    between = points_interval(row["low"], row["high"])
    return f"{plain(label(row))}<br>{points(row['difference'])} ({between})"
