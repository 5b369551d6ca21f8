"""Polars, lazily, on a frame sorted by user, time and name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import polars as pl

from ..normal import DAY, GAP, MONDAY, NAMES, WEEK, table_rows
from ..serving import serve
from ..workload import DAYS, REGIONS, Rows

Engine = Literal["in-memory", "streaming"]

_user, _time, _event, _amount = (pl.col(name) for name in ("user", "time", "event", "amount"))
_REGIONS = [f"region {number:02}" for number in range(REGIONS)]


class Polars:
    """The events in memory; users are numbers, names and regions enums, times microseconds."""

    def __init__(self, folder: Path) -> None:
        del folder  # everything is in memory

    def load(self, events: str) -> None:
        """Read the events from a Parquet file."""
        self.events = (
            pl.scan_parquet(events)
            .select(
                pl.col("user_id").cast(pl.String).str.slice(5).cast(pl.UInt32).alias("user"),
                pl.col("timestamp").dt.epoch("us").alias("time"),
                pl.col("event").cast(pl.String).cast(pl.Enum(NAMES)),
                "amount",
                pl.col("region").cast(pl.String).cast(pl.Enum(_REGIONS)),
            )
            .sort("user", "time", "event")
            .collect(engine="streaming")
            .rechunk()
        )
        self.last: int = self.events["time"].max()

    def ask(self, key: str) -> Any:
        """Answer a question of the workload."""
        plan, engine = _PLANS[key]
        return plan(self.events.lazy(), self.last).collect(engine=engine)

    def rows(self, key: str, answer: Any) -> Rows:
        """Return an answer as all sides give it."""
        return table_rows(key, answer.to_pandas())


def _funnel(
    first: str = "visit",
    second: str = "cart",
    third: str = "purchase",
    *,
    within: int = 7,
    where: pl.Expr | None = None,
    by: tuple[str, ...] = (),
) -> Callable[[pl.LazyFrame, int], pl.LazyFrame]:
    """Return a funnel: the next step from each, found by a join on user and time in one number.

    That is twice as fast as a join on time by user. The number needs 128 bits: microseconds of
    four months for a million users are more than 64 can tell apart.
    """
    same = pl.col("user") == pl.col("second_user")
    passed = pl.col("second") - _time, pl.col("third") - _time
    depth = (
        pl.when(same & (passed[1] <= within * DAY))
        .then(3)
        .when(same & (passed[0] <= within * DAY))
        .then(2)
        .otherwise(1)
    )

    def plan(events: pl.LazyFrame, last: int) -> pl.LazyFrame:
        place = _user.cast(pl.Int128) * last + _time
        steps = events.with_columns(place=place)
        third_step = (
            steps.filter(_event == third)
            if where is None
            else steps.filter((_event == third) & where)
        )
        thirds = third_step.select(pl.col("place").set_sorted(), third="time", third_user="user")
        seconds = (
            steps.filter(_event == second)
            .select(pl.col("place").set_sorted(), second="time", second_user="user")
            .join_asof(thirds, on="place", strategy="forward")
            .with_columns(
                pl.when(pl.col("second_user") == pl.col("third_user")).then("third").alias("third")
            )
        )
        return (
            steps.filter(_event == first)
            .select(pl.col("place").set_sorted(), "user", "time", *by)
            .join_asof(seconds, on="place", strategy="forward")
            .group_by("user")
            .agg(depth.max().alias("depth"), *(pl.col(name).first() for name in by))
            .group_by("depth", *by)
            .agg(pl.len().alias("users"))
        )

    return plan


def _retention(events: pl.LazyFrame, last: int) -> pl.LazyFrame:
    del last
    starts = events.filter(_event == "visit").group_by("user").agg(start=_time.min())
    return (
        events.filter(_event == "purchase")
        .select("user", "time")
        .join(starts, on="user")
        .filter(_time > pl.col("start"))
        .select("user", cohort=_week(pl.col("start")), week=_week(_time))
        .unique()
        .select("cohort", period=pl.col("week") - pl.col("cohort"))
        .filter(pl.col("period") <= 12)
        .group_by("cohort", "period")
        .agg(users=pl.len())
    )


def _paths(events: pl.LazyFrame, last: int) -> pl.LazyFrame:
    del last
    opens = (_user != _user.shift()) | (_time - _time.shift() > GAP)
    goes_on = pl.when("goes_on")
    return (
        events.select("time", "event", opens=opens.fill_null(value=True), before=_event.shift())
        .filter(pl.col("opens") | (_event != pl.col("before")))
        .with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32))
        .select(
            step=pl.col("row") + 1 - pl.when("opens").then("row").forward_fill(),
            source=_event,
            following=_event.shift(-1),
            passed=_time.shift(-1) - _time,
            goes_on=~pl.col("opens").shift(-1).fill_null(value=True),
        )
        .filter(pl.col("step") <= 5)
        .select("step", "source", target=goes_on.then("following"), passed=goes_on.then("passed"))
        .group_by("step", "source", "target")
        .agg(count=pl.len(), micros=pl.col("passed").median())
        .with_columns(pl.col("target").cast(pl.String).fill_null("(exit)"))
    )


def _segment(events: pl.LazyFrame, last: int) -> pl.LazyFrame:
    bought = (_event == "purchase") & (_amount >= 20) & (last - 90 * DAY < _time)
    searched = (_event == "search") & (last - 7 * DAY < _time)
    return (
        events.filter(bought)
        .group_by("user")
        .agg(count=pl.len())
        .filter(pl.col("count") >= 2)
        .join(events.filter(searched).select("user"), on="user", how="semi")
        .join(events.filter(_event == "refund").select("user"), on="user", how="anti")
        .select("user")
    )


def _trend(events: pl.LazyFrame, last: int) -> pl.LazyFrame:
    del last
    bought = events.filter(_event == "purchase")
    return bought.group_by(_week(_time).alias("week")).agg(users=_user.n_unique())


def _matrix(events: pl.LazyFrame, last: int) -> pl.LazyFrame:
    del last
    following = pl.when(_user == _user.shift(-1)).then(_event.shift(-1))
    pairs = events.select(source=_event, target=following).filter(pl.col("target").is_not_null())
    return pairs.group_by("source", "target").agg(count=pl.len())


def _week(time: pl.Expr) -> pl.Expr:
    return (time - MONDAY) // WEEK


# Each by the engine that is faster for it.
_PLANS: dict[str, tuple[Callable[[pl.LazyFrame, int], pl.LazyFrame], Engine]] = {
    "funnel": (_funnel(), "streaming"),
    "predicate": (_funnel(where=_amount > 20), "streaming"),
    # A user has one region, so "the value at step 1" is that of any event.
    "breakdown": (_funnel(by=("region",)), "streaming"),
    "unlimited": (_funnel("cart", "checkout", "purchase", within=DAYS), "streaming"),
    "retention": (_retention, "in-memory"),
    "paths": (_paths, "in-memory"),
    "segment": (_segment, "streaming"),
    "trend": (_trend, "in-memory"),
    "matrix": (_matrix, "streaming"),
}


if __name__ == "__main__":
    serve(Polars)
