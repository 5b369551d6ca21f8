"""Builders and explorers: questions asked by clicking, in a notebook."""

from __future__ import annotations

from .base import AnalysisWidget
from .funnel import FunnelExplorer

__all__ = ["AnalysisWidget", "FunnelExplorer"]
