"""The seam between questions and whoever answers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd

from ..query import Paths, Period, Question, Retention, Segment
from .answers import ActivityAnswer, Answer


class Engine(Protocol):
    """Answers definitions. The local engine scans arrays; a warehouse engine would send SQL.

    A definition reaches an engine only after :func:`behavio_jupyter.query.check.check` found
    every name in it.
    """

    def answer(self, question: Question | Segment) -> Answer:
        """Return the counts behind a question; each kind of question has its answer."""
        ...

    def members(self, question: Question | Segment, pick: Mapping[str, Any]) -> pd.Series:
        """Return the ids (sorted, named ``user_id``) of the users behind one number.

        ``pick`` names the number. For every question: group columns by name (``country="US"``,
        ``segment="…"``, ``period=…``). Funnel: ``step`` (default: the last) and ``dropped``
        (True: those whose count ends there). Retention: ``cohort``, ``period`` (a number;
        without it the whole cohort), ``retained`` (default True), ``complete`` (only cells that
        are over, or only those that are not). Paths: ``step``, ``source``, ``target``; or
        ``step``, ``node``; or ``sequence`` (see :func:`~..query.paths.way_of`); or ``source`` and
        ``target`` with ``whole`` (a pair of the matrix). Trend: ``period`` (without it: any).
        Moments are given as ISO text or as timestamps.
        """
        ...

    def fewer(self, paths: Paths, number: int) -> bool:
        """Return whether fewer than so many users are behind paths."""
        ...

    def over_time(self, segment: Segment, per: Period) -> pd.DataFrame:
        """Return ``period, users, seen, complete``: the segment at the end of each period."""
        ...

    def overlap(self, segment: Segment) -> pd.DataFrame:
        """Return ``segment, size, both``: each saved segment, its users, those also in this one."""
        ...

    def activity(self, retention: Retention) -> ActivityAnswer:
        """Return lifecycle, stickiness and survival of a retention's events."""
        ...
