"""What widgets leave in a notebook: a copy of the answer, and what they asked."""

from __future__ import annotations

import json

import nbformat
import papermill
import pytest
from behavio_jupyter.widgets import notebook
from nbconvert import HTMLExporter

from behavio_jupyter.notebook import Cell

MADE = """\
from behavio_jupyter import datasets, explore
from behavio_jupyter.widgets import (
    FunnelExplorer, PathExplorer, RetentionExplorer, SegmentBuilder, TrendExplorer, UserTimeline
)
log = datasets.contributions()
"""
WIDGETS = {
    'explorer = FunnelExplorer(log, "code -> test within 30d"); explorer': "code → docs",
    'SegmentBuilder(log, "count(code) >= 10")': "count(code) &gt;= 10",
    'RetentionExplorer(log, "code -> any per month for 6")': "code → any per month",
    'PathExplorer(log, "from code steps 3")': "Paths from code",
    'TrendExplorer(log, "users of any per month")': "users of any per month",
    'explore(log, "funnel test -> docs")': "test → docs",
}
"""Cells that make a widget, and what its copy says in the end."""
TIMELINE = "UserTimeline(log, log.users[0])"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    changed = "explorer.definition = 'code -> docs'; explorer.wait()"
    cells = [MADE, *WIDGETS, TIMELINE, changed]
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    folder = tmp_path_factory.mktemp("run")
    nbformat.write(made, folder / "made.ipynb")
    paths = str(folder / "made.ipynb"), str(folder / "run.ipynb")
    papermill.execute_notebook(*paths, progress_bar=False)
    return nbformat.read(paths[1], as_version=4)


def test_a_papermill_run_has_the_last_answer_of_each_widget(executed):
    for cell, said in zip(executed.cells[1:], WIDGETS.values(), strict=False):
        live, copy = _shown(cell)
        assert "application/vnd.jupyter.widget-view+json" in live.data
        assert said in copy.data["text/html"]
        assert "linear-gradient(90deg" in copy.data["text/html"]
        assert "<table>" in copy.data["text/html"]
        assert copy.data["text/plain"].strip()
    assert _shown(executed.cells[1])[1].metadata.behavio.asked == "%funnel code -> docs within 30d"
    timeline = _shown(executed.cells[len(WIDGETS) + 1])[1]
    assert "<table>" in timeline.data["text/html"]


def _shown(cell):
    """Return the outputs of a cell, without bars: on a busy machine one came, ended, is empty."""
    return [output for output in cell.outputs if output.data.get("text/html") != ""]


def test_an_exported_page_shows_them(executed):
    # Without the cells' code, which says the same.
    exporter = HTMLExporter(template_name="basic", exclude_input=True)
    page, _ = exporter.from_notebook_node(executed)
    for said in WIDGETS.values():
        assert said in page


def test_a_cell_finds_what_it_asked_last_in_the_saved_notebook(tmp_path, monkeypatch):
    record = {"widget": "FunnelExplorer", "log": "shop", "given": "a", "number": 0, "asked": "b"}
    outputs = [
        {"output_type": "display_data", "data": {}, "metadata": {"behavio": one}}
        for one in (record, {**record, "number": 1, "asked": "second"})
    ]
    saved = {"cells": [{"id": "x", "outputs": []}, {"id": "y", "outputs": outputs}]}
    path = tmp_path / "saved.ipynb"
    path.write_text(json.dumps(saved))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    monkeypatch.setattr(notebook, "_asked", {})
    monkeypatch.setattr(notebook, "_made", {})

    def place(cell, run, log="shop", given="a"):
        monkeypatch.setattr(notebook, "_cell", lambda: Cell(cell, run))
        return notebook.Place("FunnelExplorer", log, given)

    first = place("y", "1")
    assert first.asked == "b"
    assert place("y", "1").asked == "second"
    assert place("y", "1").asked is None
    assert place("y", "1", given="changed").asked is None
    assert place("y", "1", log="other").asked is None
    assert first.record("c") == {"behavio": {**record, "asked": "c"}}
    assert place("y", "2").asked == "c"
    assert place("y", "2").asked == "second"
    assert place("x", "3").asked is None
    path.write_text("no notebook")
    assert place("y", "4").asked == "c"
    assert place("y", "4").asked is None
