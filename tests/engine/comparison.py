"""Compares what an engine answers with what the reference does, frame by frame, row by row."""

from __future__ import annotations

import difflib
import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import pandas as pd

from behavio_jupyter.query import Funnel, Paths, Retention, Trend

from ..reference.calendar import to_datetime, to_instant

COLUMNS = {
    "counts": ("step", "count"),
    "times": ("step", "count", "p25", "median", "p75", "p90"),
    "histogram": ("low", "high", "count"),
    "cells": ("cohort", "size", "period", "retained", "complete"),
    "edges": ("step", "source", "target", "count", "median_seconds"),
    "nodes": ("step", "node", "count"),
    "sequences": ("sequence", "count"),
    "matrix": ("source", "target", "count"),
    "starts": ("count",),
    "whole": ("count",),
    "points": ("period", "value", "complete"),
    "lifecycle": ("period", "new", "returning", "resurrected", "dormant", "complete"),
    "active_days": ("period", "days", "users"),
    "active_users": ("period", "active", "mean_daily", "complete"),
    "survival": ("seconds", "ended", "users"),
    "overlap": ("segment", "size", "both"),
    "over_time": ("period", "users", "seen", "complete"),
}
"""The columns of each frame after those of the groups (engine/answers.py)."""

FLOATS = {
    "p25", "median", "p75", "p90", "low", "high",
    "median_seconds", "value", "mean_daily", "seconds",
}  # fmt: skip
BOOLEANS = {"complete", "ended"}
TEXTS = {"source", "target", "node", "sequence", "segment"}


def assert_same(answer: Any, expected: Any, timezone: str) -> None:
    """Check every part of an answer."""
    assert is_dataclass(answer)
    groups = tuple(getattr(expected, "groups", ()))
    for field in fields(expected):
        found, wanted = getattr(answer, field.name), getattr(expected, field.name)
        if field.name in COLUMNS:
            own = [group for group in groups if group == "segment" or field.name != "whole"]
            assert_frame(field.name, found, wanted, own, timezone)
        elif field.name == "users":
            assert_users(found, wanted)
        elif field.name == "complete" and wanted is not None:
            assert [to_instant(when.to_pydatetime()) for when in found.index] == list(wanted)
            assert [bool(value) for value in found] == list(wanted.values())
        else:
            assert found == wanted, f"{field.name}: {found!r}, not {wanted!r}"


def assert_frame(
    name: str,
    frame: pd.DataFrame,
    rows: Sequence[Mapping[str, Any]],
    groups: Iterable[str],
    timezone: str,
) -> None:
    columns = [*groups, *COLUMNS[name]]
    assert list(frame.columns) == columns, f"{name} has {list(frame.columns)}, not {columns}"
    assert list(frame.index) == list(range(len(frame))), f"{name} has no plain index"
    for column in columns:
        assert_dtype(name, column, frame[column], timezone)
    found = list(zip(*(plain(frame[column]) for column in columns), strict=True))
    wanted = [tuple(row[column] for column in columns) for row in rows]
    if not same(found, wanted):
        lines = difflib.unified_diff(
            [text(columns, row) for row in wanted],
            [text(columns, row) for row in found],
            "reference",
            "engine",
            lineterm="",
            n=2,
        )
        raise AssertionError(f"{name} differ:\n" + "\n".join(list(lines)[:60]))


def assert_dtype(name: str, column: str, values: pd.Series, timezone: str) -> None:
    found = str(values.dtype)
    if column in BOOLEANS:
        expected: tuple[str, ...] = ("bool",)
    elif column in FLOATS:
        expected = ("float64",)
    elif column == "cohort" or (column == "period" and name != "cells"):
        expected = (f"datetime64[us, {timezone}]",)
    elif column in COLUMNS[name] and column not in TEXTS:
        expected = ("int64",)
    else:
        expected = ("object", "str")
    assert found in expected, f"{name}.{column} is {found}, not {' or '.join(expected)}"


def plain(values: pd.Series) -> list[Any]:
    """Instants in microseconds, and ``None`` for null."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return [to_instant(when.to_pydatetime()) for when in values]
    return [
        None if isinstance(value, float) and math.isnan(value) else value
        for value in values.tolist()
    ]


def same(found: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> bool:
    return len(found) == len(wanted) and all(
        same_value(one, other)
        for row, other_row in zip(found, wanted, strict=True)
        for one, other in zip(row, other_row, strict=True)
    )


def same_value(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


def text(columns: list[str], row: tuple[Any, ...]) -> str:
    parts = []
    for column, value in zip(columns, row, strict=True):
        shown = value
        if column in ("cohort", "period") and isinstance(value, int) and abs(value) > 10_000:
            shown = f"{to_datetime(value):%Y-%m-%d %H:%M}"
        if isinstance(value, float):
            shown = f"{value:.10g}"
        parts.append(f"{column}={shown}")
    return " ".join(parts)


def assert_users(users: pd.Series, wanted: list[Any]) -> None:
    assert users.name == "user_id"
    assert list(users) == wanted, f"users: {list(users)}, not {wanted}"


# The users behind a number.


def random_pick(question: Any, expected: Any, source: random.Random) -> dict[str, Any]:
    """The arguments that name one number of an answer, instants in microseconds."""
    rows: list[dict[str, Any]]
    if isinstance(question, Funnel):
        rows, more = expected.counts, ["step"]
    elif isinstance(question, Retention):
        rows, more = expected.cells, source.choice((["cohort", "period"], ["cohort"], ["period"]))
    elif isinstance(question, Paths):
        rows, more = source.choice(
            [
                (expected.edges, ["step", "source", "target"]),
                (expected.nodes, ["step", "node"]),
                (expected.sequences, ["sequence"]),
                (expected.matrix, ["source", "target"]),
            ]
        )
    elif isinstance(question, Trend):
        rows, more = expected.points, source.choice((["period"], []))
    else:
        return {}
    if not rows:
        return {}
    row = source.choice(rows)
    pick = {name: row[name] for name in (*expected.groups, *more)}
    if "sequence" in pick:
        pick["sequence"] = " -> ".join(pick["sequence"])
    if isinstance(question, Paths) and rows is expected.matrix:
        pick["whole"] = True
    if isinstance(question, Funnel) and source.random() < 0.5:
        pick["dropped"] = source.random() < 0.8
    if "period" in more and isinstance(question, Retention):
        pick["retained"] = source.random() < 0.6
        if source.random() < 0.5:
            pick["complete"] = source.random() < 0.7
    return pick


def with_moments(
    question: Any, pick: dict[str, Any], source: random.Random, timezone: str
) -> dict[str, Any]:
    """The same pick as a user writes it: moments as timestamps or as ISO text."""
    written = dict(pick)
    for name in ("cohort", "period"):
        if name not in pick or (name == "period" and isinstance(question, Retention)):
            continue
        moment = pd.Timestamp(to_datetime(pick[name])).tz_convert(timezone)
        written[name] = moment if source.random() < 0.5 else moment.isoformat()
    return written
