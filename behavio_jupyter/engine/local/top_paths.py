"""Whole sequences by frequency: the top paths (docs/semantics.md K6, K11)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .parallel import over_units, ranges, run
from .sequences import Sequences, kept


class Spelling(NamedTuple):
    """How shown nodes are written as numbers of several words, to be compared at once.

    A node is a digit (its number + 1), 0 stands for none. Numbers compare like tuples of nodes,
    a shorter one before its continuations.
    """

    nodes: int
    steps: int

    @property
    def base(self) -> np.uint64:
        """The number of digits."""
        return np.uint64(self.nodes + 1)

    @property
    def per_word(self) -> int:
        """The digits that fit in a word."""
        return int(63 / np.log2(max(self.nodes + 1, 2)))

    @property
    def words(self) -> int:
        """The words of a number."""
        return -(-self.steps // self.per_word)

    def of(self, sequences: Sequences) -> NDArray[np.uint64]:
        """Return the shown nodes of sequences: (words, sequences)."""
        out = np.zeros((self.words, len(sequences.starts)), np.uint64)
        units = np.arange(len(sequences.starts) + 1)
        over_units(_spell, units, sequences, self.base, self.per_word, out)
        return out

    def of_nodes(self, nodes: Sequence[int]) -> NDArray[np.uint64]:
        """Return the words of one sequence of at most ``steps`` nodes."""
        digits = np.zeros(self.words * self.per_word, np.uint64)
        digits[: len(nodes)] = np.array(nodes, np.uint64) + np.uint64(1)
        words = np.zeros(self.words, np.uint64)
        for digit in digits.reshape(self.words, self.per_word).T:
            words = words * self.base + digit
        return words

    def digits(self, words: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the digits of numbers: (numbers, steps)."""
        out = np.empty((words.shape[1], self.words * self.per_word), np.int64)
        for place in reversed(range(self.per_word)):
            words, digit = np.divmod(words, self.base)
            out[:, place :: self.per_word] = digit.T
        return out[:, : self.steps]


class Counted(NamedTuple):
    """Different sequences, spelled (words, sequences), by count descending, then by their nodes."""

    words: NDArray[np.uint64]
    counts: NDArray[np.int64]


def count(words: NDArray[np.uint64]) -> Counted:
    """Count sequences that are spelled."""
    if len(words) == 1:
        values, counts = _count_values(words[0])
        different = values[None, :]
    else:
        words = words[:, np.lexsort(words[::-1])]
        starts = np.flatnonzero(_fresh((words[:, 1:] != words[:, :-1]).any(axis=0)))
        different, counts = words[:, starts], np.diff(np.append(starts, words.shape[1]))
    by_count = np.argsort(-counts, kind="stable")
    return Counted(different[:, by_count], counts[by_count].astype(np.int64))


def tuples(counted: Counted, spelling: Spelling, names: Sequence[str]) -> NDArray[np.object_]:
    """Return the sequences as tuples of names."""
    digits = spelling.digits(counted.words)
    lengths = (digits > 0).sum(axis=1)
    labels = np.array([None, *names], object)
    out = np.empty(len(digits), object)
    for length in np.unique(lengths):
        some = np.flatnonzero(lengths == length)
        steps = [labels[digits[some, step]].tolist() for step in range(length)]
        # A list of tuples of one length would be taken for a matrix.
        rows = np.empty(len(some), object)
        rows[:] = list(zip(*steps, strict=True))
        out[some] = rows
    return out


def _fresh(different: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which values begin a run; ``different`` compares each with the one before."""
    return np.concatenate([[True], different])


def _count_values(values: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the different values in order, and how often each occurs."""
    cuts = ranges(np.arange(len(values) + 1))
    parts = run([partial(np.unique, values[low:high], return_counts=True) for low, high in cuts])
    if len(parts) == 1:
        return parts[0]
    joined = np.concatenate([part[0] for part in parts])
    order = np.argsort(joined)
    joined = joined[order]
    starts = np.flatnonzero(_fresh(joined[1:] != joined[:-1]))
    counts = np.concatenate([part[1] for part in parts])[order]
    return joined[starts], np.add.reduceat(counts, starts)


@njit(nogil=True, cache=True)
def _spell(
    low: int,
    high: int,
    _: NDArray[np.int64],
    sequences: Sequences,
    base: np.uint64,
    per_word: int,
    out: NDArray[np.uint64],
) -> None:
    for sequence in range(low, high):
        first, shown, _slot = kept(sequences, sequence)
        for word in range(out.shape[0]):
            value = np.uint64(0)
            for place in range(word * per_word, (word + 1) * per_word):
                value *= base
                if place < shown:
                    value += np.uint64(sequences.nodes[first + place]) + np.uint64(1)
            out[word, sequence] = value
