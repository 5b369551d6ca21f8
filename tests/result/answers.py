"""Small answers written by hand, and an engine that gives them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd

from behavio_jupyter.engine import (
    ActivityAnswer,
    FunnelAnswer,
    PathsAnswer,
    RetentionAnswer,
    SegmentAnswer,
    TrendAnswer,
)
from behavio_jupyter.query import Funnel, Paths, Retention, Segment, Trend
from behavio_jupyter.result import LogFacts, present
from tests.definitions import by, did, events, series, steps

ZONE = "Europe/Berlin"
FACTS = LogFacts(
    ZONE, pd.Timestamp("2026-01-05 08:00", tz=ZONE), pd.Timestamp("2026-02-02", tz=ZONE), "shop"
)
EMPTY = LogFacts("UTC", None, None, "")
HOSTILE = "<script>alert('x')</script>"


def weeks(count: int = 4) -> pd.DatetimeIndex:
    return pd.date_range("2026-01-05", periods=count, freq="W-MON", tz=ZONE).as_unit("us")


class WrittenEngine:
    """Gives answers that were written down, and remembers what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Any]] = []

    def answer(self, question: Any) -> Any:
        self.asked.append(("answer", question))
        return self.answers[question.kind]

    def members(self, question: Any, pick: Mapping[str, Any]) -> pd.Series:
        self.asked.append(("members", pick))
        return pd.Series(["a", "b", "c"], name="user_id")

    def fewer(self, paths: Any, number: int) -> bool:
        return len(self.members(paths, {})) < number

    def over_time(self, segment: Segment, per: str) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "period": weeks(3),
                "users": [0, 2, 3],
                "seen": [0, 4, 4],
                "complete": [True, True, False],
            }
        )

    def overlap(self, segment: Segment) -> pd.DataFrame:
        return pd.DataFrame({"segment": ["few", "most"], "size": [2, 9], "both": [1, 3]})

    def activity(self, retention: Retention) -> ActivityAnswer:
        return self.answers["activity"]


def some_users(count: int = 3, seen: int = 12) -> SegmentAnswer:
    return SegmentAnswer(pd.Series([f"u{n:02}" for n in range(count)], name="user_id"), seen)


def funnel(
    counts: Mapping[tuple[Any, ...], list[int]],
    groups: tuple[str, ...] = (),
    names: str = "visit cart purchase",
    complete: pd.Series | None = None,
    definition: Funnel | None = None,
    facts: LogFacts = FACTS,
    **options: Any,
):
    """A funnel by the counts of each group."""
    definition = definition or Funnel(steps=steps(names), within="7d", **options)
    rows, times, bins = [], [], []
    for key, reached in counts.items():
        group = dict(zip(groups, key, strict=True))
        for step, count in enumerate(reached, 1):
            rows.append({**group, "step": step, "count": count})
        for step, count in [*enumerate(reached[1:], 2), (0, reached[-1])]:
            seconds = (60.0 * step, 90.0 * step, 120.0 * step, 600.0 * step)
            quantiles = seconds if count else (np.nan,) * 4
            times.append(
                {**group, "step": step, "count": count}
                | dict(zip(("p25", "median", "p75", "p90"), quantiles, strict=True))
            )
        bins.append({**group, "low": 0.0, "high": 604_800.0, "count": reached[-1]})
    answer = FunnelAnswer(
        groups, pd.DataFrame(rows), pd.DataFrame(times), pd.DataFrame(bins), complete
    )
    return present(definition, answer, WrittenEngine(segment=some_users()), facts)


def by_country(counts: Mapping[str, list[int]], **options: Any):
    keyed = {(country,): reached for country, reached in counts.items()}
    return funnel(keyed, ("country",), by=by("country"), **options)


def retention_cells(
    sizes: Mapping[tuple[Any, ...], list[int]], groups: tuple[str, ...], periods: int
) -> pd.DataFrame:
    """Half of those there before come back; the cells past the end of January are incomplete."""
    rows = []
    for key, cohorts in sizes.items():
        for place, (size, cohort) in enumerate(zip(cohorts, weeks(len(cohorts)), strict=True)):
            rows += [
                {
                    **dict(zip(groups, key, strict=True)),
                    "cohort": cohort,
                    "size": size,
                    "period": period,
                    "retained": size >> (period + 1),
                    "complete": place + period < len(cohorts) - 1,
                }
                for period in range(periods + 1)
            ]
    columns = [*groups, "cohort", "size", "period", "retained", "complete"]
    return pd.DataFrame(rows, columns=columns)


def retention(
    sizes: Mapping[tuple[Any, ...], list[int]] | None = None,
    groups: tuple[str, ...] = (),
    periods: int = 3,
    engine: Any = None,
    **options: Any,
):
    cells = retention_cells({(): [64, 32, 16, 8]} if sizes is None else sizes, groups, periods)
    definition = Retention(start=events("signup"), returning=events(), periods=periods, **options)
    engine = engine or WrittenEngine(segment=some_users())
    return present(definition, RetentionAnswer(groups, cells), engine, FACTS)


def whole_of(starts: pd.DataFrame) -> pd.DataFrame:
    """The numbers of each segment, of a log where nobody is in two groups of one."""
    if "segment" not in starts:
        return pd.DataFrame({"count": [starts["count"].sum()]})
    return starts.groupby("segment", sort=False)["count"].sum().reset_index()


def paths(
    ways: Mapping[tuple[Any, ...], Mapping[tuple[str, ...], int]] | None = None,
    groups: tuple[str, ...] = (),
    steps: int = 3,
    **options: Any,
):
    """Paths by the number of each sequence, in each group."""
    if ways is None:
        ways = {(): {("visit", "cart", "buy"): 6, ("visit", "cart"): 3, ("visit",): 1}}
    edges: dict[tuple[Any, ...], int] = {}
    pairs: dict[tuple[Any, ...], int] = {}
    sequences, starts = [], []
    nodes: dict[tuple[Any, ...], int] = {}
    for key, found in ways.items():
        starts.append([*key, sum(found.values())])
        for way, count in found.items():
            sequences.append([*key, way, count, sum(found.values())])
            for step, node in enumerate(way if len(way) == steps else (*way, "(exit)"), 1):
                nodes[(*key, step, node)] = nodes.get((*key, step, node), 0) + count
            ends = way if len(way) == steps else (*way, "(exit)")
            for step, (source, target) in enumerate(pairwise(ends), 1):
                at = (*key, step, source, target)
                edges[at] = edges.get(at, 0) + count
            for source, target in pairwise(way):
                pairs[(*key, source, target)] = pairs.get((*key, source, target), 0) + count
    flow = [
        [*at, count, np.nan if at[-1] == "(exit)" else 90.0]
        for at, count in sorted(edges.items(), key=lambda item: (item[0][:-2], -item[1]))
    ]
    names = ["source", "target", "count"]
    answer = PathsAnswer(
        groups,
        pd.DataFrame(flow, columns=[*groups, "step", *names, "median_seconds"]),
        pd.DataFrame(starts, columns=[*groups, "count"]),
        whole_of(pd.DataFrame(starts, columns=[*groups, "count"])),
        lambda: pd.DataFrame(
            [
                [*at, n]
                for at, n in sorted(nodes.items(), key=lambda item: (item[0][:-1], -item[1]))
            ],
            columns=[*groups, "step", "node", "count"],
        ),
        lambda: pd.DataFrame(
            [[*at, n] for at, n in sorted(pairs.items())], columns=[*groups, *names]
        ),
        lambda _most: pd.DataFrame(sequences, columns=[*groups, "sequence", "count", "total"]),
    )
    engine = WrittenEngine(segment=some_users())
    return present(Paths(steps=steps, **options), answer, engine, FACTS)


def trend(
    values: Mapping[tuple[Any, ...], list[float]] | None = None,
    groups: tuple[str, ...] = (),
    per: str = "week",
    facts: LogFacts = FACTS,
    **options: Any,
):
    values = {(): [10.0, 15.0, np.nan, 4.0]} if values is None else values
    rows = [
        [*key, period, value, place < len(own) - 1]
        for key, own in values.items()
        for place, (period, value) in enumerate(zip(weeks(len(own)), own, strict=True))
    ]
    points = pd.DataFrame(rows, columns=[*groups, "period", "value", "complete"])
    definition = Trend(value=series("users", "purchase"), per=per, **options)
    engine = WrittenEngine(segment=some_users())
    return present(definition, TrendAnswer(groups, points), engine, facts)


def segment(count: int = 3, seen: int = 12):
    definition = Segment(condition=did("purchase"))
    return present(definition, some_users(count, seen), WrittenEngine(), FACTS)


def two_segments() -> dict[str, Any]:
    return {"segments": (did("purchase"), did("visit"))}


def everything() -> dict[str, Any]:
    """One result of each shape that a chart or a table takes."""
    two = [(country, each) for country, each in product("AB", ("did(purchase)", "did(visit)"))]
    labels = weeks(3)
    periods = {(label,): [40 - 10 * place, 8, 2] for place, label in enumerate(labels)}
    complete = pd.Series([True, True, False], index=labels)
    return {
        "funnel": funnel({(): [100, 40, 10]}),
        "funnel by": by_country({"DE": [100, 40, 10], HOSTILE: [20, 4, 1]}),
        "funnel by many": by_country({f"C{n}": [100, 40, 10] for n in range(15)}),
        "funnel by two": funnel(
            {key: [9, 3, 1] for key in two},
            ("country", "segment"),
            by=by("country"),
            **two_segments(),
        ),
        "funnel per week": funnel(periods, ("period",), complete=complete, per="week"),
        "funnel of nobody": funnel({(): [0, 0, 0]}),
        "retention": retention(),
        "retention by": retention(
            {("DE",): [64, 8], (HOSTILE,): [8]}, ("country",), by=by("country")
        ),
        "retention of nobody": retention({}),
        "paths": paths(),
        "paths by": paths(
            {("DE",): {("a", "b"): 4}, (HOSTILE,): {(HOSTILE, "b", "c"): 2}},
            ("country",),
            by=by("country"),
        ),
        "paths of nobody": paths({}),
        "trend": trend(),
        "trend by two": trend(
            {key: [1.0, 2.0, 3.0] for key in two},
            ("country", "segment"),
            by=by("country"),
            **two_segments(),
        ),
        "trend of nothing": trend({}, facts=EMPTY),
        "segment": segment(),
        "segment of nobody": segment(0, 0),
    }
