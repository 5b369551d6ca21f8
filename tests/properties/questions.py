"""One question of each analysis, and definitions made anew with some parts changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st

from behavio_jupyter.query import Breakdown, Paths
from behavio_jupyter.query.base import Model
from behavio_jupyter.query.segment import Seen

from ..engine.raw_logs import Span
from ..engine.strategies import funnels, paths, retentions, segments, trends

EVERYTHING = 10**6
"""A ``top`` past which nothing is joined."""


def some(share: float = 0.08) -> settings:
    """Return settings with a share of the profile's examples: each opens logs of 10⁵ events.

    Making such examples smaller takes many minutes and finds little, as rows come from a seed.
    """
    number = max(4, round(settings.default.max_examples * share))
    return settings(max_examples=number, phases=set(Phase) - {Phase.shrink})


@st.composite
def one_of_each(draw: st.DrawFn, span: Span) -> dict[str, Any]:
    """A funnel, a retention, paths, a trend and a segment."""
    kinds = (funnels, retentions, paths, trends, segments)
    return {kind.__name__: draw(kind(span)) for kind in kinds}


def rewritten(node: Any, change: Callable[[Any], Any]) -> Any:
    """Return a definition with every part, innermost first, put through ``change``."""
    if isinstance(node, tuple):
        return tuple(rewritten(part, change) for part in node)
    if isinstance(node, Model):
        fields = {name: getattr(node, name) for name in type(node).model_fields}
        changed = {name: rewritten(value, change) for name, value in fields.items()}
        node = node if changed == fields else type(node)(**changed)
    return change(node)


def parts(node: Any) -> Iterator[Any]:
    """Every part of a definition, values too."""
    yield node
    fields = type(node).model_fields if isinstance(node, Model) else ()
    for part in node if isinstance(node, tuple) else [getattr(node, name) for name in fields]:
        yield from parts(part)


def nothing_joined(question: Any) -> Any:
    """The question with no value and no node among the rest."""

    def change(node: Any) -> Any:
        if isinstance(node, Breakdown | Paths):
            return node.model_copy(update={"top": EVERYTHING})
        return node

    return rewritten(question, change)


def moved(question: Any, weeks: int) -> Any:
    """The question with every date in it as many weeks later."""
    later = dt.timedelta(weeks=weeks)
    return rewritten(question, lambda node: node + later if isinstance(node, dt.date) else node)


def asks_calendar(question: Any) -> bool:
    """Whether days, weeks or months of the clock matter, or moments given as dates."""
    return any(
        isinstance(node, dt.date)
        or getattr(node, "per", None) in ("hour", "day", "week", "month")
        or getattr(node, "function", None) == "count_days"
        for node in parts(question)
    )


def asks_elapsed_time(question: Any) -> bool:
    """Whether spans of time matter that are not days of the clock."""
    spans = ("duration", "within", "gap")
    return any(
        any(getattr(node, name, None) is not None for name in spans) or isinstance(node, Seen)
        for node in parts(question)
    )


def always_known(condition: Any) -> bool:
    """Whether a condition holds or not for every user, null for none (S3, S10, P1)."""
    compares = ("comparison", "in", "between", "like")
    return not any(
        getattr(node, "kind", None) in compares
        or getattr(node, "function", None) in ("avg", "min", "max")
        for node in outer_parts(condition)
    )


def outer_parts(condition: Any) -> Iterator[Any]:
    """The conditions on users of which a condition is made."""
    yield condition
    kind = condition.kind
    for part in condition.parts if kind in ("and", "or") else ():
        yield from outer_parts(part)
    if kind == "not":
        yield from outer_parts(condition.part)
