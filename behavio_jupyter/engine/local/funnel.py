"""Funnels: who gets from step 1 to step k (docs/semantics.md "Funnel", F1 to F11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import DefinitionError, nearest_hint
from ...query.funnel import Funnel
from ..answers import BINS, FunnelAnswer
from .calendar import observed
from .columns import Columns
from .funnel_attempts import Attempts, attempts, required, span
from .funnel_plain import MISSING
from .funnel_times import QUANTILES, tabulate
from .groups import Groups, rank
from .scope import Scope, SegmentUsers

if TYPE_CHECKING:
    from .engine import LocalEngine

_COLUMNS = (
    "step",
    "name",
    "count",
    "from_start",
    "from_start_low",
    "from_start_high",
    "from_previous",
    "median_seconds",
    "complete",
)


def answer(engine: LocalEngine, funnel: Funnel) -> FunnelAnswer:
    """Count a funnel's attempts."""
    columns = engine.columns
    scope = engine.scope(funnel)
    found = attempts(columns, funnel, scope)
    groups, value, period = _grouped(columns, funnel, scope, found)
    steps = len(funnel.steps)
    values, segments, spans = groups.shape
    counts = np.zeros((values, segments, spans, steps), np.int64)
    quantiles = np.full((values, segments, spans, steps, len(QUANTILES)), np.nan)
    bins = np.zeros((values, segments, spans, BINS), np.int64)
    one = value if spans == 1 else value * np.int32(spans) + period
    for place, segment in enumerate(scope.segments):
        group = np.where(_counted(found, segment), one, np.int32(-1))
        table = tabulate(found.at, group, values * spans, _previous(funnel), span(funnel))
        counts[:, place] = table.counts.T.reshape(values, spans, steps)
        quantiles[:, place] = table.quantiles.transpose(1, 0, 2).reshape(
            values, spans, steps, len(QUANTILES)
        )
        bins[:, place] = table.bins.reshape(values, spans, BINS)

    count = counts.reshape(-1, steps)
    # The first row, of step 0, is about the whole way to the last step.
    timed = np.roll(count, 1, axis=1)
    timed[:, 1:] = count[:, 1:]
    quartiles = quantiles.reshape(-1, len(QUANTILES)).T
    edges = np.arange(BINS + 1) * (funnel.within.microseconds / 1e6 / BINS)
    repeats = len(count)
    return FunnelAnswer(
        groups=groups.columns,
        counts=groups.frame(
            steps, step=np.tile(np.arange(1, steps + 1), repeats), count=count.ravel()
        ),
        times=groups.frame(
            steps,
            step=np.tile([0, *range(2, steps + 1)], repeats),
            count=timed.ravel(),
            p25=quartiles[0],
            median=quartiles[1],
            p75=quartiles[2],
            p90=quartiles[3],
        ),
        histogram=groups.frame(
            BINS,
            low=np.tile(edges[:-1], repeats),
            high=np.tile(edges[1:], repeats),
            count=bins.ravel(),
        ),
        complete=None
        if groups.periods is None
        else pd.Series(
            groups.periods.over(columns.end, span(funnel)),
            index=groups.periods.labels.rename("period"),
            name="complete",
        ),
    )


def members(engine: LocalEngine, funnel: Funnel, pick: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return the users with a counted attempt that reached a step, or ended there.

    ``step`` defaults to the last; with ``dropped`` an attempt must not have reached the next
    required step (F14). The other picks are group columns.
    """
    columns = engine.columns
    scope = engine.scope(funnel)
    found = attempts(columns, funnel, scope)
    groups, value, period = _grouped(columns, funnel, scope, found)
    _known(pick, groups)
    step, dropped = _step(funnel, pick)
    meets = (found.depth > 0) & (found.at[step - 1] != MISSING)
    following = required(funnel.steps)
    following = following[following >= step]
    if dropped and len(following):
        meets &= found.at[following[0]] == MISSING
    one_value, one_segment, one_period = groups.chosen(pick)
    if one_value is not None:
        meets &= value == one_value
    if one_period is not None:
        meets &= period == one_period
    mask = np.zeros(columns.users, np.bool_)
    mask[found.users[meets]] = True
    return mask if one_segment is None else mask & scope.segments[one_segment].users


def _grouped(
    columns: Columns, funnel: Funnel, scope: Scope, found: Attempts
) -> tuple[Groups, NDArray[np.int32], NDArray[np.int32]]:
    """Return the groups, and each attempt's place among their values and periods."""
    counted = found.depth > 0
    values = None
    value = period = np.zeros(len(counted), np.int32)
    if funnel.by is not None:
        codes = columns.codes(funnel.by.property)
        if funnel.by.property.owner == "user":
            code = codes.codes[found.users]
        else:
            code = np.full(len(counted), -1, np.int32)
            known = counted & (found.row >= 0)
            code[known] = codes.codes[found.row[known]]
        weights = np.zeros(len(codes.names) + 1, np.int64)
        for segment in scope.segments:
            seen = code[_counted(found, segment)]
            weights += np.bincount(seen + 1, minlength=len(weights))
        values = rank(funnel.by, codes, weights, _COLUMNS)
        value = np.maximum(values.of(code), 0)
    spans = None
    if funnel.per is not None:
        spans = observed(columns.schema, funnel.per, scope.start, scope.end)
        period = np.zeros(len(counted), np.int32)
        period[counted] = spans.index(found.at[0][counted])
    labels = tuple(segment.label for segment in scope.segments if segment.label is not None)
    return Groups(values, labels, spans), value, period


def _counted(found: Attempts, segment: SegmentUsers) -> NDArray[np.bool_]:
    """Return which of the attempts there are, and are of a segment's users."""
    counted = found.depth > 0
    return counted if segment.everyone else counted & segment.users[found.users]


def _previous(funnel: Funnel) -> NDArray[np.int64]:
    """Return, for each step counted from 0, the last required one before it."""
    chain = required(funnel.steps)
    return chain[np.maximum(np.searchsorted(chain, np.arange(len(funnel.steps))) - 1, 0)]


def _step(funnel: Funnel, pick: Mapping[str, Any]) -> tuple[int, bool]:
    step = pick.get("step", len(funnel.steps))
    dropped = pick.get("dropped", False)
    if isinstance(step, bool) or step not in range(1, len(funnel.steps) + 1):
        raise DefinitionError(
            f"There is no step {step!r}; this funnel has steps 1 to {len(funnel.steps)}."
        )
    if not isinstance(dropped, bool):
        raise DefinitionError(f"'dropped' is true or false, not {dropped!r}.")
    return int(step), dropped


def _known(pick: Mapping[str, Any], groups: Groups) -> None:
    choices = [*groups.columns, "step", "dropped"]
    for name in pick:
        if name not in choices:
            raise DefinitionError(
                f"This funnel's users cannot be picked by {name!r}{nearest_hint(name, choices)}."
            )
