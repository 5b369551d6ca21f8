import math

import pytest

from behavio_jupyter.errors import DefinitionError

from .answers import segment


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


def test_csv_holds_the_ids(tmp_path):
    assert segment().to_csv().splitlines() == ["user_id", "u00", "u01", "u02"]
    segment().to_csv(tmp_path / "users.csv")
    assert (tmp_path / "users.csv").read_text().startswith("user_id")


def test_long_lists_are_cut_and_say_so():
    text = repr(segment(2500, 5000))
    assert "2 480 more rows: all are in .users" in text
