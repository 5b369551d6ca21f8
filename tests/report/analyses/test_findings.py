"""Sentences about results, beside their tables."""

import pandas as pd
import pytest

from behavio_jupyter import connect, datasets
from behavio_jupyter.report import finding


@pytest.fixture(scope="module")
def log():
    return datasets.contributions()


def said(result):
    return finding(result).replace("\u202f", " ")


def test_a_funnel_says_before_which_step_users_are_lost(log):
    found = log.funnel("code -> test -> docs within 90d")
    counts = found.table["count"].tolist()
    assert counts == [1623, 533, 180]
    sentence = said(found)
    assert "Of 1 623 users who began with code, 11.1 % got to docs" in sentence
    assert "the largest part is lost before test, which 67.2 % of those before it" in sentence


def test_groups_say_which_is_best_and_whether_it_is_chance(log):
    found = log.funnel("code -> test within 30d by repo")
    rates = found.table[found.table["step"] == 2].set_index("repo")["from_start"]
    sentence = said(found)
    assert (
        f"most often where repo is {rates.idxmax()} ({rates.max():.1%})".replace("%", " %")
        in sentence
    )
    apart = (found.comparison["p_adjusted"] < 0.05).sum()
    assert f"{apart} of {len(rates) - 1} differ from the first" in sentence


def test_a_trend_says_whether_the_last_change_is_noise(log):
    found = log.trend("users of any per week during 2026-02-16 to 2026-08-16")
    assert found.table["value"].tail(2).tolist() == [16, 6]
    assert said(found).startswith(
        "In the last week that is over (2026-08-10) there are 6 users, 62.5 % fewer than in the "
        "week before (noise, p = 0.052); the most were 22"
    )
    assert "noise" not in said(log.trend("events of any per week during 2026-02-16 to 2026-08-16"))


def test_a_trend_says_what_its_number_is(log):
    during = "during 2026-02-16 to 2026-08-16"
    assert "users of code" in said(log.trend(f"users of code per week {during}"))
    ratio = said(log.trend(f"events of any / users of any per week {during}"))
    assert "(2026-08-10) events of any / users of any is 8, 13.3 % higher than" in ratio
    assert "the highest was" in ratio


def test_retention_says_who_comes_back(log):
    found = log.retention("any -> any per month for 3 since 2026-01-01")
    first = found.average.set_index("period").loc[1]
    assert f"{first['rate']:.1%} of {first['size']:.0f} come back in month 1".replace(
        "%", " %"
    ) in said(found)


def test_paths_and_segments(log):
    assert said(log.paths("from code steps 4")).startswith("The most frequent way is code, 64.7 %")
    assert said(log.segment("did(code)")) == "1 623 users are in the segment, 76.6 % of all."


def test_of_many_cohorts_only_some_are_few(log):
    found = log.retention("any -> any per week for 8 during 2026-05-18 to 2026-08-16")
    assert (found.average["size"] > 30).all()
    assert found.small
    assert said(found).endswith(" Some cohorts are of fewer than 30.")


def test_a_funnel_tells_the_largest_part_that_is_lost_not_the_largest_number():
    began, on = range(100), range(40)
    rows = [(user, "a", 0) for user in began] + [(user, "b", 1) for user in on]
    rows += [(user, "c", 2) for user in range(10)]
    events = pd.DataFrame(rows, columns=["user", "event", "time"])
    events["time"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(events["time"], unit="h")
    log = connect(events)
    assert "the largest part is lost before c, which 75.0 %" in said(log.funnel("a -> b -> c"))
    assert said(connect(events[events["user"] < 10]).funnel("a -> b -> c")).endswith(
        "; nobody is lost on the way. These are few: under 30."
    )


def test_few_are_called_few_and_nobody_nobody(log):
    assert "These are few: under 30." in said(log.segment("count(code) >= 1000"))
    events = pd.DataFrame({"user": [], "event": [], "time": []})
    events["time"] = pd.to_datetime(events["time"])
    empty = connect(events)
    for ask in ("trend users of any per week", "segment did(any)"):
        result = empty.run(ask)
        assert said(result) == result.nothing
