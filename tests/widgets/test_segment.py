"""The Python side of the segment builder: what the browser sends and is sent."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from behavio_jupyter.widgets import SegmentBuilder

from behavio_jupyter import Segment, connect, datasets

from .browser import tell

BUSY = "count(code) >= 5 in last 2mo and (did(test) or did(docs)) and not first(bot) = true"


@pytest.fixture
def log():
    log = datasets.contributions()
    log.save_segment("testers", "did(test)")
    return log


def test_the_answer_is_that_of_the_log(log):
    widget = SegmentBuilder(log, BUSY)
    widget.wait()
    result = log.segment(BUSY)
    assert 0 < len(result) == widget.answer["users"]
    assert widget.answer["seen"] == result.answer.seen
    assert (widget.answer["low"], widget.answer["high"]) == result.interval
    assert widget.text == f"%segment {BUSY}"
    for path, effect in widget.further["effects"].items():
        assert effect["without"] == len(result.without(path))
        assert effect["change"] == len(result) - effect["without"]
    assert [one["both"] for one in widget.further["overlap"]] == result.overlap["both"].tolist()
    json.dumps([widget.answer, widget.further], allow_nan=False)


def test_definitions_go_both_ways_and_further_numbers_say_of_which_they_are(log):
    widget = SegmentBuilder(log)
    tell(widget, ask="definition", id=3, definition={"kind": "segment", "condition": "did(code)"})
    assert widget.definition == Segment(condition="did(code)")
    assert (widget.further["request"], widget.further["text"]) == (3, "%segment did(code)")
    widget.definition = "%segment did(test) as of 2020-01-01"
    widget.wait()
    assert widget.text == "%segment did(test) as of 2020-01-01"
    assert widget.further["request"] == 0
    again = widget.definition.model_dump(mode="json")
    tell(widget, ask="definition", id=4, definition=again)
    assert widget.text == "%segment did(test) as of 2020-01-01"
    assert widget.further["request"] == 4
    tell(widget, ask="definition", id=5, definition=None)
    assert (widget.answer, widget.further, widget.text) == (None, None, "")


def test_the_last_change_wins(log):
    widget = SegmentBuilder(log)
    for least in range(1, 40):
        widget.definition = f"count(code) >= {least} and did(test)"
    widget.wait()
    result = log.segment("count(code) >= 39 and did(test)")
    assert widget.answer["users"] == len(result)
    assert widget.further["effects"]["condition.parts.0"]["without"] == len(log.segment("testers"))


@pytest.mark.parametrize("per", ["week", "month"])
def test_users_at_the_end_of_each_period(log, sent, per):
    widget = SegmentBuilder(log, "count(code) >= 2 in last 6mo and testers as of 2020-01-01")
    widget.wait()
    tell(widget, ask="over_time", id=1, per=per)
    drawn = sent.pop()
    places = [0, len(drawn["period"]) // 2, -2, -1]
    for place in places:
        tell(widget, ask="users", id=2, pick={"per": per, "period": drawn["period"][place]})
        found = sent.pop()
        assert found["count"] == drawn["users"][place]
        assert len(log.run(found["line"])) == found["count"]
    assert max(drawn["users"][place] for place in places) > 0
    tell(widget, ask="users", id=3, pick={"per": per, "period": "2020-01-02"})
    assert "no period '2020-01-02'" in sent.pop()["error"]


def test_users_behind_each_number(log, sent):
    widget = SegmentBuilder(log, "count(code) >= 5 and did(docs)")
    widget.wait()
    both = log.segment("(count(code) >= 5 and did(docs)) and testers")
    for number, (pick, expected) in enumerate(
        [
            ({}, log.segment("count(code) >= 5 and did(docs)")),
            ({"without": "condition.parts.0"}, log.segment("did(docs)")),
            ({"without": "condition"}, log.segment("did(any)")),
            ({"both": "testers"}, both),
        ]
    ):
        tell(widget, ask="users", id=number, pick=pick)
        assert sent.pop() == {
            "id": number,
            "count": len(expected),
            "first": expected.users.head(100).tolist(),
            "text": str(expected.definition),
            "line": f"%segment {expected.definition}",
        }
    assert widget.further["overlap"][0]["both"] == len(both)
    tell(widget, ask="users", id=9, pick={"without": "condition.parts.7"})
    assert "There is no condition at 'condition.parts.7'" in sent.pop()["error"]


def test_a_name_that_is_taken_is_given_after_asking(log, sent):
    widget = SegmentBuilder(log, "did(code)")
    widget.wait()
    # What the browser has may be a question later than the answer.
    built = {"kind": "segment", "condition": "did(docs)", "reference": None}
    ask = {"ask": "save", "segment": built, "replace": False}
    tell(widget, id=1, name="writers", **ask)
    assert sent.pop() == {"id": 1, "saved": "writers"}
    assert widget.catalog["segments"] == ["testers", "writers"]
    assert {row["segment"] for row in widget.further["overlap"]} == {"writers", "testers"}
    tell(widget, id=2, name="testers", **ask)
    assert sent.pop() == {"id": 2, "taken": "did(test)"}
    assert str(log.segments["testers"]) == "did(test)"
    tell(widget, id=3, name="testers", **ask | {"replace": True})
    assert sent.pop() == {"id": 3, "saved": "testers"}
    assert str(log.segments["testers"]) == "did(docs)"
    tell(widget, id=4, name="new", **ask | {"segment": {**built, "condition": "in_segment(no)"}})
    assert "no" in sent.pop()["error"]
    assert "new" not in log.segments


def test_size_over_time_and_conditions_as_text(log, sent):
    widget = SegmentBuilder(log, "did(docs)")
    widget.wait()
    tell(widget, ask="over_time", id=1, per="month")
    found, frame = sent.pop(), log.segment("did(docs)").over_time("month")
    assert found["users"] == frame["users"].tolist()
    assert found["period"][0] == frame["period"].iloc[0].isoformat()
    assert found["complete"] == frame["complete"].tolist()
    tell(widget, ask="condition", id=2, text="count(code) > 3")
    assert sent.pop()["condition"]["value"] == 3
    tell(widget, ask="condition", id=3, text="count(code >")
    assert sent.pop()["error"]


def test_the_copy_has_the_share_as_a_bar(log):
    widget = SegmentBuilder(log, BUSY)
    widget.wait()
    html = widget.copy()["text/html"]
    assert "linear-gradient" in html
    assert "not in it" in html


def test_an_empty_log_and_nobody_explain_themselves(log):
    events = pd.DataFrame({"user": [], "event": [], "time": []})
    events["time"] = pd.to_datetime(events["time"])
    empty = SegmentBuilder(connect(events), "did(any)")
    empty.wait()
    assert (empty.answer["users"], empty.answer["share"], empty.error) == (0, None, "")
    json.dumps([empty.answer, empty.further], allow_nan=False)
    nobody = SegmentBuilder(log, "did(docs) and not did(docs)")
    nobody.wait()
    assert "No user meets this condition" in nobody.answer["nothing"]
