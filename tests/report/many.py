"""``python -m tests.report.many [RUNS]``: what many runs in a row leave behind; 100 unless said."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from pathlib import Path

import psutil

from behavio_jupyter.report import run

from .notebooks import template

_FIRST = 3
"""Runs after which everything is loaded that stays loaded."""


def left_by(notebook, out, runs):
    """Return how many file handles and child processes are left by so many runs."""
    me = psutil.Process()
    for _ in range(_FIRST):
        run(notebook, out=out, force=True)
    gc.collect()
    before = me.num_fds(), len(me.children(recursive=True))
    for _ in range(runs):
        run(notebook, out=out, force=True)
    gc.collect()
    return me.num_fds() - before[0], len(me.children(recursive=True)) - before[1]


def main(runs):
    """Tell what is left: handles, processes, memory, files."""
    with tempfile.TemporaryDirectory() as folder:
        path = template(Path(folder) / "own.ipynb", "2 * top", parameters="top: int = 5")
        out = Path(folder) / "out"
        run(str(path), out=out)
        memory = psutil.Process().memory_info().rss
        for _ in range(4):
            handles, processes = left_by(str(path), out, runs // 4)
            grown = (psutil.Process().memory_info().rss - memory) / 2**20
            kept = sum(len(files) for _, _, files in os.walk(out))
            print(f"{handles} handles, {processes} processes, {grown:.1f} MB more, {kept} files")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
