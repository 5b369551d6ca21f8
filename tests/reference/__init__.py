"""The naive reference: docs/semantics.md in plain Python, for reading and not for speed.

One module for each section of that page. Engines are checked against it on random logs and on
the real ones, so nothing here is shared with an engine.
"""
