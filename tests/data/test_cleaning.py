"""Cleaning, order, identity and end of the log, against the naive reference."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from behavio_jupyter.data import build, connect_store
from behavio_jupyter.data.quality import Quality
from tests.reference.log import Log

from .tables import SHOP, contents

DAY = 86_400_000_000
BEGIN = 1_774_656_000_000_000  # 2026-03-28, the day before a clock change in Berlin
COLUMNS = ["user", "event", "time", "page", "amount", "ok"]
OPTIONAL = ["sequence", "session", "insert_id", "anonymous_id"]

HALF = settings(max_examples=settings().max_examples // 2)
"""Half as many examples: each builds several stores."""

instants = st.sampled_from([0, 1, 2, 3_600_000_000, DAY, 2 * DAY]).map(lambda t: BEGIN + t)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "user": st.sampled_from(["u1", "u2", "ü", None]),
            "event": st.sampled_from(["visit", "buy", "z", None]),
            "time": st.one_of(st.none(), instants),
            "page": st.sampled_from(["/a", "/b", "", None]),
            "amount": st.sampled_from([1.0, 2.5, math.inf, math.nan, None]),
            "ok": st.sampled_from([True, False, None]),
            "sequence": st.sampled_from([1, 2, None]),
            "session": st.sampled_from(["s", "t", None]),
            "insert_id": st.sampled_from(["i", "j", "k", None]),
            "anonymous_id": st.sampled_from(["a1", "a2", "u1", None]),
        }
    ),
    max_size=14,
)


def frame_of(raw: list[dict[str, Any]], optional: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(raw, columns=[*COLUMNS, *optional])
    frame["time"] = frame["time"].astype("Int64")
    for name in ("user", "event", "page", "session", "insert_id", "anonymous_id"):
        if name in frame:
            frame[name] = frame[name].astype("str").where(frame[name].notna(), None)
    frame["ok"] = frame["ok"].astype("boolean")
    if "sequence" in frame:
        frame["sequence"] = frame["sequence"].astype("Int64")
    return frame


def opened(frame: pd.DataFrame, optional: list[str], **more: Any) -> Any:
    return connect_store(
        frame,
        user="user",
        event="event",
        time="time",
        unit="us",
        **{name: name for name in optional},
        **more,
    )


def reference(raw: list[dict[str, Any]], optional: list[str], timezone: str) -> Log:
    kept = [{name: row[name] for name in [*COLUMNS, *optional]} for row in raw]
    return Log(kept, properties=["page", "amount", "ok"], timezone=timezone)


@HALF
@given(raw=rows, optional=st.sets(st.sampled_from(OPTIONAL)), berlin=st.booleans())
def test_a_store_holds_what_the_reference_holds(
    raw: list[dict[str, Any]], optional: set[str], berlin: bool
) -> None:
    names = [name for name in OPTIONAL if name in optional]
    timezone = "Europe/Berlin" if berlin else "UTC"
    expected = reference(raw, names, timezone)
    with opened(frame_of(raw, names), names, timezone=timezone) as store:
        found = [row[:6] for row in contents(store)]
        # A person without user ids who is called like someone else's id gets another name.
        clash = any(str(row[0]).startswith("anonymous ") for row in found)
        assert store.schema.end == expected.end
        assert store.schema.first == expected.first
        if clash:
            assert len(found) == sum(len(events) for events in expected.events.values())
            return
        assert found == [
            (user, event.time, event.name, *event.properties.values())
            for user, events in expected.events.items()
            for event in events
        ]
        assert store.user_ids().tolist() == list(expected.events)


@HALF
@given(raw=rows, optional=st.sets(st.sampled_from(OPTIONAL)), order=st.randoms())
def test_no_order_of_rows_changes_anything(
    raw: list[dict[str, Any]], optional: set[str], order: Any
) -> None:
    names = [name for name in OPTIONAL if name in optional]
    shuffled = list(raw)
    order.shuffle(shuffled)
    with (
        opened(frame_of(raw, names), names) as store,
        opened(frame_of(shuffled, names), names) as other,
    ):
        assert contents(store) == contents(other)
        assert store.schema == other.schema


@HALF
@given(raw=rows, sequence=st.booleans(), many=st.sampled_from([0.0, 1.0]))
def test_settling_ties_is_sorting_by_everything(
    raw: list[dict[str, Any]], sequence: bool, many: float
) -> None:
    names = ["sequence"] if sequence else []
    with opened(frame_of(raw, names), names) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "PLAIN", 0)
        patch.setattr(build, "MANY", many)
        with opened(frame_of(raw, names), names) as other:
            assert contents(store) == contents(other)


def test_every_row_left_out_is_counted_for_one_reason_with_examples() -> None:
    frame = pd.DataFrame(
        {
            "user_id": [None, "a", "a", "a", "a", "a"],
            "event": ["x", None, "x", "x", "x", "x"],
            "timestamp": ["2026-01-01", None, None, "no time", "2026-01-01", "2026-01-01"],
        }
    )
    with connect_store(frame) as store:
        quality = Quality.model_validate_json(store.meta("quality"))
    assert {part.reason: part.rows for part in quality.removed} == {
        "no user": 1,
        "no event name": 1,
        "no time": 1,
        "time cannot be read": 1,
        "repeated row": 1,
    }
    assert (quality.rows, quality.events) == (6, 1)
    examples = quality.examples.set_index("reason")
    assert examples.loc["time cannot be read", "timestamp"] == "no time"
    assert examples.loc["repeated row", "user_id"] == "a"
    for text in (str(quality), quality._repr_html_()):
        assert "no event name" in text
        assert 'style="color' not in text


def test_an_empty_text_is_a_value() -> None:
    frame = SHOP.assign(user_id="", event="")
    with connect_store(frame) as store:
        assert store.user_ids().tolist() == [""]
        assert store.schema.events == ("",)


def test_an_empty_source_is_an_empty_log() -> None:
    with connect_store(SHOP[:0]) as store:
        assert store.offsets().tolist() == [0]
        assert len(store.times()) == len(store.event_numbers()) == len(store.user_ids()) == 0
        assert (store.schema.first, store.schema.last, store.schema.end) == (None, None, None)
        assert "events kept" in str(Quality.model_validate_json(store.meta("quality")))


def test_people_joined_through_an_anonymous_id_are_reported() -> None:
    frame = pd.DataFrame(
        {
            "user_id": [1, None, 2, None, 7],
            "device": ["d", "d", "d", "e", "f"],
            "event": list("vwxyz"),
            "timestamp": [10, 20, 30, 40, 50],
        }
    )
    users = pd.DataFrame({"user_id": [2, 7, 9], "plan": ["pro", "free", "none"]})
    with connect_store(frame, anonymous_id="device", users=users) as store:
        assert [row[0] for row in contents(store)] == ["1", "1", "1", "7", "e"]
        quality = Quality.model_validate_json(store.meta("quality"))
        plans = store.cursor().execute("SELECT user_id, u0 FROM users ORDER BY user_no").fetchall()
    # The person called 1 has no row of that id, but one of the id 2.
    assert plans == [("1", "pro"), ("7", "free"), ("e", None)]
    assert (quality.joined_ids, quality.users_without_events) == (1, 1)


def test_an_anonymous_id_that_is_also_a_user_id_stays_another_person() -> None:
    frame = pd.DataFrame(
        {"user_id": ["x", None], "device": [None, "x"], "event": ["a", "b"], "timestamp": [1, 2]}
    )
    with connect_store(frame, anonymous_id="device") as store:
        assert store.user_ids().tolist() == ["anonymous x", "x"]


def test_the_survey_of_a_log() -> None:
    frame = pd.DataFrame(
        {
            "user_id": ["a", "a", "a", "b"],
            "event": ["x", "y", "x", "x"],
            "timestamp": pd.to_datetime(["2026-01-01", "2026-01-01", "2026-01-10", "2026-01-01"]),
        }
    )
    with connect_store(frame) as store:
        quality = Quality.model_validate_json(store.meta("quality"))
    assert quality.counts == {"x": 3, "y": 1}
    assert (quality.days, quality.days_with_events) == (10, 2)
    assert quality.shared_instants == 1
    assert quality.gaps == ((1_767_225_600_000_000, 1_768_003_200_000_000),)
    assert quality.end == 1_768_089_600_000_000  # the midnight after the last day


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2026-01-31", 1_769_900_400_000_000),  # a date includes that day
        ("2026-01-31 00:00", 1_769_814_000_000_000),
        (pd.Timestamp("2026-01-31", tz="UTC"), 1_769_817_600_000_000),
    ],
)
def test_a_given_end(end: Any, expected: int) -> None:
    with connect_store(SHOP, timezone="Europe/Berlin", end=end) as store:
        assert store.schema.end == expected
