"""What the browser shows of one user: events with sessions, and facts about all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from behavio_jupyter import EventLog

PAGE = 200
"""So many events are sent at once."""

_TIME, _EVENT, _SESSION, _PROPERTIES = range(4)
"""The places of the columns of a timeline: a property may have the name of one of them."""


def history_of(
    log: EventLog,
    user: str,
    before: int | None = None,
    event: str | None = None,
    text: str | None = None,
) -> dict[str, Any]:
    """Return the last events of a user, or the last before one that is shown already.

    Parameters
    ----------
    log : EventLog
    user : str
    before : int, optional
        The place, among the events that match, of the first one that is shown already.
    event : str, optional
        Only events of this name.
    text : str, optional
        Only events that have this text in their name or in a value of a property.

    Returns
    -------
    dict
        About all events: ``total``, ``sessions``, ``first`` and ``last`` (by the log's clock),
        ``kinds`` (name, number, and place among the log's events, the most frequent first),
        ``profile`` (properties of the user);
        ``matching``, how many match; ``begin``, the place of the first of ``events`` among them.
        An event has ``time`` (by the log's clock), ``at`` (seconds since 1970), ``event``,
        ``session``, and the ``properties`` that have a value.

    Raises
    ------
    UnknownNameError
        The log has no such user.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> found = history_of(datasets.cdnow(), "00004")
    >>> found["total"], found["sessions"], found["first"], found["events"][0]["properties"]
    (4, 4, '1997-01-01 00:00:00', [['cds', '2'], ['amount', '29.33']])
    """
    frame = log.timeline(user)
    shown = frame[matching(frame, event, text)]
    end = len(shown) if before is None else before
    begin = max(0, end - PAGE)
    kinds, known = frame.iloc[:, _EVENT].value_counts(), log.catalog.events
    return {
        "user": str(user),
        "total": len(frame),
        **facts_of(frame),
        "kinds": [[str(name), int(count), known.index(str(name))] for name, count in kinds.items()],
        "profile": [[str(name), _text(value)] for name, value in _known(log.profile(user).items())],
        "matching": len(shown),
        "begin": begin,
        "events": [
            {
                "time": clock(time),
                "at": time.timestamp(),
                "event": name,
                "session": int(session),
                "properties": pairs,
            }
            for time, name, session, pairs in happened(shown.iloc[begin:end])
        ],
    }


def facts_of(timeline: pd.DataFrame) -> dict[str, Any]:
    """Return ``sessions``, how many there are, and ``first`` and ``last`` by the log's clock."""
    times, sessions = timeline.iloc[:, _TIME], timeline.iloc[:, _SESSION]
    return {
        "sessions": int(sessions.max()),
        "first": clock(times.iloc[0]),
        "last": clock(times.iloc[-1]),
    }


def happened(timeline: pd.DataFrame) -> list[tuple[pd.Timestamp, str, int, list[list[str]]]]:
    """Return time, name, session and properties of the events of a timeline."""
    names = [str(name) for name in timeline.columns[_PROPERTIES:]]
    return [
        (time, str(event), session, [[name, _text(value)] for name, value in _known(pairs)])
        for time, event, session, *values in timeline.itertuples(index=False, name=None)
        for pairs in [zip(names, values, strict=True)]
    ]


def clock(time: pd.Timestamp) -> str:
    """Return what the log's clock shows: to the second, or finer where the time is."""
    return time.strftime("%Y-%m-%d %H:%M:%S") + (f".{time:%f}" if time.microsecond else "")


def matching(timeline: pd.DataFrame, event: str | None, text: str | None) -> NDArray[np.bool_]:
    """Return which events of a timeline have this name, and this text in it or in a property."""
    names = timeline.iloc[:, _EVENT].astype(str)
    found = np.ones(len(timeline), np.bool_) if not event else (names == event).to_numpy()
    if text:
        columns = [names, *(timeline.iloc[:, at] for at in range(_PROPERTIES, timeline.shape[1]))]
        found = found & np.any([_has_text(column, text) for column in columns], axis=0)
    return found


def _has_text(column: pd.Series, text: str) -> NDArray[np.bool_]:
    shown = column[column.notna()].map(_text)
    has = np.zeros(len(column), np.bool_)
    has[column.notna().to_numpy()] = shown.str.contains(text, case=False, regex=False).to_numpy(
        np.bool_
    )
    return has


def _known(pairs: Any) -> list[tuple[Any, Any]]:
    return [(name, value) for name, value in pairs if not pd.isna(value)]


def _text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, pd.Timestamp):
        return clock(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
