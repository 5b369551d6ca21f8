"""Parameterized notebooks: reports that work on any event log."""
