"""Builders and explorers for notebooks: the place for them; there are none yet."""
