"""Lifecycle and stickiness as they are shown."""

from __future__ import annotations

import pytest

from behavio_jupyter import datasets
from behavio_jupyter.errors import DefinitionError
from behavio_jupyter.result import SegmentResult

STATES = ("new", "returning", "resurrected", "dormant")


@pytest.fixture(scope="module")
def log():
    return datasets.contributions()


def test_users_are_as_many_as_the_table_says(log):
    asked = "any -> code per month where bot = false for did(docs) vs did(test)"
    lifecycle = log.retention(asked).activity("lifecycle")
    table = lifecycle.table
    assert table[list(STATES)].sum().gt(0).all()
    for row in table.iloc[[0, 1, 60, 120]].itertuples():
        found = {state: lifecycle.users(row.period, state) for state in STATES}
        assert {state: len(users) for state, users in found.items()} == {
            state: getattr(row, state) for state in STATES
        }
    active = lifecycle.users(row.period)
    assert isinstance(active, SegmentResult)
    assert len(active) == row.new + row.returning + row.resurrected
    assert log.run(active.definition).users.tolist() == active.users.tolist()


@pytest.mark.parametrize("per", ["week", "month"])
def test_users_of_a_number_of_active_days_are_as_many_as_are_drawn(log, per):
    asked = f"any -> any[repo like 'p%'] per {per} where bot = false for did(docs) vs did(test)"
    stickiness = log.retention(asked).activity("stickiness")
    drawn = stickiness.active_days
    assert drawn["days"].max() > 4
    for row in drawn.sample(12, random_state=3).itertuples():
        found = stickiness.users(row.period, days=row.days)
        assert len(found) == row.users
        assert log.segment(str(found.definition)).users.equals(found.users)
    with pytest.raises(DefinitionError, match="no number of days 40"):
        stickiness.users(row.period, days=40)


def test_the_range_limits_the_periods_that_are_shown(log):
    whole = log.retention("any -> any per week")
    part = log.retention("any -> any per week during 2024-01-03 to 2024-01-16")
    for name in ("lifecycle", "stickiness"):
        rows = part.activity(name).table
        assert rows["period"].dt.strftime("%m-%d").tolist() == ["01-01", "01-08", "01-15"]
        shown = whole.activity(name).table.merge(rows["period"])
        assert shown.equals(rows)
    days = part.activity("stickiness").active_days
    assert days.groupby("period")["users"].sum().tolist() == rows["active"].tolist()
    assert "since" not in part.activity("lifecycle").subtitle
    assert "during 2024-01-03 to 2024-01-16" in part.activity("lifecycle").subtitle


def test_they_are_shown_as_tables_with_their_rule(log):
    result = log.retention("any -> any per month")
    lifecycle, stickiness = result.activity("lifecycle"), result.activity("stickiness")
    assert "linear-gradient(90deg" in lifecycle.to_fragment()
    assert "Lifecycle of any per month" in repr(lifecycle)
    assert "active in the month before, too" in lifecycle.rule
    assert "divided by the users active in the month" in repr(stickiness).replace("\n", " ")


def test_what_there_is_not_is_said(log):
    result = log.retention("any -> any per month")
    with pytest.raises(DefinitionError, match="no part 'lifecycl'; the nearest is 'lifecycle'"):
        result.activity("lifecycl")
    with pytest.raises(DefinitionError, match="no state 'gone'"):
        result.activity("lifecycle").users("2024-01-01", "gone")
    with pytest.raises(DefinitionError, match="no period '2024-01-02'"):
        result.activity("lifecycle").users("2024-01-02", "new")
    blocks = datasets.cdnow().retention("any -> any per 24h").activity("lifecycle")
    with pytest.raises(DefinitionError, match="ask per day, week or month"):
        blocks.users(blocks.table["period"].iloc[0], "new")
    nobody = log.retention("any -> any per month where bot = true and bot = false")
    assert nobody.activity("stickiness").nothing.startswith("Nobody has any")
