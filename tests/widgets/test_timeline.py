"""The timeline of a user, from the side of Python."""

from __future__ import annotations

from itertools import count

import pandas as pd
import pytest
from behavio_jupyter.widgets import UserTimeline, notebook

from behavio_jupyter import connect, datasets
from behavio_jupyter.errors import DefinitionError, UnknownNameError
from behavio_jupyter.notebook import Cell
from behavio_jupyter.query import Timeline, parse

from .browser import tell


@pytest.fixture(scope="module")
def log():
    log = datasets.contributions()
    log.save_segment("busy ones", "count(code) >= 100")
    return log


def test_users_are_found_by_what_their_id_begins_with(log, sent):
    widget = UserTimeline(log)
    tell(widget, ask="find", typed="0", segment=None)
    those = [user for user in log.users if user.startswith("0")]
    assert sent.pop() == {"id": 1, "users": those[:80], "count": len(those)}
    tell(widget, ask="find", typed="", segment="busy ones")
    assert sent.pop()["users"] == log.segment('"busy ones"').users.tolist()


def test_one_goes_from_user_to_user(log, sent):
    users = log.users
    widget = UserTimeline(log, users[1])
    tell(widget, ask="timeline", user=users[1], segment=None)
    shown = sent.pop()
    assert (shown["previous"], shown["next"]) == (users[0], users[2])
    assert (shown["place"], shown["people"]) == (1, len(users))
    busy = log.segment('"busy ones"').users
    tell(widget, ask="timeline", user=busy.iloc[-1], segment="busy ones")
    shown = sent.pop()
    assert (shown["previous"], shown["next"]) == (busy.iloc[-2], None)
    stranger = next(user for user in users if user not in set(busy))
    tell(widget, ask="timeline", user=stranger, segment="busy ones")
    assert (sent[-1]["place"], sent[-1]["next"]) == (None, busy[0])


def test_filters_look_at_all_events(log, sent):
    user = log.segment('"busy ones"').users[0]
    timeline = log.timeline(user)
    widget = UserTimeline(log, user)
    tell(widget, ask="timeline", user=user, segment=None, event="test")
    shown = sent.pop()
    assert shown["matching"] == (timeline["event"] == "test").sum()
    assert {one["event"] for one in shown["events"]} == {"test"}
    assert shown["total"] == len(timeline)
    wanted = timeline["commit"].iloc[3]
    tell(widget, ask="timeline", user=user, segment=None, text=wanted[:6].upper())
    shown = sent.pop()
    has = timeline["commit"].str.startswith(wanted[:6]).sum()
    assert shown["matching"] >= has > 0
    assert all(wanted[:6] in str(one["properties"]) for one in shown["events"])
    tell(widget, ask="timeline", user=user, segment=None, event="test", text="no such")
    assert sent.pop()["matching"] == 0


def test_traits_go_both_ways_and_say_what_is_wrong(log):
    widget = UserTimeline(log)
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), ["user", "segment"])
    widget.user = log.users[3]
    widget.segment = "busy ones"
    assert seen == [log.users[3], "busy ones"]
    with pytest.raises(UnknownNameError, match="There is no user 'nobody'; the nearest is"):
        widget.user = "nobody"
    with pytest.raises(UnknownNameError, match="There is no segment 'busy'"):
        widget.segment = "busy"
    widget.segment = None
    widget.user = None
    assert (widget.user, widget.segment) == (None, None)
    assert widget.text == ""


def test_the_definition_goes_both_ways(log):
    widget = UserTimeline(log, log.users[0])
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), ["definition", "user", "segment"])
    user = log.users[3]
    widget.definition = f"%timeline @work '{user}' for \"busy ones\" only test with 'ipy'"
    shown = Timeline(user=user, segment="busy ones", event="test", text="ipy")
    assert seen == [user, "busy ones", shown]
    assert (widget.user, widget.segment) == (user, "busy ones")
    assert widget.text == f"%timeline '{user}' for \"busy ones\" only test with 'ipy'"
    widget.segment = None
    assert widget.definition == shown.model_copy(update={"segment": None})
    with pytest.raises(UnknownNameError, match="There is no event 'tset'; the nearest is 'test'"):
        widget.definition = "only tset"
    with pytest.raises(DefinitionError, match="shows a timeline, not Funnel"):
        widget.definition = parse("funnel code -> test")
    widget.definition = None
    assert (widget.definition, widget.user, widget.text) == (Timeline(), None, "")
    assert UserTimeline(log, shown, segment=None).definition == shown


def test_what_is_changed_in_the_browser_is_taken_or_refused(log):
    widget = UserTimeline(log)
    asked = {"kind": "timeline", "user": log.users[0], "segment": None, "event": None, "text": "x"}
    tell(widget, ask="definition", definition=asked)
    assert (widget.user, widget.definition.text, widget.error) == (log.users[0], "x", "")
    tell(widget, ask="definition", definition={**asked, "segment": "gone"})
    assert "There is no segment 'gone'" in widget.error
    assert widget.segment is None
    tell(widget, ask="definition", definition=asked)
    assert widget.error == ""


def test_the_copy_says_and_obeys_what_is_left_out(log):
    user = log.segment('"busy ones"').users[0]
    timeline = log.timeline(user)
    widget = UserTimeline(log, Timeline(user=user, event="test"))
    copied = widget.copy()["text/plain"]
    found = (timeline["event"] == "test").sum()
    assert f"{found:,} matching of {len(timeline):,} events in" in copied
    assert "Only test events are shown. A session ends where" in copied
    assert f"{found - 20:,} earlier rows" in copied
    assert " code " not in copied
    assert f"test: {found} events, " in widget.copy()["text/html"]
    assert "code: " not in widget.copy()["text/html"]
    widget.definition = Timeline(user=user, text="no such text")
    assert "No event of this user matches." in widget.copy()["text/plain"]
    assert "No event of this user matches." in widget.copy()["text/html"]
    assert "<svg" not in widget.copy()["text/html"]


def test_properties_with_the_names_of_columns_are_properties(sent):
    events = pd.DataFrame(
        {
            "who": [1, 1],
            "what": ["x", "y"],
            "when": pd.to_datetime(["2026-01-01 23:59:59.5", "2026-01-02 01:00:00.0"]),
            "time": ["a", None],
            "event": [True, False],
            "session": [2.0, 2.5],
        }
    )
    users = pd.DataFrame({"who": [1], "plan": ["pro"], "since": [pd.NaT]})
    log = connect(
        events, user="who", event="what", time="when", users=users, timezone="Europe/Berlin"
    )
    widget = UserTimeline(log, 1)
    tell(widget, ask="timeline", user="1", segment=None)
    one, two = sent.pop()["events"]
    assert one["time"] == "2026-01-01 23:59:59.500000"
    assert one["properties"] == [["time", "a"], ["event", "true"], ["session", "2"]]
    assert two["properties"] == [["event", "false"], ["session", "2.5"]]
    assert [one["session"], two["session"]] == [1, 2]
    assert two["at"] - one["at"] == 3600.5
    copy = widget.copy()
    assert "User 1" in copy["text/html"]
    assert "2 events in 2 sessions · 2026-01-01 23:59:59.500000" in copy["text/plain"]


def test_a_cell_that_runs_again_goes_on_with_its_user(log, monkeypatch):
    monkeypatch.setattr(notebook, "_asked", {})
    runs = count()
    monkeypatch.setattr(notebook, "_cell", lambda: Cell("cell", str(next(runs))))
    widget = UserTimeline(log, log.users[0])
    widget.user, widget.segment = log.users[7], "busy ones"
    widget.definition = widget.definition.model_copy(update={"event": "test", "text": "it's"})
    assert f"User {log.users[7]}" in widget.copy()["text/html"]
    widget._place.record(widget.state)
    again = UserTimeline(log, log.users[0])
    assert again.definition == widget.definition
    assert (again.user, again.segment) == (log.users[7], "busy ones")
    other = UserTimeline(log, log.users[1])
    assert (other.user, other.segment) == (log.users[1], None)


def test_an_empty_log_explains_itself():
    events = pd.DataFrame({"user": [], "event": [], "time": []})
    events["time"] = pd.to_datetime(events["time"])
    widget = UserTimeline(connect(events))
    assert widget.copy()["text/plain"] == "No user is chosen yet."
    assert len(widget._those(None)) == 0
