"""Work on stores in processes of their own, to be stopped, killed or run side by side.

The processes are forked from a warm one (see ``warm.py``): to start one costs hundredths of a
second.
"""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

import behavio_jupyter
from behavio_jupyter.data import appending, connecting, load

from . import states

WARM = mp.get_context("forkserver")
WARM.set_forkserver_preload([f"{__package__}.warm", __name__, "pytest"])


class Places(NamedTuple):
    """Where a process works: the store, the folder for temporary files, and where it runs."""

    store: Path
    temporary: Path
    home: Path

    @classmethod
    def under(cls, folder: Path) -> Places:
        """Make the folders."""
        for name in ("stores", "temporary", "home"):
            (folder / name).mkdir()
        return cls(folder / "stores" / "shop.behavio", folder / "temporary", folder / "home")

    def strays(self) -> list[str]:
        """What lies there and should not, once somebody opened the store."""
        behavio_jupyter.connect(self.store).close()
        return states.strays(self.store.parent, self.temporary, self.home)

    def enter(self) -> None:
        """Let this process work there."""
        tempfile.tempdir = str(self.temporary)
        os.chdir(self.home)


Job = Callable[[Places, Connection], Any]


def _quietly(job: Job, places: Places, pipe: Connection) -> None:
    places.enter()
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = nowhere
        try:
            job(places, pipe)
        except Exception:
            pipe.send(Failure(traceback.format_exc()))


class Failure(NamedTuple):
    """What a job sends when it fails."""

    trace: str


def told(pipe: Connection) -> Any:
    """Return what a job sends next."""
    message = pipe.recv()
    if isinstance(message, Failure):
        raise AssertionError(message.trace)
    return message


@contextlib.contextmanager
def running(job: Job, places: Places) -> Iterator[tuple[BaseProcess, Connection]]:
    """Run a job in a process; give it and the pipe to it, and end it in any case."""
    ours, theirs = WARM.Pipe()
    process = WARM.Process(target=_quietly, args=(job, places, theirs))
    process.start()
    theirs.close()
    try:
        yield process, ours
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid or 0, signal.SIGCONT)
        process.kill()
        process.join()
        ours.close()


@contextlib.contextmanager
def all_running(jobs: list[Job], places: Places) -> Iterator[list[Connection]]:
    """Run jobs side by side; give the pipes to them."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(running(job, places))[1] for job in jobs]


def large_logs(megabytes: int) -> None:
    """Treat every log as a large one: built in a file, and sorted on disk."""
    load.IN_MEMORY = connecting.IN_MEMORY = appending.IN_MEMORY = 0
    load._ROOM = megabytes << 20


OLD, NEW = 2, 3
"""Batches in the store that was there before, and in the one that the work leaves."""

_FRAMES = [states.batch(number) for number in range(NEW)]


def save(places: Places, pipe: Connection) -> None:
    """Build a log from a frame and save it over the store."""
    large_logs(100)
    frame = pd.concat(_FRAMES)
    _watched(pipe, lambda: behavio_jupyter.connect(frame).save(places.store))


def append(places: Places, pipe: Connection) -> None:
    """Open the store and add a batch."""
    _watched(pipe, lambda: behavio_jupyter.connect(places.store).append(_FRAMES[-1]))


def append_one(places: Places, pipe: Connection) -> None:
    """Add the next batch; tell how many there are then."""
    log = behavio_jupyter.connect(places.store)
    log.append(states.batch(states.state_of(log)))
    pipe.send(states.state_of(log))


STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.scandir", "shutil.rmtree"}
"""What Python tells of what it does to files."""


def _watched(pipe: Connection, work: Callable[[], None]) -> None:
    """Do some work between two messages; ``step`` in the answer is where the process dies.

    Of the steps those count that touch files; without one, the work tells how many it takes.
    """
    pipe.send("ready")
    last = pipe.recv()
    steps = 0
    watching = True

    def look(event: str, _arguments: tuple[Any, ...]) -> None:
        nonlocal steps
        if watching and event in STEPS:
            steps += 1
            if steps == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)
    work()
    watching = False
    pipe.send(steps)
