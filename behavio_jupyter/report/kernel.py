"""How a notebook is run here: its kernel ends with whoever waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from typing import Any

from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.log import logger

from .processes import stop

ENGINE = "behavio"
"""The name by which Papermill knows the engine."""

_LOOK = 0.5
"""Seconds after which an interrupt is noticed where waiting itself cannot be interrupted."""

_GRACE = 2.0
"""Seconds that a cell has to end when it is interrupted, and a kernel when it is told to go."""

_AT_MOST = 10.0
"""Seconds until nobody waits any more for a kernel to be gone."""


class Engine(NBClientEngine):  # type: ignore[misc]
    """Runs the cells as :func:`run` does."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        start_timeout: int = 60,
        extra_arguments: Sequence[str] = (),
        **_: Any,
    ) -> None:
        """Run the cells."""
        client = PapermillNotebookClient(
            nb_man,
            kernel_name=kernel_name,
            startup_timeout=start_timeout,
            extra_arguments=list(extra_arguments),
            timeout=None,
            log=logger,
        )
        run(client, client.execute)


def run(client: NotebookClient, cells: Callable[[], object]) -> None:
    """Run cells in a thread of its own, so that an interrupt comes to who waits for it.

    Where it came into the loop of events itself, it would part the client from what it was doing:
    the kernel would be gone before the client knows, which then tells of its death.

    Parameters
    ----------
    client : NotebookClient
        An interrupt ends its kernel, and is passed on.
    cells : callable
        Begins the kernel, has the client run the cells, and ends it.
    """
    done: Future[None] = Future()
    threading.Thread(target=_run, args=(cells, done), daemon=True).start()
    try:
        while wait([done], timeout=_LOOK).not_done:
            pass
    except BaseException:
        _end(client, done)
        raise
    done.result()


def _run(cells: Callable[[], object], done: Future[None]) -> None:
    try:
        try:
            cells()
        finally:
            _leave_loop()
    except BaseException as error:
        done.set_exception(error)
    else:
        done.set_result(None)


def _leave_loop() -> None:
    """Close the loop of events of this thread, with what is left in it."""
    loop = ensure_event_loop()
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def _end(client: NotebookClient, done: Future[None]) -> None:
    """Interrupt the cell that runs, so that it cleans up; end the kernel if that does not help."""
    kernel = _process(client)
    # Before it has a cell to run, a kernel would tell of the interrupt at length.
    if kernel is not None and client.code_cells_executed:
        with contextlib.suppress(OSError, ValueError):  # Windows sends no such signal
            kernel.send_signal(signal.SIGINT)
        wait([done], timeout=_GRACE)
    for _ in range(int(_AT_MOST / _LOOK)):
        kernel = _process(client)  # it may be about to begin
        if kernel is not None and kernel.poll() is None:
            stop(kernel.pid, _GRACE)
        if not wait([done], timeout=_LOOK).not_done:
            return


def _process(client: NotebookClient) -> Any:
    """Return the process of the kernel, if it is there."""
    return getattr(getattr(client.km, "provisioner", None), "process", None)


papermill_engines.register(ENGINE, Engine)
