"""What a question may name of a log beside its events: values of properties, users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from behavio_jupyter import BehavioError

if TYPE_CHECKING:
    import pandas as pd

    from behavio_jupyter import EventLog
    from behavio_jupyter.query.predicate import Property

_MOST_USERS = 80


def values_of(log: EventLog, property_: Property) -> Sequence[Any]:
    """Return the values of a property, the most frequent first; times as text on the log's clock.

    None for a property that the log does not have.
    """
    try:
        found = log.values(property_)["value"]
    except BehavioError:
        return ()
    return [_moment(stamp) for stamp in found] if found.dtype.kind == "M" else found.tolist()


def users_of(log: EventLog, typed: str) -> Sequence[str]:
    """Return the first ids of users that begin as typed."""
    ids = log.ids
    return ids[ids.str.startswith(typed)].head(_MOST_USERS).tolist()


def _moment(stamp: pd.Timestamp) -> str:
    bare = stamp.tz_localize(None)
    return str(bare.date() if bare == bare.normalize() else bare)
