"""The events and the questions that all sides are asked."""

from __future__ import annotations

import hashlib
import inspect
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from behavio_jupyter.datasets import generate, generator

DAYS = 120
EVENTS_PER_USER = 40
REGIONS = 20
NUMBERS_OF_VALUES = (2, 10, 100, 1_000, 10_000)
"""How many values the properties have by which the growth with values is measured."""

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
    reads : tuple of {"mask", "region"}
        What it is about besides offsets, times and event numbers.
    """

    title: str
    kind: str
    text: str
    reads: tuple[str, ...] = ()


QUESTIONS = {
    "funnel": Question(
        "funnel, 3 steps within 7 days", "funnel", "visit -> cart -> purchase within 7d"
    ),
    "predicate": Question(
        "funnel with a predicate on a step",
        "funnel",
        "visit -> cart -> purchase[amount > 20] within 7d",
        ("mask",),
    ),
    "breakdown": Question(
        f"funnel by a property of {REGIONS} values",
        "funnel",
        f"visit -> cart -> purchase within 7d by region top {REGIONS}",
        ("region",),
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
        ("mask",),
    ),
    "trend": Question("trend of users by week", "trend", "users of purchase per week"),
    "unlimited": Question(
        "funnel, 3 steps within the whole log",
        "funnel",
        f"cart -> checkout -> purchase within {DAYS}d",
    ),
    "matrix": Question(
        "transition matrix of whole histories", "paths", "steps 2 keep repeats session off"
    ),
}

CONTROLS = {
    "segment": (
        "segment",
        "count(purchase where amount >= {}) >= 2 in last 90d and did(search) in last 7d"
        " and not did(refund)",
    ),
    "funnel": ("funnel", "visit -> cart -> purchase within {}d"),
    "funnel, broken down": ("funnel", "visit -> cart -> purchase within {}d by country"),
    "funnel of sessions": ("funnel", "visit -> cart -> purchase within {}h counting sessions"),
    "funnel of all attempts": ("funnel", "visit -> cart -> purchase within {}d counting attempts"),
    "retention": ("retention", "visit -> purchase per week for {}"),
    "retention of any event, by day, broken down": (
        "retention",
        "any -> any per day for {} by country",
    ),
    "paths": ("paths", "from visit steps 6 top {}"),
    "paths, broken down": ("paths", "from visit steps 6 top {} by country"),
    "paths of users": ("paths", "from visit steps 6 top {} counting users"),
    "paths of users, broken down": ("paths", "from visit steps 6 top {} counting users by country"),
    "trend": ("trend", "users of purchase per week where amount > {}"),
    "trend of any event, by day": ("trend", "events of any per day where amount > {}"),
    "trend of sessions, by day": ("trend", "sessions of any per day session {}m"),
}
"""What widgets, by kind, are asked when a control changes: the number is another each time."""


def events_file(events: int, folder: Path, *, wide: bool = False) -> Path:
    """Return a Parquet file of so many generated events; it is made once.

    A process of its own makes it, so that its memory is not counted with anything measured. Files
    that another generator made are removed.

    Parameters
    ----------
    events : int
    folder : Path
    wide : bool
        Whether it has the properties ``of_2`` … ``of_10000`` besides ``region``.
    """
    name = f"{'wide' if wide else 'events'}-{events}"
    path = folder / f"{name}-{_generator()}.parquet"
    if not path.exists():
        for old in folder.glob(f"{name}-*"):
            old.unlink()
        command = [sys.executable, "-m", "benchmarks.workload", str(events), str(path)]
        subprocess.run(
            [*command, *(["wide"] if wide else [])],
            check=True,
            cwd=Path(__file__).parent.parent,
            start_new_session=True,
        )
    return path


def _generator() -> str:
    """Return what tells one generator from another: their code, and numpy's random numbers."""
    parts = (
        Path(generator.__file__).read_text(encoding="utf-8"),
        inspect.getsource(write),
        repr((DAYS, EVENTS_PER_USER, REGIONS, NUMBERS_OF_VALUES)),
        version("numpy"),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def write(events: int, path: Path, *, wide: bool = False) -> None:
    """Generate events, add the property ``region`` (one of each user), and write them."""
    table = generate(events, max(events // EVENTS_PER_USER, 1), seed=7, days=DAYS).events
    random = np.random.default_rng(7)
    users = table["user_id"].combine_chunks()
    region = random.integers(0, REGIONS, len(users.dictionary), np.int8)
    names = pa.array([f"region {number:02}" for number in range(REGIONS)])
    of_event = pa.DictionaryArray.from_arrays(pa.array(region[users.indices.to_numpy()]), names)
    table = table.append_column("region", of_event)
    for values in NUMBERS_OF_VALUES if wide else ():
        codes = pa.array(random.integers(0, values, table.num_rows, np.int16))
        named = pa.array([f"value {number:05}" for number in range(values)])
        column = pa.DictionaryArray.from_arrays(codes, named)
        table = table.append_column(f"of_{values}", column)
    half = path.with_suffix(".half")
    pq.write_table(table, half, compression="zstd")
    half.rename(path)


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]), wide=len(sys.argv) > 3)
