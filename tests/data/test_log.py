"""The event log that users hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import behavio_jupyter
from behavio_jupyter import (
    BehavioError,
    DefinitionError,
    EventLog,
    Funnel,
    QueryTextError,
    Segment,
    StoreError,
    UnknownNameError,
    datasets,
)
from behavio_jupyter.query import Sessions
from tests.reference.log import Event
from tests.reference.sessions import cut

from .tables import SHOP

USERS = pd.DataFrame({"user_id": ["a", "b", "c"], "plan": ["free", "pro", "pro"]})


@pytest.fixture
def log() -> EventLog:
    return behavio_jupyter.connect(SHOP, users=USERS, timezone="Europe/Berlin")


def test_it_says_which_columns_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    behavio_jupyter.connect(SHOP)
    assert capsys.readouterr().out == (
        "Took user = 'user_id', event = 'event', time = 'timestamp' (4 events of 2 users, UTC).\n"
    )
    behavio_jupyter.connect(SHOP, user="user_id", event="event", time="timestamp")
    assert capsys.readouterr().out == ""


def test_events_and_properties(log: EventLog) -> None:
    assert len(log) == 4
    events = log.events
    assert list(events.columns) == ["name", "count", "users", "first", "last"]
    assert events["name"].tolist() == ["buy", "visit"]
    assert events["users"].tolist() == [2, 2]
    assert str(events["first"].dtype) == "datetime64[us, Europe/Berlin]"
    assert events["first"][1] == pd.Timestamp("2026-01-01 08:00", tz="Europe/Berlin")
    assert log.properties.to_dict("records") == [
        {
            "name": "page",
            "kind": "text",
            "owner": "event",
            "distinct": 3,
            "nulls": 1,
            "examples": "/x, /y, /z",
        },
        {
            "name": "amount",
            "kind": "number",
            "owner": "event",
            "distinct": 2,
            "nulls": 2,
            "examples": "1.5, 2.0",
        },
        {
            "name": "plan",
            "kind": "text",
            "owner": "user",
            "distinct": 2,
            "nulls": 0,
            "examples": "free, pro",
        },
    ]


def test_an_empty_log_shows_itself() -> None:
    log = behavio_jupyter.connect(SHOP[:0])
    assert len(log) == 0
    assert log.events.empty
    assert log.properties["distinct"].tolist() == [0, 0]
    for text in (repr(log), log._repr_html_(), str(log.quality), log.quality._repr_html_()):
        assert "none" in text


def test_sessions_of_a_timeline_are_those_of_the_reference() -> None:
    log = datasets.contributions()
    for user in log.users[::300]:
        timeline = log.timeline(user)
        times = timeline["time"].dt.tz_convert("UTC").dt.tz_localize(None).astype("int64")
        happened = [
            Event(user, time, name, {}, None, None, place)
            for place, (time, name) in enumerate(zip(times, timeline["event"], strict=True))
        ]
        expected = [
            number for number, part in enumerate(cut(happened, Sessions()), 1) for _ in part
        ]
        assert timeline["session"].tolist() == expected


def test_a_session_ends_where_the_gap_is_more_than_half_an_hour() -> None:
    times = pd.to_datetime(
        ["2026-01-01 10:00:00.0", "2026-01-01 10:30:00.0", "2026-01-01 11:00:00.000001"]
    )
    log = behavio_jupyter.connect(pd.DataFrame({"user": "a", "event": "x", "time": times}))
    assert log.timeline("a")["session"].tolist() == [1, 1, 2]


def test_users_and_their_properties(log: EventLog) -> None:
    assert log.users.tolist() == ["a", "b"]
    assert log.profile("b").to_dict() == {"plan": "pro"}
    with pytest.raises(UnknownNameError, match="There is no user 'z'"):
        log.profile("z")
    assert behavio_jupyter.connect(SHOP).profile("a").to_dict() == {}


def test_a_timeline(log: EventLog) -> None:
    timeline = log.timeline("b")
    assert timeline["event"].tolist() == ["visit", "buy"]
    assert timeline["time"][0] == pd.Timestamp("2026-01-01 08:00", tz="Europe/Berlin")
    assert list(timeline.columns) == ["time", "event", "session", "page", "amount"]
    numbered = behavio_jupyter.connect(SHOP.assign(user_id=[11, 12, 12, 11], when=SHOP.timestamp))
    assert len(numbered.timeline(12)) == len(numbered.timeline("12")) == 2
    with pytest.raises(UnknownNameError, match=r"There is no user '13'; the nearest is '1[12]'"):
        numbered.timeline(13)
    with pytest.raises(UnknownNameError, match=r"There is no user 'z'; the nearest is '1[12]'"):
        numbered.timeline("z")


def test_questions(log: EventLog) -> None:
    by_text = log.funnel("visit -> buy within 7d")
    assert by_text.table["count"].tolist() == [2, 2]
    for question in ("funnel visit -> buy within 7d", Funnel(steps=["visit", "buy"], within="7d")):
        assert log.run(question).table.equals(by_text.table)
    assert log.funnel("visit -> {goal} within 7d", goal="buy").table.equals(by_text.table)
    assert log.retention("visit -> any per day for 2").table["cohort"].dt.tz is not None
    assert len(log.paths("from visit").table)
    assert log.trend("users of buy per day").table["value"].sum() == 2
    assert log.segment("user.plan = 'pro'").users.tolist() == ["b"]


def test_what_is_no_question(log: EventLog) -> None:
    for what in (3, None, ["visit", "buy"]):
        with pytest.raises(DefinitionError, match="A question is text or a definition"):
            log.run(what)  # type: ignore[arg-type]
    with pytest.raises(DefinitionError, match="This asks a funnel, not a retention"):
        log.retention(Funnel(steps=["visit", "buy"]))


def test_what_does_not_fit_the_log_is_pointed_at(log: EventLog) -> None:
    for ask, text in (
        (log.run, "trend users of visit where «page = 5"),
        (log.funnel, "visit -> buy «session mapped counting sessions"),
        (log.segment, "did(buy) and «sum(visit.page) > 3"),
        (lambda text: log.save_segment("x", text), "did(buy) and «user.plan > 3"),
    ):
        with pytest.raises(QueryTextError) as caught:
            ask(text.replace("«", ""))
        assert caught.value.position == text.index("«")
    with pytest.raises(DefinitionError, match="page is text and 5 is a number"):
        log.run(Funnel(steps=["visit[page = 5]", "buy"]))


def test_a_variable_that_the_text_does_not_name(log: EventLog) -> None:
    with pytest.raises(DefinitionError, match="The text names no variable 'within'") as caught:
        log.funnel("visit -> buy", within="7d")
    assert "write {within} where it belongs" in str(caught.value)
    with pytest.raises(DefinitionError, match="'least'"):
        log.segment("did(buy)", least=3)
    with pytest.raises(DefinitionError, match="Variables belong to a text"):
        log.funnel(Funnel(steps=["visit", "buy"]), goal="buy")


def test_where_no_file_can_be_written(log: EventLog, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written: there is no folder"):
        log.save(tmp_path / "nowhere" / "shop.behavio")
    with pytest.raises(StoreError, match="is a folder; name a file"):
        log.save(tmp_path)
    with pytest.raises(StoreError, match=r"cannot be written: .*too long"):
        log.save(tmp_path / ("x" * 300))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"user,event\n", b"", b"12345678DUCK"])
def test_nothing_but_a_store_is_replaced(log: EventLog, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"events\.csv is there and is no Behavio store"):
        log.save(path)
    assert path.read_bytes() == content
    log.save(tmp_path / "shop.behavio")
    log.save(tmp_path / "shop.behavio")


def test_a_saved_file_that_is_gone(log: EventLog, tmp_path: Path) -> None:
    path = tmp_path / "shop.behavio"
    log.save(path)
    path.unlink()
    for change in (lambda: log.append(SHOP), lambda: log.save_segment("buyers", "did(buy)")):
        with pytest.raises(StoreError, match=r"shop\.behavio cannot be read: No such file"):
            change()
    assert log.funnel("visit -> buy").table["count"].tolist() == [2, 2]


def test_appending_takes_no_option_it_does_not_know(log: EventLog) -> None:
    with pytest.raises(TypeError, match="usr"):
        log.append(SHOP, usr="user_id")  # type: ignore[call-arg]


def test_a_closed_log_says_so() -> None:
    with behavio_jupyter.connect(SHOP) as log:
        assert len(log.events) == 2
    with pytest.raises(StoreError, match="This log is closed"):
        log.funnel("visit -> buy")


def test_an_unknown_name_points_at_its_place(log: EventLog) -> None:
    with pytest.raises(QueryTextError, match="'byu'; the nearest is 'buy'") as error:
        log.funnel("visit -> byu")
    assert error.value.position == len("visit -> ")
    with pytest.raises(UnknownNameError, match="'byu'; the nearest is 'buy'"):
        log.run(Funnel(steps=["visit", "byu"]))


def test_saved_segments(log: EventLog) -> None:
    log.save_segment("buyers", "did(buy)")
    log.save_segment("pros", log.segment("user.plan = 'pro' and \"buyers\""))
    log.save_segment("all the way", log.funnel("visit -> buy").users(step=2))
    assert list(log.segments) == ["buyers", "pros", "all the way"]
    assert log.segment('"pros"').users.tolist() == ["b"]
    assert len(log.segment('"all the way"')) == 2
    assert log.funnel("visit -> buy for pros").table["count"].tolist() == [1, 1]
    assert "pros" in repr(log)
    assert "pros" in repr(log.segments)
    with pytest.raises(QueryTextError, match="circle"):
        log.save_segment("buyers", '"pros"')
    with pytest.raises(DefinitionError, match="circle"):
        log.save_segment("buyers", Segment(condition='"pros"'))
    with pytest.raises(DefinitionError, match="Only a segment can be saved"):
        log.save_segment("x", log.funnel("visit -> buy"))
    with pytest.raises(DefinitionError, match="needs a name"):
        log.save_segment(" ", "did(buy)")
    with pytest.raises(QueryTextError, match="'byu'"):
        log.save_segment("x", "did(byu)")
    assert list(log.segments) == ["buyers", "pros", "all the way"]
    with pytest.raises(BehavioError):
        log.segment('"nobody"')


def test_saving_a_segment_keeps_arrays_and_earlier_results(log: EventLog) -> None:
    log.save_segment("some", "did(buy)")
    earlier = log.segment('"some"')
    log.save_segment("some", "user.plan = 'pro'")
    later = log.segment('"some"')
    assert later.users.tolist() == ["b"]
    assert earlier.engine.answer(earlier.definition).users.tolist() == ["a", "b"]
    assert later.engine.columns is earlier.engine.columns


def test_it_shows_itself(log: EventLog) -> None:
    for text in (repr(log), log._repr_html_()):
        assert "2026-01-01 to 2026-01-03 (Europe/Berlin)" in text
        assert "buy (2), visit (2)" in text
        assert "%funnel buy" in text
    hostile = behavio_jupyter.connect(SHOP.assign(event="<b>'\"</b>"))
    assert "<b>'" not in hostile._repr_html_()


def test_what_a_notebook_loads_is_little() -> None:
    code = (
        "import sys, time; start = time.perf_counter(); import behavio_jupyter;"
        "print(time.perf_counter() - start);"
        "print([name for name in ('pandas', 'duckdb', 'numba', 'plotly', 'scipy', 'lark',"
        " 'numpy', 'pydantic') if name in sys.modules]);"
        "print(all(hasattr(behavio_jupyter, name) for name in behavio_jupyter.__all__),"
        " behavio_jupyter.__version__)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, loaded, names = out.stdout.splitlines()
    assert float(seconds) < 0.3
    assert loaded == "[]"
    assert names.startswith("True 0.")
    with pytest.raises(AttributeError):
        behavio_jupyter.nothing  # noqa: B018
