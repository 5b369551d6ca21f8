"""What a process of its own shows: importing, opening, building, memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from .workload import QUESTIONS

_RUNS = 5
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
_FUNNEL = """
import behavio_jupyter
behavio_jupyter.connect(sys.argv[1]).funnel(sys.argv[2]).table
print(json.dumps({"seconds": passed()}))
"""
_BUILD = """
import behavio_jupyter
passed()
log = behavio_jupyter.connect(sys.argv[1])
connected = passed()
log.save(sys.argv[2])
print(json.dumps({"connect": connected, "save": passed(), "peak": peak(), "events": len(log)}))
"""
_MEMORY = """
import psutil, behavio_jupyter
from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.query import parse
from behavio_jupyter.query.predicate import Property
process = psutil.Process()
behavio_jupyter.datasets.cdnow().funnel("purchase -> purchase").table
before = process.memory_info().rss
log = behavio_jupyter.connect(sys.argv[1])
engine = LocalEngine(log.store, {})
engine.answer(parse("funnel " + sys.argv[2]))
columns = engine.columns
held = columns.offsets.nbytes + columns.time.nbytes + columns.event.nbytes
growth = process.memory_info().rss - before
codes = columns.codes(Property(name="region")).codes.nbytes
events = len(columns.time)
print(json.dumps({"held": held / events, "growth": growth / events, "property": codes / events}))
"""


@dataclass(frozen=True)
class Build:
    """A store made from Parquet: seconds to connect and to save, peak bytes, events."""

    connect: float
    save: float
    peak: int
    events: int


@dataclass(frozen=True)
class Memory:
    """Bytes an event after a first funnel.

    Attributes
    ----------
    held : float
        In arrays.
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


def first_funnel(store: Path) -> float:
    """Return the seconds from starting Python to a saved store's first funnel."""
    return _typical(_FUNNEL, store, QUESTIONS["funnel"].text, whole=True)


def import_seconds() -> float:
    """Return the seconds of ``import behavio_jupyter``."""
    return _typical(_IMPORT)


def extension_seconds() -> float:
    """Return the seconds of ``%load_ext behavio_jupyter`` in a shell that is up."""
    return _typical(_EXTENSION)


def _typical(code: str, *arguments: str | Path, whole: bool = False) -> float:
    """Return the median seconds, as the code tells or of the whole process."""
    _run(code, *arguments)  # fills the caches of files and of compiled code
    seconds = []
    for _ in range(_RUNS):
        start = time.perf_counter()
        told = _run(code, *arguments)["seconds"]
        seconds.append(time.perf_counter() - start if whole else told)
    return median(seconds)


def _run(code: str, *arguments: str | Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE + code, *map(str, arguments)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
