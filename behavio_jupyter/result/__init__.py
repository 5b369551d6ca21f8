"""What comes back: tables, intervals, the users behind every number, charts."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from .activity import ActivityResult
from .base import QuestionResult, Result
from .facts import LogFacts
from .funnel import FunnelResult
from .paths import PathsResult
from .retention import RetentionResult
from .segment import SegmentResult
from .trend import TrendResult

if TYPE_CHECKING:
    from ..engine.answers import Answer
    from ..engine.protocol import Engine
    from ..query import Question, Segment
    from .base import Bar

__all__ = [
    "ActivityResult",
    "FunnelResult",
    "LogFacts",
    "PathsResult",
    "QuestionResult",
    "Result",
    "RetentionResult",
    "SegmentResult",
    "TrendResult",
    "present",
]


def present(
    definition: Question | Segment,
    answer: Answer,
    engine: Engine,
    facts: LogFacts,
    bar: Callable[[Result], Bar | None] | None = None,
) -> Result:
    """Return the result of an answered question.

    The result of an analysis is found by its name: ``kind = "funnel"`` is presented by
    ``FunnelResult`` of the module ``funnel``.

    Parameters
    ----------
    definition : Question or Segment
        What was asked.
    answer : Answer
        What the engine counted.
    engine : Engine
        Is asked again for the users behind a number.
    facts : LogFacts
        About the log.
    bar : callable, optional
        Gives what stands beneath the result in a notebook.
    """
    module = import_module(f".{definition.kind}", __package__)
    return getattr(module, f"{definition.kind.capitalize()}Result")(
        definition, answer, engine, facts, bar
    )
