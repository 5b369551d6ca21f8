"""Runs notebooks and turns them into pages that work offline."""

from __future__ import annotations

from .execute import execute
from .page import to_page

__all__ = ["execute", "to_page"]
