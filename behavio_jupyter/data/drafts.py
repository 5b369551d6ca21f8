"""Drafts: what is on the way to be a store, and who writes it.

While a store ``shop.behavio`` is written two things lie beside it: ``.shop.behavio.behavio-lock``,
on which the writer holds a lock, and a folder ``.shop.behavio.behavio-draft-…`` with the file, its
write-ahead log and what does not fit in memory. The lock is taken first and given back last, and
ends with its process however that ends: drafts whose lock can be had were left by the dead.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import secrets
import shutil
import tempfile
import threading
import time
import weakref
import zlib
from pathlib import Path

import duckdb

from ..errors import StoreError
from ..interrupts import held_back, put_off
from ..locks import FileLock, owner, try_lock
from .memory import LEAST, available
from .progress import progress
from .sql import database, literal

_HOST = f"{zlib.crc32(platform.node().encode()):08x}"
_OURS = re.compile(r"^\.(.+)\.behavio-(?:lock|draft-([0-9a-f]{8})-[0-9a-f]{8})$")

_WAIT = 600.0
"""Seconds to wait for somebody else to finish writing a store."""

_LOOK = 0.05
"""Seconds between two looks whether they have."""


class Draft:
    """A folder in which a store is written, of which nobody else is the writer.

    Parameters
    ----------
    path : Path
        Where the store will lie; for a log that ends with the session, a name for it.
    lock : FileLock
        The lock of that path.

    Attributes
    ----------
    path : Path
    file : Path
        Where the store is written, or lies until its session ends.
    spill : Path
        Where DuckDB puts what does not fit in memory.
    """

    def __init__(self, path: Path, lock: FileLock) -> None:
        self.path = path
        folder = path.with_name(f".{path.name}.behavio-draft-{_HOST}-{secrets.token_hex(4)}")
        try:
            folder.mkdir()
        except BaseException:
            lock.release()
            raise
        self.file = folder / "store"
        self.spill = folder / "spill"
        self.thread = threading.get_ident()
        self._end = weakref.finalize(self, _end, os.getpid(), folder, lock)

    def put_in_place(self) -> None:
        """Rename the finished file over the old one; whatever happens, one of them is there."""
        os.replace(self.file, self.path)
        with contextlib.suppress(OSError):
            _make_durable(self.path.parent, os.O_RDONLY)

    def make_durable(self) -> None:
        """Return once the finished file is on the disk itself."""
        _make_durable(self.file, os.O_RDWR)

    def end(self) -> None:
        """Remove what is left, and let the next one write."""
        with held_back():
            self._end()


def _end(process: int, folder: Path, lock: FileLock) -> None:
    # What a process inherits from the one that forked it is not its own.
    if process == os.getpid():
        # Python may call this by itself, as it does what closes a store.
        with put_off():
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()


def _make_durable(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.behavio-lock")


_writing: weakref.WeakValueDictionary[Path, Draft] = weakref.WeakValueDictionary()
"""The drafts of saved stores that this process writes."""


def begin_draft(path: Path) -> Draft:
    """Return a draft for a path, once nobody else writes there.

    Raises
    ------
    OSError
        Nothing can be written beside it.
    StoreError
        Somebody else wrote for ten minutes, and still does.
    """
    lost = _writing.get(path)
    if lost is not None and lost.thread == threading.get_ident():
        # A thread that is here again writes no more: an interrupt kept it from saying so.
        lost.end()
    until = time.monotonic() + _WAIT
    with progress("Waiting for another writer") as bar:
        while True:
            draft = _try_draft(path)
            if draft is not None:
                _writing[path] = draft
                return draft
            who = owner(_lock_of(path))
            if time.monotonic() > until:
                raise StoreError(
                    f"{path} is being written by {who} and was not free for {_WAIT:.0f} seconds;"
                    " try again when that is done."
                )
            bar.show(f"Waiting for {who}, which writes {path.name}", None)
            time.sleep(_LOOK)


def temporary_draft(name: str) -> Draft:
    """Return a draft among the temporary files, for what ends with the session."""
    folder = Path(tempfile.gettempdir())
    while True:
        draft = _try_draft(folder / f"{name}-{secrets.token_hex(4)}")
        if draft is not None:
            return draft


def _try_draft(path: Path) -> Draft | None:
    draft: Draft | None = None
    try:
        with held_back():
            lock = try_lock(_lock_of(path))
            draft = None if lock is None else Draft(path, lock)
    except BaseException:
        if draft is not None:
            draft.end()
        raise
    return draft


def remove_leftovers(folder: Path) -> None:
    """Remove what the dead left in a folder and among the temporary files.

    Drafts of other machines stay: not every network file system shares its locks.
    """
    for place in {folder, Path(tempfile.gettempdir())}:
        with contextlib.suppress(OSError):
            for name in {match[1] for match in _ours(place)}:
                with contextlib.suppress(OSError), held_back():
                    _remove_drafts(place, name)


def _ours(folder: Path) -> list[re.Match[str]]:
    """Return the locks and drafts in a folder, those of other machines left out."""
    with os.scandir(folder) as entries:
        found = [_OURS.match(entry.name) for entry in entries]
    return [match for match in found if match is not None and match[2] in (None, _HOST)]


def _remove_drafts(folder: Path, name: str) -> None:
    lock = try_lock(_lock_of(folder / name))
    if lock is None:
        return
    if lock.binding:
        for match in _ours(folder):
            if match[1] == name and match[2]:
                shutil.rmtree(folder / match[0], ignore_errors=True)
    lock.release()


_session: dict[int, Draft] = {}
"""By process: where its open logs put what does not fit in memory."""


def in_memory() -> duckdb.DuckDBPyConnection:
    """Return a new database in memory.

    What does not fit there goes among the temporary files; DuckDB's own choice is a folder where
    the notebook lies, which stays when the process is killed.
    """
    process = os.getpid()
    connection = database()
    spill = ""
    with contextlib.suppress(OSError):
        if process not in _session:
            _session[process] = temporary_draft("session")
        spill = str(_session[process].spill.with_name(f"spill-{secrets.token_hex(4)}"))
    connection.execute(f"SET temp_directory = {literal(spill)}")
    # The rest is for the arrays that questions need.
    connection.execute(f"SET memory_limit = '{max(available() * 6 // 10, LEAST)}B'")
    # How far a statement is we ask and show ourselves.
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    return connection
