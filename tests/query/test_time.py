"""Ranges of time."""

from __future__ import annotations

import pytest

from behavio_jupyter import DefinitionError
from behavio_jupyter.query import DateRange


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-01-05", "2026-01-05"),
        ("2026-01-05T10:01", "2026-01-05"),  # the end's whole day is in the range
        ("9999-12-31", "9999-12-31"),
    ],
)
def test_a_range_may_end_on_the_day_it_starts(start, end):
    assert DateRange(start=start, end=end).end is not None


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-01-06", "2026-01-05"), ("2026-01-05T10:01", "2026-01-05T10:00")],
)
def test_a_range_that_ends_before_it_starts_is_refused(start, end):
    with pytest.raises(DefinitionError, match="before it starts"):
        DateRange(start=start, end=end)
