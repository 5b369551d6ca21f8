"""Parameterized notebooks: the place for them; there are none yet."""
