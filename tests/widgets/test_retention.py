"""The Python side of the retention explorer: what the browser sends and is sent."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from behavio_jupyter.widgets import RetentionExplorer

from behavio_jupyter import Retention, connect

from .browser import tell

GROUPED = "code -> any per month for 6 by repo top 2 since 2024-06-01"


def asked(log, question):
    widget = RetentionExplorer(log, question)
    widget.wait()
    assert widget.error == ""
    json.dumps(widget.answer, allow_nan=False)
    return widget


def same(told, column):
    """Whether rows of JSON are those of a column; null is not-a-number."""
    flat = [value for row in told for value in row]
    assert pd.Series(flat, dtype=float).tolist() == pytest.approx(column.tolist(), nan_ok=True)


def test_the_answer_is_that_of_the_log(log):
    widget = asked(log, GROUPED)
    result = log.retention(GROUPED)
    groups = widget.answer["groups"]
    assert [group["pick"]["repo"] for group in groups] == result.average["repo"].unique().tolist()
    for name, told in (("retained", "counted"), ("size", "sizes"), ("rate", "rate")):
        same([group[told] for group in groups], result.average[name])
    first = result.table[result.table["repo"] == groups[0]["pick"]["repo"]]
    cohorts = widget.answer["cohorts"]
    assert cohorts["size"] == first["size"].iloc[::7].tolist()
    for name, told in (("retained", "counted"), ("rate", "rate"), ("high", "high")):
        same(cohorts[told], first[name])
    assert groups[0]["size"] == sum(cohorts["size"])
    assert groups[0]["cohorts"] == len(cohorts["name"])
    assert cohorts["name"][0] == "2024-06-01"


def test_what_is_not_shown_at_first_is_told_when_asked_for(log, sent):
    widget = asked(log, GROUPED)
    result = log.retention(GROUPED)
    second = widget.answer["groups"][1]["pick"]["repo"]
    tell(widget, ask="cohorts", id=1, group=1)
    same(sent.pop()["cohorts"]["counted"], result.table[result.table["repo"] == second]["retained"])
    tell(widget, ask="churn", id=2, group=1)
    churn = sent.pop()
    same(churn["cohorts"]["rate"], result.churn[result.churn["repo"] == second]["rate"])
    same([group["counted"] for group in churn["groups"]], result.churn_average["churned"])
    tell(widget, ask="survival", id=3, group=1)
    (curve,) = sent.pop()["curves"]
    known = result.survival
    for place in (0, 30, len(curve["survival"]) - 1):
        before = known[known["time_days"] <= place * curve["step"]]
        assert curve["survival"][place] == before["survival"].iloc[-1]


def test_segments_compared_have_a_curve_of_survival_each(log, sent):
    widget = asked(log, "code -> any for did(docs) vs not did(docs)")
    assert [group["pick"]["segment"] for group in widget.answer["groups"]] == [
        "did(docs)",
        "not did(docs)",
    ]
    tell(widget, ask="survival", id=1, group=0)
    curves = sent.pop()["curves"]
    alone = log.retention("code -> any for not did(docs)").survival
    assert [curve["name"] for curve in curves] == ["did(docs)", "not did(docs)"]
    assert curves[1]["survival"][-1] == alone["survival"].iloc[-1]


def test_groups_that_are_not_drawn_are_counted(log, sent):
    widget = asked(log, "code -> any for " + " vs ".join(f"count(code) > {n}" for n in range(14)))
    assert (len(widget.answer["groups"]), widget.answer["left"]) == (12, 2)
    tell(widget, ask="survival", id=1, group=0)
    told = sent.pop()
    assert (len(told["curves"]), told["left"]) == (12, 2)


def test_the_latest_of_many_cohorts_are_told(log):
    widget = asked(log, "every any -> any per day for 30")
    cohorts = widget.answer["cohorts"]
    every = log.retention("every any -> any per day for 30").cohorts
    assert len(cohorts["size"]) + cohorts["left"] == len(every)
    assert cohorts["size"] == every["size"].tolist()[-len(cohorts["size"]) :]
    assert widget.answer["unit"] == "membership"
    assert len(json.dumps(widget.answer)) < 1_000_000


@pytest.mark.parametrize(
    "pick",
    [
        {"cohort": "2024-06-01T00:00:00+00:00", "period": 1, "retained": True},
        {"period": 3, "retained": False, "complete": True},
        {"period": 3, "retained": False, "complete": True, "unbounded": True},
    ],
)
def test_users_behind_a_cell(log, sent, pick):
    widget = asked(log, "code -> any per month for 6 since 2024-06-01")
    result = log.retention("code -> any per month for 6 since 2024-06-01")
    tell(widget, ask="users", id=1, pick=pick)
    counted = {
        1: result.table["retained"].iloc[1],
        3: result.average["size"][3] - result.average["retained"][3],
    }[pick["period"]]
    if "unbounded" in pick:
        counted = result.churn_average["churned"][3]
    assert sent[0]["count"] == counted
    assert ("on or after" in sent[0]["line"]) == ("unbounded" in pick)


def test_definitions_go_both_ways(log):
    widget = RetentionExplorer(log)
    assert (widget.definition, widget.text, widget.answer) == (None, "", None)
    tell(
        widget,
        ask="definition",
        id=1,
        definition={
            "start": {"names": ["code"], "where": "bot = false"},
            "returning": {"names": []},
            "per": {"amount": 12, "unit": "h"},
            "brackets": [[0, 0], [1, 3]],
        },
    )
    assert widget.text == "%retention code[bot = false] -> any per 12h brackets 0, 1-3"
    assert widget.answer["spans"] == ["0", "1–3"]
    widget.definition = "first ever code -> docs on or after"
    assert widget.definition == Retention(
        start="code", returning="docs", cohort="first ever", unbounded=True
    )
    widget.wait()
    assert widget.answer["unbounded"]


def test_views_of_a_widget_do_not_call_off_each_other(log, sent):
    widget = asked(log, GROUPED)
    for number, view in enumerate([1, 2]):
        content = {"ask": "churn", "id": number, "page": "page", "group": 0, "apart": str(view)}
        widget._receive(widget, content, [])
    for background in list(widget._aside.values()):
        background.wait()
    answers = [one for one in sent if "id" in one]
    assert sorted(one["id"] for one in answers) == [0, 1]
    assert all("cohorts" in one for one in answers)


def test_what_cannot_be_asked_is_said_in_the_widget(log, sent):
    widget = RetentionExplorer(log)
    tell(widget, ask="churn", id=1, group=0)
    assert sent.pop()["error"] == "There is no answer yet."
    wrong = {"start": "code", "returning": "any", "brackets": [[3, 1]]}
    tell(widget, ask="definition", id=2, definition=wrong)
    assert "must rise" in widget.error
    tell(widget, ask="definition", id=3, definition={"start": "cod", "returning": "any"})
    assert "nearest is 'code'" in widget.error


def test_nobody_explains_themselves(log, sent):
    widget = asked(log, "code[repo = 'nowhere'] -> any")
    assert "No start event" in widget.answer["nothing"]
    tell(widget, ask="survival", id=1, group=0)
    assert sent.pop()["curves"][0]["survival"] == [1.0]
    events = pd.DataFrame({"user": [], "event": [], "time": []})
    events["time"] = pd.to_datetime(events["time"])
    assert RetentionExplorer(connect(events)).catalog["events"] == []


def test_the_copy_has_the_averages_as_bars(log):
    html = asked(log, "code -> any per month for 6").copy()["text/html"]
    assert "Average of cohorts" in html
    assert "linear-gradient" in html
