"""What an engine gives back: counts and nothing derived from them.

Rates, intervals, labels and charts are made from these by :mod:`behavio_jupyter.result`, once for
all engines. Every frame begins with the group columns named in ``groups`` (a subset, in this
order, of: the breakdown property's name, ``segment``, ``period``), is ordered as docs/semantics.md
A3 says, and has a plain RangeIndex. Counts are int64, seconds float64, text ``object`` or ``str``,
periods and cohorts ``datetime64[us, tz]`` in the log's time zone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

NONE = "(none)"
OTHER = "(other)"
EXIT = "(exit)"
"""Made-up names: of null, of what is joined past the top, of where a sequence ends (A3, K4, K5)."""

BINS = 24
"""The number of equal bins of a funnel's histogram of times to convert, over [0, window]."""


@dataclass(frozen=True)
class FunnelAnswer:
    """Counted attempts.

    Attributes
    ----------
    groups : tuple of str
    counts : DataFrame
        ``*groups, step, count``: step 1…k (in any order: i different steps), every step in every
        group.
    times : DataFrame
        ``*groups, step, count, p25, median, p75, p90``: seconds from the last required step before
        ``step`` (any order: from step - 1) to it, for steps 2…k over the counted attempts that
        reached it; and ``step`` 0: from step 1 to step k. Null quantiles where count is 0.
    histogram : DataFrame
        ``*groups, low, high, count``: times from step 1 to step k in ``BINS`` equal bins of
        [0, window], seconds; a bin holds its lower end, the last one both.
    complete : Series of bool or None
        With ``per``: indexed by period start, whether the period's window is over.
    """

    groups: tuple[str, ...]
    counts: pd.DataFrame
    times: pd.DataFrame
    histogram: pd.DataFrame
    complete: pd.Series | None = None


@dataclass(frozen=True)
class RetentionAnswer:
    """Cohort cells.

    Attributes
    ----------
    groups : tuple of str
    cells : DataFrame
        ``*groups, cohort, size, period, retained, complete``; ``period`` is the first period of
        a bracket. ``retained`` counts so far in an incomplete cell.
    """

    groups: tuple[str, ...]
    cells: pd.DataFrame


@dataclass(frozen=True)
class PathsAnswer:
    """Flows.

    Attributes
    ----------
    groups : tuple of str
    edges : DataFrame
        ``*groups, step, source, target, count, median_seconds``, ordered by step, count
        descending, source, target.
    starts : DataFrame
        ``*groups, count``: the number of sequences (users, if counting users).
    whole : DataFrame
        The same, ``count`` or ``segment, count``, whatever the value of a breakdown: a user who is
        in several groups counts once.
    list_nodes, list_pairs, list_sequences : callable
        Make ``nodes``, ``matrix`` and ``sequences``, which the table does not show, when they are
        looked at. A large log has millions of different sequences, and their tuples take longer
        than everything else: ``list_sequences`` makes as many of each group as it is told, or all
        (None), and tells beside ``count`` the ``total`` of all sequences of the group.
    """

    groups: tuple[str, ...]
    edges: pd.DataFrame
    starts: pd.DataFrame
    whole: pd.DataFrame
    list_nodes: Callable[[], pd.DataFrame] = field(repr=False)
    list_pairs: Callable[[], pd.DataFrame] = field(repr=False)
    list_sequences: Callable[[int | None], pd.DataFrame] = field(repr=False)

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """``*groups, step, node, count``, ordered by step, count descending, node."""
        return self.list_nodes()

    @cached_property
    def matrix(self) -> pd.DataFrame:
        """``*groups, source, target, count``: all adjacent pairs, by source, then target."""
        return self.list_pairs()

    @cached_property
    def sequences(self) -> pd.DataFrame:
        """``*groups, sequence, count``: tuples of names, by count descending, then sequence."""
        return self.list_sequences(None).drop(columns="total")


@dataclass(frozen=True)
class TrendAnswer:
    """A number per period.

    Attributes
    ----------
    groups : tuple of str
    points : DataFrame
        ``*groups, period, value, complete``; ``value`` float64, null where there is no number.
    """

    groups: tuple[str, ...]
    points: pd.DataFrame


@dataclass(frozen=True)
class SegmentAnswer:
    """Users.

    Attributes
    ----------
    users : Series
        Ids, sorted, named ``user_id``.
    seen : int
        How many users the log has (at or before the reference time).
    """

    users: pd.Series
    seen: int


@dataclass(frozen=True)
class ActivityAnswer:
    """What retention's events also tell: docs/semantics.md R9 to R11.

    Attributes
    ----------
    lifecycle : DataFrame
        ``period, new, returning, resurrected, dormant, complete``.
    active_days : DataFrame
        ``period, days, users``: users by number of active days (1…), periods with activity only.
    active_users : DataFrame
        ``period, active, mean_daily, complete``: ``mean_daily`` over the days of the period that
        the log has.
    survival : DataFrame
        ``seconds, ended, users``: how many users have that time to last activity, and whether it
        was their last (False: censored at the end of the log).
    """

    lifecycle: pd.DataFrame
    active_days: pd.DataFrame
    active_users: pd.DataFrame
    survival: pd.DataFrame = field(repr=False)


Answer = FunnelAnswer | RetentionAnswer | PathsAnswer | TrendAnswer | SegmentAnswer
