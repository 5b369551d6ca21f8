"""What can be asked: definitions, their text form, and the check of a definition against a log."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Tag

from . import clauses, funnel, paths, predicate, retention, segment, step, timeline, trend
from .base import Definition, Printed
from .clauses import Breakdown, Sessions
from .funnel import Exclusion, Funnel
from .paths import Paths, Rename
from .predicate import Events
from .retention import Retention
from .segment import Segment
from .step import Step
from .text import parse, parse_part
from .time import DateRange, Duration, Period
from .timeline import Timeline
from .trend import Formula, Number, Series, Trend

Question = Funnel | Retention | Paths | Trend

# By kind: each model answers for itself with one sentence, so none may be tried in vain.
_QUESTION = Annotated[
    Annotated[Funnel, Tag("funnel")]
    | Annotated[Retention, Tag("retention")]
    | Annotated[Paths, Tag("paths")]
    | Annotated[Trend, Tag("trend")],
    Discriminator(predicate.kind_of),
]

# Conditions hold questions and questions hold conditions, so the names meet here.
_NAMES = {
    **vars(predicate),
    "Condition": segment.Condition,
    "Question": _QUESTION,
    "Expression": trend.Expression,
}
for _module in (predicate, segment, step, clauses, funnel, retention, paths, trend, timeline):
    for _model in list(vars(_module).values()):
        _own = getattr(_model, "__module__", None) == _module.__name__
        if _own and isinstance(_model, type) and issubclass(_model, Printed):
            _model.model_rebuild(force=True, _types_namespace={**vars(_module), **_NAMES})
del _module, _model, _own

__all__ = [
    "Breakdown",
    "DateRange",
    "Definition",
    "Duration",
    "Events",
    "Exclusion",
    "Formula",
    "Funnel",
    "Number",
    "Paths",
    "Period",
    "Question",
    "Rename",
    "Retention",
    "Segment",
    "Series",
    "Sessions",
    "Step",
    "Timeline",
    "Trend",
    "parse",
    "parse_part",
]
