import math

import numpy as np
import pandas as pd
import pytest

from behavio_jupyter import connect, datasets
from behavio_jupyter.result.wording import decimals_of, number
from tests.definitions import by

from .answers import EMPTY, trend


def test_the_table_is_the_points():
    table = trend().table
    assert list(table.columns) == ["period", "value", "complete"]
    assert table["value"].tolist() == pytest.approx([10, 15, np.nan, 4], nan_ok=True)


def test_changes_compare_with_the_period_before():
    changes = trend({(): [10.0, 15.0, 0.0, 5.0]}).changes
    assert list(changes.columns) == ["period", "value", "previous", "change", "relative"]
    assert changes["previous"].tolist() == pytest.approx([np.nan, 10, 15, 0], nan_ok=True)
    assert changes["change"].tolist() == pytest.approx([np.nan, 5, -15, 5], nan_ok=True)
    assert changes["relative"].tolist() == pytest.approx([np.nan, 0.5, -1, np.nan], nan_ok=True)


def test_changes_stay_in_their_group():
    result = trend({("DE",): [1.0, 2.0], ("US",): [8.0, 4.0]}, ("country",), by=by("country"))
    changes = result.changes
    assert changes.columns[0] == "country"
    assert changes["relative"].tolist() == pytest.approx([np.nan, 1, np.nan, -0.5], nan_ok=True)


def test_the_numbers_of_a_column_have_as_many_decimals():
    shown = repr(trend({(): [33.5, 41.0, np.nan, 1 / 3]}))
    rows = [line.split() for line in shown.splitlines() if line.startswith("2026-")]
    assert [row[1:3] for row in rows] == [
        ["33.50", "–"],
        ["41.00", "+7.50"],
        ["–", "–"],
        ["0.33", "–"],
    ]


def test_what_is_written_as_0_has_no_sign():
    words = repr(trend({(): [-0.0, 1e9, 1e9 + 0.25, 1e9]})).split()
    assert not {"-0", "+0", "−0", "+0.0", "−0.0"} & set(words)
    assert words.count("0") >= 3


@pytest.mark.parametrize("value", [148.05, 9.9995, 14.295, 60.005, 0.36495, -0.5, 1e21, 3e-11])
def test_a_number_alone_is_written_as_in_a_column(value):
    assert number(value, decimals_of([value])) == number(value)


def test_an_empty_log_has_no_period():
    result = trend({}, facts=EMPTY)
    assert len(result.table) == len(result.changes) == 0
    assert "The log is empty" in repr(result)


def test_periods_are_compared_with_those_of_the_range_before():
    log = datasets.contributions()
    asked = "users of any per month by repo top 2 during {}"
    result = log.trend(asked.format("2019-03-01 to 2019-12-31"))
    before = log.trend(
        asked.format("2018-05-01 to 2019-02-28").replace("top 2", "top 1000")
    ).table.set_index(["repo", "period"])["value"]
    compared = result.compared
    assert list(compared.columns) == [
        *("repo", "period", "value", "complete"),
        *("period_before", "value_before", "change", "relative"),
    ]
    assert compared[["repo", "period", "value"]].equals(result.table[["repo", "period", "value"]])
    named = compared[compared["repo"] != "(other)"]
    assert named["period_before"].tolist() == [
        stamp - pd.DateOffset(months=10) for stamp in named["period"]
    ]
    for row in named.itertuples():
        assert row.value_before == before[row.repo, row.period_before]
        assert row.change == row.value - row.value_before
    # Others are (other) there.
    assert compared[compared["repo"] == "(other)"]["value_before"].isna().all()
    assert result.before_words == "The range before is 2018-05-01 to 2019-02-28."


def test_a_group_that_is_new_is_compared_with_nothing():
    days = ["2026-01-05", "2026-01-20", "2026-02-03", "2026-02-04", "2026-02-05"]
    events = pd.DataFrame(
        {
            "user": list("aabcd"),
            "event": "visit",
            "time": pd.to_datetime(days),
            "country": ["DE", "DE", "DE", "FR", "FR"],
            "amount": [1.0, 2.0, 3.0, 4.0, 5.0],
        }
    )
    log = connect(events)
    asked = "by country per month during 2026-02-01 to 2026-02-28"
    found = log.trend(f"users of visit {asked}").compared.set_index("country")
    assert found.loc["FR", ["value_before", "change"]].tolist() == [0, 2]
    assert found.loc["DE", ["value_before", "change"]].tolist() == [1, 0]
    average = log.trend(f"avg(visit.amount) {asked}").compared.set_index("country")
    assert math.isnan(average.loc["FR", "value_before"])
    share = log.trend(f"users of visit / events of visit {asked}").compared.set_index("country")
    assert math.isnan(share.loc["FR", "value_before"])


def test_a_range_that_goes_on_is_compared_up_to_the_same_day():
    result = datasets.cdnow().trend("events of any per week since 1998-05-04")
    assert str(result.range_before) == "1998-03-02 to 1998-04-28"
    assert result.compared["period_before"].notna().all()


def test_what_lies_before_the_log_has_no_value():
    log = datasets.cdnow()
    partly = log.trend("events of any per month during 1997-02-01 to 1997-03-31")
    january = log.trend("events of any per month during 1997-01-01 to 1997-01-31").table["value"]
    assert partly.compared["value_before"].tolist() == pytest.approx(
        [np.nan, january[0]], nan_ok=True
    )
    assert "the log begins on 1997-01-01" in partly.before_words
    wholly = log.trend("events of any per month during 1997-01-01 to 1997-03-31")
    assert wholly.before is None
    assert wholly.compared["value_before"].isna().all()
    assert "lies before the log, which begins on 1997-01-01" in wholly.before_words
    always = log.trend("events of any per month")
    assert always.before is None
    assert "Choose the first day" in always.before_words


@pytest.mark.parametrize(
    ("day", "hours", "missing"),
    [("2026-03-29", 23, 0), ("2026-03-30", 24, 1), ("2026-10-25", 25, 0)],
)
def test_hours_are_compared_by_the_clock(day, hours, missing):
    stamps = pd.date_range("2026-03-01", "2026-11-01", freq="h", tz="Europe/Berlin")
    frame = pd.DataFrame({"user": "ann", "event": "e", "time": stamps})
    log = connect(frame, timezone="Europe/Berlin")
    compared = log.trend(f"events of e per hour during {day} to {day}").compared
    assert len(compared) == hours
    assert compared["period_before"].isna().sum() == missing
    known = compared.dropna(subset="period_before")
    assert (known["period"].dt.hour == known["period_before"].dt.hour).all()
    assert (known["value_before"] == 1).all()


def test_an_empty_log_has_nothing_before():
    result = trend({}, facts=EMPTY)
    assert result.before is None
    assert "The log is empty" in result.before_words
    assert len(result.compared) == 0


def test_values_are_drawn_as_bars_where_none_is_below_zero():
    assert "linear-gradient(90deg" in trend().to_fragment()
    assert "linear-gradient" not in trend({(): [5.0, -5.0]}).to_fragment()
