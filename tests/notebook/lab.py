"""A real JupyterLab in a real browser, and what tests of widgets do in it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import nbformat
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

Front = Literal["lab", "notebook"]
"""JupyterLab 4 or Notebook 7."""
PICTURES = os.environ.get("PICTURES")
"""The folder of the pictures of the docs, where they are to be taken."""
PATIENCE = 60_000
"""Milliseconds that a page may take: other tests run beside."""
TOKEN = "tests"
_FAULTS_ONLY = {"resultTypes": ["violations"]}
"""What axe-core has to tell: of what is right it takes seconds to list the places."""
_CONTRAST_ONLY = {**_FAULTS_ONLY, "runOnly": ["color-contrast"]}
"""What another theme can change of the same elements."""
_FAREWELL = 20
"""Seconds that a server has to end."""
SETTINGS = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false"},
    # Other tests run beside these, and JupyterLab does not wait longer than this for completions.
    "@jupyterlab/completer-extension/manager.jupyterlab-settings": {"providerTimeout": 30_000},
    # Without windowing every cell is in the page, also those out of view.
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
}


@contextmanager
def served(folder: Path, front: Front = "lab") -> Iterator[str]:
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
        sys.executable, "-m", "jupyter", front, "--no-browser", "--allow-root", f"--port={port}",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}",
        *(f"--{app}.{setting}" for app in ("LabApp", "JupyterNotebookApp")
          for setting in (f"user_settings_dir={settings}", "expose_app_in_browser=True")),
    ]  # fmt: skip
    # A parser that takes four seconds to be built, which the server can do without.
    (settings / "rfc3987_syntax.py").write_text("raise ImportError")
    paths = [str(settings), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, **quiet, env=environment, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api/status?token={TOKEN}")
        yield address
    finally:
        # A server can wait for ever for a kernel that somebody shut down in the page.
        server.terminate()
        try:
            server.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


@contextmanager
def launched() -> Iterator[Browser]:
    """Run Chromium."""
    expect.set_options(timeout=PATIENCE / 2)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@contextmanager
def notebook(folder: Path, *cells: str, front: Front = "lab") -> Iterator[Page]:
    """Open a notebook of code cells in a front end, run it, and give the page.

    At the end no script of the page may have failed.
    """
    write_notebook(folder / "explore.ipynb", *cells)
    with served(folder, front) as address, launched() as browser:
        page = browser.new_page(
            viewport={"width": 1360, "height": 1800}, device_scale_factor=1.5 if PICTURES else 1
        )
        page.set_default_timeout(PATIENCE)
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(error.stack or str(error)))
        open_notebook(page, address, "explore.ipynb", front)
        run_all(page)
        yield page
        page.close()
        # The front ends have faults of their own when they start or a kernel restarts; our scripts
        # come as blobs.
        assert not [one for one in failures if "blob:" in one], failures


def look_at(page: Page, shown: Locator, name: str | None = None) -> None:
    """Look at a part of the page in both themes: in widgets, axe-core finds no fault.

    ``make pictures`` keeps what is seen, where it has a name.
    """
    for theme in ("Light", "Dark"):
        change_theme(page, theme)
        if page.locator(".behavio-widget").count():
            looked_for = _FAULTS_ONLY if theme == "Light" else _CONTRAST_ONLY
            found = Axe().run(page, ".behavio-widget", looked_for).response["violations"]
            assert not found, [(one["id"], one["nodes"][0]["html"]) for one in found]
        if PICTURES and name is not None:
            ending = "" if theme == "Light" else "-dark"
            shown.screenshot(path=Path(PICTURES) / f"{name}{ending}.png")
    change_theme(page, "Light")


def change_theme(page: Page, theme: str) -> None:
    """Change the theme, and wait for its styles: before they are there nothing takes the focus."""
    command(page, "apputils:change-theme", theme=f"JupyterLab {theme}")
    is_light = "true" if theme == "Light" else "false"
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", is_light)


def restart_and_run(page: Page) -> None:
    """Save the notebook, start its kernel anew and run all cells."""
    command(page, "docmanager:save")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    # What was shown before, and the numbers of cells, are not to be taken for what comes.
    command(page, "notebook:clear-all-cell-outputs")
    expect(page.locator(".behavio-widget")).to_have_count(0)
    run_all(page)


def pick(page: Page, widget: Locator, label: str, typed: str) -> None:
    """Find a name in a list by keyboard, and take it."""
    field = widget.get_by_role("combobox", name=label).first
    field.focus()
    page.keyboard.type(typed)
    expect(widget.locator(".bh-option[aria-selected=true]")).to_contain_text(typed)
    page.keyboard.press("Enter")


def write_notebook(path: Path, *cells: str) -> None:
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell, id=f"cell-{n}") for n, cell in enumerate(cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, path)


def open_notebook(page: Page, address: str, name: str, front: Front = "lab") -> None:
    """Open a notebook and wait for its kernel."""
    where = f"lab/tree/{name}?reset&" if front == "lab" else f"notebooks/{name}?"
    page.goto(f"{address}/{where}token={TOKEN}")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
    page.wait_for_function(
        """async () => {
             const panel = window.jupyterapp.shell.currentWidget;
             await panel?.context?.ready;
             await panel?.sessionContext?.ready;
             await panel?.sessionContext?.session?.kernel?.info;
             return panel?.sessionContext?.session?.kernel?.status === 'idle';
           }"""
    )


def run_all(page: Page) -> None:
    """Run all cells and wait for their end."""
    command(page, "notebook:run-all-cells")
    page.wait_for_function(
        """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
                 .every(prompt => /\\[\\d+\\]/.test(prompt.textContent))""",
        timeout=2 * PATIENCE,
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
