"""What a log shows of itself: its size, span and names, and what to ask next."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .log import EventLog

_NAMES = 8


def as_text(log: EventLog) -> str:
    """Return the overview as plain text."""
    return "\n".join([_title(log), *(f"  {what:<10}  {value}" for what, value in facts(log))])


def as_html(log: EventLog) -> str:
    """Return the overview as a table in the colours of whatever surrounds it."""
    cell = 'style="text-align:left;color:inherit;background:none;padding:.15em .8em"'
    rows = "".join(
        f"<tr><th {cell}>{escape(what)}</th><td {cell}>{escape(value)}</td></tr>"
        for what, value in facts(log)
    )
    return f"<div><b>{escape(_title(log))}</b><table>{rows}</table></div>"


def facts(log: EventLog) -> list[tuple[str, str]]:
    """Return what to know of a log, as pairs of a word and what it says."""
    schema, quality = log.store.schema, log.quality
    lost = quality.rows - quality.events
    ranked = sorted(quality.counts.items(), key=lambda item: (-item[1], item[0]))
    names = [f"{name} ({count:,})" for name, count in ranked[:_NAMES]]
    names += [f"{len(ranked) - _NAMES} more"] if len(ranked) > _NAMES else []
    pairs = [
        ("events", f"{quality.events:,}"),
        ("users", f"{quality.users:,}"),
        ("span", f"{quality.span} ({schema.timezone})"),
        ("names", ", ".join(names) or "none"),
        ("properties", ", ".join(info.name for info in schema.properties) or "none"),
        ("of users", ", ".join(info.name for info in schema.user_properties)),
        ("segments", ", ".join(log.segments)),
        ("left out", f"{lost:,} rows; see log.quality" if lost else ""),
        ("next", _next([name for name, _ in ranked])),
    ]
    return [(what, value) for what, value in pairs if value]


def _title(log: EventLog) -> str:
    return f"EventLog {log.name}".rstrip()


def _next(names: list[str]) -> str:
    from .query import Events

    if not names:
        return "log.append(more)"
    steps = [str(Events(names=(name,))) for name in (names * 2)[:2]]
    return f"%funnel {' -> '.join(steps)} within 7d"
