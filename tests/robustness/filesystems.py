"""Places with little room, or none to write in, made by whatever means this machine allows.

Each is entered by a process of its own and ends with it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
from collections.abc import Callable
from pathlib import Path

_NEW_USER, _NEW_MOUNTS = 0x10000000, 0x00020000
_READ_ONLY, _REMOUNT = 1, 32

Limit = Callable[[int], None]
"""Gives a place room for so many bytes."""


def _system(name: str, *arguments: object) -> None:
    call = getattr(ctypes.CDLL(None, use_errno=True), name)
    if call(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


def _mount(folder: Path, flags: int, options: str) -> None:
    _system("mount", b"tmpfs", os.fsencode(folder), b"tmpfs", flags, options.encode())


def _own_mounts() -> None:
    """Let this process mount as it likes, unseen by others; no privilege is needed."""
    user, group = os.getuid(), os.getgid()
    _system("unshare", _NEW_USER | _NEW_MOUNTS)
    own = {"setgroups": "deny", "uid_map": f"0 {user} 1", "gid_map": f"0 {group} 1"}
    for name, line in own.items():
        Path(f"/proc/self/{name}").write_text(line, encoding="ascii")


def small_disk(folder: Path) -> Limit:
    """Mount a file system of its own on a folder; it is full when it is full."""
    _own_mounts()
    _mount(folder, 0, "size=1g")
    return lambda size: _mount(folder, _REMOUNT, f"size={size}")


def small_files(_folder: Path) -> Limit:
    """Let no file of this process become large; the folder stays as it is."""
    _, highest = resource.getrlimit(resource.RLIMIT_FSIZE)
    return lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, highest))


def read_only_disk(folder: Path) -> Callable[[], None]:
    """Mount a file system of its own on a folder, to be made read-only."""
    _own_mounts()
    _mount(folder, 0, "size=64m")
    return lambda: _mount(folder, _REMOUNT | _READ_ONLY, "size=64m")


def forbidden_folder(folder: Path) -> Callable[[], None]:
    """Let this process lose the right to write in a folder, be it root's."""

    def forbid() -> None:
        folder.chmod(0o555)
        _without_capabilities()

    return forbid


def _without_capabilities() -> None:
    """Give up what lets root write anywhere; nobody needs a privilege for that."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _system("capset", header, (ctypes.c_uint32 * 6)())


def is_forbidden_here(error: OSError) -> bool:
    """Return whether a machine lacks a means, as containers forbid to mount."""
    return error.errno in (errno.EPERM, errno.EACCES, errno.ENOSPC, errno.ENOSYS, errno.EINVAL)
