"""The rule in words mentions every option that changes a count."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from behavio_jupyter.query import Definition, parse
from behavio_jupyter.query.rule import rule

from . import strategies


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "funnel a -> b within 7d",
            "Each user counts once, by the deepest attempt (the earliest of "
            "equally deep ones); an attempt opens at every a event and must reach b within 7 days.",
        ),
        ("funnel a -> b in strict order", "the user's very next event"),
        ("funnel a -> b in any order", "any i of the steps"),
        ("funnel a -> b counting first entries", "by the first attempt only"),
        ("funnel a -> b counting attempts", "Every attempt counts that does not overlap"),
        ("funnel a -> b counting sessions session 1h", "more than 1 hour without an event"),
        ("funnel a -> b counting sessions session mapped", "the log's session column"),
        ("funnel a -> c? -> b", "Leaving out c does not hold an attempt up"),
        ("funnel a -> b counting attempts by plan", "the most attempts at step 1"),
        ("funnel a -> b counting sessions by plan", "the most sessions at step 1"),
        ("funnel a -> b counting first entries by plan", "the most users at step 1"),
        ("funnel a -> b same order_id", "carry the same order_id"),
        ("funnel a -> b -> c without d between 2 and 3", "with d after step 2 and before step 3"),
        ("funnel a -> b by country top 5", "Groups are by country at step 1: the 5 with"),
        ("funnel a -> b by country at last step", "at the last required step reached"),
        ("funnel a -> b by country at step 2", "at step 2 (none where it was not reached)"),
        ("funnel a -> b by user.plan", "the user's plan"),
        ("funnel a -> b within 3mo per week", "belong to the calendar week of their step 1"),
        ("funnel a -> b within 3mo", "3 months of 30 days"),
        ("funnel a as x -> (b | c) as y", "Step 1 (x) is a and 2 (y) is (b | c)."),
        ("funnel a -> b where x = 1", "Only events with x = 1"),
        ("funnel a -> b for big", "Only users who meet big"),
        ("funnel a -> b for big vs not big", "Segments are compared: big and not big"),
        ("funnel a -> b during 2026-01-01 to 2026-02-01", "2026-01-01 to 2026-02-01"),
        ("retention a -> b", "calendar week of the user's first a event."),
        ("retention first ever a -> b", "in the whole log"),
        ("retention every a -> b", "every calendar week with some a event"),
        ("retention a -> b", "lies in period n."),
        ("retention a -> b on or after", "in period n or any later one"),
        ("retention a -> b brackets 0, 1-3", "(0, 1-3)"),
        ("retention a -> b rolling", "n times 168 hours of elapsed time"),
        ("retention a -> b per 12h", "block of 12 hours"),
        ("retention a -> b including start", "counts as a return in period 0"),
        ("paths", "from a session's first event"),
        ("paths from a", "first a on"),
        ("paths to b", "last b, which is step 0"),
        ("paths from a to b", "to the first b after it"),
        ("paths steps 4", "At most 4 events"),
        ("paths top 3", "The 3 most frequent"),
        ("paths hide a, b", "Events a and b are removed"),
        ("paths only a", "Only events a are kept"),
        ("paths rename (a | b) as c", "(a | b) are shown as c"),
        ("paths keep repeats", "repeats of an event are kept"),
        ("paths session off", "whole history is one session"),
        ("paths counting users", "counts the users"),
        (
            "trend users of a / events of b per month",
            "users of a / events of b in each calendar month",
        ),
        ("trend p90(a.x)", "the 90th percentile of x"),
        ("trend sessions of a session 10m", "more than 10 minutes"),
        ("trend events of a since 2026-01-01", "Only events (since 2026-01-01)"),
        ("did(a) in last 7d", "'in last' counts back"),
        ("inactive for 3d as of 2026-01-01", "The reference time is 2026-01-01"),
        ("a then not b within 7d", "without a B after it"),
        ("user.x = 1 and big", "at the same reference time"),
    ],
)
def test_options_are_told(text: str, says: str) -> None:
    assert says in rule(parse(text))


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(strategies.definitions(0))
def test_every_definition_has_a_rule(definition: Definition) -> None:
    told = rule(definition)
    assert told.endswith(".")
    assert "None" not in told or "None" in str(definition)
