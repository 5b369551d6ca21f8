"""Sessions: a user's kept events cut into stretches."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import DefinitionError
from ...query.clauses import Sessions
from .columns import Columns
from .kernels import kernel
from .occurrences import row_type, settle
from .parallel import over_units


class Stretches(NamedTuple):
    """Ordered events grouped into units (sessions), users ascending, then by first event.

    Attributes
    ----------
    rows : int64 array or None
        Row numbers in the log; unit ``s`` has ``rows[offsets[s]:offsets[s + 1]]``, in order. None:
        the units have all rows of the log, in its order.
    offsets : int64 array
    ends : int64 array of users + 1
        The units of user ``u`` are those from ``ends[u]`` to ``ends[u + 1]``.
    """

    rows: NDArray[np.int64] | None
    offsets: NDArray[np.int64]
    ends: NDArray[np.int64]

    @property
    def user(self) -> NDArray[np.int32]:
        """The user of each unit."""
        return owners(self.ends)

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return what each row of the log has, in the order of the units' events."""
        return values if self.rows is None else values[self.rows]

    def at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows that are at some places of the order of the units' events."""
        return places if self.rows is None else self.rows[places]


class Begins(NamedTuple):
    """Where sessions begin that follow each other in the log.

    Attributes
    ----------
    rows : uint32 (int64) array of sessions + 1
        The row that each begins with, then the number of rows.
    ends : int64 array of users + 1
        As in :class:`Stretches`.
    """

    rows: NDArray[Any]
    ends: NDArray[np.int64]

    @property
    def nbytes(self) -> int:
        """The memory this takes."""
        return self.rows.nbytes + self.ends.nbytes


def owners(ends: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the user of each unit; those of user ``u`` are from ``ends[u]`` to ``ends[u + 1]``."""
    return np.repeat(np.arange(len(ends) - 1, dtype=np.int32), np.diff(ends))


def cut(columns: Columns, sessions: Sessions, keep: NDArray[np.bool_] | None) -> Stretches:
    """Cut the kept events into sessions (docs/semantics.md "Paths", F8)."""
    if sessions.by == "mapped":
        total = int(columns.offsets[-1])
        return _by_column(columns, np.arange(total) if keep is None else np.flatnonzero(keep))
    first, ends = begins(columns, sessions, keep)
    if keep is None:
        return Stretches(None, first.astype(np.int64), ends)
    rows = np.flatnonzero(keep)
    return Stretches(rows, np.searchsorted(rows, first), ends)


def begins(columns: Columns, sessions: Sessions, keep: NDArray[np.bool_] | None) -> Begins:
    """Return where the sessions of kept events begin that a gap ends, or nothing does."""
    gap = np.iinfo(np.int64).max if sessions.by == "off" else sessions.gap.microseconds
    if keep is not None:
        return _begins(columns, gap, keep)
    everything = np.empty(0, np.bool_)
    found: Begins = columns.begins.get(str(gap), lambda: _begins(columns, gap, everything))
    return found


def _begins(columns: Columns, gap: int, keep: NDArray[np.bool_]) -> Begins:
    total = int(columns.offsets[-1])
    # Each range writes from the place of its first row on; only the pages it fills take memory.
    loose = np.empty(total, row_type(total))
    ends = np.zeros(columns.users + 1, np.int64)
    over_units(_find_first, columns.offsets, columns.time, keep, gap, loose, ends[1:])
    np.cumsum(ends, out=ends)
    first = np.empty(ends[-1] + 1, loose.dtype)
    untimed = np.empty(0, np.int64)
    over_units(settle, columns.offsets, columns.time, loose, ends, first, untimed)
    first[-1] = total
    return Begins(first, ends)


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
    ends = np.searchsorted(users[starts], np.arange(columns.users + 1))
    return Stretches(rows[order][place], offsets, ends)


@kernel
def _find_first(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    time: NDArray[np.int64],
    keep: NDArray[np.bool_],
    gap: int,
    loose: NDArray[np.uint32],
    found: NDArray[np.int64],
) -> None:
    """Write the rows that a session begins with; ``keep`` is empty where all events are kept."""
    place = offsets[low]
    for user in range(low, high):
        begin = place
        row, end = offsets[user], offsets[user + 1]
        if len(keep):
            while row < end and not keep[row]:
                row += 1
        if row < end:
            loose[place] = row
            place += 1
            before = time[row]
            # Written always and kept by moving on: a branch could not be foreseen.
            for later in range(row + 1, end):
                loose[place] = later
                now = time[later]
                if len(keep):
                    place += keep[later] & (now - before > gap)
                    before = now if keep[later] else before
                else:
                    place += now - before > gap
                    before = now
        found[user] = place - begin


@kernel
def lay_out(
    low: int,
    high: int,
    first: NDArray[np.int64],
    rows: NDArray[np.uint32],
    out: NDArray[np.int64],
) -> None:
    """Set ``out`` to the place in ``rows``, ascending, from which on those of each session are.

    ``first`` has the row that each session begins with, then the number of rows of the log.
    """
    place = np.searchsorted(rows, first[low]) if low < high else 0
    for session in range(low, high):
        while place < len(rows) and rows[place] < first[session]:
            place += 1
        out[session] = place
