"""What every template does on a log, and what its page does in a real browser.

Each log's tests are a file, so that several processes share them.
"""

from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from behavio_jupyter import datasets
from behavio_jupyter.report import templates, to_page
from behavio_jupyter.report.analyses.shown import PLOTLY
from behavio_jupyter.report.room import Orders, Room

from ...again import assert_same_outputs
from ...notebook.lab import PATIENCE, PICTURES

NAMES = [
    "data_quality",
    "funnel_deep_dive",
    "launch_readout",
    "path_review",
    "retention_review",
    "segment_profile",
    "weekly_review",
]
STILL = """() => {
  const nodes = document.querySelectorAll('.sankey-node');
  const now = Array.from(nodes, (node) => node.getAttribute('transform')).join();
  const before = window.before;
  window.before = now;
  return now === before;
}"""
"""Whether no node of a chart of flows has moved since it was asked before."""


def executed(logs, folder):
    """Execute all templates on some logs, one after the other, in one kernel."""
    shop = folder / "shop.behavio"
    if "shop" in logs:
        with datasets.generate(8_000, 700).connect() as log:
            log.save_segment("buyers", "did(purchase)")
            log.save(shop)
    whole = nbformat.v4.new_notebook()
    for template in (one for one in templates() if one.name in NAMES):
        for log_name in logs:
            room = Room(folder / template.name / log_name)
            room.folder.mkdir(parents=True)
            room.order(Orders(tables="parquet" if log_name == "shop" else "csv"))
            told = {"log": str(shop) if log_name == "shop" else log_name}
            node = parameterize_notebook(load_notebook_node(str(template.path)), told)
            # A kernel takes five seconds to begin: one does all, and forgets what it knew.
            node.cells.insert(0, nbformat.v4.new_code_cell(f"%reset -f\n{room.entering}"))
            for cell in node.cells:
                cell.metadata["run"] = [template.name, log_name]
            whole.cells += node.cells
    for place, cell in enumerate(whole.cells):
        cell.id = f"cell-{place}"
    NotebookClient(
        whole,
        timeout=None,
        allow_errors=True,
        kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    found = {}
    for name in NAMES:
        for log_name in logs:
            cells = [cell for cell in whole.cells if cell.metadata["run"] == [name, log_name]]
            found[name, log_name] = nbformat.v4.new_notebook(cells=cells), folder / name / log_name
    return found


def outputs(node):
    return [output for cell in node.cells for output in cell.get("outputs", [])]


class Checks:
    """All that is seen of the templates on some logs."""

    LOGS: tuple[str, ...]

    def pytest_generate_tests(self, metafunc):
        if "log" in metafunc.fixturenames:
            metafunc.parametrize("log", self.LOGS)

    @pytest.mark.parametrize("name", NAMES)
    def test_it_runs_and_says_what_it_shows(self, runs, name, log):
        node, folder = runs[name, log]
        failed = [one for one in outputs(node) if one.output_type == "error"]
        assert not failed, failed[0]["evalue"]
        assert not [one for one in outputs(node) if one.get("name") == "stderr"]
        notes = Room(folder).notes
        assert len(notes.figures) >= 1
        assert len(notes.findings) >= 4
        assert not [one for one in notes.findings if "nan" in one.split() or "None " in one[1:]]
        tables = list((folder / "tables").iterdir())
        assert {path.suffix for path in tables} == {".parquet" if log == "shop" else ".csv"}
        read = pd.read_parquet if log == "shop" else pd.read_csv
        assert all(len(read(path).columns) for path in tables)
        # A sentence stands above every chart, in the same cell.
        for cell in node.cells:
            kinds = [str(one.get("data", {})) for one in cell.get("outputs", [])]
            charts = [place for place, one in enumerate(kinds) if PLOTLY in one]
            assert all("behavio-finding" in kinds[place - 1] for place in charts)

    def test_nbval_finds_the_same_outputs_again(self, runs, tmp_path):
        cells = [cell for node, _ in runs.values() for cell in node.cells]
        again = tmp_path / "templates.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), again)
        assert_same_outputs(again)

    @pytest.mark.parametrize("name", NAMES)
    def test_its_page_works_offline(self, runs, browser, tmp_path, name, log):
        node, _ = runs[name, log]
        charts = sum(PLOTLY in one.get("data", {}) for one in outputs(node))
        page_file = tmp_path / "index.html"
        page_file.write_text(to_page(node, name, inputs=False), encoding="utf-8")
        scheme = "dark" if log == "shop" else "light"
        context = browser.new_context(
            offline=True, color_scheme=scheme, viewport={"width": 480, "height": 900}
        )
        context.set_default_timeout(PATIENCE)
        page, told = context.new_page(), []
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto(page_file.as_uri())
        drawn = "document.querySelectorAll('.plotly-graph-div:has(.main-svg)').length"
        page.wait_for_function(f"{drawn} === {charts}")
        assert page.locator(".plotly-graph-div").count() == charts
        assert page.evaluate("document.documentElement.scrollWidth") <= 480
        assert page.locator(".input_area, .jp-InputArea-editor").count() == 0
        # Nothing that is shown is sent anywhere.
        assert page.locator(".modebar-btn").count() > 0
        assert page.locator(".modebar-btn[data-title^=Share]").count() == 0
        assert told == []
        buttons = page.locator(".modebar-btn")
        assert all(one.is_visible() for one in buttons.all())
        page.emulate_media(media="print")
        assert not any(one.is_visible() for one in buttons.all())
        page.emulate_media(media="screen")
        if PICTURES and log == "contributions":
            page.set_viewport_size({"width": 1100, "height": 1400})
            # Plotly moves the nodes of flows to their places in another width.
            page.wait_for_function(STILL, polling=400)
            page.screenshot(path=Path(PICTURES) / f"report-{name.replace('_', '-')}.png")
        context.close()
