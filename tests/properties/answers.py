"""Answers of two logs side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from behavio_jupyter.engine import Engine

KEYS = {
    "counts": (["step"], ["count"]),
    "times": (["step"], ["count"]),
    "histogram": (["low", "high"], ["count"]),
    "cells": (["cohort", "period"], ["size", "retained"]),
    "edges": (["step", "source", "target"], ["count"]),
    "matrix": (["source", "target"], ["count"]),
    "starts": ([], ["count"]),
    "sequences": (["sequence"], ["count"]),
    "points": (["period"], ["value"]),
    "lifecycle": (["period"], ["new", "returning", "resurrected", "dormant"]),
    "active_days": (["period", "days"], ["users"]),
    "active_users": (["period"], ["active"]),
    "survival": (["seconds", "ended"], ["users"]),
}
"""Of each frame: the columns after the groups that name a number, and the numbers that add up."""


def everything(engine: Engine, questions: Mapping[str, Any]) -> dict[str, Any]:
    """All that an engine says to some questions, under readable names."""
    found: dict[str, Any] = {}
    for name, question in questions.items():
        answer = engine.answer(question)
        for part, value in parts_of(answer).items():
            found[f"{name}.{part}"] = value
        found[f"{name}.members"] = engine.members(question, {})
    for part, value in parts_of(engine.activity(questions["retentions"])).items():
        found[f"activity.{part}"] = value
    found["segments.over_time"] = engine.over_time(questions["segments"], "week")
    return found


def parts_of(answer: Any) -> dict[str, Any]:
    """The parts of an answer, those too that are made when they are looked at."""
    found = {field.name: getattr(answer, field.name) for field in fields(answer)}
    made = [name for name, of in vars(type(answer)).items() if isinstance(of, cached_property)]
    found |= {name: getattr(answer, name) for name in made}
    return {name: part for name, part in found.items() if not callable(part)}


def assert_equal(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        try:
            assert_same(found[name], value)
        except AssertionError as error:
            error.add_note(f"in {name}")
            raise


def assert_same(found: Any, wanted: Any) -> None:
    if isinstance(wanted, pd.DataFrame):
        pd.testing.assert_frame_equal(found, wanted, rtol=1e-9, atol=1e-9)
    elif isinstance(wanted, pd.Series):
        pd.testing.assert_series_equal(found, wanted, check_freq=False)
    else:
        assert found == wanted


def tally(name: str, frame: pd.DataFrame, groups: tuple[str, ...] = ()) -> pd.DataFrame:
    """The numbers of a frame that add up, by what names them; a row of zeros says nothing."""
    keys, values = KEYS[name]
    if name == "sequences":
        frame = frame.assign(sequence=frame["sequence"].map(" -> ".join))
    named = frame.assign(all="all").set_index(["all", *groups, *keys])[values]
    assert not named.index.has_duplicates
    return named[(named != 0).any(axis=1)]


def tallies(answer: Any, leave_out: tuple[str, ...] = ()) -> dict[str, pd.DataFrame]:
    groups = getattr(answer, "groups", ())
    return {
        name: tally(name, frame, groups)
        for name, frame in parts_of(answer).items()
        if name in KEYS and name not in leave_out
    }


def added(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    return one.add(other, fill_value=0)


def difference(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Where two tallies differ, and by how much."""
    both = one.sub(other, fill_value=0)
    return both[(both.abs() > 1e-9).any(axis=1)]


def assert_tallies(
    found: Mapping[str, pd.DataFrame],
    wanted: Mapping[str, pd.DataFrame],
) -> None:
    assert found.keys() == wanted.keys()
    for name, rows in wanted.items():
        different = difference(found[name], rows)
        assert different.empty, f"{name} differ by\n{different.head(10)}"


def later(found: Any, weeks: int) -> Any:
    """The same part of an answer, its periods as many weeks later on the clock."""

    def move(moments: Any) -> pd.DatetimeIndex:
        zoned = pd.DatetimeIndex(moments)
        wall = zoned.tz_localize(None) + pd.Timedelta(weeks=weeks)
        first = np.ones(len(wall), np.bool_)
        moved = wall.tz_localize(zoned.tz, ambiguous=first, nonexistent="shift_forward")
        return moved.as_unit("us").rename(zoned.name)

    if isinstance(found, pd.DataFrame):
        zoned = [name for name in found if isinstance(found[name].dtype, pd.DatetimeTZDtype)]
        return found.assign(**{name: move(found[name]) for name in zoned})
    if isinstance(found, pd.Series) and isinstance(found.index, pd.DatetimeIndex):
        return found.set_axis(move(found.index))
    return found
