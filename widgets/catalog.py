"""What a log has, as lists in the browser offer it."""

from __future__ import annotations

from typing import Any

from behavio_jupyter import EventLog


def names(log: EventLog) -> dict[str, Any]:
    """Return the names that questions to a log may use.

    Parameters
    ----------
    log : EventLog

    Returns
    -------
    dict
        ``log``, the log's name; ``events`` and ``segments``, lists of names; ``properties``, a
        list of ``name``, ``kind`` and ``owner`` ("event" or "user"); ``has_sessions``.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> names(datasets.cdnow())["properties"]
    [{'name': 'cds', 'kind': 'number', 'owner': 'event'}, ...]
    """
    known = log.catalog
    owned = [("event", known.properties), ("user", known.user_properties)]
    return {
        "log": log.name,
        "events": list(known.events),
        "properties": [
            {"name": name, "kind": kind, "owner": owner}
            for owner, kinds in owned
            for name, kind in kinds.items()
        ],
        "segments": list(known.segments),
        "has_sessions": known.has_sessions,
    }


def events_by_frequency(log: EventLog) -> list[list[Any]]:
    """Return name and number of each kind of event, the most frequent first.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> events_by_frequency(datasets.cdnow())
    [['purchase', 69404]]
    """
    return [[str(name), int(count)] for name, count in log.events[["name", "count"]].to_numpy()]
