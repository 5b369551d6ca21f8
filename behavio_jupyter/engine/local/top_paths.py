"""Whole sequences by frequency: the top paths (docs/semantics.md K6, K11)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .kernels import kernel
from .nodes import NODE
from .parallel import run, shares
from .sequences import Room, Units, group, owner, room, shown, walk


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

    def of(
        self, units: Units, blocks: NDArray[np.int64], place: NDArray[np.int32]
    ) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Return the shown nodes of sequences: (words, sequences); and the group of each."""

        def one(part: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
            hall = room(units, part)
            nothing = np.empty((self.words, 0), np.uint64), np.empty(0, np.int64)
            number = _spell(part, units, hall, place, self.base, self.per_word, *nothing)
            out = np.zeros((self.words, number), np.uint64), np.empty(number, np.int64)
            if number:
                _spell(part, units, hall, place, self.base, self.per_word, *out)
            return out

        parts = run([partial(one, part) for part in units.shares(blocks)])
        return (
            np.concatenate([words for words, _ in parts], axis=1),
            np.concatenate([groups for _, groups in parts]),
        )

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

    def first(self, most: int | None) -> Counted:
        """Return the most frequent; all, where no number is told."""
        return Counted(self.words[:, :most], self.counts[:most])


def count(words: NDArray[np.uint64]) -> Counted:
    """Count sequences that are spelled."""
    if len(words) == 1:
        values, counts = _count_values(words[0])
        different = values[None, :]
    else:
        words = words[:, np.lexsort(words[::-1])]
        fresh = _fresh((words[:, 1:] != words[:, :-1]).any(axis=0))
        # Of no sequences there is no first one.
        starts = np.flatnonzero(fresh[: words.shape[1]])
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
    cuts = shares(len(values))
    parts = run([partial(np.unique, values[low:high], return_counts=True) for low, high in cuts])
    if len(parts) == 1:
        return parts[0]
    joined = np.concatenate([part[0] for part in parts])
    order = np.argsort(joined)
    joined = joined[order]
    starts = np.flatnonzero(_fresh(joined[1:] != joined[:-1]))
    counts = np.concatenate([part[1] for part in parts])[order]
    return joined[starts], np.add.reduceat(counts, starts)


@kernel
def _spell(
    blocks: NDArray[np.int64],
    units: Units,
    hall: Room,
    place: NDArray[np.int32],
    base: np.uint64,
    per_word: int,
    out: NDArray[np.uint64],
    groups: NDArray[np.int64],
) -> int:
    """Return how many sequences there are; write them, if there is where to."""
    found = 0
    for block in range(len(blocks)):
        low, high = blocks[block, 0], blocks[block, 1]
        owned = 0
        for sequence in range(walk(units, low, high, hall)):
            owned = owner(hall, sequence, owned)
            here = group(units, place, low, hall, sequence, hall.units[owned])
            if here < 0:
                continue
            if len(groups):
                groups[found] = here
                first, count, _slot = shown(units, hall, sequence)
                for word in range(out.shape[0]):
                    value = np.uint64(0)
                    for step in range(word * per_word, (word + 1) * per_word):
                        value *= base
                        if step < count:
                            node = hall.kinds[hall.places[first + step]] & NODE
                            value += np.uint64(node) + np.uint64(1)
                    out[word, found] = value
            found += 1
    return found
