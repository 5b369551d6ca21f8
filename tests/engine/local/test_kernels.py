"""Compiled kernels that are kept on disk."""

from __future__ import annotations

import os
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
    assert list(tmp_path.glob("kept/*/tally.*.nbi"))
    # `tally` counts by it, whose own file stays as it is.
    calendar = package / "engine/local/calendar.py"
    code = calendar.read_text(encoding="utf-8")
    found = "    return period\n"
    assert code.count(found) == 1
    calendar.write_text(code.replace(found, "    return period - period\n"), "utf-8")
    assert _asked(tmp_path) == 1


def test_where_nothing_can_be_kept_it_is_said_and_answered() -> None:
    done = _run(NUMBA_CACHE_LOCATOR_CLASSES="IPythonCacheLocator")
    assert done.stdout == "18\n"
    assert done.stderr.count("NUMBA_CACHE_DIR") == 1


def _asked(folder: Path) -> int:
    return int(_run(folder, NUMBA_CACHE_DIR=str(folder / "kept")).stdout)


def _run(folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _ASK],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
