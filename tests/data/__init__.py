"""Data: sources, columns, cleaning, the store."""
