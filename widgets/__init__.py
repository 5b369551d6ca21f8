"""Builders and explorers: questions asked by clicking, in a notebook."""

from __future__ import annotations

from .base import AnalysisWidget
from .explorer import Explorer, explore
from .funnel import FunnelExplorer
from .paths import PathExplorer
from .result_bar import ResultBar
from .retention import RetentionExplorer
from .segment import SegmentBuilder
from .timeline import UserTimeline
from .trend import TrendExplorer

__all__ = [
    "AnalysisWidget",
    "Explorer",
    "FunnelExplorer",
    "PathExplorer",
    "ResultBar",
    "RetentionExplorer",
    "SegmentBuilder",
    "TrendExplorer",
    "UserTimeline",
    "explore",
]
