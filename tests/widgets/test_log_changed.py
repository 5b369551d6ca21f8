"""Open widgets when their log changes: segments are saved, further logs are opened."""

from __future__ import annotations

import gc
import weakref

import pandas as pd
import pytest
from behavio_jupyter.magics.logs import OpenLogs
from behavio_jupyter.widgets import (
    FunnelExplorer,
    SegmentBuilder,
    TrendExplorer,
    UserTimeline,
    explore,
)
from behavio_jupyter.widgets.result_bar import ResultBar

from behavio_jupyter import connect, datasets
from behavio_jupyter.notebook import Cell


@pytest.fixture
def log():
    log = datasets.contributions()
    log.save_segment("those", "did(code)")
    return log


def test_a_segment_saved_in_python_is_in_the_lists_of_all_widgets(log):
    widgets = [FunnelExplorer(log), SegmentBuilder(log), UserTimeline(log), explore(log)]
    log.save_segment("new", "did(docs)")
    for widget in widgets:
        assert widget.catalog["segments"] == ["those", "new"]
        assert widget.changed == 0


def test_an_answer_for_a_segment_is_counted_anew_once_that_is_saved_again(log):
    asked = FunnelExplorer(log, "code -> test within 30d for those")
    asked.wait()
    before = asked.result.table["count"].tolist()
    log.save_segment("those", "did(docs)")
    asked.wait()
    after = log.funnel("code -> test within 30d for those").table["count"].tolist()
    assert asked.result.table["count"].tolist() == after != before


def test_others_are_not_counted_anew(log):
    asked = FunnelExplorer(log, "code -> test within 30d")
    asked.wait()
    found = asked.result
    log.save_segment("those", "did(docs)")
    asked.wait()
    assert asked.result is found


def test_events_that_are_added_are_in_lists_answers_and_timelines():
    events = pd.DataFrame({"user": ["a", "b"], "event": ["x", "x"], "time": ["2026-01-01"] * 2})
    log = connect(events)
    asked, shown = FunnelExplorer(log, "any -> any"), UserTimeline(log)
    asked.wait()
    asked._aside["events",].wait()
    found = shown._those(None)
    log.append(pd.DataFrame({"user": ["c"], "event": ["new"], "time": ["2026-01-02"]}))
    assert "new" in asked.catalog["events"]
    assert asked.changed == 1
    asked._aside["events",].wait()
    assert dict(asked.events)["new"] == 1
    asked.wait()
    assert asked.answer["groups"][0]["count"][0] == len(found) + 1 == 3
    assert (shown._those(None).tolist(), shown.told) == (["a", "b", "c"], 1)


def test_a_timeline_keeps_the_users_of_the_segment_they_were_counted_for(log):
    shown = UserTimeline(log)
    assert len(shown._those("those")) == len(log.segment("those"))
    assert len(shown._those(None)) == len(log.users)


def test_a_timeline_goes_through_the_users_of_the_segment_as_it_is(log):
    shown = UserTimeline(log, segment="those")
    assert len(shown._those("those")) == len(log.segment("did(code)"))
    log.save_segment("those", "did(docs)")
    assert len(shown._those("those")) == len(log.segment("did(docs)"))


def test_users_that_were_counted_while_the_log_changed_are_counted_again(log, monkeypatch):
    shown, segment_of = UserTimeline(log), log.segment

    def meanwhile(condition):
        found = segment_of(condition)
        log.save_segment("those", "did(docs)")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(log, "segment", meanwhile)
        shown._those("those")
    assert len(shown._those("those")) == len(log.segment("did(docs)"))


def test_the_text_says_which_of_several_logs_is_asked(log):
    asked, lines = FunnelExplorer(log, "code -> test within 30d"), TrendExplorer(log)
    lines.definition = "users of code"
    bar = ResultBar(log, log.segment("did(code)"), Cell("cell", "run"))
    logs = OpenLogs()
    logs.open("work", log)
    assert asked.text == "%funnel code -> test within 30d"
    logs.open("other", datasets.cdnow())
    assert asked.text == "%funnel @work code -> test within 30d"
    assert lines.text == "%trend @work users of code per day"
    assert (bar.text, bar.python) == ("%segment @work did(code)", 'log.segment("did(code)")')
    found, text = logs.addressed(asked.text.removeprefix("%funnel"))
    assert found is log
    assert log.funnel(text).definition == asked.definition
    assert FunnelExplorer(log, asked.state).definition == asked.definition


def test_a_log_keeps_no_widget(log):
    widget = FunnelExplorer(log, "code -> test within 30d for those")
    widget.wait()
    widget._aside["events",].wait()  # it keeps the widget until its events are counted
    gone = weakref.ref(widget)
    widget.close()
    del widget
    gc.collect()
    assert gone() is None
    log.save_segment("those", "did(docs)")
