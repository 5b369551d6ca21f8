"""The notebooks of the docs give the outputs again that are kept in them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", sorted(path.name for path in DOCS.glob("*.ipynb")))
def test_nbval_finds_the_same_outputs_again(name: str) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "--nbval", f"docs/{name}"]
    told = subprocess.run(command, cwd=DOCS.parent, capture_output=True, text=True, timeout=600)
    assert told.returncode == 0, told.stdout[-3000:]
    cells = nbformat.read(DOCS / name, as_version=4).cells
    assert f"{sum(cell.cell_type == 'code' for cell in cells)} passed" in told.stdout
