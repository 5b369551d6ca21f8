"""What paths show each event as: a node, or nothing (docs/semantics.md "Paths", K1, K12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...query import Paths
from ...query.predicate import Events
from .columns import Columns

FROM = np.uint32(1 << 30)
TO = np.uint32(1 << 31)
"""Bits of an event at which a path may begin or end."""

GONE = np.uint32(0xFFFFFFFF)
NODE = np.uint32(FROM - 1)
_MOST_KINDS = 1 << 16


class Nodes(NamedTuple):
    """The node of every event.

    Attributes
    ----------
    names : list of str
        The nodes that occur, in order of code points; a node is its position here.
    codes : uint16 (uint32) array
        The kind of every event.
    table : uint32 array
        For each kind its node (the bits of ``NODE``) with ``FROM`` and ``TO``, or ``GONE``.
    """

    names: list[str]
    codes: NDArray[Any]
    table: NDArray[np.uint32]


class _Kinds(NamedTuple):
    """Events told apart by name and by the predicates they meet.

    ``name`` (an event number) and each of ``holds`` (by the predicate's ``repr``) are per kind;
    ``keep`` says which kinds the question's filter keeps.
    """

    codes: NDArray[Any]
    name: NDArray[np.int64]
    keep: NDArray[np.bool_]
    holds: dict[str, NDArray[np.bool_]]


def nodes(columns: Columns, question: Paths, keep: NDArray[np.bool_] | None) -> Nodes:
    """Return the node of every event; ``keep`` says which events exist."""
    rules = [*question.hide, *question.only, *(rename.events for rename in question.rename)]
    anchors = [anchor for anchor in (question.from_, question.to) if anchor is not None]
    kinds = _tell_apart(columns, [*rules, *anchors], keep)
    names = np.array(columns.schema.events, object)[kinds.name]

    gone = ~kinds.keep
    for events in question.hide:
        gone |= _matching(events, kinds, names)
    if question.only:
        gone |= ~np.logical_or.reduce([_matching(one, kinds, names) for one in question.only])
    shown = names.copy()
    for rename in reversed(question.rename):
        shown[_matching(rename.events, kinds, names)] = rename.name

    labels = sorted(set(shown[~gone]))
    number = {label: position for position, label in enumerate(labels)}
    table = np.array([number.get(label, 0) for label in shown], np.uint32)
    for anchor, bit in ((question.from_, FROM), (question.to, TO)):
        if anchor is not None:
            table[_matching(anchor, kinds, names, shown)] |= bit
    table[gone] = GONE
    return Nodes(labels, kinds.codes, table)


def _matching(events: Events, kinds: _Kinds, *names: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which kinds match, by any of several names of each."""
    found = np.ones(len(kinds.name), np.bool_)
    if events.names:
        wanted = set(events.names)
        found = np.logical_or.reduce(
            [np.array([name in wanted for name in given], np.bool_) for given in names]
        )
    return found if events.where is None else found & kinds.holds[repr(events.where)]


def _tell_apart(
    columns: Columns, rules: Sequence[Events], keep: NDArray[np.bool_] | None
) -> _Kinds:
    """Return a kind for each name and each combination of predicates that occurs with it."""
    predicates = {repr(events.where): events.where for events in rules if events.where is not None}
    masks = [columns.mask(predicate) for predicate in predicates.values()]
    masks += [] if keep is None else [keep]
    codes = columns.event
    name = np.arange(len(columns.schema.events))
    flags = np.empty((len(name), 0), np.bool_)
    for mask in masks:
        codes = codes.astype(np.uint32) << np.uint32(1) | mask
        name = name.repeat(2)
        met = np.tile([False, True], len(flags))
        flags = np.column_stack([flags.repeat(2, axis=0), met])
        if len(name) > _MOST_KINDS:
            occurring = np.bincount(codes, minlength=len(name)) > 0
            codes = (np.cumsum(occurring) - 1).astype(np.uint32)[codes]
            name, flags = name[occurring], flags[occurring]
    if len(name) <= _MOST_KINDS:
        codes = codes.astype(np.uint16, copy=False)
    kept = np.ones(len(name), np.bool_) if keep is None else flags[:, -1]
    return _Kinds(codes, name, kept, dict(zip(predicates, flags.T, strict=False)))
