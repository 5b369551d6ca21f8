"""Running DuckDB statements with a progress bar that can be interrupted."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

_PATIENCE = 1.0
"""Seconds after which a bar appears."""


class Progress:
    """One bar over several statements, shown once they take more than a second together.

    Parameters
    ----------
    title : str
        What is being done, as in ``"Reading events"``.

    Examples
    --------
    >>> with progress("Counting") as bar:
    ...     bar.run(duckdb.connect(), "SELECT 1")
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self._started = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def run(
        self,
        connection: duckdb.DuckDBPyConnection,
        statement: str,
        parameters: Sequence[Any] = (),
        label: str | None = None,
    ) -> None:
        """Run a statement that gives no rows.

        The statement runs in a thread of its own, so that an interrupt of the kernel stops it.
        """
        failure: list[BaseException] = []
        done = threading.Event()

        def work() -> None:
            try:
                connection.execute(statement, list(parameters))
            except BaseException as error:
                failure.append(error)
            finally:
                done.set()

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        try:
            while not done.wait(0.1):
                self.show(label or self.title, max(connection.query_progress(), 0.0))
        except BaseException:
            connection.interrupt()
            worker.join()
            raise
        worker.join()
        if failure:
            raise failure[0]

    def show(self, label: str, percent: float) -> None:
        """Show how far a step is, in percent, if the whole took long enough to ask."""
        if self._bar is None:
            if time.monotonic() - self._started < _PATIENCE:
                return
            self._bar, self._task = _bar(label)
        self._bar.update(self._task, description=label, completed=percent)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


def _bar(label: str) -> tuple[Any, Any]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    notebook = "ipykernel" in sys.modules
    console = Console(force_jupyter=True) if notebook else Console(stderr=True)
    bar = Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    task = bar.add_task(label, total=100)
    bar.start()
    return bar, task


@contextlib.contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Give a bar that is taken away at the end, whatever happens."""
    bar = Progress(title)
    try:
        yield bar
    finally:
        bar.close()
