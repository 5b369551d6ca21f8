"""Every interval and test that is shown, by another way than the one the product takes.

It takes a formula for Wilson, statsmodels for Newcombe and Holm, scipy for Fisher and chi-square.
Here are scipy for Wilson, fractions for Fisher, for the others what the literature says:
Newcombe (1998), Statistics in Medicine 17, 873-890, method 10; Pearson's chi-square by the
difference of two rates; Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2_contingency
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from behavio_jupyter.result.statistics import FEW, compare, holm, wilson

from .events import opened, random_events, real

sizes = st.integers(1, 60) | st.integers(1, 2_000)
shares = sizes.flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
Share = tuple[int, int]


def wilson_by_scipy(share: Share) -> tuple[float, float]:
    low, high = binomtest(*share).proportion_ci(0.95, method="wilson")
    return float(low), float(high)


def newcombe(share: Share, first: Share) -> tuple[float, float]:
    (low, high), (first_low, first_high) = wilson_by_scipy(share), wilson_by_scipy(first)
    p, q = share[0] / share[1], first[0] / first[1]
    below = math.hypot(p - low, first_high - q)
    above = math.hypot(high - p, q - first_low)
    return p - q - below, p - q + above


def least_expected(share: Share, first: Share) -> Fraction:
    total = share[1] + first[1]
    yes = share[0] + first[0]
    rows, columns = (yes, total - yes), (share[1], first[1])
    return min(Fraction(row * column, total) for row in rows for column in columns)


def fisher(share: Share, first: Share) -> float:
    """The sum of the probabilities of all tables that are no more likely, in whole numbers."""
    yes = share[0] + first[0]
    ways = [
        math.comb(share[1], k) * math.comb(first[1], yes - k)
        for k in range(max(0, yes - first[1]), min(yes, share[1]) + 1)
    ]
    own = math.comb(share[1], share[0]) * math.comb(first[1], first[0])
    return float(Fraction(sum(way for way in ways if way <= own), sum(ways)))


def chi_square(share: Share, first: Share) -> float:
    pooled = (share[0] + first[0]) / (share[1] + first[1])
    z = share[0] / share[1] - first[0] / first[1]
    z /= math.sqrt(pooled * (1 - pooled) * (1 / share[1] + 1 / first[1]))
    return math.erfc(abs(z) / math.sqrt(2))


def holm_by_hand(p_values: list[float]) -> list[float]:
    """The largest, over all that are no larger, of p times the number of those not smaller."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted, most = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        most = max(most, min(1.0, (len(order) - rank) * p_values[place]))
        adjusted[place] = most
    return adjusted


@given(st.lists(shares, min_size=1, max_size=8))
@example([(0, 1), (1, 1), (0, 20), (20, 20), (1, 29), (0, 10**9), (10**9, 10**9)])
def test_wilson(given_shares: list[Share]):
    counts, totals = zip(*given_shares, strict=True)
    found = np.array(wilson(counts, totals)).T
    expected = [wilson_by_scipy(share) for share in given_shares]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    assert (found >= 0).all()
    assert (found <= 1).all()


@given(shares, shares)
@example((0, 20), (0, 30))
@example((20, 20), (0, 30))
@example((20, 20), (30, 30))
@example((1, 1), (0, 1))
@example((0, 10**9), (10**9, 10**9))
def test_differences(share: Share, first: Share):
    found = compare(*share, *first)
    low, high = newcombe(share, first)
    assert found.difference == pytest.approx(share[0] / share[1] - first[0] / first[1], abs=1e-15)
    assert found.low == pytest.approx(low, rel=1e-9, abs=1e-12)
    assert found.high == pytest.approx(high, rel=1e-9, abs=1e-12)
    assert -1 <= found.low <= found.difference <= found.high <= 1


@given(shares, shares)
@example((5, 10), (5, 10))  # exactly 5 are expected
@example((4, 9), (5, 10))
@example((0, 100), (0, 100))
@example((100, 100), (100, 100))
@example((0, 1), (1, 1))
@example((7, 10), (3, 10))
def test_the_choice_and_the_tests(share: Share, first: Share):
    found = compare(*share, *first)
    if least_expected(share, first) < 5:
        assert found.test == "Fisher exact"
        if share[1] + first[1] < 500:
            assert found.p_value == pytest.approx(fisher(share, first), rel=1e-7, abs=1e-300)
    else:
        assert found.test == "chi-square"
        assert found.p_value == pytest.approx(chi_square(share, first), rel=1e-6, abs=1e-300)


@settings(max_examples=5)  # statsmodels collects garbage in every call, which takes long
@given(st.lists(st.floats(0, 1) | st.sampled_from((0.01, 0.02, 0.05)), min_size=1, max_size=12))
def test_holm(p_values: list[float]):
    np.testing.assert_allclose(holm(p_values), holm_by_hand(p_values), rtol=1e-12)
    others = multipletests(p_values, method="holm")[1]
    np.testing.assert_allclose(holm(p_values), others, rtol=1e-12)


def test_nobody():
    assert np.isnan(np.array(wilson([0], [0]))).all()
    for found in (compare(0, 0, 0, 0), compare(0, 0, 3, 5), compare(3, 5, 0, 0)):
        assert found.test is None
        assert np.isnan([found.difference, found.low, found.high, found.p_value]).all()


# As shown by results.


def assert_rates(table: pd.DataFrame, count: str, size: pd.Series, names: tuple[str, ...]) -> None:
    for row, total in zip(table.to_dict("records"), size, strict=True):
        shown = [row[name] for name in names]
        if total == 0:
            assert np.isnan(shown).all()
            continue
        share = (int(row[count]), int(total))
        np.testing.assert_allclose(
            shown, [share[0] / share[1], *wilson_by_scipy(share)], atol=1e-12
        )


def test_a_funnel_shows_them():
    log = opened(random_events(3, logs=1, users=300))
    result = log.funnel("a -> b -> c within 2d by p at last step")
    table = result.table
    entered = table.groupby("p", sort=False)["count"].transform("first")
    assert_rates(table, "count", entered, ("from_start", "from_start_low", "from_start_high"))
    ends = table.groupby("p", sort=False)["count"].agg(["first", "last"])
    first = (int(ends["last"].iloc[0]), int(ends["first"].iloc[0]))
    compared = result.comparison
    rows = compared[compared["difference"].notna()]
    assert len(rows) == len(ends) - 1 == 3
    for row in rows.to_dict("records"):
        share = (int(ends.loc[row["p"], "last"]), int(ends.loc[row["p"], "first"]))
        assert (row["low"], row["high"]) == pytest.approx(newcombe(share, first))
        small = least_expected(share, first) < 5
        assert row["test"] == ("Fisher exact" if small else "chi-square")
        expected = fisher(share, first) if small else chi_square(share, first)
        assert row["p_value"] == pytest.approx(expected)
    assert rows["p_adjusted"].tolist() == pytest.approx(holm_by_hand(rows["p_value"].tolist()))


def test_retention_shows_them():
    _, log = real("contributions")
    result = log.retention(
        "first ever any -> code per month for 12 during 2024-01-01 to 2026-12-31"
    )
    table = result.table
    known = table["size"].where(table["complete"], 0)
    assert known.eq(0).any()
    assert_rates(table, "retained", known, ("rate", "low", "high"))
    weighed = table[table["complete"]].groupby("period")[["size", "retained"]].sum()
    average = result.average.set_index("period").loc[weighed.index]
    assert average[["size", "retained"]].equals(weighed)
    assert_rates(average, "retained", weighed["size"], ("rate", "low", "high"))
    churn = result.churn
    assert_rates(
        churn, "churned", churn["size"].where(churn["complete"], 0), ("rate", "low", "high")
    )


def test_fewer_than_thirty_are_small():
    for users in (FEW - 1, FEW):
        events = pd.DataFrame({"user_id": [f"u{n}" for n in range(users)], "event": "a"})
        events = events.assign(id=events.index, timestamp=pd.Timestamp("2024-03-04", tz="UTC"))
        assert opened(events).funnel("a -> any").small == (users < FEW)


# Where the rules differ: docs/comparison.md, "scipy and statsmodels".


def test_nobody_of_twenty_is_not_certainly_nobody():
    low, high = wilson([0], [20])
    assert (low[0], high[0]) == pytest.approx((0, 0.1611), abs=5e-5)
    assert proportion_confint(0, 20) == (0, 0)


def test_chi_square_is_not_corrected_for_continuity():
    assert compare(56, 70, 48, 80).p_value == pytest.approx(0.0080, abs=5e-5)
    corrected = chi2_contingency([[56, 14], [48, 32]]).pvalue
    assert corrected == pytest.approx(0.0134, abs=5e-5)
