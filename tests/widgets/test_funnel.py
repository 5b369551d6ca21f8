"""The Python side of the funnel explorer: what the browser sends and is sent."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from behavio_jupyter.widgets import FunnelExplorer

from behavio_jupyter import Funnel, connect, datasets
from behavio_jupyter.errors import DefinitionError, QueryTextError

from .browser import tell


def test_the_answer_is_that_of_the_log(log):
    widget = FunnelExplorer(log, "code -> test -> docs within 90d by repo top 2")
    widget.wait()
    result = log.funnel("code -> test -> docs within 90d by repo top 2")
    groups = widget.answer["groups"]
    assert [group["pick"]["repo"] for group in groups] == list(result.table["repo"].unique())
    assert [count for group in groups for count in group["count"]] == result.table["count"].tolist()
    assert groups[0]["from_previous"][0] is None
    assert widget.answer["rule"] == result.rule
    assert [row["difference"] for row in widget.answer["comparison"]] == pytest.approx(
        result.comparison["difference"].tolist()
    )
    json.dumps(widget.answer, allow_nan=False)


def test_over_time_and_as_a_whole(log, sent):
    widget = FunnelExplorer(log, "code -> test within 30d by repo top 1 per month")
    widget.wait()
    table = log.funnel("code -> test within 30d by repo top 1 per month").table
    last = table[table["step"] == 2]
    found = [count for one in widget.answer["over_time"] for count in one["count"]]
    assert found == last["count"].tolist()
    assert len(widget.answer["groups"]) == 2
    json.dumps(widget.answer, allow_nan=False)
    # A point has its users, and so has a bar.
    other = widget.answer["over_time"][1]
    place = max(range(len(other["count"])), key=other["count"].__getitem__)
    pick = {"repo": other["key"][0], "period": other["period"][place]}
    tell(widget, ask="users", id=1, pick=pick)
    assert sent.pop()["count"] == other["count"][place] > 0
    bars = widget.answer["groups"][1]
    tell(widget, ask="users", id=2, pick={**bars["pick"], "step": 2})
    assert sent.pop()["count"] == bars["count"][1]


def test_text_is_the_line_of_magic_and_definitions_go_both_ways(log):
    widget = FunnelExplorer(log)
    assert (widget.definition, widget.text, widget.answer) == (None, "", None)
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), "definition")
    tell(
        widget,
        ask="definition",
        id=1,
        definition={"steps": ["code", "test"], "within": "7d", "where": "bot = false"},
    )
    assert seen == [Funnel(steps=["code", "test"], within="7d", where="bot = false")]
    assert widget.text == "%funnel code -> test within 7d where bot = false"
    assert widget.parts["where"] == "bot = false"
    assert widget.parts["steps.1.events"] == "test"
    widget.definition = "test -> docs"
    assert widget.definition == Funnel(steps=["test", "docs"])
    widget.definition = log.run("%funnel code -> docs")
    assert widget.text == "%funnel code -> docs within 30d"


def test_what_cannot_be_asked_is_said_in_the_widget(log):
    widget = FunnelExplorer(log, "code -> test")
    tell(widget, ask="definition", id=1, definition={"steps": ["code", "tset"]})
    assert widget.error == "There is no event 'tset'; the nearest is 'test'."
    tell(widget, ask="definition", id=2, definition={"steps": ["code"]})
    assert "at least two steps" in widget.error
    assert not widget.busy
    tell(widget, ask="definition", id=3, definition={"steps": ["code", "docs"]})
    assert widget.error == ""
    assert widget.answer["names"] == ["code", "docs"]
    with pytest.raises(QueryTextError):
        widget.definition = "code ->"
    with pytest.raises(DefinitionError, match="asks a funnel"):
        widget.definition = log.segment("did(code)")


def test_what_is_asked_again_is_answered_again(log):
    widget = FunnelExplorer(log, "code -> test")
    widget.wait()
    tell(widget, ask="definition", id=1, definition=widget.definition.model_dump(mode="json"))
    assert not widget.busy
    assert widget.answer["names"] == ["code", "test"]


def test_the_last_change_wins(log):
    widget = FunnelExplorer(log)
    for days in range(1, 40):
        widget.definition = f"code -> test within {days}d"
    widget.wait()
    expected = log.funnel("code -> test within 39d").table["count"].tolist()
    assert widget.answer["groups"][0]["count"] == expected


def test_users_behind_a_bar_can_be_saved(sent):
    log = datasets.contributions()
    widget = FunnelExplorer(log, "code -> test within 30d by repo top 2")
    widget.wait()
    pick = {"repo": "ipython", "step": 1, "dropped": True}
    result = log.funnel("code -> test within 30d by repo top 2").users(**pick)
    tell(widget, ask="users", id=7, pick=pick)
    text = str(result.definition)
    first = result.users.head(100).tolist()
    told = {"count": len(result), "first": first, "text": text, "line": f"%segment {text}"}
    assert sent.pop() == {"id": 7, **told}
    shown = widget.answered
    widget.definition = "docs -> test by repo top 2"
    widget.wait()
    tell(widget, ask="users", id=8, pick=pick, answer=shown)
    assert "newer answer" in sent.pop()["error"]
    # The list that is open is of the question before, and so is what is kept of it.
    tell(widget, ask="save", id=8, segment=text, name="stopped")
    assert sent.pop() == {"id": 8, "saved": "stopped"}
    assert widget.catalog["segments"] == ["stopped"]
    assert len(log.segment("stopped")) == len(result)
    tell(widget, ask="save", id=9, segment=text, name=" ")
    assert sent.pop() == {"id": 9, "error": "A segment needs a name."}


def test_values_are_told_when_asked_for(log, sent):
    widget = FunnelExplorer(log)
    tell(widget, ask="values", id=1, name="repo", owner="event")
    tell(widget, ask="values", id=2, name="nothing", owner="user")
    assert sent[0]["values"][:2] == ["ipython", "notebook"]
    assert "There is no user property 'nothing'" in sent[1]["error"]
    assert widget.events[0] == ["code", 27902]


def test_an_empty_log_explains_itself():
    events = pd.DataFrame({"user": [], "event": [], "time": []})
    events["time"] = pd.to_datetime(events["time"])
    widget = FunnelExplorer(connect(events))
    widget.wait()
    assert widget.catalog["events"] == []
    assert widget.error == ""
