from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from behavio_jupyter.data import connect_store
from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.engine.local import columns as module
from behavio_jupyter.engine.local.columns import Columns
from behavio_jupyter.query import parse_part
from behavio_jupyter.query.predicate import Between, Comparison, Constant, Property
from tests.definitions import events

NAMES = ("price", "share", "number", "large", "often")
NEVER = ("number = 2.5", "number < -1", "number between 3 and 1")
PREDICATES = [
    *(f"price {sign} {value}" for sign in ("=", "!=", "<", "<=", ">", ">=") for value in (2.5, 2)),
    *(f"number {sign} {value}" for sign in ("=", "!=", "<", ">=") for value in (2, 2.5, -1)),
    "2.5 < price",
    "price between 2 and 2.5",
    "price not between 2 and 2.5",
    "number between 3 and 1",
    "share > 16777217",
    "large = 9007199254740993",
    "large > 9007199254740992",
    "often > 2",
    "price > 2 and number < 4",
    "often > 2 and price > 2 and plan = 'b'",
    "price > 2 or number < 4",
    "not price > 2",
]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    random = np.random.default_rng(5)
    size = 200
    one_of = {
        "price": [2.0, 2.5, 3.0, math.inf, -math.inf, -0.0],
        "share": [16777216.0, 16777218.0],
        "number": [-1, 2, 3, 4],
        "large": [2**53, 2**53 + 1, 2**53 + 2],
        "often": [1, 2, 3],
    }
    frame = pd.DataFrame(
        {
            "user_id": np.sort(random.integers(0, 20, size)),
            "timestamp": pd.date_range("2026-01-05", periods=size, freq="min"),
            "event": random.choice(["a", "b"], size),
        }
    )
    frame["plan"] = frame["event"]
    for name in NAMES:
        kinds = {"share": "Float32", "price": "Float64"}
        values = pd.array(random.choice(one_of[name], size), kinds.get(name, "Int64"))
        values[random.random(size) > (0.9 if name == "often" else 0.2)] = pd.NA
        frame[name] = values
    return frame


def opened(frame: pd.DataFrame) -> Columns:
    return LocalEngine(connect_store(frame), {}).columns


@pytest.mark.parametrize("text", PREDICATES)
def test_same_rows_as_duckdb(
    frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    predicate = parse_part("predicate", text)
    rare = opened(frame)
    mask, found = rare.mask(predicate), rare.occurrences(events("b", where=predicate))
    monkeypatch.setattr(module, "compared", lambda _predicate: None)
    plain = opened(frame)
    assert mask.tolist() == plain.mask(predicate).tolist()
    expected = plain.occurrences(events("b", where=predicate))
    for own, other in zip(found, expected, strict=True):
        assert own.dtype == other.dtype
        assert own.tolist() == other.tolist()
    assert mask.any() != (text in NEVER)


def test_what_is_kept(frame: pd.DataFrame) -> None:
    columns = opened(frame)
    for name in NAMES:
        columns.mask(parse_part("predicate", f"{name} > 1"))
    # Floats of 32 bits and large whole numbers compare otherwise; what is often there takes room.
    kept = {name for name, rare in columns._rare.items() if rare is not None}
    assert kept == {"price", "number"}


@pytest.mark.parametrize("value", [True, "2", 2**53, -(2**60), math.inf, math.nan])
def test_other_constants_are_left_to_duckdb(value: object) -> None:
    price, constant = Property(name="price"), Constant.model_construct(value=value)
    low = Between.model_construct(value=price, low=constant, high=Constant(value=3), negated=False)
    more = Comparison.model_construct(left=price, operator=">", right=constant)
    assert module.compared(low) is module.compared(more) is None


def test_empty_log(frame: pd.DataFrame) -> None:
    columns = opened(frame.iloc[:0])
    assert columns.mask(parse_part("predicate", "price > 2")).tolist() == []
