"""What a change is worth, beside SciPy."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from behavio_jupyter import DefinitionError
from behavio_jupyter.report import KeyFigure, Review, change
from behavio_jupyter.report.change import changes, interval_words, signed, verdict, words
from behavio_jupyter.report.deliver.message import message

from .watch.runs import run

counts = st.integers(0, 400)


@given(counts, counts)
def test_counts_are_tested_given_their_sum(now, then):
    found = change(KeyFigure.counted("a", now), KeyFigure.counted("a", then))
    assert found.difference == now - then
    if not now + then:
        assert found.test is None
        return
    exact = binomtest(now, now + then)
    assert found.p_value == pytest.approx(exact.pvalue, abs=1e-9)
    if then:
        low, high = exact.proportion_ci()
        assert found.low == pytest.approx(low / (1 - low) - 1, rel=1e-6)
        assert found.low <= found.relative + 1e-9
        assert found.high == pytest.approx(high / (1 - high) - 1, rel=1e-6)
        assert found.relative <= found.high + 1e-9


def test_counts_of_different_lengths_are_not_tested():
    found = change(KeyFigure.counted("a", 1000), KeyFigure.counted("a", 1000), (28, 31))
    assert (found.difference, found.relative, found.test) == (0, 0, None)


def test_what_is_not_to_be_tested_is_not():
    now, then = (KeyFigure.rate("r", count, 100, tested=False) for count in (90, 10))
    found = change(now, then)
    assert found.difference == pytest.approx(0.8)
    assert (found.test, verdict(found)) == (None, "not tested")


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_rates_change_in_points(size, before, data):
    count = data.draw(st.integers(0, size))
    earlier = data.draw(st.integers(0, before))
    found = change(KeyFigure.rate("r", count, size), KeyFigure.rate("r", earlier, before))
    assert found.difference == pytest.approx(count / size - earlier / before)
    assert found.low <= found.difference + 1e-9
    assert found.difference <= found.high + 1e-9
    assert 0 <= found.p_value <= 1 + 1e-9


def test_chance_finds_a_change_in_one_of_twenty():
    import numpy as np

    random = np.random.default_rng(7)
    pairs = random.poisson(80, (2_000, 2))
    real = [
        change(KeyFigure.counted("a", int(now)), KeyFigure.counted("a", int(then))).real
        for now, then in pairs
    ]
    assert 0.02 < np.mean(real) < 0.055  # exact tests are a bit cautious


def test_what_has_no_number_has_no_change():
    nobody, some = KeyFigure.rate("r", 0, 0), KeyFigure.rate("r", 3, 10)
    found = change(some, nobody)
    assert (found.test, found.noise, found.real) == (None, False, False)
    assert (words(found, some), interval_words(found, some)) == ("–", "–")


def test_other_numbers_are_not_tested():
    now, then = KeyFigure.measured("m", 3.5), KeyFigure.measured("m", 2.0)
    found = change(now, then)
    assert (found.difference, found.relative, verdict(found)) == (1.5, 0.75, "not tested")
    assert words(found, now) == signed(0.75)


def test_kinds_do_not_mix():
    with pytest.raises(DefinitionError, match="'a' is a count, and was a rate before"):
        change(KeyFigure.counted("a", 1), KeyFigure.rate("a", 1, 2))


def test_from_nothing_there_is_no_relative_change():
    found = change(KeyFigure.counted("a", 9), KeyFigure.counted("a", 0))
    assert math.isnan(found.relative)
    assert found.real
    assert words(found, KeyFigure.counted("a", 9)) == "+9"


def test_among_several_one_p_value_tells_the_sentence_the_table_and_the_message(capsys):
    now = [KeyFigure.rate(f"rate {place}", 300 + 44 * (not place), 1000) for place in range(6)]
    then = [KeyFigure.rate(one.name, 300, 1000) for one in now]
    assert change(now[0], then[0]).real
    review = Review("cdnow", "1998-05")
    review.figures(lambda month: now if month == review.period else then)
    said = capsys.readouterr().out
    assert "None of the 6 key figures that can be tested changed by more" in said
    assert "noise, adjusted p = 0.211" in said.split("Key figures")[1]
    assert "changed," not in said
    told = message(run("1998-05", *now), run("1998-04", *then)).rows[0]
    assert (told.worth, told.turn) == ("noise, adjusted p = 0.211", "noise")


def test_what_answered_another_question_is_not_compared():
    now, then = (KeyFigure.rate("paid", 3, 10, of=of) for of in ("a -> b", "a -> c"))
    assert changes([now], [then]) == [(now, None, None)]
