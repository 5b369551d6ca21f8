"""The number to remember of each answer."""

import pandas as pd
import pytest

import behavio_jupyter

_EVENTS = pd.DataFrame(
    {
        "user": ["a", "a", "b", "b", "c", "a"],
        "event": ["visit", "cart", "visit", "cart", "visit", "visit"],
        "time": pd.to_datetime(
            ["2026-01-01", "2026-01-01", "2026-01-01", "2026-01-02", "2026-01-02", "2026-01-03"]
        )
        + pd.to_timedelta([9, 10, 9, 9, 9, 9], unit="h"),
        "country": ["DE", "DE", "US", "US", "US", "DE"],
    }
)


@pytest.fixture(scope="module")
def log():
    columns = {"user": "user", "event": "event", "time": "time"}
    with behavio_jupyter.connect(_EVENTS, **columns) as log:
        yield log


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("funnel visit -> cart within 7d", "66.7 % of 3 users"),
        ("funnel visit -> cart within 7d by country", "66.7 % of 3 users"),
        ("funnel visit -> cart counting attempts", "50.0 % of 4 attempts"),
        (
            "funnel visit -> cart for did(cart) vs not did(cart)",
            "did(cart): 100.0 % of 2 users vs not did(cart): 0.0 % of 1 user",
        ),
        ("funnel visit[country = 'FR'] -> cart", "– of 0 users"),
        ("retention visit -> any per day for 1", "period 1: 50.0 % of 2"),
        ("retention visit -> any per day brackets 0, 1-2", "period 1–2: – of 0"),
        ("retention visit -> any per day brackets 0", "period 0: 33.3 % of 3"),
        ("paths session off", "visit → cart at step 1: 2"),
        ("paths from visit steps 2 session 1s", "–"),
        ("trend users of visit per day", "2026-01-02: 1"),
        ("trend users of visit per day by country", "DE, 2026-01-02: 0"),
        ("trend users of visit per month", "–"),
        ("segment did(cart)", "2 users (66.7 %)"),
    ],
)
def test_key_figures(log, question, expected):
    found = log.run(question).key_figure.replace("\u202f", " ")
    assert found == expected
