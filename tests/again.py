"""Runs a notebook again and compares its outputs with those that are kept in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat

from behavio_jupyter.report.room import UNWATCHED


def assert_same_outputs(path: Path) -> None:
    """Let nbval run a notebook; every cell of code has to pass."""
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "--nbval", path.name]
    environment = {**os.environ, **UNWATCHED}  # bars of slow cells are outputs, too
    told = subprocess.run(
        command, cwd=path.parent, capture_output=True, text=True, timeout=600, env=environment
    )
    assert told.returncode == 0, told.stdout[-3000:]
    cells = nbformat.read(path, as_version=4).cells
    assert f"{sum(cell.cell_type == 'code' for cell in cells)} passed" in told.stdout
