"""Users are independent: what one does changes no number that is not about them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import assume, given
from hypothesis import strategies as st

from behavio_jupyter.engine import Engine
from behavio_jupyter.query import Trend
from behavio_jupyter.query.trend import Series

from .answers import KEYS, added, assert_tallies, difference, parts_of, tallies, tally
from .logs import LargeLog, large_logs
from .questions import nothing_joined, one_of_each, some

seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@st.composite
def asked_logs(draw: st.DrawFn) -> tuple[LargeLog, dict[str, Any]]:
    """Nothing is joined, as who is among the rest depends on everyone; the end is given."""
    log = draw(large_logs())
    questions = {name: nothing_joined(q) for name, q in draw(one_of_each(log.span)).items()}
    assume(len(log.whole_rows))
    return log.observed_as_now(), questions


# Who is behind a number of each answer: the frame, and what of its rows names the users.
PICKS = {
    "funnels": ("counts", ["step"]),
    "retentions": ("cells", ["cohort", "period"]),
    "paths": ("edges", ["step", "source", "target"]),
    "trends": ("points", ["period"]),
}


@some()
@given(asked_logs(), seeds, st.sampled_from(("u000000+", "a", "z")))
def test_adding_a_user_changes_only_what_that_user_can_change(
    asked: tuple[LargeLog, dict[str, Any]], source: np.random.Generator, new: str
):
    log, questions = asked
    copied = log.whole_rows.sample(min(30, len(log.whole_rows)), random_state=source)
    more = log.of(pd.concat([log.rows, copied.assign(user=new)]))
    one, other = log.engine(), more.engine()
    for name, question in questions.items():
        before, after = one.answer(question), other.answer(question)
        if name == "segments":
            assert [user for user in after.users if user != new] == list(before.users)
            assert after.seen - before.seen in (0, 1)
            continue
        assert_only_of(new, question, PICKS[name], before, after, other)
        for pick in some_picks(before, *PICKS[name], source):
            users = list(other.members(question, pick))
            assert [user for user in users if user != new] == list(one.members(question, pick))


def assert_only_of(
    new: str, question: Any, places: tuple[str, list[str]], before: Any, after: Any, engine: Engine
) -> None:
    """Every number that changed counts the new user; those that count users grow by one."""
    frame, keys = places
    columns = [*after.groups, *keys]
    changed = difference(
        *(tally(frame, getattr(answer, frame), answer.groups) for answer in (after, before))
    )
    if not isinstance(question, Trend):
        assert (changed >= 0).all(axis=None)
        if getattr(question, "counting", "users") in ("users", "first entries"):
            assert (changed <= 1).all(axis=None)
    for place in changed.index[:5]:
        pick = dict(zip(["all", *columns], place, strict=True))
        del pick["all"]
        if frame == "cells":
            retained = changed.loc[place, "retained"]
            pick["retained"] = True
            assert (new in list(engine.members(question, pick))) == bool(retained)
            del pick["period"], pick["retained"]
        assert new in list(engine.members(question, pick)), pick


def some_picks(
    answer: Any, frame: str, keys: list[str], source: np.random.Generator
) -> list[dict[str, Any]]:
    rows = getattr(answer, frame)
    chosen = rows.iloc[source.permutation(len(rows))[:3]]
    return chosen[[*answer.groups, *keys]].to_dict("records")


@some()
@given(asked_logs(), seeds, st.sampled_from((0.1, 0.5)))
def test_results_of_disjoint_users_add_up(
    asked: tuple[LargeLog, dict[str, Any]], source: np.random.Generator, share: float
):
    log, questions = asked
    rows = log.whole_rows
    users = rows["user"].drop_duplicates()
    chosen = rows["user"].isin(users[source.random(len(users)) < share])
    parts = [rows[chosen], rows[~chosen]]
    assume(all(set(part["event"]) == set(log.span.names) for part in parts))
    whole, *halves = (log.of(part).engine() for part in (rows, *parts))
    questions["trends"] = single_series(questions["trends"])
    for name, question in questions.items():
        answer, *others = (engine.answer(question) for engine in (whole, *halves))
        if name == "segments":
            assert sorted([*others[0].users, *others[1].users]) == list(answer.users)
            assert others[0].seen + others[1].seen == answer.seen
            continue
        assert_add_up(tallies(answer), *(tallies(other) for other in others))
        assert_complete_alike(answer, others)
    activities = [
        {
            part: tally(part, frame)
            for part, frame in parts_of(engine.activity(questions["retentions"])).items()
            if part in KEYS
        }
        for engine in (whole, *halves)
    ]
    assert_add_up(*activities)


def assert_add_up(
    whole: dict[str, pd.DataFrame],
    one: dict[str, pd.DataFrame],
    other: dict[str, pd.DataFrame],
) -> None:
    assert_tallies({name: added(one[name], other[name]) for name in whole}, whole)


def assert_complete_alike(whole: Any, halves: list[Any]) -> None:
    """Whether a period is over does not depend on who is looked at."""
    for name, (keys, _) in KEYS.items():
        frame = getattr(whole, name, None)
        if frame is None or "complete" not in frame:
            continue
        wanted = frame.drop_duplicates(keys).set_index(keys)["complete"]
        for half in halves:
            found = getattr(half, name).drop_duplicates(keys).set_index(keys)["complete"]
            assert found.equals(wanted.reindex(found.index)), name


def single_series(trend: Trend) -> Trend:
    """The trend of one series that adds up: those of users, sessions, events and sums."""
    series = next(node for node in walk(trend.value) if isinstance(node, Series))
    if series.function not in ("events", "users", "sessions", "sum"):
        series = Series(function="sum", property="x", events=series.events)
    return trend.model_copy(update={"value": series})


def walk(expression: Any) -> list[Any]:
    inner = [getattr(expression, side, None) for side in ("left", "right")]
    return [expression, *(node for side in inner if side is not None for node in walk(side))]
