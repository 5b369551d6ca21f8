"""The values of a property as constants that a question may name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from behavio_jupyter import BehavioError

if TYPE_CHECKING:
    import pandas as pd

    from behavio_jupyter import EventLog
    from behavio_jupyter.query.predicate import Property


def values_of(log: EventLog, property_: Property) -> Sequence[Any]:
    """Return the values of a property, the most frequent first; times as text on the log's clock.

    None for a property that the log does not have.
    """
    try:
        found = log.values(property_)["value"]
    except BehavioError:
        return ()
    return [_moment(stamp) for stamp in found] if found.dtype.kind == "M" else found.tolist()


def _moment(stamp: pd.Timestamp) -> str:
    bare = stamp.tz_localize(None)
    return str(bare.date() if bare == bare.normalize() else bare)
