"""Any text at all, put to everything that stands between a text and an engine."""
