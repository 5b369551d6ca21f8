"""Store files: opened only when whole, and never changed in place."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb

from ..errors import StoreError
from ..interrupts import current_task
from .disk import refusal
from .drafts import Draft, begin_draft, in_memory, remove_leftovers
from .progress import Progress, progress
from .sql import literal, one_row
from .store import Store, state_of

FORMAT = 3
"""The version of the store's layout."""


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Draft]:
    """Give a draft of what is to lie at ``path``; nobody else writes there meanwhile.

    The draft is gone at the end, unless it was put in place.

    Raises
    ------
    StoreError
        No file can be written there, or somebody else writes it for long.
    """
    if not path.parent.is_dir():
        raise StoreError(f"{path} cannot be written: there is no folder {path.parent}.")
    if os.path.isdir(path):
        raise StoreError(f"{path} is a folder; name a file, as in {path / 'shop.behavio'}.")
    remove_leftovers(path.parent)
    try:
        draft = begin_draft(path)
        try:
            yield draft
        finally:
            draft.end()
    except (OSError, duckdb.Error) as error:
        what = f"{path} cannot be written"
        told = refusal(error, path.parent, what, "or save the log elsewhere")
        raise told or StoreError(f"{what}: {str(error).splitlines()[0]}") from error


def check_replaceable(path: Path, store: Store) -> None:
    """Let a store replace nothing but a store, and no news: a slip must not cost events.

    Raises
    ------
    StoreError
        Something else lies there, or a newer state of the same store.
    """
    if not os.path.isfile(path):
        return
    if path == store.path and not store.is_current():
        raise StoreError(
            f"{path} was changed by somebody else since this log was opened; open it again with"
            " behavio_jupyter.connect(…), or save this one under another name."
        )
    try:
        open_store(path).close()
    except StoreError as error:
        raise StoreError(
            f"{path} is there and is no Behavio store that can be replaced; take another name, or"
            " remove it first."
        ) from error


def open_store(path: Path, draft: Draft | None = None) -> Store:
    """Open a store file for reading.

    Parameters
    ----------
    path : Path
    draft : Draft, optional
        That of a file which ends with the store.

    Raises
    ------
    StoreError
        The file is gone, is no store, is from a newer version, or is damaged.
    """
    while True:
        try:
            before = state_of(path)
            with path.open("rb") as file:
                head = file.read(12)
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}.") from error
        wrong: StoreError | None = None
        try:
            store = _opened(path, head, draft)
        except StoreError as error:
            wrong = error
        # What was replaced in between may be of two states.
        with contextlib.suppress(OSError):
            if state_of(path) != before:
                continue
        if wrong is not None:
            raise wrong
        return store


def _opened(path: Path, head: bytes, draft: Draft | None) -> Store:
    if head[8:] != b"DUCK":
        raise StoreError(f"{path} is no Behavio store, or it is damaged.")
    connection = in_memory()
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS store (READ_ONLY, TYPE duckdb)")
        _check(connection, path)
        return Store(connection, "store", path if draft is None else None, draft)
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
    lacking = {"events", "names", "users"}.difference(
        name
        for (name,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'store'"
        ).fetchall()
    )
    if lacking:
        raise StoreError(f"{path} is damaged: it has no table {min(lacking)!r}.")
    if version < FORMAT:
        raise StoreError(
            f"{path} is a store of an older version ({version}; this one reads {FORMAT}); build it"
            " again from its events."
        )
    # A file cut short opens, and fails only when the missing blocks are read. Free blocks at the
    # end DuckDB itself cuts off.
    size, blocks = one_row(
        connection,
        "SELECT block_size, used_blocks FROM pragma_database_size() WHERE database_name = 'store'",
    )
    if path.stat().st_size < size * blocks:
        raise StoreError(f"{path} is damaged: its end is missing.")


def write_copy(store: Store, draft: Draft, segments: str | None = None) -> None:
    """Write a store to a draft, ready to be put in place, with other saved segments if given."""
    with progress("Saving") as bar:
        if not _copied(store, draft.file, bar):
            _written(store, draft.file, bar)
        if segments is not None:
            with in_memory() as connection:
                connection.execute(f"ATTACH {literal(str(draft.file))} AS copy")
                connection.execute(
                    "UPDATE copy.meta SET value = ? WHERE key = 'segments'", [segments]
                )
                connection.execute("CHECKPOINT copy")
                connection.execute("DETACH copy")
        bar.during(draft.make_durable, "Saving")


_CHUNK = 1 << 24


def _copied(store: Store, target: Path, bar: Progress) -> bool:
    """Copy a store's file; False where it has none any more, or one that is better written anew."""
    source = store.file
    if source is None or not store.is_current() or _has_holes(store.cursor()):
        return False
    size = source.stat().st_size
    done = 0

    def copy() -> bool:
        nonlocal done
        task = current_task()
        with source.open("rb") as old, target.open("xb") as new:
            if not store.is_current():
                return False
            while chunk := old.read(_CHUNK):
                task.go_on()
                done += new.write(chunk)
        return True

    return bar.during(copy, "Saving", percent=lambda: 100 * done / size, stop=lambda: None)


def _written(store: Store, target: Path, bar: Progress) -> None:
    target.unlink(missing_ok=True)
    # The store's own database writes no files.
    with in_memory() as connection:
        connection.execute(f"ATTACH {literal(str(target))} AS copy")
        connection.execute("USE copy")
        for name, definition in (
            store.cursor()
            .execute(
                "SELECT table_name, sql FROM duckdb_tables() WHERE database_name ="
                f" '{store.catalog}' AND NOT temporary"
            )
            .fetchall()
        ):
            connection.execute(definition)
            rows = store.cursor().sql(f"FROM {name}").to_arrow_reader()
            connection.register("rows_to_copy", rows)
            bar.run(connection, f"INSERT INTO {name} FROM rows_to_copy")
            connection.unregister("rows_to_copy")
        bar.run(connection, "CHECKPOINT copy")
        connection.execute("USE memory")
        connection.execute("DETACH copy")


def _has_holes(cursor: duckdb.DuckDBPyConnection) -> bool:
    free, total = one_row(
        cursor,
        "SELECT free_blocks, total_blocks FROM pragma_database_size()"
        " WHERE database_name = 'store'",
    )
    return bool(free * 4 > total)
