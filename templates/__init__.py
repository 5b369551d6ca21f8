"""Parameterized notebooks. Empty until they are built; the package holds their place."""
