"""Interrupts: work that is no longer wanted ends, and what must not stop half-way does not."""

from __future__ import annotations

import _thread
import contextlib
import functools
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Any, ClassVar, ParamSpec, Protocol, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

_PLAIN = "Interrupted."

_GRACE = 0.1
"""Seconds in which work ends where it looks whether it is still wanted."""

_MOMENT = 0.02
"""Seconds in which Python is back from what it calls by itself."""


class Interrupted(KeyboardInterrupt):
    """The user interrupted; shows in a notebook as its sentence, without a stack trace."""

    def __init__(self, sentence: str = _PLAIN, task: Task | None = None) -> None:
        super().__init__(sentence)
        self.task = task

    def _render_traceback_(self) -> list[str]:
        return [f"KeyboardInterrupt: {self}"]


# Work that can be called off


class Interruptible(Protocol):
    """What a connection to DuckDB has."""

    def interrupt(self) -> None:
        """End the statement that runs, with an error in its thread."""
        ...


class Task:
    """Work that can be called off."""

    def __init__(self) -> None:
        self.unwanted: BaseException | None = None
        # Weak references that call nothing: an error in such a call would be lost.
        self._connections: list[weakref.ref[Interruptible]] = []
        self._adding = threading.Lock()

    def call_off(self) -> None:
        """End the statements of the work, and let it begin nothing more."""
        self.unwanted = Interrupted()
        with self._adding:
            connections = [connection() for connection in self._connections]
        for connection in connections:
            if connection is not None:
                connection.interrupt()

    def uses(self, connection: Interruptible) -> None:
        """Let ``call_off`` end what runs on a connection."""
        with self._adding:
            used = [known for known in self._connections if known() is not None]
            self._connections = [*used, weakref.ref(connection)]

    def go_on(self) -> None:
        """Return where the work is still wanted.

        Raises
        ------
        Interrupted
            It was called off.
        """
        if isinstance(self.unwanted, KeyboardInterrupt):
            raise Interrupted(task=self)
        if self.unwanted is not None:
            raise self.unwanted

    def ends(self) -> bool:
        """Return whether it is ending: what runs cleans up after an error of ``go_on``."""
        error = sys.exc_info()[1]
        while error is not None:
            if error is self.unwanted or getattr(error, "task", None) is self:
                return True
            error = error.__context__
        return False


_of_thread = threading.local()


def current_task() -> Task:
    """Return the task that this thread works on; outside of one, a task that nobody calls off."""
    task: Task | None = getattr(_of_thread, "task", None)
    return task or Task()


def begin(task: Task) -> None:
    """Let this thread work on a task."""
    _of_thread.task = task


# What an interrupt does


class _Watch:
    """Takes the place of what an interrupt does while calls of ours run in the main thread.

    Otherwise Python raises the interrupt wherever it is: between two of our lines; in an import,
    which is left half done; in what drops every error, and the interrupt with it (numpy does that
    while it compares types, Python while it frees an object). So an interrupt calls off a task, and
    the work ends where it looks for that, at the latest where the watch ends. What does not
    look within ``_GRACE`` is ended wherever it is, again and again until the error is not lost.

    Whoever listens to interrupts hears of them as ever, and nothing ends where they raise nothing.
    """

    on: ClassVar[_Watch | None] = None

    def __init__(self, before: Callable[[int, FrameType | None], Any]) -> None:
        self.task = Task()
        self.held = 0
        """In how many blocks that must not stop half-way the main thread is."""
        self._before = before
        self._outer: Task | None = getattr(_of_thread, "task", None)
        self._over = False
        self._gone = False
        self._reminds = False
        self._reminding = threading.Lock()

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._gone:
            # Somebody who listened meanwhile has put it back since.
            self._before(number, frame)
            return
        if self._reminds:
            self._reminds = False
        else:
            first = self.task.unwanted is None
            try:
                self._before(number, frame)
            except BaseException as error:
                # Without the frames, which would live as long.
                self.task.unwanted = error.with_traceback(None)
            if first:
                # A thread without the locks of the module threading: they may be taken right here.
                if self.task.unwanted is not None and not self._over:
                    _thread.start_new_thread(self._remind, ())
                return
        if not (self._over or self.held or self.task.ends() or _delicate(frame)):
            self.task.go_on()

    def _remind(self) -> None:
        while True:
            time.sleep(_GRACE)
            with self._reminding:
                if self._over:
                    return
                listens: object = signal.getsignal(signal.SIGINT)
                if listens is self:
                    self._reminds = True
                    _interrupt()

    @classmethod
    def present(cls) -> _Watch | None:
        """Return the watch that is on in this thread."""
        return cls.on if _in_main_thread() else None

    @classmethod
    def begin(cls) -> _Watch | None:
        """Begin to watch, in the main thread and where none is on; only there interrupts come."""
        before = signal.getsignal(signal.SIGINT) if cls.on is None and _in_main_thread() else None
        # What is no function stands for: nothing happens, or the process ends.
        if not callable(before) or isinstance(before, _Notice):
            return None
        watch = cls(before)
        signal.signal(signal.SIGINT, watch)
        cls.on = watch
        _of_thread.task = watch.task
        return watch

    def end(self) -> None:
        """Let interrupts do what they did before; none that came is raised any more."""
        self._over = True
        # A reminder that is on its way arrives before the end.
        with self._reminding:
            _of_thread.task = self._outer
            _Watch.on = None
        try:
            found = signal.signal(signal.SIGINT, self._before)
            if found is not self:  # somebody else listens since
                signal.signal(signal.SIGINT, found)
        except KeyboardInterrupt as error:
            # It came just now.
            self.task.unwanted = error.with_traceback(None)
        self._gone = True


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _delicate(frame: FrameType | None) -> bool:
    """Return whether something runs of which a half is of no use, or whose errors are lost.

    That is this module; an import; and what Python calls by itself where an object ends.
    """
    if frame is not None and frame.f_code.co_filename == __file__:
        return True
    while frame is not None and frame.f_code.co_filename != __file__:
        code = frame.f_code
        if code.co_filename in _ENDS or code.co_name == "__del__":
            return True
        if code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


_ENDS = (weakref.__file__, weakref.WeakSet.add.__code__.co_filename)
"""Where the callbacks of weak references are."""


class _Told:
    """See :func:`told`."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    def __enter__(self) -> None:
        self._watch = _Watch.begin()

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._watch is not None:
            self._watch.end()
        unwanted = current_task().unwanted if self._watch is None else self._watch.task.unwanted
        if error is None:
            if self._watch is None or unwanted is None:
                return
        elif isinstance(error, Interrupted):
            if str(error) != _PLAIN or self._sentence == _PLAIN:
                return
        elif not isinstance(error, KeyboardInterrupt | Exception) or not (
            unwanted is not None or _came_of_interrupt(error)
        ):
            return
        if unwanted is None or isinstance(unwanted, KeyboardInterrupt):
            raise Interrupted(self._sentence, getattr(error, "task", None)) from None
        if error is not unwanted:
            raise unwanted


def told(sentence: str = _PLAIN) -> contextlib.AbstractContextManager[None]:
    """Tell an interrupt that comes during a block in a sentence, whatever it has become.

    In the main thread it is raised where the work looks for it (:meth:`Task.go_on`), at the latest
    at the end of the block, or of the one around it that has begun first; see :class:`_Watch`.
    """
    return _Told(sentence)


def _came_of_interrupt(error: BaseException | None) -> bool:
    """Return whether an error is an interrupt, or came of one.

    DuckDB, interrupted itself, calls it an error; and one of its own where it was just calling
    Python, as it does to read a frame.
    """
    duckdb = sys.modules.get("duckdb")
    while error is not None:
        text = str(error).rstrip(": \n")
        if isinstance(error, KeyboardInterrupt) or (
            isinstance(error, RuntimeError) and text == "Query interrupted"
        ):
            return True
        if duckdb and isinstance(error, duckdb.Error) and text.endswith("KeyboardInterrupt"):
            return True
        error = error.__cause__ or error.__context__
    return False


def interruptible(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let a function that users call tell an interrupt in a sentence."""

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        # Python looks for interrupts where a function begins: before the next line nothing helps.
        try:
            with _Told(_PLAIN):
                return function(*args, **kwargs)
        except Interrupted:
            raise
        except KeyboardInterrupt:
            raise Interrupted from None

    return call


@contextlib.contextmanager
def held_back(sentence: str = _PLAIN) -> Iterator[None]:
    """Hold an interrupt back until the end of a block that must not stop half-way.

    Inside of another such block it is held back until the end of that one.

    Raises
    ------
    Interrupted
        At the end of the block: an interrupt came meanwhile; ``sentence`` says what holds now.
    """
    with _Told(sentence):
        watch = _Watch.present()
        if watch is None:
            yield
            return
        watch.held += 1
        try:
            yield
        finally:
            watch.held -= 1
        if not watch.held and watch.task.unwanted is not None and not watch.task.ends():
            with _Told(sentence):
                watch.task.go_on()


@contextlib.contextmanager
def put_off() -> Iterator[None]:
    """Let an interrupt come a moment after a block that Python calls by itself."""
    watch = _Watch.present()
    if watch is not None:
        watch.held += 1
        try:
            yield
        finally:
            watch.held -= 1
        return
    before = signal.getsignal(signal.SIGINT) if _in_main_thread() else None
    if not callable(before) or isinstance(before, _Notice):
        yield
        return
    notice = _Notice()
    signal.signal(signal.SIGINT, notice)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if notice.came:
            _thread.start_new_thread(_again, ())


class _Notice:
    """Takes the place of what an interrupt does, and only takes note of it."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.came = True


def _again() -> None:
    time.sleep(_MOMENT)
    _interrupt()


def _interrupt() -> None:
    """Interrupt the main thread, also where it waits."""
    if not callable(signal.getsignal(signal.SIGINT)):  # it would end the process
        return
    main = threading.main_thread().ident
    if main is not None and hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main, signal.SIGINT)
    else:  # Windows
        signal.raise_signal(signal.SIGINT)
