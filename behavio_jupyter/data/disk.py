"""What to say where the disk does not take what has to be written."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import duckdb

from ..errors import StoreError
from .memory import in_words

_FULL, _QUOTA, _LARGE = errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG
_FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)


def refusal(error: Exception, folder: Path, what: str, instead: str) -> StoreError | None:
    """Return what to tell where a disk did not take something; None for any other error.

    Parameters
    ----------
    error : Exception
        An ``OSError``, or what DuckDB says in its own words.
    folder : Path
        Where something should be written; what was is gone again, so that what is free counts.
    what : str
        What cannot be done, as in ``shop.behavio cannot be written``.
    instead : str
        What to do, as in ``or save it elsewhere``.
    """
    number = _number(error, folder)
    if number == _FULL:
        return StoreError(
            f"{what}: that takes more than the {_free(folder)} which are free in {folder}; make"
            f" room there, {instead}."
        )
    if number == _QUOTA:
        return StoreError(
            f"{what}: that takes more than your quota leaves in {folder}; make room there,"
            f" {instead}."
        )
    if number == _LARGE:
        return StoreError(
            f"{what}: a file in {folder} may not become as large as that takes, though"
            f" {_free(folder)} are free; raise the limit (ulimit -f), {instead}."
        )
    if number in _FORBIDDEN:
        return StoreError(
            f"{what}: nothing can be written in {folder}, which is read-only for you; change that,"
            f" {instead}."
        )
    return None


def _number(error: Exception, folder: Path) -> int | None:
    """Return the system's number of an error, also where DuckDB tells it in words only.

    What is forbidden in another folder is another matter, such as events that cannot be read.
    """
    if isinstance(error, OSError):
        elsewhere = not error.filename or Path(os.fsdecode(error.filename)).parent != folder
        return None if error.errno in _FORBIDDEN and elsewhere else error.errno
    if isinstance(error, duckdb.Error):
        text = str(error)
        if "max_temp_directory_size" in text:
            return _FULL
        for number in (_FULL, _QUOTA, _LARGE):
            if os.strerror(number) in text:
                return number
    return None


def _free(folder: Path) -> str:
    return in_words(shutil.disk_usage(folder).free)
