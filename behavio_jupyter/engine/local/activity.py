"""Lifecycle, stickiness and survival of a retention's events (docs/semantics.md R9 to R13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...query import Retention
from ...query.time import Duration
from ..answers import ActivityAnswer
from .calendar import Periods, observed, period_at
from .cohorts import entries
from .columns import Columns
from .kernels import kernel
from .occurrences import Occurrences
from .parallel import summed_over_units
from .returning import ELAPSED
from .scope import Scope

if TYPE_CHECKING:
    from .engine import LocalEngine

_STATES = ("new", "returning", "resurrected", "dormant")
_NEW, _RETURNING, _RESURRECTED, _DORMANT = range(4)


def activity(engine: LocalEngine, question: Retention) -> ActivityAnswer:
    """Return what the activity event (the return event) and the start event tell."""
    columns = engine.columns
    scope = engine.scope(question)
    returns = columns.occurrences(question.returning, question.where)
    # From the log's first event to its end (R13), and the days in them.
    spans = observed(columns.schema, question.per)
    days = observed(columns.schema, "day")
    logged = _logged_days(spans, days)
    states = np.zeros((len(spans), len(_STATES)), np.int64)
    # Users by period and number of active days.
    active = np.zeros((len(spans), int(logged.max(initial=0)) + 1), np.int64)
    if len(spans):
        both = np.zeros((len(spans), states.shape[1] + active.shape[1]), np.int64)
        summed_over_units(
            _count,
            returns.offsets,
            both,
            returns.time,
            scope.users,
            spans.bounds,
            days.bounds,
        )
        states, active = both[:, : len(_STATES)], both[:, len(_STATES) :]
    complete = spans.over(columns.end)
    period, number = np.nonzero(active)
    daily = active @ np.arange(active.shape[1])
    return ActivityAnswer(
        lifecycle=pd.DataFrame(
            {
                "period": spans.labels,
                **{name: states[:, state] for state, name in enumerate(_STATES)},
                "complete": complete,
            }
        ),
        active_days=pd.DataFrame(
            {"period": spans.labels[period], "days": number, "users": active[period, number]}
        ),
        active_users=pd.DataFrame(
            {
                "period": spans.labels,
                "active": active.sum(axis=1),
                "mean_daily": daily / logged,
                "complete": complete,
            }
        ),
        survival=_survival(columns, question, scope, returns, spans),
    )


def _logged_days(spans: Periods, days: Periods) -> NDArray[np.int64]:
    """Return how many days of each period the log has, from its first day to its end (R10)."""
    if not len(spans):
        return np.zeros(0, np.int64)
    first = days.index(np.maximum(spans.bounds[:-1], days.bounds[0]))
    last = days.index(np.minimum(spans.bounds[1:], days.bounds[-1]) - 1)
    return last.astype(np.int64) - first + 1


def _survival(
    columns: Columns, question: Retention, scope: Scope, returns: Occurrences, spans: Periods
) -> pd.DataFrame:
    """Return times from start event to last activity, censored at the end of the log (R11)."""
    if question.cohort == "every":
        question = question.model_copy(update={"cohort": "first in range"})
    starting = columns.occurrences(question.start, question.where)
    entered = entries(columns, question, scope, starting, spans)
    inside = scope.users[entered.users] & (entered.cohorts >= 0)
    starts, users = entered.rows[inside], entered.users[inside]
    latest = np.full(columns.users, -1)
    active = np.diff(returns.offsets) > 0
    latest[active] = returns.rows[returns.offsets[1:][active] - 1]
    last = columns.time[np.maximum(starts, latest[users])]
    per = question.per
    elapsed = per.microseconds if isinstance(per, Duration) else ELAPSED[per]
    ended = columns.end - last > elapsed
    lasted = np.where(ended, last, columns.end) - entered.times[inside]
    cells, counts = np.unique(lasted * 2 + ended, return_counts=True)
    return pd.DataFrame(
        {
            "seconds": (cells >> 1) / 1e6,
            "ended": (cells & 1).astype(np.bool_),
            "users": counts.astype(np.int64),
        }
    )


@kernel
def _count(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    total: NDArray[np.int64],
    time: NDArray[np.int64],
    wanted: NDArray[np.bool_],
    bounds: NDArray[np.int64],
    days: NDArray[np.int64],
) -> None:
    """Add to ``total[period]`` the users in each state, then the users by number of active days."""
    last = len(bounds) - 2
    states = 4
    for user in range(low, high):
        if not wanted[user]:
            continue
        period = -1
        day = 0
        active = 0
        period_over = bounds[0]
        day_over = days[0]
        for place in range(offsets[user], offsets[user + 1]):
            now = time[place]
            if now < day_over and now < period_over:
                continue
            if now >= period_over:
                before = period
                period = period_at(now, bounds, max(period, 0))
                period_over = bounds[period + 1]
                if before < 0:
                    total[period, _NEW] += 1
                else:
                    total[before, states + active] += 1
                    if period == before + 1:
                        total[period, _RETURNING] += 1
                    else:
                        total[period, _RESURRECTED] += 1
                        total[before + 1, _DORMANT] += 1
                active = 0
            # A day that goes on from the period before is a day of this period, too.
            active += 1
            if now >= day_over:
                day = period_at(now, days, day)
                day_over = days[day + 1]
        if period >= 0:
            total[period, states + active] += 1
            if period < last:
                total[period + 1, _DORMANT] += 1
