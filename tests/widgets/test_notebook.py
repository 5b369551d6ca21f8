"""What widgets leave in a notebook: a copy of the answer, and what they asked."""

from __future__ import annotations

import json

import nbformat
import pytest
from behavio_jupyter.widgets import notebook
from nbclient import NotebookClient
from nbconvert import HTMLExporter

MADE = """\
from behavio_jupyter import datasets
from behavio_jupyter.widgets import FunnelExplorer
explorer = FunnelExplorer(datasets.contributions(), "code -> test within 30d")
explorer
"""


@pytest.fixture(scope="module")
def executed():
    made = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(MADE),
            nbformat.v4.new_code_cell("explorer.definition = 'code -> docs'; explorer.wait()"),
        ]
    )
    return NotebookClient(made, timeout=120, kernel_name="python3").execute()


def test_an_executed_notebook_has_the_last_answer(executed):
    live, copy = _shown(executed.cells[0])
    assert "application/vnd.jupyter.widget-view+json" in live.data
    assert "code → docs" in copy.data["text/html"]
    assert "linear-gradient(90deg" in copy.data["text/html"]
    assert "code → docs" in copy.data["text/plain"]
    assert copy.metadata.behavio.asked == "%funnel code -> docs within 30d"


def _shown(cell):
    """Return the outputs of a cell, without bars: on a busy machine one came, ended, is empty."""
    return [output for output in cell.outputs if output.data.get("text/html") != ""]


def test_an_exported_page_shows_it(executed):
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(executed)
    assert "code → docs" in page


def test_a_cell_finds_what_it_asked_last_in_the_saved_notebook(tmp_path, monkeypatch):
    record = {"widget": "FunnelExplorer", "given": "a", "asked": "b"}
    output = {"output_type": "display_data", "data": {}, "metadata": {"behavio": record}}
    saved = {"cells": [{"id": "x", "outputs": []}, {"id": "y", "outputs": [output]}]}
    path = tmp_path / "saved.ipynb"
    path.write_text(json.dumps(saved))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    monkeypatch.setattr(notebook, "_asked", {})
    monkeypatch.setattr(notebook, "_cell", lambda: "y")
    place = notebook.Place("FunnelExplorer", "a")
    assert place.asked == "b"
    assert notebook.Place("FunnelExplorer", "changed").asked is None
    assert place.record("c") == {"behavio": {**record, "asked": "c"}}
    assert notebook.Place("FunnelExplorer", "a").asked == "c"
    monkeypatch.setattr(notebook, "_cell", lambda: "x")
    assert notebook.Place("FunnelExplorer", "a").asked is None
    path.write_text("no notebook")
    assert notebook.Place("FunnelExplorer", "a").asked is None
