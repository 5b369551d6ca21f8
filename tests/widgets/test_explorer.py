"""The Python side of the app: one bar for the questions of all tabs."""

from __future__ import annotations

import threading

import pytest
from behavio_jupyter.widgets import FunnelExplorer, PathExplorer, notebook

from behavio_jupyter import BehavioError, Funnel, datasets, explore
from behavio_jupyter.notebook import Cell
from behavio_jupyter.query.clauses import EventQuestion

from .browser import tell


@pytest.fixture
def log():
    return datasets.contributions()


def test_the_bar_holds_for_what_is_asked(log):
    app = explore(log, "funnel code -> test within 30d")
    tell(
        app,
        ask="definition",
        id=1,
        definition={"where": "bot = false", "during": "since 2020-01-01"},
    )
    asked = "code -> test within 30d where bot = false since 2020-01-01"
    funnel = app["funnel"]
    assert funnel.text == f"%funnel {asked}"
    funnel.wait()
    assert funnel.result.table.equals(log.funnel(asked).table)
    tell(funnel, ask="definition", id=1, definition={"steps": ["code", "docs"], "within": "7d"})
    assert funnel.definition == Funnel(
        steps=["code", "docs"], within="7d", where="bot = false", during="since 2020-01-01"
    )
    app.definition = EventQuestion()
    assert funnel.text == "%funnel code -> docs within 7d"


def test_what_the_first_question_says_is_in_the_bar(log):
    app = explore(log, "funnel code -> test where bot = false")
    assert app.definition == EventQuestion(where="bot = false")
    assert app.parts["where"] == "bot = false"


def test_what_is_wrong_with_the_bar_is_said_there(log):
    app = explore(log)
    tell(app, ask="definition", id=1, definition={"segments": ["did("]})
    assert app.error
    assert app.definition == EventQuestion()
    tell(app, ask="definition", id=2, definition={"segments": []})
    assert app.error == ""
    with pytest.raises(BehavioError):
        app.selected = "nothing"


def test_a_segment_saved_in_one_tab_is_known_in_all(log):
    app = explore(log, "funnel code -> test")
    funnel = app["funnel"]
    funnel.wait()
    tell(funnel, ask="save", id=1, segment="did(test)", name="testers")
    assert app.catalog["segments"] == ["testers"]


def test_a_tab_opens_while_the_bar_is_changed(monkeypatch):
    # JupyterLab hands messages to two threads: one opens a tab, the other changes the bar.
    app = explore(datasets.cdnow(), "funnel purchase -> purchase")
    more = EventQuestion(where="cds > 1").model_dump(mode="json")["where"]
    common = {"where": more, "segments": [], "during": None}
    content = {"ask": "definition", "id": 1, "page": "a", "definition": common}
    bar = threading.Thread(target=app._receive, args=(app, content, None), daemon=True)

    class Slow(PathExplorer):
        def __init__(self, *given):
            super().__init__(*given)
            bar.start()
            bar.join(0.3)

    monkeypatch.setitem(app.kinds, "paths", Slow)
    opening = threading.Thread(target=app.set_trait, args=("selected", "paths"), daemon=True)
    opening.start()
    opening.join(8)
    bar.join(8)
    assert not opening.is_alive()
    assert not bar.is_alive()
    assert set(app.tabs) == {"funnel", "paths"}


def test_tabs_keep_what_they_ask_in_the_app(log, monkeypatch):
    monkeypatch.setattr(notebook, "_asked", {})
    runs = []

    def both():
        runs.append(1)
        monkeypatch.setattr(notebook, "_cell", lambda: Cell("cell", str(len(runs))))
        return explore(log), FunnelExplorer(log)

    app, beside = both()
    beside.definition = "code -> test"
    beside.wait()
    beside._place.record(beside.state)
    app.selected = "paths"
    app._place.record(app.state)
    app, beside = both()
    assert beside.text == "%funnel code -> test within 30d"
    # What is open already goes on from a state as well.
    state = explore(log, "funnel docs -> build").state
    app["funnel"]
    app.restore(state)
    assert app["funnel"].text == "%funnel docs -> build within 30d"


def test_what_is_shown_of_a_tab_that_is_not_open_opens_none(log):
    app = explore(log)
    app._opened.pop("funnel")
    assert app.copy()["text/plain"] == "Nothing is asked yet."
    assert app._opened == {}
