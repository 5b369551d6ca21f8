"""The engine for data on this machine: DuckDB for predicates, Numba kernels over sorted arrays."""

from __future__ import annotations

from .engine import LocalEngine

__all__ = ["LocalEngine"]
