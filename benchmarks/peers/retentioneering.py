"""retentioneering, up to a million events.

Its funnel has no window and no repeats: a path reaches a step at its first such event after the
first one of the step before, in the order of the rows. That is what an ordered funnel within the
whole log counts. Rows are given in the order of user, time and name.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

# It reports what is done with it over the network unless told otherwise.
os.environ["RETENTIONEERING_NO_TRACK"] = "1"

import pandas as pd
from retentioneering.eventstream import Eventstream

from ..serving import serve
from ..workload import Rows


class Retentioneering:
    """The events in an Eventstream."""

    def __init__(self, folder: Path) -> None:
        del folder  # everything is in memory

    def load(self, events: str) -> None:
        """Read the events from a Parquet file."""
        frame = pd.read_parquet(events, columns=["user_id", "event", "timestamp"])
        frame = frame.astype({"user_id": str, "event": str})
        frame["timestamp"] = frame["timestamp"].dt.tz_localize(None)
        frame = frame.sort_values(["user_id", "timestamp", "event"], ignore_index=True)
        self.stream = Eventstream(frame)

    def ask(self, key: str) -> Any:
        """Answer a question of the workload."""
        if key == "matrix":
            return self.stream.transition_graph_data("count")
        return self.stream.funnel_data(["cart", "checkout", "purchase"])

    def rows(self, key: str, answer: Any) -> Rows:
        """Return an answer as all sides give it."""
        if key != "matrix":
            steps = enumerate(answer["steps"], 1)
            return [(number, int(step["unique_paths"])) for number, step in steps]
        inside = [name for name in answer.index if not str(name).startswith("path_")]
        counts = (
            (str(source), str(target), int(answer.loc[source, target]))
            for source in inside
            for target in inside
        )
        return sorted((row for row in counts if row[2]), key=repr)


if __name__ == "__main__":
    serve(Retentioneering)
