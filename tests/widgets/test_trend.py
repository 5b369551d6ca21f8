"""The Python side of the trend explorer: what the browser sends and is sent."""

from __future__ import annotations

import json
from itertools import count

import pytest
from behavio_jupyter.widgets import TrendExplorer, notebook

from behavio_jupyter import Trend, explore
from behavio_jupyter.errors import DefinitionError, QueryTextError
from behavio_jupyter.notebook import Cell
from behavio_jupyter.query.clauses import EventQuestion

from .browser import tell

RANGE = "per month during 2019-03-01 to 2019-12-31"


def series(function, *names):
    return {"kind": "series", "function": function, "events": {"names": names}}


def values(table):
    return [None if value != value else value for value in table]  # noqa: PLR0124


def test_the_answer_is_that_of_the_log(log):
    widget = TrendExplorer(log, f"users of any {RANGE} by repo top 2")
    widget.series = [*widget.series, "events of code / users of code"]
    widget.compare = True
    widget.wait()
    json.dumps(widget.answer, allow_nan=False)
    assert [one["unit"] for one in widget.answer["lines"]] == [
        "users",
        "events of code / users of code",
    ]
    for value, line in zip(widget.series, widget.answer["lines"], strict=True):
        result = log.trend(f"{value} {RANGE} by repo top 2")
        groups = line["groups"]
        assert [one["pick"]["repo"] for one in groups] == list(result.table["repo"].unique())
        flat = [value for one in groups for value in one["value"]]
        assert flat == values(result.table["value"])
        for name in ("change", "relative"):
            flat = [value for one in groups for value in one[name]]
            assert flat == values(result.changes[name])
        flat = [value for one in groups for value in one["before"]["value"]]
        assert flat == values(result.compared["value_before"])
    assert widget.answer["before"] == "The range before is 2018-05-01 to 2019-02-28."
    assert [one.definition.value for one in widget.results] == [
        log.trend(f"{value} per month").definition.value for value in widget.series
    ]


def test_definition_and_series_go_both_ways(log):
    widget = TrendExplorer(log)
    assert (widget.definition, widget.series, widget.text) == (None, [], "")
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), "definition")
    ratio = {
        "kind": "formula",
        "operator": "/",
        "left": series("users", "test"),
        "right": series("users", "code"),
    }
    draft = {
        "expressions": [series("users", "code"), ratio],
        "per": "week",
        "where": "bot = false",
        "view": "trend",
        "compare": False,
    }
    tell(widget, ask="definition", id=1, definition=draft)
    assert seen == [Trend(value="users of code", per="week", where="bot = false")]
    assert widget.series == ["users of code", "users of test / users of code"]
    assert widget.text == (
        "%trend users of code per week where bot = false\n"
        "%trend users of test / users of code per week where bot = false"
    )
    assert widget.parts["where"] == "bot = false"
    assert widget.parts["series.1.left.events"] == "test"
    # A line is called what it was when it was asked, whatever the browser's rows are now.
    names = ["B: users of code", "C: A / B"]
    tell(widget, ask="definition", id=1, definition=draft | {"names": names})
    assert [line["name"] for line in widget.answer["lines"]] == names
    tell(widget, ask="definition", id=2, definition={"expressions": [series("users", "cod")]})
    assert [line["name"] for line in widget.answer["lines"]] == names
    tell(widget, ask="definition", id=3, definition=draft)
    # Every line is what its magic takes.
    assert [str(one.definition) for one in map(log.run, widget.text.split("\n"))]

    # The first line and the clauses of all are those of the definition.
    widget.definition = "events of docs per month"
    assert widget.series == ["events of docs", "users of test / users of code"]
    assert widget.text.endswith("%trend users of test / users of code per month")
    widget.series = ["users  of any"]
    assert widget.text == "%trend users of any per month"
    widget.series = []
    assert widget.definition is None
    widget.series = ["users of any"]
    assert widget.text == "%trend users of any per day"
    widget.definition = None
    assert widget.series == []
    tell(widget, ask="definition", id=2, definition=None)
    assert (widget.definition, widget.answer, widget.busy) == (None, None, False)


def test_what_cannot_be_asked_is_said_in_the_widget(log):
    widget = TrendExplorer(log, "users of code per week")
    draft = {"expressions": [series("users", "cod")]}
    tell(widget, ask="definition", id=1, definition=draft)
    assert widget.error == "There is no event 'cod'; the nearest is 'code'."
    tell(widget, ask="definition", id=2, definition={"expressions": [series("sum", "code")]})
    assert "needs a property" in widget.error
    assert not widget.busy
    widget.definition = "users of code per hour"
    widget.view = "lifecycle"
    widget.wait()
    assert widget.error == "Lifecycle is per day, week or month, not per hour."
    assert widget.text == ""
    with pytest.raises(QueryTextError):
        widget.series = ["users code"]
    assert widget.series == ["users of code"]
    with pytest.raises(DefinitionError, match="asks a trend"):
        widget.definition = log.segment("did(code)")


def test_active_days_have_the_users_that_are_drawn(log, sent):
    widget = TrendExplorer(log, "users of code per month where bot = false")
    widget.view = "stickiness"
    widget.wait()
    for period, days, users in widget.answer["days"][::150]:
        tell(widget, ask="users", id=1, pick={"period": period, "days": days})
        assert sent.pop()["count"] == users


def test_lifecycle_and_stickiness_are_those_of_the_retention(log):
    widget = TrendExplorer(log, "users of code / users of any per week where bot = false")
    widget.view = "lifecycle"
    widget.wait()
    assert widget.text == "%retention code -> code per week for 12 where bot = false"
    lifecycle = log.run(widget.text).lifecycle
    for state in ("new", "returning", "resurrected", "dormant"):
        assert widget.answer[state] == lifecycle[state].tolist()
    assert "Lifecycle of code per week" in widget.copy()["text/html"]
    widget.view = "stickiness"
    widget.wait()
    stickiness = log.run(widget.text).stickiness
    assert widget.answer["ratio"] == values(stickiness["ratio"])
    days = log.run(widget.text).active_days
    assert [row[1:] for row in widget.answer["days"]] == days[["days", "users"]].to_numpy().tolist()
    json.dumps(widget.answer, allow_nan=False)


def test_users_are_those_of_the_line_and_of_the_state(log, monkeypatch):
    sent = []
    monkeypatch.setattr(TrendExplorer, "send", lambda _self, content: sent.append(content))
    widget = TrendExplorer(log, f"users of any {RANGE} by repo top 2")
    widget.series = [*widget.series, "users of code"]
    widget.wait()
    pick = {"repo": "ipython", "period": widget.answer["periods"][3]}
    expected = log.trend(f"users of code {RANGE} by repo top 2").users(**pick)
    tell(widget, ask="users", id=1, pick={"line": 1, **pick})
    assert sent[-1]["first"] == expected.users.head(100).tolist()
    widget.view = "lifecycle"
    widget.wait()
    tell(widget, ask="users", id=2, pick={"period": pick["period"], "state": "dormant"})
    assert sent[-1]["count"] == widget.answer["dormant"][3] > 0


def test_a_cell_that_runs_again_finds_all_lines(log, monkeypatch):
    monkeypatch.setattr(notebook, "_asked", {})
    runs = count()
    monkeypatch.setattr(notebook, "_cell", lambda: Cell("cell", str(next(runs))))
    first = TrendExplorer(log, "users of any per week")
    first.series = [*first.series, "users of code / users of any"]
    first.compare, first.view = True, "stickiness"
    first.wait()
    first._place.record(first.state)
    again = TrendExplorer(log, "users of any per week")
    assert (again.series, again.definition) == (first.series, first.definition)
    assert (again.view, again.compare) == ("stickiness", True)


def test_the_copy_has_each_line(log):
    widget = TrendExplorer(log, f"users of any {RANGE}")
    widget.series = [*widget.series, "users of code"]
    widget.wait()
    copy = widget.copy()
    assert "users of any per month" in copy["text/html"]
    assert "users of code per month" in copy["text/html"]
    assert "linear-gradient(90deg" in copy["text/html"]
    assert "users of code per month" in copy["text/plain"]


def test_in_the_app_the_bar_holds_for_all_lines_and_they_come_back(log, monkeypatch):
    monkeypatch.setattr(notebook, "_asked", {})
    runs = count()
    monkeypatch.setattr(notebook, "_cell", lambda: Cell("cell", str(next(runs))))
    app = explore(log, "trend users of any per week")
    app["trend"].series = ["users of code", "users of code / users of any"]
    app.definition = EventQuestion(where="bot = false")
    asked = app["trend"].text
    assert asked.count("where bot = false") == len(asked.split("\n")) == 2
    app["trend"].wait()
    app._place.record(app.state)
    again = explore(log, "trend users of any per week")
    assert (again.selected, again["trend"].text) == ("trend", asked)
