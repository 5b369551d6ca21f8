"""CDNOW, well known (Fader and Hardie 2001), counted in pandas from the rows as they come."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from behavio_jupyter import connect, datasets

WEEKS = 39


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    path = resources.files("behavio_jupyter.datasets") / "cdnow.parquet"
    with resources.as_file(path) as file:
        return pq.read_table(file).to_pandas()


def test_the_published_numbers(rows: pd.DataFrame):
    assert len(rows) == 69_659
    assert rows["user_id"].nunique() == 23_570
    log = datasets.cdnow()
    assert log.quality.rows == 69_659
    assert log.quality.users == 23_570
    assert log.events.loc[0, "users"] == 23_570


def test_all_rows_are_purchases_where_each_has_an_id(rows: pd.DataFrame):
    log = connect(rows.reset_index(names="row"), insert_id="row")
    assert len(log) == 69_659
    totals = log.trend("sum(purchase.amount) per month").table["value"]
    months = rows["timestamp"].dt.month + 12 * rows["timestamp"].dt.year
    np.testing.assert_allclose(totals, rows.groupby(months)["amount"].sum())


def test_the_weekly_repeat_curve(rows: pd.DataFrame):
    """The share of customers who buy again in the n-th week after their first."""
    week = (rows["timestamp"] - pd.Timestamp("1996-12-30", tz="UTC")).dt.days // 7
    first = week.groupby(rows["user_id"]).transform("min")
    number = week - first
    sizes = rows.groupby(first)["user_id"].nunique()
    returned = rows.assign(first=first, number=number)[number > 0]
    counted = returned.groupby(["first", "number"])["user_id"].nunique()
    cells = counted.unstack(fill_value=0).reindex(columns=range(1, WEEKS + 1), fill_value=0)

    result = datasets.cdnow().retention(f"purchase -> purchase per week for {WEEKS}")
    table = result.table
    mondays = (table["cohort"] - pd.Timestamp("1996-12-30", tz="UTC")).dt.days // 7
    wide = table.assign(week=mondays).pivot(index="week", columns="period", values="retained")
    assert wide[range(1, WEEKS + 1)].to_numpy().tolist() == cells.to_numpy().tolist()
    assert result.cohorts["size"].tolist() == sizes.tolist()
    again = (
        rows.drop_duplicates().assign(number=number).query("number == 0").groupby("user_id").size()
    )
    assert wide[0].sum() == (again > 1).sum()
    assert table["complete"].all()  # the last cohort's 39th week is over by the end of June 1998

    curve = cells.sum() / sizes.sum()
    average = result.average.set_index("period").loc[1:WEEKS]
    np.testing.assert_allclose(average["rate"], curve, rtol=1e-12)
    assert average["size"].eq(23_570).all()
    assert average["retained"].tolist() == cells.sum().tolist()


def test_the_cumulative_repeat_curve(rows: pd.DataFrame):
    """The share who ever bought again within n weeks of 168 hours: rolling, by a funnel."""
    days = rows.drop_duplicates(["user_id", "timestamp"]).sort_values("timestamp")
    second = days.groupby("user_id")["timestamp"].nth(1)
    users = days.loc[second.index, "user_id"]
    first = days.groupby("user_id")["timestamp"].min()
    waited = (second.to_numpy() - first.loc[users].to_numpy()) / np.timedelta64(7, "D")
    log = connect(days)
    for weeks in (1, 4, 13, 39):
        text = f"purchase -> purchase within {weeks}w counting first entries"
        assert log.funnel(text).table["count"].tolist() == [23_570, int((waited <= weeks).sum())]


# Where the rules differ: docs/comparison.md, "pandas and SQL".


def test_rows_that_are_equal_are_one_purchase(rows: pd.DataFrame):
    assert rows.duplicated().sum() == 255
    assert len(datasets.cdnow()) == 69_659 - 255 == 69_404
