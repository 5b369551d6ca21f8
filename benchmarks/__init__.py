"""Behavio beside ClickHouse, DuckDB, Polars, pandas and retentioneering: the same questions."""
