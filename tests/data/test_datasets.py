"""The logs that ship, and those that are made up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from behavio_jupyter import DataError, datasets


def test_contributions() -> None:
    log = datasets.contributions()
    assert (len(log), log.quality.users, log.store.schema.timezone) == (61_015, 2_119, "UTC")
    assert log.quality.shared_instants == 12_585
    assert log.quality.removed == ()


def test_cdnow() -> None:
    log = datasets.cdnow()
    # 255 purchases equal another of the same customer and day in every column.
    assert (len(log), log.quality.rows, log.quality.users) == (69_404, 69_659, 23_570)
    assert log.quality.end == 899_251_200_000_000  # 1998-07-01, the end of the last day


def test_a_generated_log() -> None:
    made = datasets.generate(50_000, 2_000, seed=3)
    assert made.events.equals(datasets.generate(50_000, 2_000, seed=3).events)
    assert not made.events.equals(datasets.generate(50_000, 2_000, seed=4).events)
    assert (made.events.num_rows, made.users.num_rows) == (50_000, 2_000)
    time = made.events["timestamp"].cast(pa.int64()).to_numpy()
    assert (np.diff(time) >= 0).all()
    first = 1_767_225_600_000_000
    assert first <= time[0]
    assert time[-1] < first + 90 * 86_400_000_000

    log = made.connect()
    assert len(log) == 50_000
    assert log.quality.users < 2_000
    assert log.quality.shared_instants > 500
    counts = log.quality.counts
    assert set(counts) == {
        *("visit", "search", "view", "heartbeat", "cart"),
        *("checkout", "purchase", "refund", "signup"),
    }
    assert counts["cart"] > counts["checkout"] > counts["purchase"] > counts["refund"] > 0
    per_user = np.sort(np.diff(log.store.offsets()))[::-1]
    assert per_user[: len(per_user) // 10].sum() > 0.3 * len(log)

    rates = log.funnel("visit -> cart -> purchase within 1d by platform").table
    rate = rates[rates["step"] == 3].set_index("platform")["from_start"]
    assert rate["ios"] > rate["web"] > rate["android"]
    refunds = made.events.filter(pc.equal(made.events["event"], "refund"))
    bought = made.events.filter(pc.equal(made.events["event"], "purchase"))
    assert pc.all(pc.is_in(refunds["order_id"], value_set=bought["order_id"].combine_chunks()))
    assert refunds["amount"].null_count == 0


@pytest.mark.parametrize("size", [0, 1, 10, 1_000])
def test_every_size_is_exact(size: int) -> None:
    assert datasets.generate(size, 7).events.num_rows == size
    assert len(datasets.generate(size, 7).connect()) == size


def test_sizes_that_make_no_sense() -> None:
    for events, users in ((-1, 5), (5, 0), (5, -5)):
        with pytest.raises(DataError, match="needs users and days"):
            datasets.generate(events, users)
    for start in ("soon", "", 5, None):
        with pytest.raises(DataError, match="is no date"):
            datasets.generate(5, 5, start=start)  # type: ignore[arg-type]
    for days in (10**4 * 366, 10**9, 10**30):
        with pytest.raises(DataError, match="leave the years 1 to 9999"):
            datasets.generate(5, 5, days=days)
    for name in ("events", "users", "seed", "days"):
        with pytest.raises(DataError, match=f"{name} is a whole number, not '10'"):
            datasets.generate(**{name: "10"})  # type: ignore[arg-type]
    with pytest.raises(DataError, match="from 0 on, not -1"):
        datasets.generate(5, 5, seed=-1)


def test_the_first_day() -> None:
    by_offset = datasets.generate(50, 5, start="2026-01-01T02:00+02:00")
    assert by_offset.events.equals(datasets.generate(50, 5, start="2026-01-01").events)
