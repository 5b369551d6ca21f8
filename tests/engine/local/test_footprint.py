"""What a question is thought to take does not grow with values and cohorts that are not there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from behavio_jupyter.data import connect_store
from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.engine.local.footprint import Footprint, Sizes
from behavio_jupyter.query import parse

SPARE = 100_000_000
"""Bytes that a question about a log of 50 000 events stays under by far."""


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    source = np.random.default_rng(1)
    count = 50_000
    seconds = pd.to_timedelta(source.integers(0, 60 * 86_400, count), unit="s")
    frame = pd.DataFrame(
        {
            "user": source.integers(0, 5_000, count),
            "event": source.choice(["a", "b"], count),
            "time": pd.Timestamp("2026-01-01") + seconds,
            "yes": source.random(count) < 0.5,
            "order": np.arange(count),
        }
    )
    return LocalEngine(connect_store(frame, user="user", event="event", time="time"), {})


@pytest.mark.parametrize(
    "text",
    [
        "retention a -> b per day for 12 by yes top 1000000",
        "retention a -> b per 12h for 12 by order top 1000000",
        "trend users of a per day by yes top 1000000",
    ],
)
def test_groups_that_cannot_be_take_nothing(engine: LocalEngine, text: str):
    question: Any = parse(text)
    assert Footprint(engine.columns, Sizes(engine.columns.store), question, {}).bytes < SPARE
