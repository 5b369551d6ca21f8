"""Interrupts: work that is no longer wanted ends, and what must not stop half-way does not."""

from __future__ import annotations

import _thread
import contextlib
import functools
import signal
import threading
import weakref
from collections.abc import Callable, Iterator
from types import FrameType
from typing import ParamSpec, Protocol, TypeVar

import duckdb

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Interrupted(KeyboardInterrupt):
    """The user interrupted; shows in a notebook as its sentence, without a stack trace."""

    def _render_traceback_(self) -> list[str]:
        return [f"KeyboardInterrupt: {self}"]


@contextlib.contextmanager
def told(sentence: str) -> Iterator[None]:
    """Tell an interrupt in a sentence, whatever it has become on its way."""
    try:
        yield
    except Interrupted:
        raise
    except (KeyboardInterrupt, Exception) as error:
        if not _came_of_interrupt(error):
            raise
        raise Interrupted(sentence) from None


def _came_of_interrupt(error: BaseException | None) -> bool:
    """Return whether an error is an interrupt, or came of one.

    DuckDB, interrupted itself, calls it an error; and one of its own where it was just calling
    Python, as it does to read a frame.
    """
    while error is not None:
        text = str(error).rstrip(": \n")
        if isinstance(error, KeyboardInterrupt) or (
            isinstance(error, RuntimeError) and text == "Query interrupted"
        ):
            return True
        if isinstance(error, duckdb.Error) and text.endswith("KeyboardInterrupt"):
            return True
        error = error.__cause__ or error.__context__
    return False


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

    Inside of another such block it is held back until the end of that one.

    Raises
    ------
    Interrupted
        At the end of the block: an interrupt came meanwhile; ``sentence`` says what holds now.
    """
    with _noticing() as came:
        yield
    if came:
        raise Interrupted(sentence)


@contextlib.contextmanager
def put_off() -> Iterator[None]:
    """Let an interrupt come a moment after a block that Python calls by itself."""
    with _noticing() as came:
        yield
    if came:
        again = threading.Timer(_MOMENT, _thread.interrupt_main)
        again.daemon = True
        again.start()


_MOMENT = 0.02
"""Seconds in which Python is back from what it calls by itself."""


class _Notice:
    """Takes the place of what an interrupt does, and only takes note of it."""

    def __init__(self) -> None:
        self.came: list[int] = []

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        self.came.append(number)


@contextlib.contextmanager
def _noticing() -> Iterator[list[int]]:
    """Give a list of the interrupts that come during a block and do nothing else.

    Python interrupts the main thread only, and only where somebody wants it to.
    """
    before = signal.getsignal(signal.SIGINT)
    here = threading.current_thread() is threading.main_thread()
    if not here or not callable(before) or isinstance(before, _Notice):
        yield []
        return
    notice = _Notice()
    signal.signal(signal.SIGINT, notice)
    try:
        yield notice.came
    finally:
        signal.signal(signal.SIGINT, before)
