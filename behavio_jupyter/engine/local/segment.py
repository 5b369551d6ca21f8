"""Segments answered over a log's arrays (docs/semantics.md "Segment", S1 to S12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...data.instants import instant
from ...errors import DefinitionError
from ...query import Period, Segment
from ...query.segment import InSegment
from ..answers import SegmentAnswer
from .calendar import observed
from .conditions import Moment
from .values import Truth

if TYPE_CHECKING:
    from .engine import LocalEngine


def answer(engine: LocalEngine, segment: Segment) -> SegmentAnswer:
    """Return a segment's users."""
    now = _moment(engine, _reference(engine, segment))
    return SegmentAnswer(
        users=engine.ids(now.members(segment.condition)), seen=int(np.count_nonzero(now.seen))
    )


def members(engine: LocalEngine, segment: Segment, pick: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return a segment's users; there is no smaller number in it to pick."""
    if pick:
        raise DefinitionError(
            f"A segment's users cannot be picked by {next(iter(pick))!r}; they are all its users."
        )
    return users_meeting(engine, segment.condition, _reference(engine, segment))


def users_meeting(
    engine: LocalEngine, condition: Any, reference: int | None = None
) -> NDArray[np.bool_]:
    """Return the users, of those seen at a reference time, of whom a condition is true.

    Parameters
    ----------
    condition : Condition
    reference : int, optional
        Microseconds since 1970 UTC; by default the end of the log.

    Returns
    -------
    bool array of users
    """
    return _moment(engine, reference).members(condition)


def over_time(engine: LocalEngine, segment: Segment, per: Period) -> pd.DataFrame:
    """Return a segment's size at the end of each period (S8), and how many users were seen."""
    columns = engine.columns
    spans = observed(columns.schema, per)
    lasting: dict[str, Truth] = {}
    users, seen = [], []
    for end in spans.bounds[1:].tolist():
        then = Moment.at(engine, min(end, columns.end), lasting)
        users.append(np.count_nonzero(then.members(segment.condition)))
        seen.append(np.count_nonzero(then.seen))
    return pd.DataFrame(
        {
            "period": spans.labels,
            "users": np.array(users, np.int64),
            "seen": np.array(seen, np.int64),
            "complete": spans.over(columns.end),
        }
    )


def overlap(engine: LocalEngine, segment: Segment) -> pd.DataFrame:
    """Return how many users each saved segment has, and how many of them are in this one (S12)."""
    now = _moment(engine, _reference(engine, segment))
    mine = now.members(segment.condition)
    theirs = [now.members(InSegment(name=name)) for name in engine.segments]
    return pd.DataFrame(
        {
            "segment": pd.Series(list(engine.segments), dtype="str"),
            "size": np.array([np.count_nonzero(one) for one in theirs], np.int64),
            "both": np.array([np.count_nonzero(one & mine) for one in theirs], np.int64),
        }
    )


def _moment(engine: LocalEngine, reference: int | None) -> Moment:
    return Moment.at(engine, engine.columns.end if reference is None else reference)


def _reference(engine: LocalEngine, segment: Segment) -> int | None:
    if segment.reference is None:
        return None
    return instant(segment.reference, engine.columns.schema.timezone)
