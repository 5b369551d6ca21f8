"""Retention answered over a log's arrays (docs/semantics.md "Retention", R1 to R7, R12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import DefinitionError
from ...query import Retention
from ..answers import RetentionAnswer
from .calendar import Periods, labels
from .cohorts import Entries, cohort_periods, entries
from .groups import Groups, Values, position_of, rank
from .matching import Matches, match
from .returning import count_retained, retained_entries, spans
from .scope import Scope

if TYPE_CHECKING:
    from .engine import LocalEngine

_TAKEN = ("cohort", "size", "period", "retained", "rate", "low", "high", "complete")


class _Entered(NamedTuple):
    """The cohorts of a question and who enters them; ``places`` are breakdown values by entry."""

    scope: Scope
    matches: Matches
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
    places, segments, cohorts, sizes, counts = [], [], [], [], []
    for number, segment in enumerate(asked.scope.segments):
        inside = segment.users[entered.users]
        cells = asked.places.astype(np.int64) * len(asked.cohorts) + entered.cohorts
        found, occurring = pd.factorize(cells[inside], sort=True)
        keys = np.full(len(inside), -1, np.int64)
        keys[inside] = found
        counts.append(count_retained(columns, asked.matches, entered, keys, shown))
        sizes.append(np.bincount(found, minlength=len(occurring)))
        place, cohort = np.divmod(occurring, max(len(asked.cohorts), 1))
        places.append(place)
        cohorts.append(cohort)
        segments.append(np.full(len(occurring), number))

    group = np.concatenate(places) * len(segments) + np.concatenate(segments)
    cohort = np.concatenate(cohorts)
    order = np.lexsort((cohort, group))
    cohort, size = cohort[order], np.concatenate(sizes)[order]
    per_cohort = len(shown.firsts)
    frame = groups.frame(
        np.bincount(group, minlength=int(np.prod(groups.shape))) * per_cohort,
        cohort=labels(asked.cohorts.bounds[cohort], columns.schema.timezone).repeat(per_cohort),
        size=np.repeat(size.astype(np.int64), per_cohort),
        period=np.tile(shown.firsts, len(order)),
        retained=np.concatenate(counts)[order].ravel(),
        complete=shown.complete(cohort, columns.end).ravel(),
    )
    return RetentionAnswer(groups.columns, frame)


def members(engine: LocalEngine, question: Retention, pick: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return the users of a cohort or a cell; without a cohort, those of any."""
    columns = engine.columns
    asked = _enter(engine, question)
    entered, groups = asked.entered, asked.groups
    value, segment, _ = groups.chosen({key: pick[key] for key in groups.columns if key in pick})
    users = asked.scope.users if segment is None else asked.scope.segments[segment].users
    chosen = users[entered.users]
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
        retained = retained_entries(columns, asked.matches, entered, shown)
        chosen &= retained == pick.get("retained", True)
    mask = np.zeros(columns.users, np.bool_)
    mask[entered.users[chosen]] = True
    return mask


def _enter(engine: LocalEngine, question: Retention) -> _Entered:
    columns = engine.columns
    scope = engine.scope(question)
    matches = match(columns, (question.start, question.returning), scope.keep)
    cohorts = cohort_periods(columns, question)
    entered = entries(columns, question, scope, matches, cohorts)
    values: Values | None = None
    places = np.zeros(len(entered.rows), np.int32)
    if question.by is not None:
        codes = columns.codes(question.by.property)
        by_event = question.by.property.owner == "event"
        at_start = codes.codes[entered.rows if by_event else entered.users]
        weights = np.zeros(len(codes.names) + 1, np.int64)
        for segment in scope.segments:
            inside = segment.users[entered.users]
            weights += np.bincount(at_start[inside] + 1, minlength=len(weights))
        values = rank(question.by, codes, weights, _TAKEN)
        places = values.of(at_start)
    compared = tuple(str(segment.label) for segment in scope.segments) if scope.compared else ()
    return _Entered(scope, matches, cohorts, entered, Groups(values, compared, None), places)
