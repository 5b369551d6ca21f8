"""How well names fit what was typed of them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

BEGINS, HAS_WORD, HAS_LETTERS = range(3)


class Needle:
    """What was typed of a name.

    Parameters
    ----------
    typed : str
        Capitals do not matter.
    starts : bool
        Whether only names that begin so fit.

    Examples
    --------
    >>> needle = Needle("ca")
    >>> needle.rank("cart"), needle.rank("add to Cart"), needle.rank("oceania"), needle.rank("buy")
    (0, 1, 2, None)
    """

    def __init__(self, typed: str, *, starts: bool = False) -> None:
        self.folded = typed.casefold()
        self.starts = starts
        self._word = re.compile(r"(?<![^\W_])" + re.escape(self.folded))

    def rank(self, name: str) -> int | None:
        """Return 0 where a name begins so, 1 where a word of it does, 2 where it has the letters.

        None where it does not fit.
        """
        return self._rank(name.casefold())

    def ranked(self, names: tuple[str, ...], limit: int) -> Iterator[tuple[int, str]]:
        """Yield the names that fit best, with their rank, otherwise in their order."""
        if not self.folded:
            yield from ((BEGINS, name) for name in names[:limit])
            return
        found: tuple[list[str], ...] = ([], [], [])
        for name, folded in zip(names, _folded(names), strict=True):
            rank = self._rank(folded)
            if rank is not None:
                found[rank].append(name)
        left = limit
        for rank, fitting in enumerate(found):
            yield from ((rank, name) for name in fitting[:left])
            left -= min(left, len(fitting))

    def _rank(self, folded: str) -> int | None:
        needle = self.folded
        if folded.startswith(needle):
            return BEGINS
        if self.starts:
            return None
        if needle in folded and self._word.search(folded):
            return HAS_WORD
        at = -1
        for letter in needle:
            at = folded.find(letter, at + 1)
            if at < 0:
                return None
        return HAS_LETTERS


@functools.lru_cache(maxsize=16)
def _folded(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names without capitals; kept, for a log's names are asked at every letter typed."""
    return tuple(map(str.casefold, names))
