"""Logs to try things on: two real ones, and a generator for sizes the world does not give."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from .generator import Generated, generate

if TYPE_CHECKING:
    from ..log import EventLog

__all__ = ["Generated", "cdnow", "contributions", "generate"]


def contributions() -> EventLog:
    """Return who contributed what to six open-source notebook projects, 2005 to 2026.

    61 015 events (code, test, docs, build, release, merge, other) of 2 119 authors, with the
    properties repo, files, insertions, deletions, utc_offset_minutes, bot and commit; in UTC.
    Contributions older than the split of notebook from ipython occur in both repos, under
    different commit ids. Facts from public git histories of BSD-3-Clause projects.

    Examples
    --------
    >>> len(contributions())
    61015
    """
    return _open("contributions")


def cdnow() -> EventLog:
    """Return every purchase of everyone who first bought at CDNOW in 1997 Q1, up to 1998-06.

    69 404 purchases of 23 570 customers, with the properties cds and amount; times are days, in
    UTC. By Fader and Hardie, as shipped by the MIT-licensed package lifetimes.

    Examples
    --------
    >>> len(cdnow())
    69404
    """
    return _open("cdnow")


def _open(name: str) -> EventLog:
    from ..data import connect_store
    from ..log import EventLog

    with resources.as_file(resources.files(__package__) / f"{name}.parquet") as path:
        store = connect_store(path, user="user_id", event="event", time="timestamp")
    return EventLog(store, name)
