"""What a process of its own shows: importing, opening, building, memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from .workload import QUESTIONS

_USUAL = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""What is asked of a process that keeps compiled code is how long it takes with it."""

RUNS = 5
"""How often a process is started for a median."""

COLD = ("funnel", "retention", "paths", "segment", "trend")
"""The questions that a new process is asked."""

_MEASURE = """
import json, sys, time, resource
start = time.perf_counter()
def passed():
    global start
    now = time.perf_counter()
    before, start = start, now
    return now - before
def peak():
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024
"""
_NOTHING = "print(json.dumps({'seconds': passed()}))"
_IMPORT = "import behavio_jupyter\nprint(json.dumps({'seconds': passed()}))"
_EXTENSION = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
passed()
shell.run_line_magic("load_ext", "behavio_jupyter")
seconds = passed()
# A shell shows an error instead of raising it: a load that failed would be the fastest.
assert "funnel" in shell.magics_manager.magics["line"]
print(json.dumps({"seconds": seconds}))
"""
_ANSWER = """
import behavio_jupyter
result = getattr(behavio_jupyter.connect(sys.argv[1]), sys.argv[2])(sys.argv[3])
result.users if sys.argv[2] == "segment" else result.table
print(json.dumps({"seconds": passed()}))
"""
_OPEN = """
import behavio_jupyter
passed()
log = behavio_jupyter.connect(sys.argv[1])
print(json.dumps({"seconds": passed()}))
"""
_BUILD = """
import behavio_jupyter
passed()
log = behavio_jupyter.connect(sys.argv[1])
connected = passed()
log.save(sys.argv[2])
saved = passed()
told = {"connect": connected, "save": saved, "peak": peak(), "events": len(log)}
print(json.dumps({**told, "users": len(log.store.user_ids())}))
"""
_MEMORY = """
import gc, psutil, numpy as np, behavio_jupyter
from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.query import parse
from behavio_jupyter.query.predicate import Property
def arrays_below(*things):
    seen, found, left = set(), {}, list(things)
    while left:
        thing = left.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, np.ndarray):
            while isinstance(thing.base, np.ndarray):
                thing = thing.base
            found[id(thing)] = thing.nbytes
        elif isinstance(thing, (dict, list, tuple)) or "behavio_jupyter" in type(thing).__module__:
            left += [part for part in gc.get_referents(thing) if not isinstance(part, type)]
    return sum(found.values())
process = psutil.Process()
behavio_jupyter.datasets.cdnow().funnel("purchase -> purchase").table
before = process.memory_info().rss
log = behavio_jupyter.connect(sys.argv[1])
engine = LocalEngine(log.store, {})
engine.answer(parse("funnel " + sys.argv[2]))
held = arrays_below(engine.columns)
growth = process.memory_info().rss - before
codes = engine.columns.codes(Property(name="region")).codes.nbytes
events = len(log)
print(json.dumps({"held": held / events, "growth": growth / events, "property": codes / events}))
"""


@dataclass(frozen=True)
class Build:
    """A store made from Parquet: seconds to connect and to save, peak bytes, what is in it."""

    connect: float
    save: float
    peak: int
    events: int
    users: int

    @property
    def speed(self) -> float:
        """Events a second, from Parquet to a saved store."""
        return self.events / (self.connect + self.save)


@dataclass(frozen=True)
class Cold:
    """What a new process takes, in seconds; files are in the system's cache.

    Attributes
    ----------
    events : int
        In the store that is opened.
    python : float
        Starting Python, and nothing else.
    importing : float
        ``import behavio_jupyter``.
    extension : float
        ``%load_ext behavio_jupyter`` in a shell that is up.
    opening : float
        ``connect`` of a saved store, after the import.
    cached, compiled : dict of str to float
        By question, from starting Python to the first answer, with compiled code in numba's cache
        and with none.
    """

    events: int
    python: float
    importing: float
    extension: float
    opening: float
    cached: dict[str, float]
    compiled: dict[str, float]


@dataclass(frozen=True)
class Memory:
    """Bytes an event after a first funnel.

    Attributes
    ----------
    held : float
        In arrays, all that the engine keeps.
    growth : float
        By which the process grew, DuckDB's buffers included.
    property : float
        In the array of one property in use.
    """

    held: float
    growth: float
    property: float


def build(events: Path, store: Path) -> Build:
    """Build a store from a Parquet file and save it."""
    return Build(**_run(_BUILD, events, store))


def memory(store: Path) -> Memory:
    """Open a saved store and ask a funnel."""
    return Memory(**_run(_MEMORY, store, QUESTIONS["funnel"].text))


def first_answer(store: Path, key: str, runs: int = RUNS) -> float:
    """Return the seconds from starting Python to a saved store's first answer."""
    return _typical(_ANSWER, *_asked(store, key), whole=True, runs=runs)


def cold(events: Path, folder: Path, keys: Sequence[str] = COLD, runs: int = RUNS) -> Cold:
    """Measure what new processes take: imports, opening a store, first answers."""
    store = folder / "log.behavio"
    built = build(events, store)
    return Cold(
        events=built.events,
        python=_typical(_NOTHING, whole=True, runs=runs),
        importing=_typical(_IMPORT, runs=runs),
        extension=_typical(_EXTENSION, runs=runs),
        opening=_typical(_OPEN, store, runs=runs),
        cached={key: first_answer(store, key, runs) for key in keys},
        compiled={key: _compiled(store, key, folder) for key in keys},
    )


def _compiled(store: Path, key: str, folder: Path) -> float:
    """Return the seconds to a first answer whose code has to be compiled; once, it takes long."""
    cache = folder / f"numba-{key}"
    start = time.perf_counter()
    _run(_ANSWER, *_asked(store, key), NUMBA_CACHE_DIR=str(cache))
    return time.perf_counter() - start


def _asked(store: Path, key: str) -> tuple[str, str, str]:
    return str(store), QUESTIONS[key].kind, QUESTIONS[key].text


def _typical(code: str, *arguments: str | Path, whole: bool = False, runs: int) -> float:
    """Return the median seconds, as the code tells or of the whole process.

    A process before those fills the caches of files and of compiled code, if there are several.
    """
    if runs > 1:
        _run(code, *arguments)
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        told = _run(code, *arguments)["seconds"]
        seconds.append(time.perf_counter() - start if whole else told)
    return median(seconds)


def _run(code: str, *arguments: str | Path, **environment: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE + code, *map(str, arguments)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        # An interrupt from the keyboard is for the one who measures, and ends this one.
        start_new_session=True,
        env={**_USUAL, **environment},
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
