"""Sessions: a user's kept events cut into stretches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...errors import DefinitionError
from ...query.clauses import Sessions
from .columns import Columns
from .parallel import over_units


class Stretches(NamedTuple):
    """Ordered events grouped into units (sessions), users ascending, then by first event.

    Attributes
    ----------
    rows : int64 array
        Row numbers in the log; unit ``s`` has ``rows[offsets[s]:offsets[s + 1]]``, in order.
    offsets : int64 array
    user : int32 array
        The user of each unit.
    """

    rows: NDArray[np.int64]
    offsets: NDArray[np.int64]
    user: NDArray[np.int32]


def cut(columns: Columns, sessions: Sessions, keep: NDArray[np.bool_] | None) -> Stretches:
    """Cut the kept events into sessions (docs/semantics.md "Paths", F8)."""
    total = int(columns.offsets[-1])
    rows = np.arange(total) if keep is None else np.flatnonzero(keep)
    if sessions.by == "mapped":
        return _by_column(columns, rows)
    first = np.zeros(total, np.bool_)
    gap = np.iinfo(np.int64).max if sessions.by == "off" else sessions.gap.microseconds
    kept = np.ones(total, np.bool_) if keep is None else keep
    over_units(_mark_first, columns.offsets, columns.time, kept, gap, first)
    starts = np.flatnonzero(first[rows])
    offsets = np.append(starts, len(rows)).astype(np.int64)
    of_user = np.diff(np.searchsorted(rows[starts], columns.offsets))
    users = np.repeat(np.arange(columns.users, dtype=np.int32), of_user)
    return Stretches(rows, offsets, users)


def _by_column(columns: Columns, rows: NDArray[np.int64]) -> Stretches:
    if not columns.schema.has_sessions:
        raise DefinitionError(
            "This log has no session column; name one with connect(…, session=…) "
            "or use 'session 30m'."
        )
    values = columns.session_numbers()[rows]
    users = np.searchsorted(columns.offsets, rows, "right") - 1
    # Row order inside (user, session) must survive: the sort is stable. Units go by first row.
    order = np.lexsort((values, users))
    users, values = users[order], values[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (users[1:] != users[:-1]) | (values[1:] != values[:-1])
    starts = np.flatnonzero(fresh)
    lengths = np.diff(np.append(starts, len(order)))
    by_first_row = np.argsort(order[starts], kind="stable")
    starts, lengths = starts[by_first_row], lengths[by_first_row]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    place = np.repeat(starts - offsets[:-1], lengths) + np.arange(len(order))
    return Stretches(rows[order][place], offsets, users[starts].astype(np.int32))


@njit(nogil=True, cache=True)
def _mark_first(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    time: NDArray[np.int64],
    keep: NDArray[np.bool_],
    gap: int,
    first: NDArray[np.bool_],
) -> None:
    for user in range(low, high):
        seen = False
        before = 0
        for row in range(offsets[user], offsets[user + 1]):
            if keep[row]:
                first[row] = not seen or time[row] - before > gap
                seen = True
                before = time[row]
