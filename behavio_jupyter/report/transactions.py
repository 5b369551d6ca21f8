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
def writing(path: Path, tables: str, version: int) -> Iterator[sqlite3.Connection]:
    """Work on a file alone; what is done in the block is kept whole or not at all.

    Parameters
    ----------
    path : Path
        Is made, with its folder, if it is not there.
    tables : str
        Statements that make the tables where there are none, parted by semicolons.
    version : int
        Of the tables: another one for each change of them, from 1 on.

    Raises
    ------
    BehavioError
        The file cannot be opened, read or written, or its tables are of another version.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise BehavioError(f"{path} cannot be opened: {error}.") from None
    try:
        opened.execute("BEGIN IMMEDIATE")
        _check(opened, path, tables, version)
        yield opened
        opened.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        raise BehavioError(f"{path} cannot be read or written: {error}.") from None
    finally:
        opened.close()


def _check(opened: sqlite3.Connection, path: Path, tables: str, version: int) -> None:
    """Make the tables where there are none; see to it that those there are are these."""
    [(found,)] = opened.execute("PRAGMA user_version")
    if found == version:
        return
    # Files of before versions were kept have none.
    there = _columns(opened)
    with contextlib.closing(sqlite3.connect(":memory:")) as wanted:
        _make(wanted, tables)
        same = there == _columns(wanted)
    if found or (there and not same):
        raise BehavioError(
            f"{path} was kept by another version of Behavio, and this one cannot read it: use that "
            "version, or move the file away to begin anew."
        )
    if not there:
        _make(opened, tables)
    opened.execute(f"PRAGMA user_version = {version}")


def _make(opened: sqlite3.Connection, tables: str) -> None:
    for statement in tables.split(";"):
        opened.execute(statement)


def _columns(opened: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return table, name and type of all columns."""
    return opened.execute(
        "SELECT kept.name, columns.name, columns.type FROM sqlite_master AS kept,"
        " pragma_table_info(kept.name) AS columns"
        " WHERE kept.type = 'table' AND kept.name NOT LIKE 'sqlite_%' ORDER BY kept.name,"
        " columns.cid"
    ).fetchall()
