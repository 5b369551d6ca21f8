"""Interrupts in the main thread: none is lost, none comes late, whoever listens is heard."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from behavio_jupyter.interrupts import Interrupted, current_task, held_back, interruptible, put_off


@pytest.fixture(autouse=True)
def after() -> Iterator[None]:
    """Python raises interrupts; what listened before does so again, and none is on its way."""
    # An event loop of another test, and a shell that runs this beside, let them raise nothing.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    time.sleep(0.25)
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def listening() -> Iterator[Callable[[Any], None]]:
    """Sets what listens to interrupts, until the end of the test."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda listener: signal.signal(signal.SIGINT, listener)
    signal.signal(signal.SIGINT, before)


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def interrupt_soon() -> None:
    threading.Timer(0.05, interrupt).start()


class Freed:
    """Python frees it by itself, and drops every error meanwhile."""

    def __init__(self, does: Callable[[], None]) -> None:
        self._does = does

    def __del__(self) -> None:
        self._does()


class Described:
    """numpy describes it for an error that it drops, where it compares it to a type."""

    def __repr__(self) -> str:
        interrupt()
        return "described"


@interruptible
def frees() -> str:
    Freed(interrupt)
    return "done"


@interruptible
def compares() -> str:
    assert np.dtype("int64") != Described()
    return "done"


@interruptible
def drops() -> None:
    interrupt()
    for _ in range(3):
        with contextlib.suppress(KeyboardInterrupt):
            time.sleep(10)
    time.sleep(10)


@pytest.mark.parametrize("call", [frees, compares, drops])
def test_an_interrupt_that_is_dropped_comes_again(call: Callable[[], Any]) -> None:
    started = time.monotonic()
    with pytest.raises(Interrupted, match=r"^Interrupted\.$"):
        call()
    assert time.monotonic() - started < 5


def test_an_error_that_came_meanwhile_does_not_hide_it() -> None:
    @interruptible
    def fails() -> None:
        interrupt()
        raise ValueError

    with pytest.raises(Interrupted):
        fails()


def test_what_cleans_up_is_not_interrupted_again() -> None:
    cleaned = []

    @interruptible
    def cleans() -> None:
        interrupt_soon()
        try:
            time.sleep(10)
        finally:
            time.sleep(0.5)
            cleaned.append(True)

    with pytest.raises(Interrupted):
        cleans()
    assert cleaned == [True]


def test_an_import_is_not_left_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slowly.py").write_text("import time; time.sleep(0.5); whole = True")
    monkeypatch.syspath_prepend(tmp_path)

    @interruptible
    def imports() -> None:
        interrupt_soon()
        import slowly  # type: ignore[import-not-found]  # noqa: F401

    with pytest.raises(Interrupted):
        imports()
    assert sys.modules["slowly"].whole


def test_a_block_that_must_not_stop_says_what_holds() -> None:
    done = []

    @interruptible
    def saves() -> None:
        with held_back("It was saved."):
            interrupt()
            time.sleep(0.3)
            done.append(True)
        done.append(False)

    with pytest.raises(Interrupted, match="It was saved"):
        saves()
    assert done == [True]


def test_after_a_block_that_python_calls_by_itself_it_comes() -> None:
    def ends() -> None:
        with put_off():
            interrupt()
            time.sleep(0.1)

    def waits() -> None:
        Freed(ends)
        time.sleep(10)

    with pytest.raises(KeyboardInterrupt):
        waits()


def test_a_listener_that_ends_nothing_ends_nothing(listening: Callable[[Any], None]) -> None:
    heard = []
    listening(lambda *_: heard.append(threading.current_thread()))

    @interruptible
    def works() -> str:
        interrupt()
        time.sleep(0.3)
        current_task().go_on()
        return "done"

    assert works() == "done"
    assert heard == [threading.main_thread()]


def test_the_error_of_a_listener_is_raised(listening: Callable[[Any], None]) -> None:
    heard = []

    def listener(*_: Any) -> None:
        heard.append(True)
        raise TimeoutError("too long")

    listening(listener)

    @interruptible
    def works() -> None:
        interrupt()
        time.sleep(10)

    with pytest.raises(TimeoutError, match="too long"):
        works()
    assert heard == [True]


def test_who_begins_to_listen_meanwhile_stays(listening: Callable[[Any], None]) -> None:
    def listener(*_: Any) -> None:
        """Do nothing."""

    listening(signal.default_int_handler)
    interruptible(lambda: signal.signal(signal.SIGINT, listener))()
    assert signal.getsignal(signal.SIGINT) is listener


def test_whoever_puts_back_what_listened_hears_of_them(listening: Callable[[Any], None]) -> None:
    put_back = interruptible(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))()
    listening(put_back)

    def waits() -> None:
        interrupt()
        time.sleep(1)

    with pytest.raises(KeyboardInterrupt):
        waits()


@pytest.mark.parametrize("nobody", [signal.SIG_IGN, signal.SIG_DFL])
def test_where_nobody_listens_nobody_does(nobody: Any, listening: Callable[[Any], None]) -> None:
    listening(nobody)
    assert interruptible(lambda: signal.getsignal(signal.SIGINT))() is nobody


def test_other_threads_do_not_listen() -> None:
    before = signal.getsignal(signal.SIGINT)
    found = []

    @interruptible
    def works() -> None:
        found.append(signal.getsignal(signal.SIGINT))
        with held_back(), put_off():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=works)
    thread.start()
    thread.join()
    assert found == [before, before]
