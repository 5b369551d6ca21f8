import math

import pytest

from behavio_jupyter import datasets
from behavio_jupyter.errors import DefinitionError

from .answers import segment

NESTED = (
    "count(code) >= 5 and (did(docs) or not did(test)) and not (did(merge) or last(bot) = true)"
    " as of 2020-01-01"
)


def test_users_are_ids_with_a_length_and_a_share():
    result = segment(3, 12)
    assert result.users.tolist() == ["u00", "u01", "u02"]
    assert result.users.name == "user_id"
    assert (len(result), result.share, result.small) == (3, 0.25, True)


def test_nobody_of_nobody():
    result = segment(0, 0)
    assert len(result) == 0
    assert bool(result)
    assert math.isnan(result.share)
    assert "No user meets this condition" in repr(result)


def test_over_time_has_shares():
    frame = segment().over_time("week")
    assert list(frame.columns) == ["period", "users", "share", "complete"]
    assert frame["share"].tolist() == pytest.approx([math.nan, 0.5, 0.75], nan_ok=True)


def test_an_unknown_period_has_a_hint():
    with pytest.raises(DefinitionError, match="'week'"):
        segment().over_time("weeks")


def test_effects_compare_with_the_segment_without_each_part():
    log = datasets.contributions()
    result = log.segment(NESTED)
    everybody = log.segment("did(any) as of 2020-01-01")
    without = {
        "condition": "did(any)",
        "condition.parts.0": "(did(docs) or not did(test))"
        " and not (did(merge) or last(bot) = true)",
        "condition.parts.1": "count(code) >= 5 and not (did(merge) or last(bot) = true)",
        "condition.parts.1.parts.0": "count(code) >= 5 and not did(test)"
        " and not (did(merge) or last(bot) = true)",
        "condition.parts.1.parts.1": "count(code) >= 5 and did(docs)"
        " and not (did(merge) or last(bot) = true)",
        "condition.parts.1.parts.1.part": "count(code) >= 5 and did(docs)"
        " and not (did(merge) or last(bot) = true)",
        "condition.parts.2": "count(code) >= 5 and (did(docs) or not did(test))",
        "condition.parts.2.part": "count(code) >= 5 and (did(docs) or not did(test))",
        "condition.parts.2.part.parts.0": "count(code) >= 5 and (did(docs) or not did(test))"
        " and not last(bot) = true",
        "condition.parts.2.part.parts.1": "count(code) >= 5 and (did(docs) or not did(test))"
        " and not did(merge)",
    }
    effects = result.effects.set_index("path")
    assert list(effects.index) == list(without)
    expected = [len(log.segment(f"{text} as of 2020-01-01")) for text in without.values()]
    assert effects["without"].tolist() == expected
    assert effects["change"].tolist() == [len(result) - count for count in expected]
    assert effects.loc["condition", "without"] == len(everybody) == result.answer.seen
    assert effects.loc["condition.parts.1.parts.0", "condition"] == "did(docs)"
    assert (effects["change"] < 0).any()
    assert (effects["change"] > 0).any()


def test_a_segment_without_a_part_is_a_segment():
    log = datasets.contributions()
    rest = log.segment("did(code) and did(docs)").without("condition.parts.0")
    assert str(rest.definition) == "did(docs)"
    assert rest.users.equals(log.segment("did(docs)").users)
    with pytest.raises(DefinitionError, match=r"nearest is 'condition\.parts\.1'"):
        log.segment("did(code) and did(docs)").without("condition.parts.2")


def test_overlap_counts_users_in_both():
    log = datasets.contributions()
    log.save_segment("testers", "did(test)")
    log.save_segment("writers", "did(docs) and not testers")
    result = log.segment("count(code) >= 5")
    frame = result.overlap.set_index("segment")
    mine = set(result.users)
    for name in ("testers", "writers"):
        theirs = set(log.segment(name).users)
        both = len(mine & theirs)
        assert both > 0
        assert frame.loc[name].tolist() == pytest.approx(
            [
                len(theirs),
                both,
                both / len(mine),
                both / len(theirs),
                both / len(mine | theirs),
            ]
        )
    assert frame["both"].is_monotonic_decreasing


def test_overlap_of_nobody_has_no_share():
    frame = segment(0, 0).overlap
    assert frame["segment"].tolist() == ["most", "few"]
    assert frame["share_of_this"].isna().all()


def test_the_copy_without_a_script_draws_the_share():
    html = segment(3, 12).to_fragment()
    assert "transparent 25.0%" in html
    assert "not in it" in html


def test_csv_holds_the_ids(tmp_path):
    assert segment().to_csv().splitlines() == ["user_id", "u00", "u01", "u02"]
    segment().to_csv(tmp_path / "users.csv")
    assert (tmp_path / "users.csv").read_text().startswith("user_id")


def test_long_lists_are_cut_and_say_so():
    text = repr(segment(2500, 5000))
    assert "2 480 more rows: all are in .users" in text
