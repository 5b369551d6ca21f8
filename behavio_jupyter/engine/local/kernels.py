"""How kernels are compiled, and for how long what was compiled is kept on disk.

Numba keeps a kernel for as long as the file that defines it stays as it was. Functions of other
files are compiled into it, too; after an update that changes only those, what is kept would count
by the old ones, or crash. So kernels are kept under names that all files of this folder are in.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function when it is first called, for threads beside each other; keep it."""
    function.__qualname__ += f"_{_code()}"
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:
        # Neither the package's folder nor the user's can be written.
        _warn()
        return njit(nogil=True)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Write a function's code into each kernel that calls it; Python calls none of them."""
    return njit(nogil=True, inline="always")(function)


@lru_cache(maxsize=1)
def _warn() -> None:
    warnings.warn(
        "Each new process compiles for some seconds before its first answers, as what is compiled "
        "can be kept nowhere: name a folder for it in the environment variable NUMBA_CACHE_DIR.",
        stacklevel=1,
    )


@lru_cache(maxsize=1)
def _code() -> str:
    """Return what tells all the code of this folder from any other."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]
