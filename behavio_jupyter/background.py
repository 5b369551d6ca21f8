"""Work beside the caller's thread, of which only the newest is wanted."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from .errors import BehavioError
from .interrupts import Interrupted, Task, begin

_T = TypeVar("_T")


class Background:
    """Does one piece of work at a time in a thread; a newer one calls off the one before.

    Examples
    --------
    >>> answers = []
    >>> background = Background()
    >>> background.do(lambda: 1 + 1, answers.append, print)
    >>> background.wait()
    True
    >>> answers
    [2]
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._next: tuple[Callable[[], None], Callable[[], None]] | None = None
        self._task: Task | None = None
        self._worker = 0

    def do(
        self,
        work: Callable[[], _T],
        then: Callable[[_T], None],
        failed: Callable[[Exception], None],
        called_off: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin some work and return at once.

        One of ``then``, ``failed`` and ``called_off`` is called for it.

        Parameters
        ----------
        work : callable
            What to do. It ends early once a newer ``do`` calls it off: questions to a log do.
        then : callable
            Takes what the work gives, in the thread of the work; not called where that is no
            longer wanted.
        failed : callable
            Takes the error, where the work ends in one.
        called_off : callable, optional
            Called where newer work came before it was done.
        """
        # What the caller's thread answers to, such as the cell that is running, stays known.
        run = contextvars.copy_context().run
        begun = partial(run, self._done, work, then, failed, called_off)
        with self._changed:
            dropped, self._next = self._next, (begun, partial(run, called_off))
            if self._task is not None:
                self._task.call_off()
            else:
                self._task = Task()
                threading.Thread(target=self._run, name="behavio-background", daemon=True).start()
        if dropped is not None:
            dropped[1]()

    def call_off(self) -> None:
        """End the work that is going on; nobody sees what it gives."""
        self.do(lambda: None, lambda _: None, lambda _: None)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until there is nothing more to do; say whether that came in time.

        Raises
        ------
        BehavioError
            This is the work itself, or what takes what it gives: it would wait for itself.
        """
        if self._worker == threading.get_ident():
            raise BehavioError("What is waited for here is done once this is through.")
        with self._changed:
            return self._changed.wait_for(lambda: self._task is None, seconds)

    def _run(self) -> None:
        self._worker = threading.get_ident()
        while True:
            with self._changed:
                work, self._next = self._next, None
                if work is None:
                    self._task, self._worker = None, 0
                    self._changed.notify_all()
                    return
                self._task = Task()
                begin(self._task)
            try:
                work[0]()
            except Exception as error:
                # Told as any thread's is; what is asked next is done all the same.
                given = (type(error), error, error.__traceback__, threading.current_thread())
                threading.excepthook(threading.ExceptHookArgs(given))

    def _done(
        self,
        work: Callable[[], _T],
        then: Callable[[_T], None],
        failed: Callable[[Exception], None],
        called_off: Callable[[], None],
    ) -> None:
        try:
            found = work()
            # What is done with it may ask again, and be called off as the work is.
            if self._next is None:
                then(found)
                return
        except Interrupted as error:
            # Nobody called it off: what was interrupted otherwise must not wait for ever.
            if self._next is None:
                failed(BehavioError(str(error)))
                return
        except Exception as error:
            if self._next is None:
                failed(error)
                return
        called_off()
