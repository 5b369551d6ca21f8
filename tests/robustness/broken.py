"""What a broken input is, and what has to come of it: a right answer or one clear sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from behavio_jupyter.errors import BehavioError, DataError

TIMES = ["2026-01-01 10:00", "2026-01-01 11:00", "2026-01-02 09:30"]
HEADER = "user_id,event,timestamp\n"
LINES = "a,visit,2026-01-01 10:00:00\nb,visit,2026-01-01 11:00:00\na,buy,2026-01-02 09:30:00\n"

Make = Callable[[Path], Any]
"""Makes the input; the folder is for files."""


@dataclass(frozen=True)
class Right:
    """An input that is read.

    Attributes
    ----------
    make : callable
    rows : int
        Rows of the source.
    names : mapping of str to int
        Events by name.
    users : list or None
        The ids, sorted; None where the case is not about them.
    removed : mapping of str to int
        What ``log.quality`` says was left out.
    values : mapping of str to list
        Properties: their values in the order of events.
    times : list of str or None
        The events' times, in the order of events.
    options : mapping
        Arguments of ``connect``.
    """

    make: Make
    rows: int = 3
    names: Mapping[str, int] = field(default_factory=lambda: {"visit": 2, "buy": 1})
    users: list[Any] | None = None
    removed: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, list[Any]] = field(default_factory=dict)
    times: list[str] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """An input that is refused.

    Attributes
    ----------
    make : callable
    sentence : str
        A part of what is said, word by word.
    kind : type
        The error.
    options : mapping
    """

    make: Make
    sentence: str
    kind: type[BehavioError] = DataError
    options: Mapping[str, Any] = field(default_factory=dict)


def frame(**columns: Any) -> pd.DataFrame:
    """Return three events of two users, some columns replaced or added."""
    plain = {"user_id": ["a", "b", "a"], "event": ["visit", "visit", "buy"], "timestamp": TIMES}
    return pd.DataFrame({**plain, **columns})


def objects(*values: Any) -> pd.Series:
    """Return a column of Python objects."""
    return pd.Series(list(values), dtype=object)


def file(name: str, content: bytes | str) -> Make:
    """Return what writes a file and gives its path."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make
