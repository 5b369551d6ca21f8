"""Events of one user over time, a row for each kind: markup that needs no script and no Plotly."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd

from ..wording import number, plural

MOST_KINDS = 8
_WIDE = 1000
_HIGH = 16
_PADDED = "padding-left:0;padding-right:0"
_UNBROKEN = 24
_BROKEN = "min-width:12em;overflow-wrap:anywhere"
"""Longer names are broken, at their width at least: the ticks take all that is left."""
_SHORT = pd.Timedelta(days=2)
"""Where less than this is shown, the time of day is said with the date."""


def strip(times: pd.Series, names: pd.Series) -> str:
    """Return a table with a row for each kind of event, and a tick in it for each event.

    The rows are those of the 8 most frequent kinds; a line under them counts the others. The ticks
    are pictures that grow with the page, in the colour of the text around; where a notebook is not
    trusted they are left out, and names and numbers stay.

    Parameters
    ----------
    times : Series of timestamps
        In order, in the log's zone; not empty.
    names : Series of str
        The kind of each event.

    Examples
    --------
    >>> times = pd.Series(pd.to_datetime(["2026-01-01", "2026-02-01"], utc=True))
    >>> "2026-01-01" in strip(times, pd.Series(["visit", "visit"]))
    True
    """
    first, last = times.iloc[0], times.iloc[-1]
    span = last - first
    shares = (times - first) / span if span else pd.Series(0.5, index=times.index)
    places = (shares * _WIDE).round().astype(np.int64)
    ends = _ends(first, last)
    kinds = names.value_counts()
    rows = "\n".join(
        _row(str(name), int(count), places[names == name].unique().tolist(), " to ".join(ends))
        for name, count in kinds.head(MOST_KINDS).items()
    )
    return (
        '<table style="width:100%;max-width:60em;table-layout:auto;margin-left:0">\n'
        f"<tbody>\n{rows}\n</tbody>\n<tfoot><tr><td></td><td></td>"
        f'<td style="{_PADDED};white-space:nowrap">{_ruler(ends, first)}</td></tr></tfoot>\n'
        f"</table>{_others(kinds)}"
    )


def _row(name: str, count: int, places: list[int], when: str) -> str:
    ticks = "".join(f"M{place} 0V{_HIGH}" for place in places)
    wrapped = "white-space:nowrap" if len(name) <= _UNBROKEN else _BROKEN
    stroke = 'stroke="currentColor" vector-effect="non-scaling-stroke"'
    said = escape(f"{name}: {plural(count, 'event')}, {when}")
    # Words stand outside of the picture: they would be as wide as it is drawn. A title in it would
    # be shown as text where pictures are left out.
    return (
        f'<tr><th scope="row" style="text-align:left;font-weight:normal;{wrapped}">'
        f"{escape(name)}</th>"
        f'<td style="text-align:right;white-space:nowrap">{number(count)}</td>'
        f'<td style="{_PADDED};width:100%"><svg role="img" aria-label="{said}" '
        f'viewBox="0 0 {_WIDE} {_HIGH}" preserveAspectRatio="none" '
        f'style="display:block;width:100%;min-width:8em;height:{_HIGH}px;overflow:visible">'
        f'<path d="M0 {_HIGH / 2:g}H{_WIDE}" {stroke} stroke-opacity="0.25"/>'
        f'<path d="{ticks}" {stroke} stroke-width="2"/></svg></td></tr>'
    )


def _ends(first: pd.Timestamp, last: pd.Timestamp) -> list[str]:
    shape = "%Y-%m-%d %H:%M:%S" if last - first < _SHORT else "%Y-%m-%d"
    return [end.strftime(shape) for end in ([first] if first == last else [first, last])]


def _ruler(ends: list[str], first: pd.Timestamp) -> str:
    zone = f" {first.tz}"
    if len(ends) == 1:
        return f'<div style="text-align:center">{ends[0]}{zone}</div>'
    return (
        '<div style="display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1em">'
        f"<span>{ends[0]}</span> <span>{ends[1]}{zone}</span></div>"
    )


def _others(kinds: pd.Series) -> str:
    others = kinds.iloc[MOST_KINDS:]
    if others.empty:
        return ""
    said = f"{plural(int(others.sum()), 'event')} of {plural(len(others), 'other kind')}"
    return f"<p><small>Not drawn: {said}.</small></p>"
