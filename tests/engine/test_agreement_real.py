"""The local engine agrees with the reference on the two real logs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

import pyarrow.parquet as pq
import pytest

from behavio_jupyter import EventLog, datasets, parse
from behavio_jupyter.engine.local import LocalEngine, parallel

from ..reference.log import Log
from .agreement import agree

OF_CONTRIBUTIONS = [
    "funnel code -> test -> docs within 7d",
    "funnel code -> test? -> docs within 7d by repo top 3 per month",
    "funnel code -> test -> release within 7d counting attempts by bot at last step",
    "funnel code -> docs within 1d in strict order counting sessions session 12h",
    "funnel code -> test -> docs within 7d counting sessions session 12h by repo at last step",
    "funnel code -> test within 7d counting attempts where bot = false",
    "funnel code -> test -> docs in any order within 1d same repo counting first entries",
    "funnel code -> merge within 3d without docs between 1 and 2 by utc_offset_minutes top 5",
    "retention first ever any -> any per month for 24 by repo top 4",
    "retention code -> code per week for 8 rolling during 2014-01-01 to 2016-12-31",
    "retention code[insertions > 100] -> test per month brackets 0, 1-3, 4-12 on or after",
    "paths steps 5 top 3 session 12h",
    "paths from code to test session 1d by bot counting users",
    "paths to test session 1d steps 4 by repo top 3 counting users",
    "paths to release session 7d steps 4 keep repeats where bot = false",
    "trend users of any per month by repo top 3",
    "trend median(any.insertions) per month where bot = false",
    "trend sum(code.insertions) / users of code per week during 2015-01-01 to 2016-12-31",
    "trend sessions of code per week session 1d",
    "segment count(code) >= 10 and first(repo) = 'ipython' and not did(docs)",
    "segment count_days(any) >= 30 in last 3mo or max(any.insertions) > 20000",
    "segment sequence(code -> test -> docs within 1h) and last_seen < 365d ago",
    "segment code then not test within 1d",
]
OF_CDNOW = [
    "funnel purchase -> purchase -> purchase within 60d",
    "funnel purchase -> purchase[amount > 50] within 30d by cds counting attempts per week",
    "retention purchase -> purchase per week for 12",
    "retention purchase -> purchase per month for 12 rolling",
    "retention every purchase -> purchase per month for 6 by cds top 2",
    "retention first ever purchase -> purchase per day for 7 including start",
    "paths keep repeats session off steps 4",
    "trend events of purchase per week",
    "trend p90(purchase.amount) per month",
    "segment sum(purchase.amount) > 500 and inactive for 60d",
    "segment count(purchase) = 1 within 30d of first(purchase) and last_seen >= 1998-01-01",
]


@pytest.fixture(scope="module", autouse=True)
def _many_ranges() -> Iterator[None]:
    """Scan the logs in several ranges at once, as much larger ones are, and join what is found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "_SMALL", 1_000)
        yield


def reference_of(name: str) -> Log:
    path = resources.files("behavio_jupyter.datasets") / f"{name}.parquet"
    with resources.as_file(path) as file:
        rows = pq.read_table(file).to_pylist()
    names = {"user_id": "user", "timestamp": "time"}
    rows = [{names.get(key, key): value for key, value in row.items()} for row in rows]
    properties = [key for key in rows[0] if key not in ("user", "event", "time")]
    return Log(rows, properties=properties)


@pytest.fixture(scope="module")
def contributions() -> tuple[Log, EventLog]:
    return reference_of("contributions"), datasets.contributions()


@pytest.fixture(scope="module")
def cdnow() -> tuple[Log, EventLog]:
    return reference_of("cdnow"), datasets.cdnow()


def check(logs: tuple[Log, EventLog], text: str) -> None:
    reference, log = logs
    agree(parse(text), reference, LocalEngine(log.store, {}), "UTC", seed=7, picks=2)


@pytest.mark.parametrize("text", OF_CONTRIBUTIONS)
def test_contributions(contributions: tuple[Log, EventLog], text: str):
    check(contributions, text)


@pytest.mark.parametrize("text", OF_CDNOW)
def test_cdnow(cdnow: tuple[Log, EventLog], text: str):
    check(cdnow, text)
