"""Files that a user names: found, told apart by content, and refused where they cannot be read."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from ..errors import DataError, nearest_hint
from .sql import literal

_SAMPLE = 1 << 24
"""Compressed bytes by which it is judged how much a file unpacks to."""

_BOMB = 200
"""Events compress to a tenth or a twentieth; what unpacks to so many times its size is no log."""

_LARGE = 1 << 26
"""Unpacked bytes from which on it matters."""


def found_paths(source: str | os.PathLike[str]) -> list[Path]:
    """Return the files that a path or a glob names.

    Raises
    ------
    DataError
        It names no file, or one that cannot be read.
    """
    text = os.path.expanduser(os.fspath(source))
    if isinstance(text, bytes):
        text = os.fsdecode(text)
    if not text.strip():
        raise DataError("The path of the events is empty; give a path to Parquet, CSV or JSON.")
    if "\0" in text:
        raise DataError(f"{text!r:.80} is no path: it holds a null character.")
    path = Path(text)
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return _matching(text)
    except OSError as error:
        raise DataError(f"{text:.120} cannot be read: {error.strerror}.") from error
    if stat.S_ISDIR(mode):
        raise DataError(f"{text} is a folder; name its files, such as {text}/*.parquet.")
    if not stat.S_ISREG(mode):
        raise DataError(f"{text} is no file but a device or a pipe; give a file.")
    if not os.access(path, os.R_OK):
        raise DataError(f"{text} cannot be read: Permission denied.")
    return [path]


def _matching(text: str) -> list[Path]:
    """Return the files of a glob, or say what lies nearest."""
    if "://" in text:
        # An address may have a password before its host or after its path.
        shown = re.sub(r"(://)\S*@|[?#].*", lambda part: part[1] or "", text)
        raise DataError(f"{shown:.120} is no file of this machine; fetch it first.")
    found = sorted(glob.glob(text, recursive=True)) if glob.has_magic(text) else []
    files = [path for name in found if os.path.isfile(name) for path in found_paths(name)]
    if files:
        return files
    path = Path(text)
    if path.is_symlink():
        raise DataError(f"{text} is a link to {os.readlink(path)}, which is not there.")
    folder = path.parent
    beside = []
    if folder.is_dir() and os.access(folder, os.R_OK):
        beside = sorted(entry.name for entry in folder.glob("*") if entry.name[0] != ".")
    hint = nearest_hint(path.name, beside) if beside else ""
    raise DataError(f"There is no file {text}{hint}.")


def sql_list(paths: Iterable[Path]) -> str:
    """Return files as an SQL list that DuckDB takes for exactly these, not for patterns.

    Examples
    --------
    >>> sql_list([Path("shop[1].csv"), Path("it's.csv")])
    "['shop[[]1].csv', 'it''s.csv']"
    """
    return "[" + ", ".join(literal(glob.escape(str(path))) for path in paths) + "]"


def kind_of_file(path: Path) -> str:
    """Return ``database``, ``Parquet``, ``JSON lines`` or ``CSV``, by content, then by name."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    if head[8:12] == b"DUCK":
        return "database"
    if head[:4] == b"PAR1":
        return "Parquet"
    name = path.name.lower()
    packed = _packing(path, head)
    name = name.removesuffix(".gz").removesuffix(".zst")
    if packed is None and head[:1] in (b"{", b"["):
        return "JSON lines"
    if name.endswith((".json", ".jsonl", ".ndjson")):
        return "JSON lines"
    if name.endswith(".parquet"):
        raise DataError(f"{path} is no Parquet file, or it is damaged.")
    for start, what in _OTHERS.items():
        if head.startswith(start):
            instead = "use gzip or zstd." if "compressed" in what else _INSTEAD
            raise DataError(f"{path} is {what}, which is not read; {instead}")
    return "CSV"


_INSTEAD = "save its table as Parquet or CSV, or give it as a pandas table."
_OTHERS = {
    b"PK\x03\x04": "an Excel or zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"SQLite format 3": "an SQLite database",
    b"ORC": "an ORC file",
    b"ARROW1": "an Arrow file",
    b"Obj\x01": "an Avro file",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ": "compressed by xz",
    b"\x89PNG": "a picture",
    b"%PDF": "a PDF file",
}


def _packing(path: Path, head: bytes) -> str | None:
    """Return how a file is compressed, and refuse one that is not what its name says."""
    packings = {".gz": ("gzip", b"\x1f\x8b"), ".zst": ("zstd", b"\x28\xb5\x2f\xfd")}
    named = path.suffix.lower()
    for suffix, (packing, start) in packings.items():
        if head.startswith(start):
            if named != suffix:
                raise DataError(f"{path} is compressed by {packing}; name it …{suffix}.")
            return packing
        if named == suffix and head:
            raise DataError(f"{path} is not compressed by {packing}, as its name says.")
    return None


def refuse_bombs(paths: Iterable[Path]) -> None:
    """Refuse compressed files that unpack to far more than any log does.

    Raises
    ------
    DataError
    """
    for path in paths:
        packing = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix.lower())
        if packing is None:
            continue
        with path.open("rb") as file, pa.PythonFile(file, "r") as raw:
            unpacked = 0
            try:
                with pa.CompressedInputStream(raw, packing) as stream:
                    while file.tell() < _SAMPLE and (part := stream.read(1 << 20)):
                        unpacked += len(part)
                        if unpacked > _LARGE and unpacked > _BOMB * file.tell():
                            raise DataError(
                                f"{path} unpacks to more than {_BOMB} times its size, as no log"
                                " does; if it is one, unpack it first."
                            )
            except (OSError, pa.ArrowException):
                # That it is damaged is found, and said, when it is read.
                continue
