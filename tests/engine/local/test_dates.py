"""Properties that are dates: days of the calendar, whatever the log's time zone."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from behavio_jupyter import connect

EVENTS = pd.DataFrame(
    {
        "user": ["a", "b", "c"],
        "event": ["visit"] * 3,
        "time": pd.to_datetime(["2026-01-05 10:00"] * 3),
        "day": [dt.date(2026, 1, 1), dt.date(2026, 1, 2), None],
    }
)
USERS = pd.DataFrame({"user": ["a", "b"], "born": [dt.date(1990, 5, 1), dt.date(2000, 5, 1)]})


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("saved", [False, True])
def test_a_date_is_compared_as_a_day(timezone, saved, tmp_path):
    log = connect(EVENTS, timezone=timezone, users=USERS)
    if saved:
        log.save(tmp_path / "days.behavio")
    assert log.trend("events of visit where day = '2026-01-01'").table["value"].sum() == 1
    assert log.segment("first(day) >= '2026-01-02'").users.tolist() == ["b"]
    assert log.segment("first(day) > last(day) or user.born < '1995-01-01'").users.tolist() == ["a"]
    assert log.segment("user.born = '2000-05-01'").users.tolist() == ["b"]


def test_a_time_with_a_zone_is_read_in_the_logs_zone():
    log = connect(EVENTS, timezone="Europe/Berlin")
    # 23:30 UTC is already the next day in Berlin.
    late = log.trend("events of visit where day < '2026-01-01T23:30:00+00:00'").table
    assert late["value"].sum() == 2
