"""The path explorer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import pandas as pd

from behavio_jupyter import BehavioError, EventLog, Paths
from behavio_jupyter.query import Definition
from behavio_jupyter.result import PathsResult

from .base import AnalysisWidget
from .log_widget import Content, built
from .plain import plain

_DRAWN_AT_ONCE = 2
"""So many groups stand side by side; the flows of others are asked for when they are chosen."""

_Pick = Mapping[str, str]
"""What picks a group."""

_WAYS = 12
_MATRIX = 15
"""The nodes of the transition matrix that are shown: a log may have thousands."""


class PathExplorer(AnalysisWidget):
    """See which ways users take, step by step, and follow them (semantics.md, "Paths").

    A click on a node starts or ends the paths there, hides it, shows what is behind it.

    Parameters
    ----------
    log : EventLog
    question : Paths, str or None
        What is asked first, such as ``"from visit to purchase steps 6"``; default: nothing yet.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> explorer = PathExplorer(datasets.contributions(), "from code steps 3 session 1d")
    >>> explorer.definition = "from code hide merge steps 4 session 1d"
    >>> explorer.wait()
    >>> explorer.text, explorer.answer["groups"][0]["count"]
    ('%paths from code steps 4 hide merge session 1d', 7926)
    """

    _esm = built("paths.js")
    _css = built("paths.css")

    asks: ClassVar[Any] = Paths

    def __init__(self, log: EventLog, question: Definition | str | None = None) -> None:
        super().__init__(log, question)
        self.observe(self._drop_requests, "definition")

    @property
    def requests(self) -> dict[str, Any]:
        """What can be asked for beside the answer: of chosen groups, what takes its time."""
        return super().requests | {
            name: partial(self._of_groups, name, made)
            for name, made in (("flows", _flows), ("ways", _ways), ("matrix", _matrix))
        }

    def drawn(self, result: PathsResult) -> dict[str, Any]:
        """Return the groups, and the nodes and flows of the first of them."""
        groups = _groups(result)
        return {
            "title": result.title,
            "subtitle": result.subtitle,
            "rule": result.rule,
            "nothing": result.nothing,
            "unit": "user" if result.definition.counting == "users" else "sequence",
            "names": _by_size(result.nodes),
            "groups": groups,
            "flows": _flows(result, [group["pick"] for group in groups[:_DRAWN_AT_ONCE]]),
        }

    def _of_groups(self, name: str, made: Any, content: Content) -> Content:
        result = self._result
        if result is None:
            raise BehavioError("There is no answer yet whose parts could be shown.")
        return {name: made(result, content["picks"])}

    def _drop_requests(self, _change: object) -> None:
        # What was asked of the answer before would only hold up the next.
        self._call_off("flows", "ways", "matrix")


def _groups(result: PathsResult) -> list[dict[str, Any]]:
    """Return what tells each group from the others, and its number of sequences (users)."""
    starts = result.answer.starts
    names = list(result.groups)
    return [
        {"pick": dict(zip(names, map(str, row[:-1]), strict=True)), "count": int(row[-1])}
        for row in starts.itertuples(index=False, name=None)
    ]


def _by_size(nodes: pd.DataFrame) -> list[str]:
    """Return the names of nodes, the most frequent first: the order of their colours."""
    sizes: Counter[str] = Counter()
    for name, count in zip(nodes["node"], nodes["count"].tolist(), strict=True):
        sizes[str(name)] += count
    return sorted(sizes, key=lambda name: (-sizes[name], name))[:60]


def _flows(result: PathsResult, picks: Sequence[_Pick]) -> list[dict[str, Any]]:
    """Return the columns of each group's nodes, and of its flows between them."""
    all_nodes, all_edges = result.nodes, result.table.assign(share=result.of_source)
    found = []
    for pick in picks:
        nodes, edges = _of(all_nodes, pick), _of(all_edges, pick)
        listed = zip(nodes["step"], nodes["node"], strict=True)
        place = {at: number for number, at in enumerate(listed)}
        sources = zip(edges["step"], edges["source"], strict=True)
        targets = zip(edges["step"] + 1, edges["target"], strict=True)
        flows = {
            "source": [place[at] for at in sources],
            "target": [place[at] for at in targets],
            "count": edges["count"].tolist(),
            "share": edges["share"].tolist(),
            "seconds": plain(edges["median_seconds"]),
        }
        columns = {name: nodes[name].tolist() for name in ("step", "node", "count", "share")}
        found.append({"nodes": columns, "flows": flows})
    return found


def _ways(result: PathsResult, picks: Sequence[_Pick]) -> list[list[dict[str, Any]]]:
    """Return the most frequent sequences of each group."""
    frequent = result.most_frequent(_WAYS)
    found = []
    for pick in picks:
        ways = _of(frequent, pick)
        columns = (ways["sequence"].map(list), ways["count"].tolist(), ways["share"].tolist())
        found.append(
            [
                {"sequence": way, "count": count, "share": share}
                for way, count, share in zip(*columns, strict=True)
            ]
        )
    return found


def _matrix(result: PathsResult, picks: Sequence[_Pick]) -> list[dict[str, Any]]:
    """Return counts and shares from node to node, for the most frequent nodes of each group."""
    transitions = result.transitions
    return [_between(_of(transitions, pick)) for pick in picks]


def _between(pairs: pd.DataFrame) -> dict[str, Any]:
    """Return counts and shares of pairs of nodes, of the most frequent ones."""
    size = (
        pairs.groupby("source")["count"]
        .sum()
        .add(pairs.groupby("target")["count"].sum(), fill_value=0)
    )
    names = size.nlargest(_MATRIX).index
    kept = pairs[pairs["source"].isin(names) & pairs["target"].isin(names)]
    place = {name: number for number, name in enumerate(names)}
    return {
        "names": list(map(str, names)),
        "left": len(size) - len(names),
        "source": kept["source"].map(place).tolist(),
        "target": kept["target"].map(place).tolist(),
        "count": kept["count"].tolist(),
        "share": kept["share"].tolist(),
    }


def _of(frame: pd.DataFrame, pick: _Pick) -> pd.DataFrame:
    """Return the rows of a group."""
    for name, value in pick.items():
        frame = frame[frame[name].astype(str) == value]
    return frame
