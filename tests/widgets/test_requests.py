"""Requests of the browser, in whatever order and thread they come."""

from __future__ import annotations

import threading

import pytest
from behavio_jupyter.widgets import FunnelExplorer, TrendExplorer
from comm import DummyComm

from behavio_jupyter.query import parse

from .browser import tell


def definition(text):
    return parse(text).model_dump(mode="json")


def test_what_was_overtaken_is_not_asked(log, sent):
    widget = FunnelExplorer(log)
    tell(widget, ask="definition", id=1, page="a", definition=definition("funnel code -> test"))
    tell(widget, ask="definition", id=3, page="a", definition=definition("funnel code -> docs"))
    tell(widget, ask="definition", id=2, page="a", definition=definition("funnel test -> docs"))
    assert widget.text == "%funnel code -> docs within 30d"
    assert str(widget.result.definition) == "funnel code -> docs within 30d"
    # Another page counts its own.
    tell(widget, ask="definition", id=1, page="b", definition=definition("funnel docs -> code"))
    assert widget.text == "%funnel docs -> code within 30d"
    assert widget.request == 0


def test_an_overtaken_request_is_called_off_and_its_kind_alone(log, sent):
    widget = FunnelExplorer(log, "code -> docs")
    widget.wait()
    tell(widget, ask="users", id=5, page="a", pick={"step": 2})
    tell(widget, ask="values", id=4, page="a", owner="event", name="bot")
    tell(widget, ask="users", id=3, page="a", pick={"step": 1})
    answers = {one["id"]: one for one in sent if "id" in one}
    assert answers[5]["count"] == len(widget.result.users(step=2))
    assert answers[4]["values"] == ["False", "True"]
    assert answers[3] == {"id": 3, "called_off": True}


def test_pages_and_views_do_not_take_what_is_for_another(log, monkeypatch):
    told, widget = [], FunnelExplorer(log, "code -> docs")
    monkeypatch.setattr(FunnelExplorer, "send", lambda _self, content: told.append(content))
    widget.wait()
    behind = {"ask": "users", "pick": {"step": 1}, "answer": widget.answered}
    views = [{"page": page, "apart": view} for page in ("a", "b") for view in ("1", "2")]
    # All at once: none of them calls off another.
    for place, view in enumerate(views):
        widget._receive(widget, {"id": 1 + place % 2, **view, **behind}, [])
    for background in list(widget._aside.values()):
        background.wait()
    came = sorted((one["page"], one["id"]) for one in told if one.get("count"))
    assert came == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
    seen = []
    widget.observe(lambda _: seen.append((widget.request, widget.page)), "definition")
    asked = definition("funnel docs -> build")
    widget._receive(widget, {"ask": "definition", "id": 3, "page": "b", "definition": asked}, [])
    assert seen == [(3, "b")]
    assert widget.request == 0


def test_what_another_thread_tells_is_not_mixed_into_what_is_told_at_once(log, sent):
    widget = FunnelExplorer(log)
    widget._aside["events",].wait()
    # What ipykernel makes of a comm tells nothing where no kernel runs.
    widget.comm = DummyComm(target_name="jupyter.widget")
    other = threading.Thread(target=lambda: widget.set_trait("events", [["code", 1]]))
    with widget._at_once():
        widget.error = "wrong"
        other.start()
        other.join(0.2)
        assert other.is_alive()
    other.join()
    assert widget._states_to_send == set()
    assert widget.events == [["code", 1]]


@pytest.mark.parametrize("widget_", [FunnelExplorer, TrendExplorer])
def test_a_definition_is_told_with_the_text_of_its_parts(log, monkeypatch, widget_):
    widget = widget_(log)
    widget._aside["events"].wait()
    told = []
    widget.comm = DummyComm(target_name="jupyter.widget")
    monkeypatch.setattr(widget, "send_state", lambda key=None: told.append(_names(key)))
    text = "code -> test" if widget_ is FunnelExplorer else "users of code per week"
    widget.definition = f"{text} where files * 2 > 5"
    widget.wait()
    assert [names for names in told if "definition" in names or "parts" in names] == [
        names for names in told if {"definition", "parts", "text"} <= names
    ]
    assert widget.parts["where"] == "files * 2 > 5"


def _names(key):
    return {key} if isinstance(key, str) else set(key)


def test_who_waits_where_no_answer_can_come_is_told(log, sent):
    widget = FunnelExplorer(log)
    found = []
    widget.observe(lambda _: widget.wait(), "definition")
    widget.observe(lambda _: found.append(widget.text), "answer")
    asked = {
        "ask": "definition",
        "id": 1,
        "page": "a",
        "definition": definition("funnel code -> test"),
    }
    telling = threading.Thread(target=tell, args=(widget,), kwargs=asked, daemon=True)
    telling.start()
    telling.join(20)
    assert not telling.is_alive()
    assert widget.error.startswith("The answer comes once this observer is through")
    # From Python one may wait there.
    widget.definition = "code -> docs"
    assert found[-1] == "%funnel code -> docs within 30d"


def test_an_observer_of_the_answer_asks_the_next_but_cannot_wait_for_it(log):
    widget = FunnelExplorer(log)

    def ask_more(_):
        widget.definition = "code -> docs"
        widget.wait()

    widget.observe(ask_more, "answer")
    widget.definition = "code -> test"
    assert widget._asking.wait(20)
    assert widget.result.table.equals(log.funnel("code -> docs").table)
    assert not widget.busy
    assert widget.error.startswith("The answer comes once this observer is through")


def test_a_question_that_fails_has_no_result(log, sent):
    widget = FunnelExplorer(log, "code -> test")
    widget.wait()
    widget.definition = "code -> nosuch"
    assert widget.result is None
    widget.wait()
    assert widget.result is None
    assert widget.error in widget.copy()["text/plain"] != ""
    tell(widget, ask="users", pick={"step": 1})
    assert "no answer yet" in sent.pop()["error"]
    widget.definition = "code -> test"
    widget.wait()
    assert widget.result.table.equals(log.funnel("code -> test").table)
    # A fault beside the question is told, and ends nothing.
    widget._asked, widget.busy = None, True
    widget._fail_aside(ValueError("no events"))
    assert (widget.error, widget.busy) == ("ValueError: no events", True)
