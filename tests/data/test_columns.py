"""Which columns are taken, and how times are read."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from behavio_jupyter.data import connect_store
from behavio_jupyter.errors import DataError

from .tables import SHOP, contents


def named(**names: str) -> pd.DataFrame:
    return SHOP.rename(columns={"user_id": "u", "event": "e", "timestamp": "t"} | names)


@pytest.mark.parametrize(
    ("user", "event", "time"),
    [
        ("userid", "event_name", "time"),
        ("User ID", "Event Type", "Event Time"),
        ("distinct_id", "action", "ts"),
        ("visitorId", "ACTIVITY", "created_at"),
        ("customer_id", "activity", "occurred_at"),
        ("client_id", "event", "datetime"),
        ("case:concept:name", "concept:name", "time:timestamp"),
        ("shopper_id", "what", "moment"),  # by type alone
    ],
)
def test_usual_names(user: str, event: str, time: str) -> None:
    frame = SHOP.drop(columns="page")
    frame.columns = pd.Index([user, event, time, "amount"])
    with connect_store(frame) as store, connect_store(SHOP.drop(columns="page")) as plain:
        assert contents(store) == contents(plain)


@pytest.mark.parametrize(
    ("frame", "options", "sentence"),
    [
        (
            SHOP.assign(customer_id=1, visitor_id=2).drop(columns="user_id"),
            {},
            r"Several columns could be the user: 'customer_id', 'visitor_id'; say which one with"
            r" user=…\.",
        ),
        (SHOP.drop(columns="timestamp"), {}, "No column looks like the time .*with time=…"),
        (SHOP, {"user": "usr_id"}, "user='usr_id': no such column; the nearest is 'user_id'"),
        (SHOP, {"session": "x"}, "session='x': no such column"),
        (SHOP, {"user": "page", "event": "page"}, "Column 'page' cannot be both user and event"),
        (SHOP, {"properties": ["pge"]}, "no such column; the nearest is 'page'"),
        (SHOP, {"properties": "page"}, "is a list of columns"),
        (SHOP, {"timezone": "Europe/Berln"}, "no time zone 'Europe/Berln'; the nearest is"),
        (SHOP, {"week_start": "Mon"}, "no weekday; the nearest is 'monday'"),
        (SHOP, {"unit": "minutes"}, "none of 's', 'ms', 'us', 'ns'"),
        (SHOP, {"end": "soon"}, "is no date or time"),
        (SHOP, {"end": 5}, "is no date or time"),
        (SHOP, {"users": pd.DataFrame({"x": [1]})}, "In the user table: .*user_key=…"),
        (
            SHOP,
            {"users": pd.DataFrame({"user_id": ["a", "a"], "p": [1, 2]})},
            "different rows for one user, as for 'a'",
        ),
    ],
)
def test_what_cannot_be_understood(frame: pd.DataFrame, options: Any, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        connect_store(frame, **options)


def test_properties_that_are_kept() -> None:
    with connect_store(SHOP, properties=["amount"]) as store:
        assert [info.name for info in store.schema.properties] == ["amount"]
        assert store.schema.properties[0].column == "p0"


def test_case_does_not_matter_where_it_is_clear() -> None:
    with connect_store(SHOP, user="USER_ID") as store:
        assert store.user_ids().tolist() == ["a", "b"]


def read(values: Any, **options: Any) -> list[int]:
    frame = pd.DataFrame({"user_id": 1, "event": "e", "timestamp": values})
    with connect_store(frame, **options) as store:
        return [int(time) for time in store.times()]


NOON = 1_782_907_200  # 2026-07-01 12:00 UTC


@pytest.mark.parametrize("factor", [1, 1_000, 1_000_000, 1_000_000_000])
@pytest.mark.parametrize("form", [int, float, str])
def test_epochs(factor: int, form: type) -> None:
    assert read([form(NOON * factor)]) == [NOON * 1_000_000]


def test_epochs_keep_their_fractions() -> None:
    assert read([NOON + 0.25]) == [NOON * 1_000_000 + 250_000]
    assert read([5_000], unit="ms") == [5_000_000]
    assert read([-1]) == [-1_000_000]


def test_iso_text_of_any_zone() -> None:
    texts = ["2026-07-01T12:00:00Z", "2026-07-01 14:00+02:00", " 2026-07-01T12:00:00.000000 "]
    assert read(texts) == [NOON * 1_000_000] * 1  # equal rows are one
    zoned = ["2026-07-01T12:00:00Z", "2026-07-01 14:00:01"]
    assert read(zoned, timezone="Europe/Berlin") == [NOON * 1_000_000, (NOON + 1) * 1_000_000]


def test_times_without_zone_are_of_the_logs_zone() -> None:
    noon = pd.to_datetime(["2026-07-01 14:00"])
    assert read(noon, timezone="Europe/Berlin") == [NOON * 1_000_000]
    assert read(noon.date, timezone="Europe/Berlin") == [(NOON - 14 * 3600) * 1_000_000]
    # 02:30 is skipped: docs/semantics.md D10.
    gap = pd.to_datetime(["2026-03-29 02:30"])
    assert read(gap, timezone="Europe/Berlin") == [1_774_746_000_000_000]
    # 02:30 occurs twice: the first.
    twice = pd.to_datetime(["2026-10-25 02:30"])
    assert read(twice, timezone="Europe/Berlin") == [1_792_888_200_000_000]
    assert read(["2026-03-29 02:30"], timezone="Europe/Berlin") == [1_774_746_000_000_000]
    assert read(["2026-10-25 02:30"], timezone="Europe/Berlin") == [1_792_888_200_000_000]


@pytest.mark.parametrize(
    "values",
    [
        ["x", "", "2026-13-01", "2026-01-01"],
        [float("nan"), float("inf"), 1e300, 1.0],
        [2**62, -(2**62), 1],
    ],
)
def test_times_that_cannot_be_read_are_no_crash(values: Any) -> None:
    assert len(read(values, unit="s")) <= 1


def test_numbers_of_users() -> None:
    frame = SHOP.assign(user_id=[1.0, 2.0, None, 10.0])
    with connect_store(frame) as store:
        assert store.user_ids().tolist() == [1, 2, 10]


def test_more_names_than_sixteen_bits() -> None:
    size = 70_000
    frame = pd.DataFrame(
        {
            "user_id": 1,
            "event": [f"e{number:06d}" for number in range(size)],
            "timestamp": range(size),
        }
    )
    with connect_store(frame) as store:
        assert store.event_numbers().dtype == "uint32"
        assert store.event_numbers()[-1] == size - 1


def test_where_no_time_can_be_read_that_is_said() -> None:
    with pytest.raises(DataError, match="'timestamp' holds no time that can be read, as 'False'"):
        read([False, True])


@pytest.mark.parametrize(
    "wrong", ["01/02/26", "26-01-02", "0001-01-01", "9999-12-31", "10000-01-01"]
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_a_year_of_two_digits_is_no_year(wrong: str, zone: str) -> None:
    assert read([wrong, "2026-07-01T12:00Z"], timezone=zone) == [NOON * 1_000_000]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_an_offset_may_stand_apart(zone: str) -> None:
    for text in ("2026-07-01 14:00:00 +0200", "2026-07-01 11:00 -01:00", "2026-07-01 12:00 UTC"):
        assert read([text], timezone=zone) == [NOON * 1_000_000]
