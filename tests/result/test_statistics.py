import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, fisher_exact
from statsmodels.stats.proportion import proportion_confint

from behavio_jupyter.result.statistics import compare, holm, rate, wilson


@pytest.mark.parametrize(
    ("count", "size", "low", "high"),
    [  # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_agrees_with_published_intervals(count, size, low, high):
    found = wilson([count], [size])
    assert found[0][0] == pytest.approx(low, abs=5e-5)
    assert found[1][0] == pytest.approx(high, abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_solves_its_equation(pair):
    count, size = pair
    z = 1.959963984540054
    share = count / size
    for end in (wilson([count], [size])[0][0], wilson([count], [size])[1][0]):
        assert (share - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / size, abs=1e-12)


def test_rates_of_nobody_are_null():
    assert np.isnan(rate([0], [0])).all()
    assert np.isnan(wilson([0, 1], [0, 2])[0]).tolist() == [True, False]


def test_shapes_are_kept():
    assert wilson(np.ones((2, 3)), np.full((2, 3), 5))[0].shape == (2, 3)


@pytest.mark.parametrize(
    ("count", "size", "first", "first_size", "low", "high"),
    [  # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_differences_agree_with_published_intervals(count, size, first, first_size, low, high):
    found = compare(count, size, first, first_size)
    assert found.difference == pytest.approx(count / size - first / first_size)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


def test_few_expected_take_fishers_test():
    found = compare(3, 10, 1, 12)
    assert found.test == "Fisher exact"
    assert found.p_value == pytest.approx(fisher_exact([[3, 7], [1, 11]]).pvalue)


def test_many_take_chi_square_without_correction():
    found = compare(56, 70, 48, 80)
    assert found.test == "chi-square"
    expected = chi2_contingency([[56, 14], [48, 32]], correction=False).pvalue
    assert found.p_value == pytest.approx(expected)


@pytest.mark.parametrize(("count", "first"), [(0, 0), (100, 100)])
def test_equal_extremes_do_not_differ(count, first):
    found = compare(count, 100, first, 100)
    assert (found.difference, found.test, found.p_value) == (0, "Fisher exact", 1)


def test_nobody_cannot_be_compared():
    found = compare(0, 0, 5, 10)
    assert found.test is None
    assert np.isnan([found.difference, found.low, found.high, found.p_value]).all()


def test_holm_by_hand():
    # 0.01 x 3; then 0.03 x 2; then 0.04 x 1, but never less than the one before.
    assert holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])


def test_holm_leaves_unknown_ones_out():
    found = holm([0.02, np.nan, 0.5])
    assert found[[0, 2]].tolist() == pytest.approx([0.04, 0.5])
    assert np.isnan(found[1])


@given(
    st.lists(
        st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=1,
    )
)
def test_wilson_has_the_bits_of_statsmodels(shares):
    counts, sizes = np.array(shares, float).T
    expected = proportion_confint(counts, sizes, method="wilson")
    assert np.array_equal(wilson(counts, sizes), expected)
