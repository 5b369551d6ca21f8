"""Takes the pictures of the README and the docs in a real JupyterLab, in light and dark.

Run it with ``make pictures``. It needs Chromium or Chrome on the PATH (or in ``CHROMIUM``).
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from playwright.sync_api import Page, sync_playwright

DOCS = Path(__file__).parent
PICTURES = DOCS / "pictures"
TOKEN = "pictures"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
SHOTS = {
    "tour.ipynb": {"funnel": "%funnel code -> test within 90d by repo"},
    "widgets.ipynb": {"funnel-explorer": "FunnelExplorer("},
}
"""The pictures that pages show, by notebook, and what is in the cell of each."""
WIDGETS = """\
from behavio_jupyter.widgets import FunnelExplorer
FunnelExplorer(log, "code -> test -> docs within 90d by repo top 3")
"""
"""The last cell of the notebook of widgets."""


def main() -> None:
    """Run the notebooks in both themes and keep a picture of each answer."""
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        shutil.copy(DOCS / "tour.ipynb", folder)
        opening = "from behavio_jupyter import datasets\nlog = datasets.contributions()"
        widgets = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in (opening, WIDGETS.strip())],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(widgets, Path(folder) / "widgets.ipynb")
        for theme, label in THEMES.items():
            with _jupyterlab(Path(folder), label) as address:
                for notebook, shots in SHOTS.items():
                    page = browser.new_page(
                        viewport={"width": 1280, "height": 1900}, device_scale_factor=1.5
                    )
                    _run_all(page, f"{address}/lab/tree/{notebook}?token={TOKEN}&reset")
                    for name, start in shots.items():
                        ending = "-dark" if theme == "dark" else ""
                        _shoot(page, start, PICTURES / f"{name}{ending}.png")
                    page.close()
        browser.close()


def _run_all(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    page.wait_for_timeout(3_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_timeout(2_000)
    page.wait_for_function(
        """() => ![...document.querySelectorAll('.jp-InputPrompt')]
                 .some(prompt => prompt.textContent.includes('[*]'))""",
        timeout=180_000,
    )
    page.wait_for_timeout(2_000)


def _shoot(page: Page, start: str, target: Path) -> None:
    cell = page.locator(".jp-CodeCell", has_text=start).first
    cell.scroll_into_view_if_needed()
    page.wait_for_timeout(1_500)
    cell.screenshot(path=target)
    print(target)


@contextmanager
def _jupyterlab(folder: Path, theme: str) -> Iterator[str]:
    settings = folder / "settings"
    chosen = {
        "@jupyterlab/apputils-extension/themes.jupyterlab-settings": {"theme": theme},
        "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false"},
        # Without windowing every cell is in the page, also those out of view.
        "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
    }
    for name, content in chosen.items():
        path = settings / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}",
        f"--LabApp.user_settings_dir={settings}",
    ]  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api/status?token={TOKEN}")
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("JupyterLab did not start within a minute.")


def _chromium() -> str:
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    for name in names:
        found = name and shutil.which(name)
        if found:
            return found
    raise SystemExit("Chromium is needed; install it or name it in the variable CHROMIUM.")


if __name__ == "__main__":
    main()
