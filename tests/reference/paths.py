"""Paths: sequences of nodes and the flows between them (Paths, K1 to K12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from behavio_jupyter.query import Events, Paths

from .funnel import SECOND
from .groups import OTHER, Key, group_columns, grouped, kept_events, parts_of, picked, value_at
from .log import Event, Log
from .predicate import event_matches, holds
from .quantile import quantile
from .sessions import cut

EXIT = "(exit)"


@dataclass
class PathsAnswer:
    groups: tuple[str, ...]
    edges: list[dict[str, Any]]
    nodes: list[dict[str, Any]]
    sequences: list[dict[str, Any]]
    matrix: list[dict[str, Any]]
    starts: list[dict[str, Any]]
    whole: list[dict[str, Any]]


@dataclass
class Node:
    """An event under the name it is shown by."""

    name: str
    event: Event


@dataclass
class Sequence:
    """One session's nodes between the anchors.

    Attributes
    ----------
    whole : list of Node
        Not cut at ``steps``.
    shown : dict of int to Node
        The nodes kept, by step number: 1, 2, … or, before ``to B``, …, -1, 0.
    ends : bool
        Whether the last node shown has an exit.
    """

    user: Any
    whole: list[Node]
    shown: dict[int, Node]
    ends: bool

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.shown[step].name for step in sorted(self.shown))


@dataclass
class Visit:
    """One sequence at one step, after "other"; or its exit, at the step after its last."""

    user: Any
    step: int
    node: str


@dataclass
class Edge:
    """One passage of one sequence from a step to the next, after "other"."""

    user: Any
    step: int
    source: str
    target: str
    seconds: float | None


# Sequences.


def sequences_of(user: Any, paths: Paths, log: Log) -> list[Sequence]:
    begin, end = log.calendar.bounds(paths.during)
    events = [event for event in kept_events(paths, user, log) if begin <= event.time < end]
    events = [event for event in events if not matches_some(paths.hide, event, log)]
    if paths.only:
        events = [event for event in events if matches_some(paths.only, event, log)]
    result = []
    for session in cut(events, paths.sessions):
        nodes = [Node(node_name(event, paths, log), event) for event in session]
        if paths.collapse:
            nodes = [
                node
                for place, node in enumerate(nodes)
                if place == 0 or node.name != nodes[place - 1].name
            ]
        nodes = between_anchors(nodes, paths, log)
        if nodes:
            result.append(as_sequence(user, nodes, paths))
    return result


def matches_some(several: Iterable[Events], event: Event, log: Log) -> bool:
    return any(event_matches(events, event, log) for events in several)


def node_name(event: Event, paths: Paths, log: Log) -> str:
    for rename in paths.rename:
        if event_matches(rename.events, event, log):
            return rename.name
    return event.name


def is_anchor(anchor: Events, node: Node, log: Log) -> bool:
    """Whether an anchor names a node, by the event's own name or the one it is shown by (K1)."""
    named = not anchor.names or node.event.name in anchor.names or node.name in anchor.names
    return named and (anchor.where is None or holds(anchor.where, node.event, log))


def between_anchors(nodes: list[Node], paths: Paths, log: Log) -> list[Node]:
    """The nodes from the first A, to the last B (without A) or the first B after A."""
    if paths.from_ is not None:
        starts = [place for place, node in enumerate(nodes) if is_anchor(paths.from_, node, log)]
        if not starts:
            return []
        nodes = nodes[starts[0] :]
    if paths.to is not None:
        ends = [place for place, node in enumerate(nodes) if is_anchor(paths.to, node, log)]
        if paths.from_ is not None:
            ends = [place for place in ends if place > 0][:1]
        if not ends:
            return []
        nodes = nodes[: ends[-1] + 1]
    return nodes


def as_sequence(user: Any, nodes: list[Node], paths: Paths) -> Sequence:
    if paths.to is not None and paths.from_ is None:
        kept = nodes[-paths.steps :]
        shown = {step - len(kept) + 1: node for step, node in enumerate(kept)}
        return Sequence(user, nodes, shown, ends=False)
    shown = dict(enumerate(nodes[: paths.steps], 1))
    return Sequence(user, nodes, shown, ends=len(nodes) < paths.steps)


@lru_cache(maxsize=1)  # the answer and the users behind it are asked one after the other
def grouped_sequences(paths: Paths, log: Log) -> list[tuple[Key, list[Sequence]]]:
    things = []
    for part in parts_of(paths, log):
        found = [one for user in sorted(part.users) for one in sequences_of(user, paths, log)]
        things.append(
            (part, [(value_at(paths.by, one.user, one.whole[0].event, log), one) for one in found])
        )
    return grouped(paths, things)


# Flows.


def top_nodes(sequences: list[Sequence], paths: Paths) -> dict[int, set[str]]:
    """The nodes kept at each step: those of most sequences (or users), ties by name (K5)."""
    who: dict[int, dict[str, set[Any]]] = {}
    for number, sequence in enumerate(sequences):
        one = sequence.user if paths.counting == "users" else number
        for step, node in sequence.shown.items():
            who.setdefault(step, {}).setdefault(node.name, set()).add(one)
    return {
        step: set(
            sorted(nodes.keys() - {OTHER, EXIT}, key=lambda name: (-len(nodes[name]), name))[
                : paths.top
            ]
        )
        for step, nodes in who.items()
    }


def visits_of(sequences: list[Sequence], paths: Paths) -> list[Visit]:
    kept = top_nodes(sequences, paths)
    result = []
    for sequence in sequences:
        for step, node in sequence.shown.items():
            name = node.name if node.name in kept[step] else OTHER
            result.append(Visit(sequence.user, step, name))
        if sequence.ends:
            result.append(Visit(sequence.user, len(sequence.shown) + 1, EXIT))
    return result


def edges_of(sequences: list[Sequence], paths: Paths) -> list[Edge]:
    kept = top_nodes(sequences, paths)
    result = []
    for sequence in sequences:
        for step, node in sorted(sequence.shown.items()):
            source = node.name if node.name in kept[step] else OTHER
            following = sequence.shown.get(step + 1)
            if following is not None:
                target = following.name if following.name in kept[step + 1] else OTHER
                seconds = (following.event.time - node.event.time) / SECOND
                result.append(Edge(sequence.user, step, source, target, seconds))
            elif sequence.ends:
                result.append(Edge(sequence.user, step, source, EXIT, None))
    return result


def answer(paths: Paths, log: Log) -> PathsAnswer:
    result = PathsAnswer(group_columns(paths), [], [], [], [], [], [])
    labels = map(str, paths.segments) if "segment" in result.groups else [None]
    of_segments: dict[str | None, list[Sequence]] = {label: [] for label in labels}
    for key, sequences in grouped_sequences(paths, log):
        result.edges += edge_rows(key, edges_of(sequences, paths), paths)
        result.nodes += node_rows(key, visits_of(sequences, paths), paths)
        result.sequences += sequence_rows(key, sequences)
        result.matrix += matrix_rows(key, sequences)
        result.starts.append({**key, "count": number_of(sequences, paths)})
        of_segments[key.get("segment")] += sequences
    for segment, sequences in of_segments.items():
        result.whole.append({"segment": segment, "count": number_of(sequences, paths)})
    return result


def number_of(sequences: list[Sequence], paths: Paths) -> int:
    users = {sequence.user for sequence in sequences}
    return len(users) if paths.counting == "users" else len(sequences)


def edge_rows(key: Key, edges: list[Edge], paths: Paths) -> list[dict[str, Any]]:
    same: dict[tuple[int, str, str], list[Edge]] = {}
    for edge in edges:
        same.setdefault((edge.step, edge.source, edge.target), []).append(edge)
    rows = []
    for (step, source, target), found in same.items():
        users = {edge.user for edge in found}
        seconds = [edge.seconds for edge in found if edge.seconds is not None]
        rows.append(
            {
                **key,
                "step": step,
                "source": source,
                "target": target,
                "count": len(users) if paths.counting == "users" else len(found),
                "median_seconds": quantile(seconds, 0.5),
            }
        )
    return sorted(rows, key=lambda row: (row["step"], -row["count"], row["source"], row["target"]))


def node_rows(key: Key, visits: list[Visit], paths: Paths) -> list[dict[str, Any]]:
    same: dict[tuple[int, str], list[Any]] = {}
    for visit in visits:
        same.setdefault((visit.step, visit.node), []).append(visit.user)
    rows = [
        {
            **key,
            "step": step,
            "node": node,
            "count": len(set(users)) if paths.counting == "users" else len(users),
        }
        for (step, node), users in same.items()
    ]
    return sorted(rows, key=lambda row: (row["step"], -row["count"], row["node"]))


def sequence_rows(key: Key, sequences: list[Sequence]) -> list[dict[str, Any]]:
    """Whole sequences as shown, before "other" (K6, K11)."""
    found = Counter(sequence.names for sequence in sequences)
    return [
        {**key, "sequence": names, "count": found[names]}
        for names in sorted(found, key=lambda names: (-found[names], names))
    ]


def matrix_rows(key: Key, sequences: list[Sequence]) -> list[dict[str, Any]]:
    """All adjacent pairs of the sequences, not cut at ``steps``, before "other" (K6)."""
    found: Counter[tuple[str, str]] = Counter()
    for sequence in sequences:
        for place in range(len(sequence.whole) - 1):
            found[sequence.whole[place].name, sequence.whole[place + 1].name] += 1
    return [
        {**key, "source": source, "target": target, "count": found[source, target]}
        for source, target in sorted(found)
    ]


def members(paths: Paths, pick: dict[str, Any], log: Log) -> list[Any]:
    """The users of an edge, of a node, of a sequence, of a pair of the matrix, or of all."""
    users = set()
    edge_columns = [name for name in ("step", "source", "target") if name in pick]
    for key, sequences in grouped_sequences(paths, log):
        if not picked(key, pick):
            continue
        if "sequence" in pick:
            users |= {one.user for one in sequences if written(one.names) == pick["sequence"]}
        elif pick.get("whole"):
            users |= {
                one.user
                for one in sequences
                for source, target in pairwise(node.name for node in one.whole)
                if source == pick.get("source", source) and target == pick.get("target", target)
            }
        elif "node" in pick:
            users |= {
                visit.user
                for visit in visits_of(sequences, paths)
                if visit.node == pick["node"] and visit.step == pick.get("step", visit.step)
            }
        elif edge_columns:
            users |= {
                edge.user
                for edge in edges_of(sequences, paths)
                if all(getattr(edge, name) == pick[name] for name in edge_columns)
            }
        else:
            users |= {one.user for one in sequences}
    return sorted(users)


def written(names: tuple[str, ...]) -> str:
    """A sequence as text: names with an arrow in them stand in quotes."""
    quoted = [f'"{name}"' if "->" in name else name for name in names]
    return " -> ".join(quoted)
