"""The timeline of a user, from the side of Python."""

from __future__ import annotations

from itertools import count

import pandas as pd
import pytest
from behavio_jupyter.widgets import UserTimeline, notebook

from behavio_jupyter import connect, datasets
from behavio_jupyter.errors import UnknownNameError
from behavio_jupyter.notebook import Cell

from .browser import tell


@pytest.fixture(scope="module")
def log():
    log = datasets.contributions()
    log.save_segment("busy ones", "count(code) >= 100")
    return log


def test_users_are_found_by_what_their_id_begins_with(log, sent):
    widget = UserTimeline(log)
    tell(widget, ask="find", typed="0")
    those = [user for user in log.users if user.startswith("0")]
    assert sent.pop() == {"id": 1, "users": those[:80], "count": len(those)}
    widget.segment = "busy ones"
    tell(widget, ask="find", typed="")
    assert sent.pop()["users"] == log.segment('"busy ones"').users.tolist()


def test_one_goes_from_user_to_user(log, sent):
    users = log.users
    widget = UserTimeline(log, users[1])
    tell(widget, ask="timeline", user=users[1])
    shown = sent.pop()
    assert (shown["previous"], shown["next"]) == (users[0], users[2])
    assert (shown["place"], shown["people"]) == (1, len(users))
    busy = log.segment('"busy ones"').users
    widget.segment = "busy ones"
    tell(widget, ask="timeline", user=busy.iloc[-1])
    shown = sent.pop()
    assert (shown["previous"], shown["next"]) == (busy.iloc[-2], None)
    stranger = next(user for user in users if user not in set(busy))
    tell(widget, ask="timeline", user=stranger)
    assert (sent[-1]["place"], sent[-1]["next"]) == (None, busy[0])


def test_filters_look_at_all_events(log, sent):
    user = log.segment('"busy ones"').users[0]
    timeline = log.timeline(user)
    widget = UserTimeline(log, user)
    tell(widget, ask="timeline", user=user, event="test")
    shown = sent.pop()
    assert shown["matching"] == (timeline["event"] == "test").sum()
    assert {one["event"] for one in shown["events"]} == {"test"}
    assert shown["total"] == len(timeline)
    wanted = timeline["commit"].iloc[3]
    tell(widget, ask="timeline", user=user, text=wanted[:6].upper())
    shown = sent.pop()
    has = timeline["commit"].str.startswith(wanted[:6]).sum()
    assert shown["matching"] >= has > 0
    assert all(wanted[:6] in str(one["properties"]) for one in shown["events"])
    tell(widget, ask="timeline", user=user, event="test", text="no such text")
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
    tell(widget, ask="timeline", user="1")
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
    assert f"User {log.users[7]}" in widget.copy()["text/html"]
    widget._place.record(widget.state)
    again = UserTimeline(log, log.users[0])
    assert (again.user, again.segment) == (log.users[7], "busy ones")
    other = UserTimeline(log, log.users[1])
    assert (other.user, other.segment) == (log.users[1], None)


def test_an_empty_log_explains_itself():
    events = pd.DataFrame({"user": [], "event": [], "time": []})
    events["time"] = pd.to_datetime(events["time"])
    widget = UserTimeline(connect(events))
    assert widget.copy()["text/plain"] == "No user is chosen yet."
    assert len(widget._those()) == 0
