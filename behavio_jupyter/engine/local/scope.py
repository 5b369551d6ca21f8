"""What a question looks at: kept events, range, and the users of its segments."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...query.clauses import EventQuestion
from .calendar import EARLIEST, LATEST, bounds_of
from .columns import Columns


class SegmentUsers(NamedTuple):
    """One segment of users.

    Attributes
    ----------
    label : str or None
        None where the question compares no segments.
    users : bool array of users
    everyone : bool
        Whether that is all users, because the question names no segment.
    """

    label: str | None
    users: NDArray[np.bool_]
    everyone: bool = False


class Scope(NamedTuple):
    """The part of the log a question is about.

    Attributes
    ----------
    keep : bool array or None
        Which events exist for the question (``where``); None for all.
    start, end : int
        The range as instants, ``[start, end)``.
    segments : tuple of SegmentUsers
        At least one; without ``for`` a single one of all users.
    """

    keep: NDArray[np.bool_] | None
    start: int
    end: int
    segments: tuple[SegmentUsers, ...]

    @property
    def users(self) -> NDArray[np.bool_]:
        """The users in any of the segments."""
        return np.logical_or.reduce([segment.users for segment in self.segments])

    @property
    def everyone(self) -> bool:
        """Whether that is all users, because the question names no segment."""
        return self.segments[0].everyone

    @property
    def compared(self) -> bool:
        """Whether there is a column ``segment``."""
        return self.segments[0].label is not None

    def keep_in_range(self, columns: Columns) -> NDArray[np.bool_] | None:
        """Return which events exist when the range, too, filters events (paths, trends)."""
        keep = self.keep
        if self.start > EARLIEST:
            keep = _both(keep, columns.time >= self.start)
        if self.end < LATEST:
            keep = _both(keep, columns.time < self.end)
        return keep


def _both(keep: NDArray[np.bool_] | None, more: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return more if keep is None else keep & more


def scope(columns: Columns, question: EventQuestion, masks: tuple[NDArray[np.bool_], ...]) -> Scope:
    """Return the scope of a question whose segments have these masks of users."""
    keep = None if question.where is None else columns.mask(question.where)
    start, end = bounds_of(question.during, columns.schema.timezone)
    segments: tuple[SegmentUsers, ...]
    if not masks:
        segments = (SegmentUsers(None, np.ones(columns.users, np.bool_), everyone=True),)
    elif len(masks) == 1:
        segments = (SegmentUsers(None, masks[0]),)
    else:
        segments = tuple(
            SegmentUsers(str(condition), users)
            for condition, users in zip(question.segments, masks, strict=True)
        )
    return Scope(keep, start, end, segments)
