"""The range before a range."""

from __future__ import annotations

import pytest

from behavio_jupyter.query import DateRange
from behavio_jupyter.query.earlier import earlier


@pytest.mark.parametrize(
    ("during", "per", "periods", "expected"),
    [
        ("2026-01-05 to 2026-01-18", "day", 14, "2025-12-22 to 2026-01-04"),
        ("2026-01-05 to 2026-01-18", "week", 2, "2025-12-22 to 2026-01-04"),
        # As many months, whatever their lengths; also where a part of one is asked.
        ("2026-02-01 to 2026-02-28", "month", 1, "2026-01-01 to 2026-01-31"),
        ("2026-01-01 to 2026-03-31", "month", 3, "2025-10-01 to 2025-12-31"),
        ("2026-01-15 to 2026-02-10", "month", 2, "2025-11-15 to 2025-12-10"),
        ("2026-03-31 to 2026-04-30", "month", 2, "2026-01-31 to 2026-02-28"),
        # The day of the change has 23 hours, the day before has 24: the same days of the clock.
        ("2026-03-29 to 2026-03-29", "day", 1, "2026-03-28 to 2026-03-28"),
        ("2026-03-29 to 2026-03-29", "hour", 23, "2026-03-28 to 2026-03-28"),
        ("2026-10-25 to 2026-10-25", "hour", 25, "2026-10-24 to 2026-10-24"),
        # Hours go back by whole days, however few are asked.
        (
            "2026-03-30 10:00 to 2026-03-30 14:00",
            "hour",
            4,
            "2026-03-29 10:00:00 to 2026-03-29 14:00:00",
        ),
        # What the log's clock shows is shifted: 10:00 is 08:00 UTC here, and 09:00 UTC there.
        (
            "2026-03-30 08:00+00:00 to 2026-03-30 22:00+00:00",
            "day",
            1,
            "2026-03-29 10:00:00 to 2026-03-29",
        ),
    ],
)
def test_it_is_as_long_and_ends_where_the_range_begins(during, per, periods, expected):
    found = earlier(DateRange.model_validate(during), per, periods, "Europe/Berlin")
    assert str(found) == expected


def test_there_is_none_before_the_calendar():
    assert earlier(DateRange(start="1000-01-01", end="8000-01-01"), "day", 2556697, "UTC") is None
