"""Locks that end with their process, however it ends."""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import sys
from pathlib import Path

_BUSY = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
"""What a system says where somebody else has the lock."""

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        # Locked bytes cannot be read on Windows: one far beyond what the file holds.
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """A lock held on a path; the file is there as long as it is held.

    Attributes
    ----------
    path : Path
    binding : bool
        False where the file system knows no locks: then everybody gets one.
    """

    def __init__(self, path: Path, descriptor: int, binding: bool) -> None:
        self.path = path
        self.binding = binding
        self._descriptor = descriptor

    @property
    def descriptor(self) -> int:
        """The open file; a process that it is passed on to holds the lock, too."""
        return self._descriptor

    def release(self) -> None:
        """Remove the file and let the next one have the lock."""
        # Removed first: who waits for this file then sees that it locks nothing any more.
        with contextlib.suppress(OSError):
            self.path.unlink()
        with contextlib.suppress(OSError):
            os.close(self._descriptor)
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self.path.unlink()


def try_lock(path: Path) -> FileLock | None:
    """Return a lock on a path; None while another process, or another part of this one, has it.

    Raises
    ------
    OSError
        No file can be written there.
    """
    while True:
        descriptor = _opened(path)
        binding = True
        try:
            _take(descriptor)
        except OSError as error:
            if error.errno in _BUSY:
                os.close(descriptor)
                return None
            binding = False
        if not _lies_there(descriptor, path):
            os.close(descriptor)
            continue
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, f"process {os.getpid()} on {platform.node()}".encode())
        return FileLock(path, descriptor, binding)


def owner(path: Path) -> str:
    """Return who has a lock, as in ``process 4242 on lab``."""
    with contextlib.suppress(OSError, ValueError):
        return path.read_text("utf-8") or "another process"
    return "another process"


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:
        if not path.exists():
            raise
        # Somebody else's, in a folder that several people write to.
        return os.open(path, os.O_RDONLY)


def _lies_there(descriptor: int, path: Path) -> bool:
    """Return whether an open file is the one at a path, and was not removed meanwhile."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except OSError:
        return False
