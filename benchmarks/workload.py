"""The events and the questions that all sides are asked."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from behavio_jupyter.datasets import generate

DAYS = 120
EVENTS_PER_USER = 40
REGIONS = 20

Rows = list[tuple[object, ...]]
"""An answer in the form in which sides are compared."""


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    title : str
    kind : str
        The method of a log that answers it.
    text : str
    """

    title: str
    kind: str
    text: str


QUESTIONS = {
    "funnel": Question(
        "funnel, 3 steps within 7 days", "funnel", "visit -> cart -> purchase within 7d"
    ),
    "predicate": Question(
        "funnel with a predicate on a step",
        "funnel",
        "visit -> cart -> purchase[amount > 20] within 7d",
    ),
    "breakdown": Question(
        f"funnel by a property of {REGIONS} values",
        "funnel",
        f"visit -> cart -> purchase within 7d by region top {REGIONS}",
    ),
    "retention": Question(
        "retention over 12 weeks", "retention", "visit -> purchase per week for 12"
    ),
    "paths": Question("paths of 6 steps", "paths", "steps 6 top 10"),
    "segment": Question(
        "segment of 3 conditions",
        "segment",
        "count(purchase where amount >= 20) >= 2 in last 90d and did(search) in last 7d"
        " and not did(refund)",
    ),
    "trend": Question("trend of users by week", "trend", "users of purchase per week"),
}


def events_file(events: int, folder: Path) -> Path:
    """Return a Parquet file of so many generated events; it is made once.

    A process of its own makes it, so that its memory is not counted with anything measured.
    """
    path = folder / f"events-{events}.parquet"
    if not path.exists():
        subprocess.run([sys.executable, "-m", __spec__.name, str(events), str(path)], check=True)
    return path


def write(events: int, path: Path) -> None:
    """Generate events, add the property ``region`` (one of each user), and write them."""
    table = generate(events, events // EVENTS_PER_USER, seed=7, days=DAYS).events
    users = table["user_id"].combine_chunks()
    region = np.random.default_rng(7).integers(0, REGIONS, len(users.dictionary), np.int8)
    names = pa.array([f"region {number:02}" for number in range(REGIONS)])
    of_event = pa.DictionaryArray.from_arrays(pa.array(region[users.indices.to_numpy()]), names)
    half = path.with_suffix(".half")
    pq.write_table(table.append_column("region", of_event), half, compression="zstd")
    half.rename(path)


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
