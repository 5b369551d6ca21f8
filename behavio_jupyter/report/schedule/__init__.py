"""Reports on schedule: each period once, whatever happens."""

from __future__ import annotations

from .export import FORMATS, export
from .schedule import Schedule
from .scheduler import Scheduler
from .schedules import Schedules, Turn

__all__ = ["FORMATS", "Schedule", "Scheduler", "Schedules", "Turn", "export"]
