"""Events in: sources, columns, cleaning, identity, and the store that engines read."""

from __future__ import annotations

from .appending import append
from .connecting import connect_store
from .files import check_replaceable, open_store, replacing, write_copy
from .quality import Quality, quality_of
from .schema import PropertyInfo, Schema
from .store import Store

__all__ = [
    "PropertyInfo",
    "Quality",
    "Schema",
    "Store",
    "append",
    "check_replaceable",
    "connect_store",
    "open_store",
    "quality_of",
    "replacing",
    "write_copy",
]
