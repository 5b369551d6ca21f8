"""The local engine: compiled kernels over a log's sorted arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from importlib import import_module
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...data.progress import shown
from ...data.store import Store
from ...errors import TooLargeError
from ...query import Paths, Period, Question, Retention, Segment
from ...query.clauses import EventQuestion
from ..answers import ActivityAnswer, Answer
from .columns import Columns
from .compiling import doing
from .footprint import Footprint, Sizes
from .scope import Scope, scope

_T = TypeVar("_T")


class LocalEngine:
    """Answers questions about one store.

    An analysis lives in the module of its name in this package, with the functions
    ``answer(engine, question)`` and ``members(engine, question, pick)``; ``members`` returns a
    mask of users.

    Parameters
    ----------
    store : Store
        The log.
    segments : mapping of str to Segment
        Saved segments, by name; read at each question.
    """

    def __init__(self, store: Store, segments: Mapping[str, Segment]) -> None:
        self.columns = Columns(store)
        self.sizes = Sizes(store)
        self.segments = segments

    def knowing(self, segments: Mapping[str, Segment]) -> LocalEngine:
        """Return an engine over the same arrays for which other segments are saved."""
        other = copy(self)
        other.segments = segments
        return other

    def answer(self, question: Question | Segment) -> Answer:
        """Return the counts behind a question.

        Raises
        ------
        TooLargeError
            It needs more memory than there is.
        """
        self._check_memory(question)
        analysis = import_module(f".{question.kind}", __package__)
        try:
            return _shown("Answering", lambda: analysis.answer(self, question))
        except MemoryError:
            raise TooLargeError(
                "This question needed more memory than there is; close what else takes some, or ask"
                " by longer periods, during fewer days, or for fewer groups."
            ) from None

    def members(self, question: Question | Segment, pick: Mapping[str, Any]) -> pd.Series:
        """Return the ids of the users behind one number of a question."""
        self._check_memory(question)
        analysis = import_module(f".{question.kind}", __package__)
        return _shown("Finding users", lambda: self.ids(analysis.members(self, question, pick)))

    def fewer(self, paths: Paths, number: int) -> bool:
        """Return whether fewer than so many users are behind paths, without looking at them all."""
        from .paths import fewer

        self._check_memory(paths)
        return _shown("Finding users", lambda: fewer(self, paths, number))

    def over_time(self, segment: Segment, per: Period) -> pd.DataFrame:
        """Return a segment's size at the end of each period."""
        from .segment import over_time

        self._check_memory(segment)
        return _shown("Answering", lambda: over_time(self, segment, per))

    def overlap(self, segment: Segment) -> pd.DataFrame:
        """Return each saved segment, how many users it has, and how many are in both."""
        from .segment import overlap

        self._check_memory(segment)
        return _shown("Answering", lambda: overlap(self, segment))

    def activity(self, retention: Retention) -> ActivityAnswer:
        """Return lifecycle, stickiness and survival of a retention's events."""
        from .activity import activity

        self._check_memory(retention)
        return _shown("Answering", lambda: activity(self, retention))

    def _check_memory(self, question: Question | Segment) -> None:
        Footprint(self.columns, self.sizes, question, self.segments).require()

    def ids(self, mask: NDArray[np.bool_]) -> pd.Series:
        """Return the ids of the users in a mask, sorted."""
        return self.columns.user_ids[mask].reset_index(drop=True).rename("user_id")

    def scope(self, question: EventQuestion) -> Scope:
        """Return what a question looks at."""
        from .segment import users_meeting

        masks = tuple(users_meeting(self, condition) for condition in question.segments)
        return scope(self.columns, question, masks)


def _shown(title: str, work: Callable[[], _T]) -> _T:
    return shown(title, work, doing(title))
