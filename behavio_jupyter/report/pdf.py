"""A page as PDF, printed by Chromium where it is present."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SECONDS = 120


def browser() -> str | None:
    """Return the path of Chromium or Chrome; None where there is none."""
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


def write_pdf(page: Path, target: Path) -> bool:
    """Print a page; return whether there is a PDF now.

    Parameters
    ----------
    page : Path
        An HTML page that needs nothing else.
    target : Path
        The PDF.
    """
    program = browser()
    if program is None:
        return False
    # What Chromium began may still write into it.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            program,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=1080,1400",  # charts are drawn for it, and made smaller in print
            "--no-pdf-header-footer",
            "--virtual-time-budget=10000",
            f"--user-data-dir={profile}",
            f"--print-to-pdf={target.resolve()}",
            page.resolve().as_uri(),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)
        except (subprocess.SubprocessError, OSError):
            target.unlink(missing_ok=True)
    return target.exists()
