"""How much memory there is, and refusing what needs more before it begins."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

import psutil

from ..errors import DataError, TooLargeError

LIMIT = "BEHAVIO_MEMORY"
"""The environment variable that says how much memory the whole process may take, as in ``4GB``."""

LEAST = 100_000_000
"""Bytes without which DuckDB reads and sorts nothing; what does not fit in more goes to disk."""

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_GROUPS, _OWN_GROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def available() -> int:
    """Return how many bytes this process can still take.

    The least of what the machine has free, what the control groups of the process leave (a
    container's limit), what its own limit of address space leaves (``ulimit -v``), and what the
    environment variable ``BEHAVIO_MEMORY`` leaves.

    Raises
    ------
    DataError
        ``BEHAVIO_MEMORY`` is no size.
    """
    left = [psutil.virtual_memory().available, *_left_in_groups(), *_left_of_addresses()]
    stated = os.environ.get(LIMIT, "").strip()
    if stated:
        left.append(size_of(stated) - psutil.Process().memory_info().rss)
    return max(min(left), 0)


def size_of(text: str) -> int:
    """Return a size in bytes.

    Examples
    --------
    >>> size_of("1.5GB")
    1500000000
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", text, re.IGNORECASE)
    if found is None:
        raise DataError(f"{LIMIT}={text!r:.40} is no size; write it like '4GB'.")
    return int(float(found[1]) * _UNITS[found[2].upper()])


def require(needed: int, what: str, instead: str) -> None:
    """Refuse what needs more memory than there is.

    Parameters
    ----------
    needed : int
        Bytes, as estimated.
    what : str
        What needs them, as in ``"This question"``.
    instead : str
        What to do, as in ``"ask per month"``.

    Raises
    ------
    TooLargeError
    """
    free = available()
    if needed > free:
        raise TooLargeError(
            f"{what} needs about {in_words(needed)} of memory, and {in_words(free)} are free;"
            f" {instead}."
        )


def in_words(size: float) -> str:
    """Return a size as people say it.

    Examples
    --------
    >>> in_words(1_234_567_890)
    '1.2 GB'
    """
    for unit in ("bytes", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"


def _left_of_addresses() -> list[int]:
    """Return what the limit of address space leaves, where there is one."""
    try:
        import resource
    except ImportError:  # Windows has none.
        return []
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY:
        return []
    return [most - psutil.Process().memory_info().vms]


def _left_in_groups() -> list[int]:
    """Return what each control group of this process leaves, of version 1 or 2."""
    left = []
    whole = psutil.virtual_memory().total
    for folder, most, used, reclaimed in _groups():
        with contextlib.suppress(OSError, ValueError):
            limit = int((folder / most).read_text())
            if limit >= whole:
                continue
            stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            # Pages of files are given back when something else needs the room.
            left.append(limit - int((folder / used).read_text()) + int(stat[reclaimed]))
    return left


def _groups() -> list[tuple[Path, str, str, str]]:
    """Return the folders of this process's groups and of those they are in, with file names."""
    found = []
    with contextlib.suppress(OSError):
        for line in _OWN_GROUPS.read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            names = ("memory.max", "memory.current", "inactive_file")
            base = _GROUPS
            if "memory" in kinds.split(","):
                base = _GROUPS / "memory"
                names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            elif kinds:
                continue
            inside = base / path.lstrip("/")
            found += [
                (folder, *names)
                for folder in (inside, *inside.parents)
                if base in (folder, *folder.parents)
            ]
    return found
