"""A real JupyterLab in a real browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from playwright.sync_api import Page

TOKEN = "tests"
SETTINGS = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false"},
    # Without windowing every cell is in the page, also those out of view.
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
}


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """Run a server on the notebooks of a folder; give its address."""
    settings = folder / "settings"
    for name, content in SETTINGS.items():
        path = settings / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}",
        f"--LabApp.user_settings_dir={settings}", "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api/status?token={TOKEN}")
        yield address
    finally:
        server.terminate()
        server.wait()


def write_notebook(path: Path, *cells: str) -> None:
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell, id=f"cell-{n}") for n, cell in enumerate(cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, path)


def open_notebook(page: Page, address: str, name: str) -> None:
    """Open a notebook and wait for its kernel."""
    page.goto(f"{address}/lab/tree/{name}?token={TOKEN}&reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    page.wait_for_function(
        """async () => {
             const panel = window.jupyterapp.shell.currentWidget;
             await panel?.context?.ready;
             await panel?.sessionContext?.ready;
             await panel?.sessionContext?.session?.kernel?.info;
             return panel?.sessionContext?.session?.kernel?.status === 'idle';
           }""",
        timeout=60_000,
    )


def run_all(page: Page) -> None:
    """Run all cells and wait for their end."""
    command(page, "notebook:run-all-cells")
    page.wait_for_function(
        """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
                 .every(prompt => /\\[\\d+\\]/.test(prompt.textContent))""",
        timeout=120_000,
    )


def command(page: Page, name: str, **arguments: object) -> None:
    """Do what a menu of JupyterLab does."""
    page.evaluate(
        "([name, given]) => window.jupyterapp.commands.execute(name, given)", [name, arguments]
    )


def chromium() -> str | None:
    """Return where Chromium or Chrome is; None: where Playwright has put its own."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


def _wait_for(address: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError("JupyterLab did not start within a minute")
