import datetime as dt

import numpy as np
import pandas as pd
import pytest

from behavio_jupyter import connect
from behavio_jupyter.errors import DefinitionError, QueryTextError
from behavio_jupyter.query import Segment
from behavio_jupyter.result import SegmentResult
from behavio_jupyter.result.picks import dated
from tests.definitions import by

from .answers import by_country, funnel, paths, retention, trend, weeks


def picked(result, **pick):
    return dict(result.users(**pick).definition.condition.pick)


def test_users_are_a_segment_that_can_be_asked_again():
    result = funnel({(): [100, 40, 10]})
    found = result.users(step=2, dropped=True)
    assert isinstance(found, SegmentResult)
    assert isinstance(found.definition, Segment)
    assert found.definition.condition.query == result.definition
    assert "with dropped = true and step = 2" in str(found.definition)
    assert result.engine.asked == [("answer", found.definition)]
    assert len(found) == 3


def test_values_become_what_definitions_hold():
    result = by_country({"DE": [3, 2, 1], "true": [3, 2, 1], "(none)": [3, 2, 1]})
    assert picked(result, step=np.int64(2), dropped=np.bool_(False)) == {
        "dropped": False,
        "step": 2,
    }
    assert picked(result, country=None) == {"country": "(none)"}
    assert picked(result, country=True) == {"country": "true"}


@pytest.mark.parametrize(
    "moment",
    [
        "2026-01-12",
        dt.date(2026, 1, 12),
        pd.Timestamp("2026-01-12"),
        pd.Timestamp("2026-01-11 23:00", tz="UTC"),
        "2026-01-12T00:00:00+01:00",
    ],
)
def test_moments_become_iso_text(moment):
    assert picked(retention(), cohort=moment) == {"cohort": "2026-01-12"}
    assert picked(trend(), period=moment) == {"period": "2026-01-12"}


def test_a_moment_that_a_date_does_not_say_keeps_its_offset():
    twice = pd.DatetimeIndex(["2026-10-25 00:30Z", "2026-10-25 01:30Z"]).tz_convert("Europe/Berlin")
    check = dated("period", twice, "Europe/Berlin")
    assert check(twice[0]) == "2026-10-25T02:30:00+02:00"
    assert check("2026-10-25T02:30:00+01:00") == "2026-10-25T02:30:00+01:00"


@pytest.mark.parametrize(
    ("result", "pick", "hint"),
    [
        (funnel({(): [3, 2, 1]}), {"stp": 1}, "'stp'; the nearest is 'step'"),
        (funnel({(): [3, 2, 1]}), {"step": 4}, "no step 4 here; there is 1 to 3"),
        (funnel({(): [3, 2, 1]}), {"step": True}, "no step True"),
        (funnel({(): [3, 2, 1]}), {"dropped": 1}, "'dropped' is True or False"),
        (by_country({"DE": [3, 2, 1]}), {"country": "De"}, "nearest is 'DE'"),
        (retention(), {"cohort": "2026-01-13"}, "no cohort '2026-01-13' here; the nearest is"),
        (retention(), {"cohort": "soon"}, "no cohort 'soon'"),
        (retention(), {"period": 9}, "there is 0 to 3"),
        (retention({}), {"cohort": "2026-01-05"}, "there is none"),
        (paths(), {"source": "visti"}, "nearest is 'visit'"),
        (paths(), {"sequence": ("visit", "crt")}, "no sequence 'visit -> crt'"),
        (trend(), {"periods": "2026-01-12"}, "nearest is 'period'"),
    ],
)
def test_what_is_not_there_is_one_sentence(result, pick, hint):
    with pytest.raises(DefinitionError) as caught:
        result.users(**pick)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_way_may_be_a_tuple():
    assert picked(paths(), sequence=("visit", "cart")) == {"sequence": "visit -> cart"}


def test_names_with_arrows_and_cells_of_the_matrix_are_told_apart():
    table = pd.DataFrame(
        [("ann", "a -> b"), ("ann", "c"), ("bob", "a"), ("bob", "b"), ("bob", "c"), ("eve", "b")],
        columns=["user", "event"],
    )
    table["time"] = pd.Timestamp("2026-01-05") + pd.to_timedelta(range(len(table)), "min")
    log = connect(table, user="user", event="event", time="time")
    result = log.paths("steps 2")
    ways = {way: result.users(sequence=way).users.tolist() for way in result.sequences["sequence"]}
    assert ways == {("a", "b"): ["bob"], ("a -> b", "c"): ["ann"], ("b",): ["eve"]}
    for number in result.numbers:
        assert str(len(result.behind(number.pick))) == number.figure
    assert "path a -> b → c" in [number.words for number in result.numbers]
    with pytest.raises(DefinitionError, match="nearest is '\"a -> b\" -> c'"):
        result.users(sequence="a -> b -> c")

    for pair in result.transitions.itertuples():
        found = result.users(source=pair.source, target=pair.target, whole=True)
        assert len(found) == pair.count
        assert log.segment(str(found.definition)).users.equals(found.users)
    with pytest.raises(DefinitionError, match="cannot be picked by 'step'"):
        result.users(source="b", target="c", step=1, whole=True)
    with pytest.raises(QueryTextError, match="does not go with 'step'"):
        log.segment("users of (paths) with whole = true and source = 'b' and step = 1")


def test_the_last_step_of_paths_can_be_picked():
    assert picked(paths(), step=3) == {"step": 3}


def test_group_and_period_go_together():
    values = {("DE",): [1.0, 2.0], ("US",): [8.0, 4.0]}
    result = trend(values, ("country",), by=by("country"))
    assert picked(result, period=weeks(2)[1], country="US") == {
        "country": "US",
        "period": "2026-01-12",
    }
