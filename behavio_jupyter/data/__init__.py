"""Events in: sources, columns, cleaning, identity, and the store that engines read."""

from __future__ import annotations

from .connecting import connect_store
from .quality import Quality
from .schema import PropertyInfo, Schema
from .store import Store

__all__ = ["PropertyInfo", "Quality", "Schema", "Store", "connect_store"]
