"""Run in a process of its own: prints what questions were estimated to take, and what they took."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
from pathlib import Path
from typing import Any

import behavio_jupyter
from behavio_jupyter import EventLog
from behavio_jupyter.engine.local.footprint import Footprint
from behavio_jupyter.query import parse


def status(key: str) -> int:
    """Return a number of bytes that the system keeps of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) * 1024
    raise KeyError(key)


def ask(log: EventLog, question: str) -> None:
    """Ask, and look at the answer."""
    result: Any = log.run(question)
    assert len(result.users if question.startswith("segment") else result.table) >= 0


def warmed(path: str, question: str) -> None:
    """Ask a small log: that loads code, and needs no threads, which no fork would have."""
    with behavio_jupyter.connect(path) as log:
        ask(log, question)


def measured(path: str, question: str) -> dict[str, Any]:
    """Return the estimate and the peak of opening a log and asking it one question."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before, mapped = status("VmRSS"), status("RssFile")
    log = behavio_jupyter.connect(path)
    engine = log._answering()
    estimate = Footprint(engine.columns, engine.sizes, parse(question), log.segments).bytes
    ask(log, question)
    # Of the libraries' code the system maps more at once or less, as their files lie in its cache.
    code = status("RssFile") - mapped
    return {"question": question, "estimate": estimate, "peak": status("VmHWM") - before - code}


def main(small: str, large: str) -> None:
    """Measure each question of standard input in a fork, where nothing is left of the others."""
    questions = sys.stdin.read().splitlines()
    for question in questions:
        warmed(small, question)
    for question in questions:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            warmed(small, question)  # A fork has the code, but not yet its pages.
            print(json.dumps(measured(large, question)), flush=True)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0, question


if __name__ == "__main__":
    main(*sys.argv[1:])
