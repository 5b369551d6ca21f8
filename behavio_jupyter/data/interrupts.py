"""Interrupts: work that is no longer wanted ends, and what must not stop half-way does not."""

from __future__ import annotations

import contextlib
import functools
import signal
import threading
import weakref
from collections.abc import Callable, Iterator
from types import FrameType
from typing import ParamSpec, Protocol, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Interrupted(KeyboardInterrupt):
    """The user interrupted; shows in a notebook as its sentence, without a stack trace."""

    def _render_traceback_(self) -> list[str]:
        return [f"KeyboardInterrupt: {self}"]


@contextlib.contextmanager
def told(sentence: str) -> Iterator[None]:
    """Tell an interrupt in a sentence; also where DuckDB, interrupted itself, calls it an error."""
    try:
        yield
    except Interrupted:
        raise
    except (KeyboardInterrupt, RuntimeError) as error:
        if isinstance(error, RuntimeError) and str(error) != "Query interrupted":
            raise
        raise Interrupted(sentence) from None


def interruptible(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let a function that users call tell an interrupt in a sentence."""

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        with told("Interrupted."):
            return function(*args, **kwargs)

    return call


class Interruptible(Protocol):
    """What a connection to DuckDB has."""

    def interrupt(self) -> None:
        """End the statement that runs, with an error in its thread."""
        ...


class Task:
    """Work in a thread of its own that can be called off."""

    def __init__(self) -> None:
        self._called_off = threading.Event()
        self._connections: weakref.WeakSet[Interruptible] = weakref.WeakSet()
        self._adding = threading.Lock()

    def call_off(self) -> None:
        """End the statements of the work, and let it begin nothing more."""
        self._called_off.set()
        with self._adding:
            connections = list(self._connections)
        for connection in connections:
            connection.interrupt()

    def uses(self, connection: Interruptible) -> None:
        """Let ``call_off`` end what runs on a connection."""
        with self._adding:
            self._connections.add(connection)

    def go_on(self) -> None:
        """Return where the work is still wanted.

        Raises
        ------
        Interrupted
            It was called off.
        """
        if self._called_off.is_set():
            raise Interrupted("Interrupted.")


_of_thread = threading.local()


def current_task() -> Task:
    """Return the task that this thread works on; outside of one, a task that nobody calls off."""
    task: Task | None = getattr(_of_thread, "task", None)
    return task or Task()


def begin(task: Task) -> None:
    """Let this thread work on a task."""
    _of_thread.task = task


@contextlib.contextmanager
def held_back(sentence: str = "Interrupted.") -> Iterator[None]:
    """Hold an interrupt back until the end of a block that must not stop half-way.

    Python interrupts the main thread only, and only where it may set how.

    Raises
    ------
    Interrupted
        At the end of the block: an interrupt came meanwhile; ``sentence`` says what holds now.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    came = False

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal came
        came = True

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise Interrupted(sentence)
