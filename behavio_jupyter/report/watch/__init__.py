"""Rules that each run of a report is checked by."""

from __future__ import annotations

from .checking import Checked, check
from .rule import Rule
from .usual import UsualRange, usual_range

__all__ = ["Checked", "Rule", "UsualRange", "check", "usual_range"]
