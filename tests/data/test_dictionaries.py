from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from behavio_jupyter import EventLog, connect
from behavio_jupyter.data import connect_store, dictionaries
from behavio_jupyter.data.store import Store

NAMES = ["ä", "a", "B", "", "it's", "{x}", "👋", "a\nb", "\x00", "'; DROP TABLE events; --"]


def log_of(pages: Any, **columns: Any) -> EventLog:
    times = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(len(pages)), unit="h")
    values = {"user_id": "u", "event": "visit", "timestamp": times, "page": pages, **columns}
    return connect(pd.DataFrame(values), user="user_id", event="event", time="timestamp")


def type_of(store: Store, column: str) -> str:
    rows = store.cursor().execute(f"SELECT typeof({column}) FROM events LIMIT 1").fetchall()
    return str(rows[0][0])


def test_text_of_few_values_is_an_enum_in_the_order_of_code_points() -> None:
    with log_of([*NAMES, None]) as log:
        assert type_of(log.store, "p0").startswith("ENUM(")
        codes = log.store.cursor().execute("SELECT enum_range(any_value(p0)) FROM events")
        assert codes.fetchall()[0][0] == sorted(NAMES)
        assert log.timeline("u")["page"].tolist()[:-1] == NAMES
        assert log.timeline("u")["page"].dtype == "str"
        table = log.trend("events of visit per month by page top 20").table
        assert sorted(table["page"]) == sorted([*NAMES, "(none)"])
        assert (table["value"] == 1).all()


@pytest.mark.parametrize("operator", ["=", "!=", "<", "<=", ">", ">="])
def test_enums_compare_with_text_as_text(operator: str) -> None:
    import operator as python

    compare = {"=": python.eq, "!=": python.ne, "<": python.lt, "<=": python.le, ">": python.gt}
    compare[">="] = python.ge
    other = [*NAMES[1:], None, "a"]
    with log_of([*NAMES, None], referrer=other) as log:
        for text in ("a", "nowhere", "B"):
            found = log.trend(f"events of visit[page {operator} {{x}}] per month", x=text)
            assert found.table["value"].sum() == sum(compare[operator](n, text) for n in NAMES)
        pairs = [(a, b) for a, b in zip(NAMES, other, strict=False) if b is not None]
        found = log.trend(f"events of visit[page {operator} referrer] per month")
        assert found.table["value"].sum() == sum(compare[operator](a, b) for a, b in pairs)


def test_text_of_many_or_long_values_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionaries, "FEW", 20)
    monkeypatch.setattr(dictionaries, "COLUMNS", 2)
    many = [str(number) for number in range(100)]
    long = ["x" * 201, "y"] * 50
    few, fewer, fewest = (["a", "b", *"cdefgh"[:n]] * 50 for n in (2, 1, 0))
    columns = {"long": long, "few": few[:100], "fewer": fewer[:100], "fewest": fewest[:100]}
    with log_of(many, **columns) as log:
        kept = [type_of(log.store, f"p{number}")[:4] for number in range(5)]
        # Long texts are found only after the two columns were chosen.
        assert kept == ["VARC", "VARC", "VARC", "VARC", "ENUM"]
        assert log.timeline("u")["long"].tolist() == long
        assert len(log.trend("events of visit per month by page top 200").table) == 100


def test_appending_widens_an_enum_and_mixes_types() -> None:
    with log_of(["b", "a", None]) as log:
        more = log_of(["c", "a", "b"]).timeline("u").rename(columns={"time": "timestamp"})
        log.append(more.assign(user_id="w", timestamp=more["timestamp"] + pd.Timedelta("9D")))
        assert log.timeline("u")["page"].tolist()[:2] == ["b", "a"]
        assert log.timeline("w")["page"].tolist() == ["c", "a", "b"]
        log.append(more.assign(user_id="v", page=[1, 2, 3]))
        assert log.timeline("v")["page"].tolist() == ["1", "2", "3"]


def test_rows_keep_their_places_where_copies_were_removed() -> None:
    frame = pd.DataFrame(
        {
            "user_id": np.repeat(np.arange(50), 4),
            "event": "visit",
            "timestamp": pd.Timestamp("2026-01-01")
            + pd.to_timedelta(np.tile([1, 2, 3, 4], 50), "D"),
            "page": np.tile(["a", "b", "c", None], 50),
            "amount": np.arange(200),
        }
    )
    users = pd.DataFrame({"user_id": np.arange(50), "floor": np.arange(50) * 4 + 2})
    copies = frame.iloc[[0, 17, 17, 18, 198]]
    log = connect(pd.concat([frame, copies]), users=users)
    with log, connect_store(frame, users=users) as clean:
        assert log.quality.removed[0].rows == 5
        assert (log.store.times() == clean.times()).all()
        assert len(log) == 200
        assert log.quality.counts == {"visit": 200}
        assert log.quality.shared_instants == 0
        places = np.array([-1, 0, 17, 199])
        assert (log.store.places(log.store.row_ids(places)[1:]) == places[1:]).all()
        assert log.store.row_ids(places).tolist()[0] == -1
        # Each user's amounts are 4 n … 4 n + 3: half of the events meet it.
        found = log.trend("events of visit[amount >= user.floor] per month")
        assert found.table["value"].sum() == 100
        for condition, expected in {
            "first(amount) < user.floor": 50,
            "last(page) = first(page)": 0,
            "last(amount) > user.floor and last(page) = 'c'": 50,
        }.items():
            assert len(log.segment(condition)) == expected
