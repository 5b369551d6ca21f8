"""Store files: opened only when whole, and never changed in place."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import secrets
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb

from ..errors import StoreError
from .progress import Progress, progress
from .sql import literal, one_row
from .store import Store

FORMAT = 1
"""The version of the store's layout."""

_HOST = f"{zlib.crc32(platform.node().encode()):08x}"
_LEFTOVER = re.compile(r"^\..+\.(?:building|scratch)-([0-9a-f]{8})-(\d+)-[0-9a-f]{8}(?:\.wal)?$")


def token() -> str:
    """Return what marks files as being written by this process on this machine."""
    return f"{_HOST}-{os.getpid()}-{secrets.token_hex(4)}"


def remove_leftovers(folder: Path) -> None:
    """Remove what builds left behind whose process is gone; those of other machines stay."""
    with contextlib.suppress(OSError):
        for path in list(folder.iterdir()):
            match = _LEFTOVER.match(path.name)
            if match is None or match[1] != _HOST or _is_alive(int(match[2])):
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def building(path: Path) -> Path:
    """Return where a file that will become ``path`` is written."""
    return path.with_name(f".{path.name}.building-{token()}")


def put_in_place(built: Path, path: Path) -> None:
    """Make a finished file durable, then rename it over the old one."""
    with built.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(built, path)
    with contextlib.suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place to write a file; it replaces ``path`` if all goes well, or is gone.

    Raises
    ------
    StoreError
        No file can be written there, or a file that is no store lies there.
    """
    if not path.parent.is_dir():
        raise StoreError(f"{path} cannot be written: there is no folder {path.parent}.")
    if os.path.isdir(path):
        raise StoreError(f"{path} is a folder; name a file, as in {path / 'shop.behavio'}.")
    if os.path.isfile(path):
        _check_replaceable(path)
    remove_leftovers(path.parent)
    built = building(path)
    try:
        yield built
        put_in_place(built, path)
    except (OSError, duckdb.IOException) as error:
        reason = str(error).splitlines()[0]
        raise StoreError(f"{path} cannot be written: {reason}") from error
    finally:
        with contextlib.suppress(OSError):
            built.unlink(missing_ok=True)
            Path(f"{built}.wal").unlink(missing_ok=True)


def _check_replaceable(path: Path) -> None:
    """Let nothing but a store be replaced: a slip must not cost someone's events."""
    try:
        open_store(path).close()
    except StoreError as error:
        raise StoreError(
            f"{path} is there and is no Behavio store that can be replaced; take another name, or"
            " remove it first."
        ) from error


def open_store(path: Path, temporary: bool = False) -> Store:
    """Open a store file for reading.

    Raises
    ------
    StoreError
        The file is gone, is no store, is from a newer version, or is damaged.
    """
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}.") from error
    if head[8:] != b"DUCK":
        raise StoreError(f"{path} is no Behavio store, or it is damaged.")
    connection = duckdb.connect()
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS store (READ_ONLY)")
        _check(connection, path)
        return Store(connection, "store", None if temporary else path, path if temporary else None)
    except duckdb.Error as error:
        connection.close()
        if "newer version" in str(error) or "different version" in str(error):
            raise StoreError(
                f"{path} was written by a newer version of DuckDB; update duckdb to open it."
            ) from error
        raise StoreError(f"{path} is damaged and cannot be opened as a store.") from error
    except ValueError as error:
        connection.close()
        raise StoreError(f"{path} is damaged: its description cannot be read.") from error
    except BaseException:
        connection.close()
        raise


def _has_meta(connection: duckdb.DuckDBPyConnection) -> int:
    (count,) = one_row(
        connection,
        "SELECT count(*) FROM duckdb_columns() WHERE database_name = 'store' AND schema_name ="
        " 'main' AND table_name = 'meta' AND column_name IN ('key', 'value')",
    )
    return int(count)


def _check(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    if not _has_meta(connection):
        found = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'store' ORDER BY ALL"
        ).fetchall()
        tables = ", ".join(repr(name) for (name,) in found[:12]) or "none"
        raise StoreError(
            f"{path} is a DuckDB database but no Behavio store; to read events from it, name a"
            f" table with table=… (its tables: {tables})."
        )
    found = connection.execute("SELECT value FROM store.meta WHERE key = 'format'").fetchall()
    if not found:
        raise StoreError(f"{path} is a DuckDB database but no Behavio store.")
    version = int(found[0][0])
    if version > FORMAT:
        raise StoreError(
            f"{path} is a store of a newer version ({version}; this one reads up to {FORMAT});"
            " update behavio-jupyter to open it."
        )
    # A file cut short opens, and fails only when the missing blocks are read.
    size, blocks = one_row(
        connection,
        "SELECT block_size, total_blocks FROM pragma_database_size() WHERE database_name = 'store'",
    )
    if path.stat().st_size < size * blocks:
        raise StoreError(f"{path} is damaged: its end is missing.")


def write_copy(store: Store, built: Path, segments: str | None = None) -> None:
    """Write a store to a new file, with other saved segments if given."""
    with progress("Saving") as bar:
        _copy(store, built, segments, bar)


def _copy(store: Store, built: Path, segments: str | None, bar: Progress) -> None:
    target = "copy_" + secrets.token_hex(4)
    cursor = store.cursor()
    file = store.file
    if file is not None and not _has_holes(cursor):
        bar.during(lambda: shutil.copyfile(file, built), "Saving")
        if segments is None:
            return
        cursor = duckdb.connect()
        cursor.execute(f"ATTACH {literal(str(built))} AS {target}")
    else:
        cursor.execute(f"ATTACH {literal(str(built))} AS {target}")
        for (name,) in cursor.execute(
            f"SELECT table_name FROM duckdb_tables() WHERE database_name = '{store.catalog}'"
            " AND NOT temporary"
        ).fetchall():
            bar.run(cursor, f"CREATE TABLE {target}.{name} AS FROM {store.catalog}.{name}")
    try:
        if segments is not None:
            cursor.execute(f"UPDATE {target}.meta SET value = ? WHERE key = 'segments'", [segments])
        cursor.execute(f"CHECKPOINT {target}")
    finally:
        cursor.execute(f"DETACH {target}")


def _has_holes(cursor: duckdb.DuckDBPyConnection) -> bool:
    free, total = one_row(
        cursor,
        "SELECT free_blocks, total_blocks FROM pragma_database_size()"
        " WHERE database_name = 'store'",
    )
    return bool(free * 4 > total)
