"""retentioneering, whose usage reports stay off."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from retentioneering import Eventstream

os.environ["RETENTIONEERING_NO_TRACK"] = "1"

START, END = "path_start", "path_end"


def stream_of(events: pd.DataFrame) -> Eventstream:
    """Return the events as a stream; of those at one time, the first row is the first."""
    from retentioneering import Eventstream  # takes seconds

    frame = events[["user_id", "event", "timestamp"]]
    return Eventstream(frame.assign(timestamp=frame["timestamp"].dt.tz_localize(None)))


def funnel(stream: Eventstream, steps: str, path: str | None = None) -> list[int]:
    """Return how many paths reach each step."""
    found = stream.funnel_data(steps.split(" -> "), path_col=path)
    return [step["unique_paths"] for step in found["steps"]]


def transitions(stream: Eventstream, path: str | None = None) -> dict[tuple[str, str], int]:
    """Return how often an event follows another; paths begin and end with made-up ones."""
    wide = stream.transition_graph_data("count", path_col=path)
    return {pair: int(count) for pair, count in wide.stack().items() if count}
