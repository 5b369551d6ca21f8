"""Transactions in files of SQLite that several processes work on."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ..errors import BehavioError

_WAIT = 60.0
"""Seconds for which another process may be writing."""


@contextlib.contextmanager
def writing(path: Path, tables: str) -> Iterator[sqlite3.Connection]:
    """Work on a file alone; what is done in the block is kept whole or not at all.

    Parameters
    ----------
    path : Path
        Is made, with its folder, if it is not there.
    tables : str
        Statements that make the tables where there are none, parted by semicolons.

    Raises
    ------
    BehavioError
        The file cannot be opened, read or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise BehavioError(f"{path} cannot be opened: {error}.") from None
    try:
        opened.execute("BEGIN IMMEDIATE")
        for statement in tables.split(";"):
            opened.execute(statement)
        yield opened
        opened.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        raise BehavioError(f"{path} cannot be read or written: {error}.") from None
    finally:
        opened.close()
