"""How kernels are compiled, and for how long what was compiled is kept on disk.

Numba keeps a kernel for as long as the file that defines it stays as it was. Functions of other
files are compiled into it, too; after an update that changes only those, what is kept would count
by the old ones, or crash. So kernels of this folder are kept for as long as all its files stay.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit
from numba.core.caching import (
    CacheImpl,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)

_FOLDER = Path(__file__).parent


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function when it is first called, for threads beside each other; keep it."""
    return njit(nogil=True, cache=True)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Write a function's code into each kernel that calls it; Python calls none of them."""
    return njit(nogil=True, inline="always")(function)


@lru_cache(maxsize=1)
def _code() -> str:
    """Return what tells all the code of this folder from any other."""
    files = sorted(_FOLDER.glob("*.py"))
    return sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


class _OfAllFiles:
    """Where a kernel of this folder is kept; others are Numba's own matter."""

    @classmethod
    def from_function(cls, function: Any, file: str) -> Any:
        """Return the place of a function's kernels, or None."""
        if Path(file).parent != _FOLDER:
            return None
        return super().from_function(function, file)  # type: ignore[misc]

    def get_source_stamp(self) -> tuple[Any, str]:
        """Return what must be the same for a kernel to be used."""
        return super().get_source_stamp(), _code()  # type: ignore[misc]


class _Chosen(_OfAllFiles, UserProvidedCacheLocator):  # type: ignore[misc]
    pass


class _Beside(_OfAllFiles, InTreeCacheLocator):  # type: ignore[misc]
    pass


class _OfUser(_OfAllFiles, UserWideCacheLocator):  # type: ignore[misc]
    pass


CacheImpl._locator_classes[:0] = [_Chosen, _Beside, _OfUser]
