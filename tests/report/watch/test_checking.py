"""What rules say of runs."""

import pytest

from behavio_jupyter.report import KeyFigure, change
from behavio_jupyter.report.watch import check

from .runs import rate, run, runs, users


def one(rule, now, past=()):
    [found] = check([rule], now, list(past))
    return found.outcome, found.sentence.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        ("conversion < 10%", "quiet"),
        ("conversion <= 10%", "alert"),
        ("conversion < 10.1%", "alert"),
        ("conversion > 0.1", "quiet"),
        ("conversion >= 0.1", "alert"),
        ("CONVERSION >= 0.1", "alert"),
    ],
)
def test_limits(rule, outcome):
    assert one(rule, run("2026-W47", rate(10)))[0] == outcome


def test_a_change_is_of_the_latest_run_before_and_of_the_same_report():
    past = [
        run("2026-W42", rate(90)),
        run("2026-W43", rate(30)),
        run("2026-W48", rate(90)),
        run("2026-W45", rate(90), partial="the log ends on 2026-11-05"),
        run("2026-W46", rate(90), report="other"),
        run("2026-10", rate(90)),
    ]
    rule = "conversion falls by more than 20%"
    said = one(rule, run("2026-W47", rate(23)), past)
    p_value = change(rate(23), rate(30)).p_value
    assert said == (
        "alert",
        f"conversion is 23.0 %, 30.0 % in 2026-W43 (−23.3 %); p = {p_value:.3f}.",
    )
    assert one(rule, run("2026-W47", rate(24)), past)[0] == "quiet"
    assert one("conversion falls by more than 20% and p < 0.01", run("2026-W47", rate(23)), past)[
        0
    ] == ("quiet")
    assert one("conversion falls by more than 20% and p < 0.01", run("2026-W47", rate(8)), past)[
        0
    ] == ("alert")
    assert one("conversion rises by more than 20%", run("2026-W47", rate(8)), past)[0] == "quiet"
    assert one("conversion changes by more than 20%", run("2026-W47", rate(8)), past)[0] == "alert"


def test_counts_of_months_of_different_lengths_are_not_tested():
    past = [run("2026-01", users(310))]
    assert one("users falls by more than 20%", run("2026-02", users(200)), past)[0] == "alert"
    outcome, sentence = one(
        "users falls by more than 20% and p < 0.01", run("2026-02", users(200)), past
    )
    assert (outcome, "is not tested" in sentence) == ("unchecked", True)


def test_from_nothing_every_rise_is_a_rise():
    past = [run("2026-W46", users(0))]
    assert one("users rises by more than 500%", run("2026-W47", users(9)), past)[0] == "alert"
    assert one("users changes by more than 0%", run("2026-W47", users(0)), past)[0] == "quiet"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("conversion of step 4 < 10%", "There is no key figure 'conversion of step 4'; the near"),
        ("conversion < 10", "conversion is a rate: write 10% for its limit."),
        ("users < 10%", "users is 5 users, no rate: its limit has no percent sign."),
        ("conversion falls by more than 5%", "There is no earlier run to compare conversion with."),
        ("nothing < 5%", "nothing could not be counted in 2026-W47."),
        (
            "conversion is outside its usual range",
            "needs runs of 8 of the 156 weeks before",
        ),
    ],
)
def test_what_cannot_be_checked_says_why_and_hides_nothing(rule, said):
    now = run("2026-W47", rate(3), users(5), KeyFigure.rate("nothing", 0, 0))
    broken, other = check([rule, "conversion < 10%"], now, [])
    assert broken.outcome == "unchecked"
    assert said in broken.sentence.replace("\u202f", " ")
    assert other.outcome == "alert"


def test_a_number_that_is_not_tested_has_no_p():
    now, then = KeyFigure.measured("hours", 5.0), KeyFigure.measured("hours", 9.0)
    rule = "hours falls by more than 20%"
    past = [run("2026-W46", then)]
    assert one(rule, run("2026-W47", now), past) == (
        "alert",
        "hours is 5, 9 in 2026-W46 (−44.4 %).",
    )
    found = one(f"{rule} and p < 0.01", run("2026-W47", now), past)
    assert found == ("unchecked", "The change of hours is not tested: leave out p < 0.01.")


def test_the_usual_range_of_eight_weeks():
    past = runs("2026-W01", [users(count) for count in (98, 103, 110, 95, 101, 99, 104, 92)])
    rule = "users is outside its usual range"
    outcome, said = one(rule, run("2026-W09", users(30)), past)
    assert outcome == "alert"
    assert said.startswith("users is 30 users, below its usual range of ")
    assert said.endswith(" (learnt from 8 periods).")
    assert one(rule, run("2026-W09", users(101)), past)[0] == "quiet"
    assert one(rule, run("2026-W09", users(30)), past[1:])[1] == (
        "The usual range of users needs runs of 8 of the 156 weeks before; there are 7 runs."
    )
