"""Running DuckDB statements with a progress bar that can be interrupted."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import duckdb

from ..interrupts import Task, begin, current_task, held_back, told

_T = TypeVar("_T")

OFF = "BEHAVIO_PROGRESS"
"""The environment variable that keeps bars away where nobody watches: ``off``.

A bar is an output of its cell, though an empty one in the end. A tool that runs a notebook again
and compares, as nbval does, would find one more or less by how busy the machine was.
"""

_PATIENCE = 1.0
"""Seconds after which a bar appears."""

_WORKER = "behavio-work"

_FAREWELL = 1.0
"""Seconds in which work that was called off ends, if it is not busy compiling."""


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
        self._bar: _TerminalBar | _NotebookBar | None = None

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
        self.during(
            lambda: connection.execute(statement, list(parameters)),
            label or self.title,
            percent=lambda: max(connection.query_progress(), 0.0),
            stop=connection.interrupt,
        )

    def during(
        self,
        work: Callable[[], _T],
        label: str | Callable[[], str],
        *,
        percent: Callable[[], float] | None = None,
        stop: Callable[[], None] | None = None,
    ) -> _T:
        """Return what some work gives, done in a thread of its own while the bar is shown.

        An interrupt calls the work off (see :class:`Task`).

        Parameters
        ----------
        work : callable
        label : str or callable
            What is being done; what is called may say so anew each time.
        percent : callable, optional
            How far it is; without it the bar only shows that something is going on.
        stop : callable, optional
            Ends the work early; an interrupt then waits for that end. Without it an interrupt
            leaves the work to itself after a second, and nobody sees what it gives.
        """
        result: list[_T] = []
        failure: list[BaseException] = []
        done = threading.Event()
        task, outer = Task(), current_task()

        def run() -> None:
            begin(task)
            try:
                result.append(work())
            except BaseException as error:
                failure.append(error)
            finally:
                done.set()

        worker = threading.Thread(target=run, name=_WORKER, daemon=True)
        # An interrupt while threads wait for each other could leave them waiting for ever.
        with held_back():
            worker.start()
            try:
                while not done.wait(0.1):
                    outer.go_on()
                    said = label if isinstance(label, str) else label()
                    self.show(said, None if percent is None else percent())
            except BaseException:
                task.call_off()
                if stop is None:
                    done.wait(_FAREWELL)
                # A statement that only begins does not hear of it: it is told again.
                while stop is not None and worker.is_alive():
                    stop()
                    worker.join(0.05)
                raise
            worker.join()
        if failure:
            raise failure[0]
        return result[0]

    def show(self, label: str, percent: float | None) -> None:
        """Show how far a step is, in percent if known, if the whole took long enough to ask."""
        if self._bar is None:
            if time.monotonic() - self._started < _PATIENCE or _unwatched():
                return
            if _in_notebook():
                self._bar = _NotebookBar()
            elif _in_terminal():
                self._bar = _TerminalBar()
            else:
                return
        self._bar.update(label, percent)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


def _unwatched() -> bool:
    return os.environ.get(OFF, "").strip().lower() == "off"


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def _in_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


class _TerminalBar:
    """A bar on standard error."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        console = Console(stderr=True, force_jupyter=False)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._measured = False
        self._task = self._bars.add_task("", total=None)
        self._bars.start()

    def update(self, label: str, percent: float | None) -> None:
        measured = percent is not None
        if measured != self._measured:
            # Only a new task may have no end, which is what makes a bar move by itself.
            self._bars.remove_task(self._task)
            self._task = self._bars.add_task("", total=100 if measured else None)
            self._measured = measured
        self._bars.update(self._task, description=label, completed=percent or 0)

    def stop(self) -> None:
        self._bars.stop()


class _NotebookBar:
    """A bar among a cell's outputs, empty in the end; rich needs ipywidgets for that."""

    def __init__(self) -> None:
        from IPython.display import display

        self._shown = display(_page("", None), raw=True, display_id=True)

    def update(self, label: str, percent: float | None) -> None:
        self._shown.update(_page(label, percent), raw=True)

    def stop(self) -> None:
        self._shown.update({"text/html": "", "text/plain": ""}, raw=True)


def _page(label: str, percent: float | None) -> dict[str, str]:
    value = "" if percent is None else f' value="{percent:.0f}"'
    return {
        "text/html": f'{label} <progress{value} max="100"></progress>',
        "text/plain": label if percent is None else f"{label} {percent:.0f} %",
    }


@contextlib.contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Give a bar that is taken away at the end, whatever happens.

    Raises
    ------
    Interrupted
        The user interrupted.
    """
    bar = Progress(title)
    try:
        with told(f"{title} was interrupted; nothing was changed."):
            yield bar
    finally:
        bar.close()


def shown(title: str, work: Callable[[], _T], label: Callable[[], str] | None = None) -> _T:
    """Return what some work gives, with a bar that moves where it takes more than a second.

    ``label`` says what is being done, if it is more than the title.

    Examples
    --------
    >>> shown("Adding", lambda: 1 + 1)
    2
    """
    with progress(title) as bar:
        return bar.during(work, label or title)
