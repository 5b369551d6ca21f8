import numpy as np
import pandas as pd
import pytest

from behavio_jupyter import errors
from behavio_jupyter.query import Funnel
from behavio_jupyter.result import FunnelResult
from tests.definitions import by, step, steps

from .answers import by_country, funnel, two_segments, weeks

COLUMNS = [
    *("step", "name", "count", "from_start", "from_start_low", "from_start_high"),
    *("from_previous", "median_seconds"),
]


def test_the_table_has_its_columns_and_types():
    table = funnel({(): [100, 40, 10]}).table
    assert list(table.columns) == COLUMNS
    assert table.dtypes.astype(str).tolist() == ["int64", "object", "int64", *["float64"] * 5]
    assert table["name"].tolist() == ["visit", "cart", "purchase"]


def test_rates_by_hand():
    table = funnel({(): [100, 40, 10]}).table
    assert table["from_start"].tolist() == [1, 0.4, 0.1]
    assert table["from_previous"].isna().tolist() == [True, False, False]
    assert table["from_previous"].tolist()[1:] == [0.4, 0.25]
    # Wilson: (p + z^2/2n +- z sqrt(p q / n + z^2 / 4 n^2)) / (1 + z^2 / n), p = 0.1, n = 100
    assert table["from_start_low"].iloc[2] == pytest.approx(0.0552, abs=5e-5)
    assert table["from_start_high"].iloc[2] == pytest.approx(0.1744, abs=5e-5)
    assert table["median_seconds"].tolist()[1:] == [180, 270]
    assert pd.isna(table["median_seconds"].iloc[0])


def test_previous_is_the_last_required_step():
    result = funnel({(): [100, 50, 20, 10]}, names="visit cart coupon? purchase")
    assert result.table["from_previous"].tolist()[1:] == [0.5, 0.4, 0.2]


def test_nobody_has_no_rates():
    table = funnel({(): [0, 0, 0]}).table
    assert table["count"].tolist() == [0, 0, 0]
    assert table[COLUMNS[3:]].isna().all(axis=None)


def test_in_any_order_steps_are_numbers_of_steps():
    result = funnel({(): [9, 3, 1]}, order="any")
    assert result.table["name"].tolist() == ["1 of 3", "2 of 3", "3 of 3"]
    assert result.title == "visit, cart, purchase in any order"


def test_a_step_of_several_events_is_named_by_its_text():
    definition = Funnel(steps=(step("add to cart"), step("cart", "wishlist")), within="1d")
    result = funnel({(): [9, 3]}, definition=definition)
    assert result.table["name"].tolist() == ["add to cart", "(cart | wishlist)"]


def test_a_step_is_named_as_the_question_says():
    named = step("cart", "wishlist").model_copy(update={"label": "basket"})
    result = funnel({(): [9, 3]}, definition=Funnel(steps=(step("visit"), named), within="1d"))
    assert result.table["name"].tolist() == ["visit", "basket"]
    assert result.title == "visit → basket"


def test_groups_come_first():
    table = by_country({"DE": [100, 40, 10], "(none)": [0, 0, 0]}).table
    assert list(table.columns) == ["country", *COLUMNS]
    assert table["country"].tolist() == ["DE"] * 3 + ["(none)"] * 3
    assert table["from_start"].tolist()[:3] == [1, 0.4, 0.1]
    assert table["from_start"].tolist()[3:] == pytest.approx([np.nan] * 3, nan_ok=True)


def test_a_trend_says_which_periods_are_complete():
    complete = pd.Series([True, True, False], index=weeks(3))
    counts = {(label,): [40, 8, 2] for label in weeks(3)}
    table = funnel(counts, ("period",), complete=complete, per="week").table
    assert list(table.columns) == ["period", *COLUMNS, "complete"]
    assert table["complete"].tolist() == [True] * 6 + [False] * 3
    assert table["complete"].dtype == bool
    assert str(table["period"].dtype) == "datetime64[us, Europe/Berlin]"


def test_the_table_is_not_the_results_own():
    result = funnel({(): [100, 40, 10]})
    table = result.table
    table["count"] = 0
    table.loc[:, "from_start"] = 0.0
    assert result.table["count"].tolist() == [100, 40, 10]
    assert result.table["from_start"].tolist() == [1, 0.4, 0.1]


def test_times_and_histogram_are_the_engines():
    result = funnel({(): [100, 40, 10]})
    assert result.times["step"].tolist() == [2, 3, 0]
    assert list(result.times.columns) == ["step", "count", "p25", "median", "p75", "p90"]
    assert result.histogram["count"].sum() == 10


def test_groups_are_compared_with_the_first():
    comparison = by_country({"US": [80, 60, 48], "DE": [70, 60, 56]}).comparison
    assert list(comparison.columns) == [
        *("country", "count", "rate", "difference", "low", "high", "test", "p_value"),
    ]
    row = comparison.iloc[0]
    assert (row["country"], row["count"], row["rate"], row["test"]) == ("DE", 56, 0.8, "chi-square")
    assert row["difference"] == pytest.approx(0.2)
    assert (row["low"], row["high"]) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_more_than_two_comparisons_are_adjusted():
    three = {"a": [90, 1, 50], "b": [90, 1, 40], "c": [90, 1, 30]}
    assert "p_adjusted" not in by_country(three).comparison
    four = by_country({**three, "d": [90, 1, 60]}).comparison
    assert (four["p_adjusted"] >= four["p_value"]).all()
    assert four["p_adjusted"].min() == pytest.approx(3 * four["p_value"].min())


def test_periods_are_summed_before_groups_are_compared():
    labels = weeks(2)
    counts = {
        (name, label): [n, n, n // 2] for name, n in (("a", 40), ("b", 20)) for label in labels
    }
    complete = pd.Series([True, False], index=labels)
    result = funnel(counts, ("country", "period"), complete=complete, per="week", by=by("country"))
    assert result.comparison["count"].tolist() == [20]
    assert result.comparison["difference"].tolist() == [0]


def test_one_group_has_nothing_to_compare_with():
    with pytest.raises(errors.DefinitionError, match="compare several"):
        _ = funnel({(): [3, 2, 1]}).comparison


@pytest.mark.parametrize(("entered", "small"), [(29, True), (30, False)])
def test_fewer_than_thirty_are_small(entered, small):
    assert by_country({"DE": [100, 1, 1], "US": [entered, 1, 1]}).small is small


def test_what_is_counted_is_named():
    assert funnel({(): [100, 40, 10]}).subtitle.startswith("n = 100 users · within 7d · ")
    assert "n = 1 attempt " in funnel({(): [1, 0, 0]}, counting="attempts").subtitle
    compared = funnel({("a",): [3, 2, 1], ("b",): [4, 2, 1]}, ("segment",), **two_segments())
    assert compared.subtitle.startswith("n = 3 + 4 users · within 7d · ")


def test_it_is_found_by_its_name():
    assert isinstance(funnel({(): [3, 2, 1]}), FunnelResult)
    assert funnel({(): [3, 2, 1]}).definition == Funnel(
        steps=steps("visit cart purchase"), within="7d"
    )
