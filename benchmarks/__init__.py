"""Behavio beside ClickHouse and DuckDB: the same questions, the same events, one run."""
