"""pandas, vectorised, on a frame sorted by user, time and name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..normal import DAY, GAP, MONDAY, NAMES, WEEK, table_rows
from ..serving import serve
from ..workload import DAYS, Rows


class Pandas:
    """The events in memory; users are numbers, names categories, times microseconds."""

    def __init__(self, folder: Path) -> None:
        del folder  # everything is in memory

    def load(self, events: str) -> None:
        """Read the events from a Parquet file."""
        read = pd.read_parquet(
            events, columns=["user_id", "timestamp", "event", "amount", "region"]
        )
        users = read["user_id"].astype("category")
        numbers = users.cat.categories.str.removeprefix("user-").astype("int64").to_numpy()
        names = read["event"].astype(pd.CategoricalDtype(list(NAMES), ordered=True))
        frame = pd.DataFrame(
            {
                "user": numbers[users.cat.codes.to_numpy()],
                "time": read["timestamp"].dt.as_unit("us").astype("int64"),
                "event": names,
                "amount": read["amount"],
                "region": read["region"].astype("category"),
            }
        )
        self.events = frame.sort_values(["user", "time", "event"], ignore_index=True)
        self.last = int(self.events["time"].max())

    def ask(self, key: str) -> pd.DataFrame:
        """Answer a question of the workload."""
        return _ANSWERS[key](self.events, self.last)

    def rows(self, key: str, answer: Any) -> Rows:
        """Return an answer as all sides give it."""
        return table_rows(key, answer)


def _funnel(
    first: str = "visit",
    second: str = "cart",
    third: str = "purchase",
    *,
    within: int = 7,
    above: float | None = None,
    by: tuple[str, ...] = (),
) -> Callable[[pd.DataFrame, int], pd.DataFrame]:
    """Return a funnel: the next step from each, found by a join on user and time in one number."""

    def answer(events: pd.DataFrame, last: int) -> pd.DataFrame:
        name = events["event"]
        # Users are further apart than any window, so no step is taken from the next user.
        place = (
            events["user"] * 2 * (last - int(events["time"].min()) + DAYS * DAY) + events["time"]
        )
        is_third = name == third if above is None else (name == third) & (events["amount"] > above)
        thirds = pd.DataFrame({"place": place[is_third], "third": place[is_third]})
        seconds = pd.DataFrame({"place": place[name == second]})
        seconds["second"] = seconds["place"]
        firsts = events.loc[name == first, ["user", *by]].assign(place=place[name == first])
        later = pd.merge_asof(seconds, thirds, on="place", direction="forward")
        found = pd.merge_asof(firsts, later, on="place", direction="forward")
        limit = found["place"] + within * DAY
        found["depth"] = 1 + (found["second"] <= limit) + (found["third"] <= limit)
        # Rows lie by user: what a user has first is what any of the user's events has.
        users = found.groupby("user", sort=False).agg(
            depth=("depth", "max"), **{each: (each, "first") for each in by}
        )
        return users.groupby(["depth", *by], observed=True).size().reset_index(name="users")

    return answer


def _retention(events: pd.DataFrame, last: int) -> pd.DataFrame:
    del last
    visits = events.loc[events["event"] == "visit", ["user", "time"]]
    starts = visits.drop_duplicates("user").set_index("user")["time"]
    bought = events.loc[events["event"] == "purchase", ["user", "time"]]
    start = bought["user"].map(starts)
    later = bought["time"] > start
    cohort = ((start[later] - MONDAY) // WEEK).astype("int64")
    cells = pd.DataFrame(
        {
            "user": bought["user"][later],
            "cohort": cohort,
            "period": (bought["time"][later] - MONDAY) // WEEK - cohort,
        }
    ).drop_duplicates()
    cells = cells[cells["period"] <= 12]
    return cells.groupby(["cohort", "period"]).size().reset_index(name="users")


def _paths(events: pd.DataFrame, last: int) -> pd.DataFrame:
    del last
    user, time = events["user"].to_numpy(), events["time"].to_numpy()
    code = events["event"].cat.codes.to_numpy()
    opens = np.ones(len(events), bool)
    opens[1:] = (user[1:] != user[:-1]) | (time[1:] - time[:-1] > GAP)
    kept = opens.copy()
    kept[1:] |= code[1:] != code[:-1]
    time, code, opens = time[kept], code[kept], opens[kept]
    row = np.arange(len(time))
    step = 1 + row - np.maximum.accumulate(np.where(opens, row, 0))
    ends = np.append(opens[1:], True)
    edges = pd.DataFrame(
        {
            "step": step,
            "source": code,
            "target": np.where(ends, len(NAMES), np.append(code[1:], 0)),
            "micros": np.where(ends, np.nan, np.append(np.diff(time), 0)),
        }
    )[step <= 5]
    grouped = edges.groupby(["step", "source", "target"])["micros"]
    table = grouped.agg(["size", "median"]).reset_index()
    table.columns = pd.Index(["step", "source", "target", "count", "micros"])
    names = np.array([*NAMES, "(exit)"], object)
    return table.assign(source=names[table["source"]], target=names[table["target"]])


def _segment(events: pd.DataFrame, last: int) -> pd.DataFrame:
    name, user, time = events["event"], events["user"], events["time"]
    bought = user[(name == "purchase") & (events["amount"] >= 20) & (time > last - 90 * DAY)]
    counts = bought.value_counts(sort=False)
    often = counts.index[counts >= 2]
    searched = user[(name == "search") & (time > last - 7 * DAY)].unique()
    refunded = user[name == "refund"].unique()
    return pd.DataFrame({"user": often[often.isin(searched) & ~often.isin(refunded)]})


def _trend(events: pd.DataFrame, last: int) -> pd.DataFrame:
    del last
    bought = events.loc[events["event"] == "purchase", ["user", "time"]]
    weeks = bought.assign(week=(bought["time"] - MONDAY) // WEEK)[["user", "week"]]
    return weeks.drop_duplicates().groupby("week").size().reset_index(name="users")


def _matrix(events: pd.DataFrame, last: int) -> pd.DataFrame:
    del last
    user, code = events["user"].to_numpy(), events["event"].cat.codes.to_numpy()
    within = user[1:] == user[:-1]
    size = len(NAMES)
    pair = code[:-1][within].astype(np.int64) * size + code[1:][within]
    counts = np.bincount(pair, minlength=size * size)
    some = np.flatnonzero(counts)
    names = np.array(NAMES, object)
    return pd.DataFrame(
        {"source": names[some // size], "target": names[some % size], "count": counts[some]}
    )


_ANSWERS: dict[str, Callable[[pd.DataFrame, int], pd.DataFrame]] = {
    "funnel": _funnel(),
    "predicate": _funnel(above=20),
    # A user has one region, so "the value at step 1" is that of any event.
    "breakdown": _funnel(by=("region",)),
    "unlimited": _funnel("cart", "checkout", "purchase", within=DAYS),
    "retention": _retention,
    "paths": _paths,
    "segment": _segment,
    "trend": _trend,
    "matrix": _matrix,
}


if __name__ == "__main__":
    serve(Pandas)
