"""nbformat, loaded in a second instead of five.

It loads jsonschema, which loads a parser of international addresses where there is one, and that
takes seconds to be built. No schema of notebooks speaks of such addresses.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

_PARSER = "rfc3987_syntax"


@contextlib.contextmanager
def _unseen(module: str) -> Iterator[None]:
    """Let a module that is not loaded yet seem absent."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


with _unseen(_PARSER):
    import nbformat

__all__ = ["nbformat"]
