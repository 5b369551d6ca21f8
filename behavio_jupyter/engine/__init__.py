"""Who answers: engines that turn a definition into counts."""

from __future__ import annotations

from .answers import (
    ActivityAnswer,
    Answer,
    FunnelAnswer,
    PathsAnswer,
    RetentionAnswer,
    SegmentAnswer,
    TrendAnswer,
)
from .protocol import Engine

__all__ = [
    "ActivityAnswer",
    "Answer",
    "Engine",
    "FunnelAnswer",
    "PathsAnswer",
    "RetentionAnswer",
    "SegmentAnswer",
    "TrendAnswer",
]
