"""Retention answered over a log's arrays (docs/semantics.md "Retention", R1 to R7, R12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import DefinitionError
from ...query import Retention
from ..answers import RetentionAnswer
from .calendar import Periods, labels
from .cohorts import Entries, cohort_periods, entries
from .groups import Groups, Values, position_of, rank
from .occurrences import Occurrences
from .returning import count_retained, retained_entries, spans
from .scope import Scope, SegmentUsers

if TYPE_CHECKING:
    from .engine import LocalEngine

_DENSE = 1 << 20
"""Up to so many cells each has a counter, whether anything lies in it or not."""

_TAKEN = ("cohort", "size", "period", "retained", "churned", "rate", "low", "high", "complete")


class _Entered(NamedTuple):
    """The cohorts of a question and who enters them; ``places`` are breakdown values by entry."""

    scope: Scope
    returns: Occurrences
    cohorts: Periods
    entered: Entries
    groups: Groups
    places: NDArray[np.int32]


def answer(engine: LocalEngine, question: Retention) -> RetentionAnswer:
    """Return the cells of a retention."""
    columns = engine.columns
    asked = _enter(engine, question)
    entered, groups = asked.entered, asked.groups
    shown = spans(question, asked.cohorts)
    number = len(groups.values.names) if groups.values else 1
    groups_of, cohorts_of, counts = [], [], []
    for place, segment in enumerate(asked.scope.segments):
        keys, cells = _cells(asked, segment, number * len(asked.cohorts))
        counted = count_retained(asked.returns, entered, keys, len(cells), shown)
        occurring = np.flatnonzero(counted[:, 0])
        value, cohort = np.divmod(cells[occurring], max(len(asked.cohorts), 1))
        groups_of.append(value * len(asked.scope.segments) + place)
        cohorts_of.append(cohort)
        counts.append(counted[occurring])

    group, cohort = np.concatenate(groups_of), np.concatenate(cohorts_of)
    order = np.lexsort((cohort, group))
    cohort, count = cohort[order], np.concatenate(counts)[order]
    per_cohort = len(shown.firsts)
    frame = groups.frame(
        np.bincount(group, minlength=int(np.prod(groups.shape))) * per_cohort,
        cohort=labels(asked.cohorts.bounds[cohort], columns.schema.timezone).repeat(per_cohort),
        size=count[:, 0].repeat(per_cohort),
        period=np.tile(shown.firsts, len(order)),
        retained=count[:, 1:].ravel(),
        complete=shown.complete(cohort, columns.end).ravel(),
    )
    return RetentionAnswer(groups.columns, frame)


def _cells(
    asked: _Entered, segment: SegmentUsers, most: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return numbers for the cells that entries may lie in, value by value, cohort by cohort.

    That is the number of each entry's cell, -1 for what is left out, and which cell each number
    means. ``most`` is how many cells there are.
    """
    entered = asked.entered
    if asked.groups.values is None and segment.everyone:
        return entered.cohorts, np.arange(most)
    cells = asked.places.astype(np.int64) * len(asked.cohorts) + entered.cohorts
    left_out = (entered.cohorts < 0) | ~segment.users[entered.users]
    if most <= _DENSE:
        cells[left_out] = -1
        return cells.astype(np.int32), np.arange(most)
    keys = np.full(len(cells), -1, np.int32)
    occurring, keys[~left_out] = np.unique(cells[~left_out], return_inverse=True)
    return keys, occurring


def members(engine: LocalEngine, question: Retention, pick: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return the users of a cohort or a cell; without a cohort, those of any."""
    columns = engine.columns
    asked = _enter(engine, question)
    entered, groups = asked.entered, asked.groups
    value, segment, _ = groups.chosen({key: pick[key] for key in groups.columns if key in pick})
    users = asked.scope.users if segment is None else asked.scope.segments[segment].users
    chosen = users[entered.users] & (entered.cohorts >= 0)
    if value is not None:
        chosen &= asked.places == value
    if "cohort" in pick:
        chosen &= entered.cohorts == position_of(asked.cohorts, pick["cohort"], "cohort")
    if "period" in pick:
        firsts = [first for first, _ in question.spans]
        if pick["period"] not in firsts:
            raise DefinitionError(
                f"Period {pick['period']!r} is not in the table; there is "
                f"{', '.join(map(str, firsts[:5]))}{' …' if len(firsts) > 5 else ''}."
            )
        shown = spans(question, asked.cohorts, firsts.index(pick["period"]))
        retained = retained_entries(asked.returns, entered, shown)
        chosen &= retained == pick.get("retained", True)
        if "complete" in pick:
            complete = shown.complete(entered.cohorts, columns.end)[:, 0]
            chosen &= complete == pick["complete"]
    mask = np.zeros(columns.users, np.bool_)
    mask[entered.users[chosen]] = True
    return mask


def _enter(engine: LocalEngine, question: Retention) -> _Entered:
    columns = engine.columns
    scope = engine.scope(question)
    starts = columns.occurrences(question.start, question.where)
    returns = columns.occurrences(question.returning, question.where)
    cohorts = cohort_periods(columns, question)
    entered = entries(columns, question, scope, starts, cohorts)
    values: Values | None = None
    places = np.zeros(len(entered.rows), np.int32)
    if question.by is not None:
        codes = columns.codes(question.by.property)
        by_event = question.by.property.owner == "event"
        at_start = codes.codes[entered.rows if by_event else entered.users]
        enters = entered.cohorts >= 0
        weights = np.zeros(len(codes.names) + 1, np.int64)
        for segment in scope.segments:
            inside = segment.users[entered.users] & enters
            weights += np.bincount(at_start[inside] + 1, minlength=len(weights))
        values = rank(question.by, codes, weights, _TAKEN)
        places = values.of(at_start)
    compared = tuple(str(segment.label) for segment in scope.segments) if scope.compared else ()
    return _Entered(scope, returns, cohorts, entered, Groups(values, compared, None), places)
