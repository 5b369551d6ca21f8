"""Which of several kinds of events each event is, as bits a kernel can look up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...query.predicate import Events
from .columns import Columns

KEPT = np.uint32(1 << 31)
"""The bit of an event that the question's filter keeps; an event without it does not exist."""


class Matches(NamedTuple):
    """``table[codes[row]]`` has bit i set when the event at ``row`` matches the i-th Events."""

    codes: NDArray[np.uint16]
    table: NDArray[np.uint32]

    def rows(self) -> NDArray[np.uint32]:
        """Return the bits of every row."""
        return self.table[self.codes]


def match(
    columns: Columns, wanted: Sequence[Events], keep: NDArray[np.bool_] | None = None
) -> Matches:
    """Match every event against at most 31 ``Events``; ``keep`` says which events exist.

    A name that no event of the log has matches none. Without predicates and filter the event
    numbers themselves are the codes and nothing is computed per row. With them a row's code is
    made of a small number for its name and one bit for each different predicate, so that every
    kernel sees one type of array.
    """
    by_name = np.full(max(len(columns.schema.events), 1), KEPT, np.uint32)
    numbers = {name: number for number, name in enumerate(columns.schema.events)}
    for bit, events in enumerate(wanted):
        for name in numbers.keys() & set(events.names):
            by_name[numbers[name]] |= np.uint32(1 << bit)
        if not events.names:
            by_name |= np.uint32(1 << bit)
    predicates = list(
        dict.fromkeys(repr(events.where) for events in wanted if events.where is not None)
    )
    if not predicates and keep is None and columns.event.dtype == np.uint16:
        return Matches(columns.event, by_name)

    combinations, small = np.unique(by_name, return_inverse=True)
    flags = len(predicates) + (keep is not None)
    if len(combinations) << flags > 1 << 16:
        rows = by_name[columns.event]
        for bit, events in enumerate(wanted):
            if events.where is not None:
                rows[~columns.mask(events.where)] &= ~np.uint32(1 << bit)
        if keep is not None:
            rows[~keep] = 0
        table, codes = np.unique(rows, return_inverse=True)
        return Matches(codes.astype(np.uint16), table)

    codes = (small << flags).astype(np.uint16)[columns.event]
    table = np.repeat(combinations, 1 << flags)
    position = np.arange(len(table))
    for flag, key in enumerate(predicates):
        same = [(bit, events) for bit, events in enumerate(wanted) if repr(events.where) == key]
        codes |= columns.mask(same[0][1].where).astype(np.uint16) << np.uint16(flag)
        for bit, _ in same:
            table[(position >> flag) & 1 == 0] &= ~np.uint32(1 << bit)
    if keep is not None:
        codes |= keep.astype(np.uint16) << np.uint16(flags - 1)
        table[(position >> (flags - 1)) & 1 == 0] = 0
    return Matches(codes, table)
