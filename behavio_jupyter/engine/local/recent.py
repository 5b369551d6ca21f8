"""Keeps the arrays of recent questions, so that the next one need not make them again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, Protocol, TypeVar


class _Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


Kept = TypeVar("Kept", bound=_Sized)


class Recent(Generic[Kept]):
    """What was asked for last, as long as it fits into so many bytes.

    Parameters
    ----------
    most : int
        A value larger than that is kept alone.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, make: Callable[[], Kept]) -> Kept:
        """Return what is kept under a key, or make it and keep it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > 1 and self.nbytes > self.most:
                self._kept.popitem(last=False)
        return made

    @property
    def nbytes(self) -> int:
        """The memory that all of it takes."""
        return sum(kept.nbytes for kept in self._kept.values())
