"""Widgets whose cell runs again: they go, unless something on the page shows them."""

from __future__ import annotations

import gc
import weakref

import pytest
from behavio_jupyter.widgets import FunnelExplorer, explore, notebook, outputs
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from behavio_jupyter.notebook import Cell


@pytest.fixture
def run(monkeypatch):
    """Say which cell is running, and show what is given."""

    def show(cell, number, *widgets):
        monkeypatch.setattr(notebook, "_cell", lambda: Cell(cell, str(number)))
        with capture_output() as captured:
            for widget in widgets:
                widget._ipython_display_()
        return captured.outputs

    InteractiveShell.clear_instance()
    InteractiveShell.instance()  # where outputs are shown
    yield show
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("kind", [FunnelExplorer, explore])
def test_fifty_runs_of_a_cell_keep_one_widget(log, run, kind):
    made = []
    for number in range(50):
        run("fifty", number)
        widget = kind(log, "funnel code -> test within 30d")
        run("fifty", number, widget)
        parts = [widget] if kind is FunnelExplorer else [widget, widget["funnel"]]
        made += map(weakref.ref, [*parts, *(part.layout for part in parts)])
        del widget, parts
    gc.collect()
    assert sum(one() is not None for one in made) == len(made) // 50


def test_what_another_cell_shows_stays_until_that_runs_again(log, run):
    run("maker", 1)
    first = FunnelExplorer(log)
    run("shower", 1, first)
    run("maker", 2)
    second = FunnelExplorer(log)
    assert first.comm is not None
    run("shower", 2, second)
    assert (first.comm, second.comm is None) == (None, False)
    run("shower", 3, second)
    assert second.comm is not None


def test_a_cell_that_makes_none_any_more_lets_its_widget_go(log, run, monkeypatch):
    run("edited", 1)
    widget = FunnelExplorer(log)
    run("edited", 1, widget)
    monkeypatch.setattr(outputs, "running_cell", lambda: Cell("edited", "2"))
    InteractiveShell.instance().run_cell("1 + 1", store_history=True)
    assert widget.comm is None


def test_a_widget_that_was_kept_is_shown_again(log, run):
    run("kept", 1)
    first = explore(log, "funnel code -> test within 30d")
    run("kept", 1, first)
    run("kept", 2, explore(log))
    assert (first.comm, first["funnel"].comm) == (None, None)
    live, copy = run("elsewhere", 1, first)
    assert live.data["application/vnd.jupyter.widget-view+json"]["model_id"] == first.model_id
    assert "code → test" in copy.data["text/html"]
    assert first.tabs == {"funnel": f"anywidget:{first['funnel'].model_id}"}
