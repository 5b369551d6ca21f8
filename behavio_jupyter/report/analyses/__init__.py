"""What the templates count, compare, draw and say."""

from __future__ import annotations

from . import (
    breakdowns,
    counting,
    differences,
    drawing,
    drops,
    launch,
    movers,
    profile,
    quality,
    staying,
    traits,
    ways,
)
from .findings import finding
from .review import Review

__all__ = [
    "Review",
    "breakdowns",
    "counting",
    "differences",
    "drawing",
    "drops",
    "finding",
    "launch",
    "movers",
    "profile",
    "quality",
    "staying",
    "traits",
    "ways",
]
