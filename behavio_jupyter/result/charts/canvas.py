"""What every chart has: title, subtitle, the rule in words, axes, room for all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ..base import Result
from ..wording import lines, shorten
from .theme import MODEBAR, Theme, theme_of

LEFT = 185
RIGHT = 40
_TITLE = 84
_SUBTITLE = 112
_RULE = 118
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


class Canvas:
    """A figure being drawn for a result.

    Parameters
    ----------
    result : Result
        Gives title, subtitle and rule.
    theme : str
    """

    def __init__(self, result: Result, theme: str) -> None:
        self.result = result
        self.theme: Theme = theme_of(theme)
        self.figure = go.Figure(layout={"template": go.layout.Template()})

    def says(self, sentence: str) -> go.Figure:
        """Return the figure of a result that has nothing to draw: a sentence."""
        self.figure.update_xaxes(visible=False)
        self.figure.update_yaxes(visible=False)
        self.figure.add_annotation(
            text=broken(sentence, 70),
            showarrow=False,
            x=0.5,
            y=0.5,
            xref="paper",
            yref="paper",
            font_size=14,
        )
        return self.finish(plot=160, below=20, left=RIGHT)

    def note(self, words: str, down: int, *, left: bool = False, size: int | None = None) -> None:
        """Write a line under the plot, at its right or left end, some pixels down."""
        self.figure.add_annotation(
            text=words,
            showarrow=False,
            x=0 if left else 1,
            xref="paper",
            xanchor="left" if left else "right",
            y=0,
            yref="paper",
            yanchor="top",
            yshift=-down,
            font={"size": size},
        )

    def finish(
        self,
        plot: float,
        below: int = 56,
        left: int = LEFT,
        right: int = RIGHT,
        legend: str | None = None,
        above: int = 0,
    ) -> go.Figure:
        """Add title, subtitle and rule, and return the figure.

        Parameters
        ----------
        plot : float
            Height of the plot, pixels.
        below : int
            Room for ticks and axis title under the plot.
        left, right : int
            Room beside the plot.
        legend : str, optional
            Title of the legend, where there is one.
        above : int
            More room over the plot.
        """
        result, theme = self.result, self.theme
        subtitle = lines(result.subtitle, _SUBTITLE)
        rule = lines(result.rule, _RULE)
        top = 58 + 17 * len(subtitle) + above + (30 if legend is not None else 0)
        bottom = below + 16 * len(rule) + 14
        height = top + plot + bottom
        self.figure.update_layout(
            title={
                "text": label(result.title, _TITLE),
                "font": {"size": 17},
                "subtitle": {
                    "text": "<br>".join(map(plain, subtitle)),
                    "font": {"size": 12, "color": theme.text},
                },
                "x": 0,
                "xanchor": "left",
                "xref": "container",
                "y": 1,
                "yanchor": "top",
                "yref": "container",
                "pad": {"l": 14, "t": 14},
            },
            font={"color": theme.text, "family": _FONT, "size": 12},
            paper_bgcolor=theme.background,
            plot_bgcolor="rgba(0,0,0,0)",
            margin={"l": left, "r": right, "t": top, "b": bottom},
            height=height,
            hoverlabel={"align": "left"},
            showlegend=legend is not None,
            hovermode="closest",
            modebar=MODEBAR,
        )
        if legend is not None:
            self.figure.update_layout(
                legend={
                    "orientation": "h",
                    "title": {
                        "text": f"{label(legend, 30)}  " if legend else "",
                        "font": {"size": 12},
                    },
                    "x": 0,
                    "xanchor": "left",
                    "y": 1 + (above + 6) / plot,
                    "yanchor": "bottom",
                    "bgcolor": "rgba(0,0,0,0)",
                }
            )
        self.figure.add_annotation(
            text="<br>".join(map(plain, rule)),
            showarrow=False,
            align="left",
            x=0,
            xref="paper",
            xanchor="left",
            xshift=14 - left,
            y=0,
            yref="paper",
            yanchor="top",
            yshift=-below,
            font={"size": 11},
        )
        line = {
            "gridcolor": theme.grid,
            "linecolor": theme.grid,
            "tickcolor": theme.grid,
            "zeroline": False,
            "title_font_size": 12,
        }
        self.figure.update_xaxes(**line)
        self.figure.update_yaxes(**line)
        return self.figure


def plain(text: str) -> str:
    """Return text that Plotly shows as it is: its markup is read as words."""
    return escape(text, quote=False)


def label(name: str, width: int) -> str:
    """Return a name to draw: shortened, and no markup."""
    return plain(shorten(name, width))


def broken(text: str, width: int) -> str:
    """Return text in lines, to draw."""
    return "<br>".join(map(plain, lines(text, width)))


def series_of(
    frame: pd.DataFrame, groups: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """Yield the groups of a frame, in its order, with their rows."""
    if not groups:
        yield (), frame
        return
    for key, rows in frame.groupby(list(groups), sort=False, dropna=False):
        yield tuple(map(str, key)), rows


def grid(count: int, most: int = 3) -> tuple[int, int]:
    """Return rows and columns for so many panels.

    Examples
    --------
    >>> grid(1), grid(4), grid(5)
    ((1, 1), (2, 2), (2, 3))
    """
    columns = 2 if count in (2, 4) else min(count, most)
    return -(-count // columns), columns


def hovers(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return hover texts of lines; names in them are words, never markup."""
    return ["<br>".join(plain(str(line)) for line in row) for row in rows]
