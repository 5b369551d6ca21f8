"""Compiled kernels that are kept on disk."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import behavio_jupyter

_ASK = """
from behavio_jupyter import datasets
print((datasets.cdnow().trend("events of any per month").table["value"] > 0).sum())
"""


def test_a_kernel_follows_what_another_file_has_for_it(tmp_path: Path) -> None:
    package = tmp_path / "behavio_jupyter"
    left_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(behavio_jupyter.__file__).parent, package, ignore=left_out)
    assert _asked(tmp_path) == 18
    assert list((package / "engine/local/__pycache__").glob("tally.*.nbi"))
    # `tally` counts by it, whose own file stays as it is.
    calendar = package / "engine/local/calendar.py"
    code = calendar.read_text(encoding="utf-8")
    found = "    return period\n"
    assert code.count(found) == 1
    calendar.write_text(code.replace(found, "    return period - period\n"), "utf-8")
    assert _asked(tmp_path) == 1


def _asked(folder: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _ASK], cwd=folder, capture_output=True, text=True, check=True
    )
    return int(done.stdout)
