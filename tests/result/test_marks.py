"""Every mark of every chart says who is behind it, and so many are they."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from behavio_jupyter import datasets

FUNNELS = [
    "code -> test? -> docs within 90d",
    "code -> test -> docs within 90d by repo top 2",
    "code -> test within 90d by repo top 2 for did(merge) vs not did(merge)",
    "code -> test -> docs within 90d in any order",
    "code -> docs within 30d by repo top 2 per month during 2026-01-01 to 2026-06-30",
]
RETENTIONS = [
    "first ever code -> code per month for 4 during 2025-06-01 to 2026-12-31",
    "first ever code -> code per month for 3 on or after by repo top 2"
    " during 2026-01-01 to 2026-06-30",
]


@pytest.fixture(scope="module")
def log():
    return datasets.contributions()


def marks(trace: Any) -> list[tuple[Any, str]]:
    """Return customdata and hover text of the marks of a trace that say anything."""
    if trace.hoverinfo == "skip":
        return []
    data = np.array(trace.customdata, object).ravel()
    words = np.array(trace.hovertext, object).ravel()
    return list(zip(data, words, strict=True))


def drawn(words: str) -> int:
    """Return the number that a hover text says how many there are."""
    line = next(one for one in words.split("<br>") if " user" in one or " so far" in one)
    return int(line.split(" ")[0].replace("\u202f", ""))


@pytest.mark.parametrize("text", FUNNELS)
def test_bars_and_points_of_funnels(log, text):
    result = log.funnel(text)
    figure = result.chart()
    checked = 0
    for trace in figure.data:
        for pick, words in marks(trace):
            if pick is None:
                assert trace.name == "dropped off"
            elif words:
                assert len(result.behind(pick)) == drawn(words), (pick, words)
                checked += 1
    assert checked >= 4


def test_an_optional_step_loses_nobody_who_could_be_picked(log):
    result = log.funnel(FUNNELS[0])
    reached, lost = result.chart().data
    assert [pick is None for pick in lost.customdata] == [True, True, False]
    assert [pick["step"] for pick in reached.customdata] == [1, 2, 3]


@pytest.mark.parametrize("kind", ["heatmap", "curves"])
@pytest.mark.parametrize("text", RETENTIONS)
def test_cells_and_curves_of_retentions(log, text, kind):
    result = log.retention(text)
    checked = 0
    for trace in result.chart(kind=kind).data:
        for pick, words in marks(trace):
            if pick is None:
                assert "not over yet for any cohort" in words
            else:
                assert len(result.behind(pick)) == drawn(words), (pick, words)
                checked += 1
    assert checked > 8


@pytest.mark.parametrize(
    "text",
    [
        "from code steps 4 top 3 session off counting users",
        "to docs steps 3 top 3 session off counting users",
        "steps 3 top 2 session off counting users by repo top 2",
    ],
)
def test_flows_and_nodes_of_paths(log, text):
    result = log.paths(text)
    checked = 0
    for trace in result.chart().data:
        assert len(trace.link.customdata) == len(trace.link.value)
        for part in (trace.node, trace.link):
            for mark in part.customdata:
                assert len(result.behind(mark["pick"])) == drawn(mark["words"]), mark
                checked += 1
    assert checked > 10


@pytest.mark.parametrize(
    "text",
    [
        "users of code per month during 2025-01-01 to 2026-03-31",
        "users of code per month by repo top 2 during 2025-01-01 to 2026-03-31",
    ],
)
def test_points_of_trends(log, text):
    result = log.trend(text)
    values = result.table.set_index([*result.groups, "period"])["value"]
    checked = 0
    for trace in result.chart().data:
        for (pick, words), value in zip(marks(trace), trace.y, strict=True):
            if words and value is not None:
                assert len(result.behind(pick)) == value
                key = (
                    *(pick[name] for name in result.groups),
                    pd.Timestamp(pick["period"], tz="UTC"),
                )
                assert values[key if result.groups else key[0]] == value
                checked += 1
    assert checked >= len(result.table)


def test_the_bar_of_a_segment(log):
    result = log.segment("count(code) >= 100")
    inside, outside = result.chart().data
    assert result.behind(inside.customdata[0]) is result
    assert outside.customdata is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *(("funnel", text) for text in FUNNELS),
        *(("retention", text) for text in RETENTIONS),
        ("paths", "from code steps 3 top 3 session off counting users"),
        ("trend", "users of code per month by repo top 2 during 2025-01-01 to 2026-03-31"),
        ("segment", "count(code) >= 100"),
    ],
)
def test_numbers_and_cells_say_how_many(log, kind, text):
    result = log.run(text, kind=kind)
    numbers = result.numbers
    assert len({number.words for number in numbers}) == len(numbers)
    for number in numbers[:: max(1, len(numbers) // 40)]:
        found = len(result.behind(number.pick))
        assert found == int(number.figure.split(" of ")[0].replace("\u202f", "")), number
    for sheet, cells in zip(result._sheets, result.cells, strict=True):
        counts = [
            at for at, name in enumerate(sheet.columns) if name in ("count", "entered", "value")
        ]
        rows = sheet._kept(sheet.rows, 15)
        for row, column, pick in cells:
            found = len(result.behind(pick))
            if column in counts:
                assert found == int(rows[row][column].replace("\u202f", ""))
    assert kind == "segment" or any(result.cells)


def test_a_cell_of_retention_is_the_rate_of_those_behind(log):
    result = log.retention(RETENTIONS[0])
    sheet = result._sheets[0]
    rows = sheet._kept(sheet.rows, 15)
    for row, column, pick in result.cells[0]:
        shown = rows[row][column]
        if "cohort" in pick and shown != "–":
            size = int(rows[row][1].replace("\u202f", ""))
            share = float(shown.replace("\u202f%", "")) / 100
            assert math.isclose(len(result.behind(pick)) / size, share, abs_tol=0.00051)
