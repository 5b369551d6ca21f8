"""Paths: flows from step to step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from ...engine.answers import EXIT
from ..paths import PathsResult
from ..picks import Pick
from ..statistics import rate
from ..wording import duration, number, percent
from .canvas import Canvas, hovers, label, series_of
from .theme import MADE_UP, NEUTRAL, PALETTE, faded

_PANELS = 4
_PLOT = 430
_GAP = 80
_BETWEEN = 17
"""Empty pixels between two nodes of a step: room for the words of the lower one."""
_THICK = 14
_RIGHT = 150
"""Room for the words beside the last step."""
_WIDTH = 880
"""The width that words are cut for."""
_HOVER = "%{customdata.words}<extra></extra>"


class _Node(NamedTuple):
    """An event at a step.

    ``size`` is what flows through it, and ``come`` how many come to it: a user who comes two ways
    is one.
    """

    step: int
    name: str
    size: int
    come: int


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
        _add_flows(canvas, key, edges, paint, (max(bottom, 0.0), top), result)
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
                yshift=36,
                font={"size": 13},
            )
    below = 24
    if len(groups) > len(shown):
        canvas.note(f"{len(groups) - len(shown)} more groups are in the table", 6)
    above = 68 if len(shown) > 1 or shown[0][0] else 42
    return canvas.finish(plot, below=below, left=22, right=_RIGHT, above=above)


def _colours(edges: pd.DataFrame) -> dict[str, str]:
    """Return one colour for each event, the same at all steps and in all groups."""
    names = pd.concat([edges["source"], edges["target"]])
    weights = pd.concat([edges["count"], edges["count"]])
    ranked = weights.groupby(names.to_numpy()).sum().sort_values(ascending=False, kind="stable")
    real = [str(name) for name in ranked.index if name not in MADE_UP]
    found = {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(real)}
    return found | dict.fromkeys(MADE_UP, NEUTRAL)


def _nodes(edges: pd.DataFrame, counted: pd.DataFrame) -> list[_Node]:
    """Return the nodes by step; in a step by size, what is made up last."""
    outward = edges.groupby(["step", "source"], sort=False)["count"].sum()
    onward = edges.assign(step=edges["step"] + 1)
    inward = onward.groupby(["step", "target"], sort=False)["count"].sum()
    sizes: dict[tuple[int, str], int] = {}
    for flow in (outward, inward):
        steps, names = (flow.index.get_level_values(level) for level in (0, 1))
        for step, name, size in zip(steps, names, flow, strict=True):
            at = (int(step), str(name))
            sizes[at] = max(sizes.get(at, 0), int(size))
    counts = dict(
        zip(
            zip(counted["step"], counted["node"], strict=True),
            counted["count"].tolist(),
            strict=True,
        )
    )
    found = [_Node(*at, size, counts[at]) for at, size in sizes.items()]
    return sorted(found, key=lambda n: (n.step, n.name in MADE_UP, n.name == EXIT, -n.size, n.name))


def _add_flows(
    canvas: Canvas,
    key: tuple[str, ...],
    edges: pd.DataFrame,
    paint: dict[str, str],
    domain: tuple[float, float],
    result: PathsResult,
) -> None:
    edges = edges[edges["count"] > 0]
    counted = result.nodes
    for column, value in zip(result.groups, key, strict=True):
        counted = counted[counted[column].astype(str) == value]
    nodes = _nodes(edges, counted)
    steps = sorted({node.step for node in nodes})
    index = {(node.step, node.name): place for place, node in enumerate(nodes)}
    across = {step: place / max(len(steps) - 1, 1) for place, step in enumerate(steps)}
    ends = [
        (index[step, source], index[step + 1, target])
        for step, source, target in zip(
            edges["step"], edges["source"], edges["target"], strict=True
        )
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
        [[f"step {node.step}: {node.name}", f"{number(node.come)} {what}"] for node in nodes]
    )
    group = result.group_pick(key)
    node_picks = [group | {"step": node.step, "node": node.name} for node in nodes]
    places = _places(nodes, steps)
    canvas.figure.add_trace(
        go.Sankey(
            arrangement="fixed",
            domain={"x": [0, 1], "y": list(domain)},
            node={
                "label": [""] * len(nodes),
                "x": [min(max(across[node.step], 0.001), 0.999) for node in nodes],
                "y": [min(max(middle, 0.001), 0.999) for middle, _ in places],
                "color": [
                    faded(NEUTRAL, 0.45) if node.name in MADE_UP else paint[node.name]
                    for node in nodes
                ],
                "customdata": _data(node_texts, node_picks),
                "hovertemplate": _HOVER,
                # By default Plotly would scale as if all exits stood in the last column.
                "align": "right" if steps[-1] == 0 else "left",
                "pad": _BETWEEN,
                "thickness": _THICK,
                "line": {"width": 0},
            },
            link={
                "source": [source for source, _ in ends],
                "target": [target for _, target in ends],
                "value": edges["count"].tolist(),
                "color": [
                    faded(NEUTRAL, 0.15) if target in MADE_UP else faded(paint[source], 0.26)
                    for source, target in zip(edges["source"], edges["target"], strict=True)
                ],
                "customdata": _data(link_texts, result.flow_picks(edges)),
                "hovertemplate": _HOVER,
            },
        )
    )
    # Words of our own: Plotly puts those of the last step over the flows. Those of others stand
    # above their node, where flows, which leave a node to the side, do not cross them.
    room = (_WIDTH - _RIGHT) / max(len(steps) - 1, 1) - 2 * _THICK
    notes: list[dict[str, object]] = []
    for node, (middle, height) in zip(nodes, places, strict=True):
        count = number(node.come)
        is_last = node.step == steps[-1]
        letters = max(int((_RIGHT - 2 * _THICK if is_last else room) / 6.6) - len(count) - 1, 5)
        top = middle if is_last else middle - height / 2
        notes.append(
            {
                "text": f"{label(node.name, min(letters, 22))} {count}",
                "x": across[node.step],
                "xshift": _THICK // 2 + 1 if is_last else -_THICK // 2 - 1,
                "y": domain[1] - top * (domain[1] - domain[0]),
                "yanchor": "middle" if is_last else "bottom",
                "yshift": 0 if is_last else -2,
            }
        )
    for step in steps:
        notes.append(
            {
                "text": f"step {step}",
                "x": across[step],
                "xshift": -_THICK // 2,
                "y": domain[1],
                "yanchor": "bottom",
                "yshift": 20,
            }
        )
    same = {"showarrow": False, "xref": "paper", "xanchor": "left", "yref": "paper"}
    # All at once: a figure checks those it has again for each that is added.
    layout = canvas.figure.layout
    layout.annotations = [
        *layout.annotations,
        *({**note, **same, "font": {"size": 11}} for note in notes),
    ]


def _data(texts: Sequence[str], picks: Sequence[Pick]) -> list[dict[str, Any]]:
    """Return the words and the pick of each mark: flows have one field for both."""
    return [{"words": words, "pick": pick} for words, pick in zip(texts, picks, strict=True)]


def _places(nodes: Sequence[_Node], steps: Sequence[int]) -> list[tuple[float, float]]:
    """Return middles and heights of the nodes as shares of the height, each step from the top down.

    Plotly scales the nodes so that the fullest step fills the height; this does the same.
    """
    columns = [[node.size for node in nodes if node.step == step] for step in steps]
    scale = min(
        max(_PLOT - _BETWEEN * (len(column) - 1), _PLOT / 4) / sum(column) for column in columns
    )
    places = []
    for column in columns:
        top = 0.0
        for size in column:
            places.append(((top + size * scale / 2) / _PLOT, size * scale / _PLOT))
            top += size * scale + _BETWEEN
    return places
