"""Paths: flows from step to step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from ..paths import PathsResult
from ..statistics import rate
from ..wording import duration, number, percent
from .canvas import Canvas, hovers, label, plain, series_of
from .theme import MADE_UP, OTHER, PALETTE, faded

_PANELS = 4
_PLOT = 430
_GAP = 64
_BETWEEN = 0.028
"""Empty share of the height between two nodes of a step."""


class _Node(NamedTuple):
    """An event at a step; ``size`` is what flows through it."""

    step: int
    name: str
    size: int


def draw(result: PathsResult, theme: str) -> go.Figure:
    """Return the figure of paths: flows between columns, one column a step."""
    canvas = Canvas(result, theme)
    if result.nothing:
        return canvas.says(result.nothing)
    groups = list(series_of(result.table, result.groups))
    shown = groups[:_PANELS]
    paint = _colours(result.table)
    plot = len(shown) * _PLOT + (len(shown) - 1) * _GAP if len(shown) > 1 else _PLOT
    for place, (key, edges) in enumerate(shown):
        top = 1 - place * (_PLOT + _GAP) / plot
        bottom = top - _PLOT / plot
        _add_flows(canvas, edges, paint, (max(bottom, 0), top), result)
        if key:
            canvas.figure.add_annotation(
                text=f"<b>{label(' · '.join(key), 60)}</b>",
                showarrow=False,
                x=0,
                xref="paper",
                xanchor="left",
                y=top,
                yref="paper",
                yanchor="bottom",
                yshift=20,
                font={"size": 13},
            )
    below = 24
    if len(groups) > len(shown):
        canvas.figure.add_annotation(
            text=f"{len(groups) - len(shown)} more groups are in the table",
            showarrow=False,
            x=1,
            xref="paper",
            xanchor="right",
            y=0,
            yref="paper",
            yanchor="top",
            yshift=-6,
        )
    above = 52 if len(shown) > 1 or shown[0][0] else 26
    return canvas.finish(plot, below=below, left=20, right=20, above=above)


def _colours(edges: pd.DataFrame) -> dict[str, str]:
    """Return one colour for each event, the same at all steps and in all groups."""
    names = pd.concat([edges["source"], edges["target"]])
    weights = pd.concat([edges["count"], edges["count"]])
    ranked = weights.groupby(names.to_numpy()).sum().sort_values(ascending=False, kind="stable")
    real = [str(name) for name in ranked.index if name not in MADE_UP]
    found = {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(real)}
    return found | dict.fromkeys(MADE_UP, OTHER)


def _nodes(edges: pd.DataFrame) -> list[_Node]:
    """Return the nodes by step; in a step by size, what is made up last."""
    outward = edges.groupby(["step", "source"], sort=False)["count"].sum()
    inward = edges.assign(step=edges["step"] + 1).groupby(["step", "target"], sort=False)["count"].sum()
    sizes: dict[tuple[int, str], int] = {}
    for flow in (outward, inward):
        for (step, name), size in flow.items():
            sizes[step, name] = max(sizes.get((step, name), 0), int(size))
    found = [_Node(int(step), str(name), size) for (step, name), size in sizes.items()]
    return sorted(found, key=lambda n: (n.step, n.name in MADE_UP, n.name == "(exit)", -n.size, n.name))


def _add_flows(
    canvas: Canvas,
    edges: pd.DataFrame,
    paint: dict[str, str],
    domain: tuple[float, float],
    result: PathsResult,
) -> None:
    edges = edges[edges["count"] > 0]
    nodes = _nodes(edges)
    steps = sorted({node.step for node in nodes})
    index = {(node.step, node.name): place for place, node in enumerate(nodes)}
    across = {step: place / max(len(steps) - 1, 1) for place, step in enumerate(steps)}
    ends = [
        (index[step, source], index[step + 1, target])
        for step, source, target in zip(edges["step"], edges["source"], edges["target"], strict=True)
    ]
    outward = edges.groupby(["step", "source"])["count"].transform("sum")
    what = "users" if result.definition.counting == "users" else "sequences"
    link_texts = hovers(
        [
            [
                f"step {step}: {source} → {target}",
                f"{number(count)} {what} ({percent(share)} of {source})",
                *([f"median {duration(median)}"] if pd.notna(median) else []),
            ]
            for (step, source, target, count, median), share in zip(
                edges[["step", "source", "target", "count", "median_seconds"]].itertuples(
                    index=False, name=None
                ),
                rate(edges["count"], outward),
                strict=True,
            )
        ]
    )
    node_texts = hovers(
        [[f"step {node.step}: {node.name}", f"{number(node.size)} {what}"] for node in nodes]
    )
    canvas.figure.add_trace(
        go.Sankey(
            arrangement="fixed",
            domain={"x": [0, 1], "y": list(domain)},
            textfont={"color": canvas.theme.text, "size": 12, "shadow": "none"},
            node={
                "label": [_label(node) for node in nodes],
                "x": [min(max(across[node.step], 0.001), 0.999) for node in nodes],
                "y": _heights(nodes, steps),
                "color": [
                    faded(OTHER, 0.45) if node.name in MADE_UP else paint[node.name] for node in nodes
                ],
                "customdata": node_texts,
                "hovertemplate": "%{customdata}<extra></extra>",
                "pad": 12,
                "thickness": 14,
                "line": {"width": 0},
            },
            link={
                "source": [source for source, _ in ends],
                "target": [target for _, target in ends],
                "value": edges["count"].tolist(),
                "color": [
                    faded(OTHER, 0.15) if target in MADE_UP else faded(paint[source], 0.32)
                    for source, target in zip(edges["source"], edges["target"], strict=True)
                ],
                "customdata": link_texts,
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )
    for step in steps:
        canvas.figure.add_annotation(
            text=f"step {step}",
            showarrow=False,
            x=across[step],
            xref="paper",
            xanchor="left" if step == steps[0] else "right" if step == steps[-1] else "center",
            y=domain[1],
            yref="paper",
            yanchor="bottom",
            yshift=4,
            font={"size": 11},
        )


def _label(node: _Node) -> str:
    return f"{label(node.name, 16)} {plain(number(node.size))}"


def _heights(nodes: Sequence[_Node], steps: Sequence[int]) -> list[float]:
    """Return the middles of the nodes, from the top of each step down."""
    by_step = {step: [node for node in nodes if node.step == step] for step in steps}
    total = max(sum(node.size for node in column) for column in by_step.values())
    most = max(len(column) for column in by_step.values())
    room = max(1 - (most - 1) * _BETWEEN, 0.3)
    middles = []
    for column in by_step.values():
        top = 0.0
        for node in column:
            height = node.size / total * room
            middles.append(min(max(top + height / 2, 0.001), 0.999))
            top += height + _BETWEEN
    return middles
