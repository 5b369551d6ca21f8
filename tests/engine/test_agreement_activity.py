"""Lifecycle, stickiness and survival of the local engine agree with the reference."""

from __future__ import annotations

import random

import pandas as pd
from hypothesis import given

from behavio_jupyter.query import Duration
from behavio_jupyter.result.activity import on_days, users_in

from ..reference.calendar import to_datetime
from ..reference.retention import activity, days_by_user, kept_and_active, users_by_state
from .comparison import assert_same, assert_users
from .opening import local_engine, reference_log
from .strategies import Case, cases, half, retentions


@half
@given(cases(retentions))
def test_activity(case: Case):
    log, engine = reference_log(case.log), local_engine(case.log)
    for retention in case.questions:
        assert_same(engine.activity(retention), activity(retention, log), case.log.timezone)


@half
@given(cases(retentions))
def test_users_of_a_number_of_active_days(case: Case):
    log, engine = reference_log(case.log), local_engine(case.log)
    source = random.Random(case.seed)
    for retention in case.questions:
        if isinstance(retention.per, Duration):
            continue
        _, active = kept_and_active(retention, log)
        by_period = days_by_user(active, retention, log)
        if not by_period:
            continue
        period, by_user = source.choice(sorted(by_period.items()))
        days = source.choice(sorted(map(len, by_user.values())))
        start = pd.Timestamp(to_datetime(period)).tz_convert(case.log.timezone)
        segment = on_days(
            users_in(retention, "active", start.isoformat(), None), retention, start, days
        )
        expected = sorted(user for user, dates in by_user.items() if len(dates) == days)
        assert_users(engine.answer(segment).users, expected)


@half
@given(cases(retentions))
def test_users_of_the_lifecycle(case: Case):
    log, engine = reference_log(case.log), local_engine(case.log)
    source = random.Random(case.seed)
    for retention in case.questions:
        if isinstance(retention.per, Duration):
            continue
        _, active = kept_and_active(retention, log)
        found = users_by_state(active, retention, log)
        if not found:
            continue
        periods = list(found)
        place = source.randrange(len(periods))
        texts = [
            pd.Timestamp(to_datetime(period)).tz_convert(case.log.timezone).isoformat()
            for period in periods
        ]
        before = texts[place - 1] if place else None
        expected = dict(found[periods[place]])
        expected["active"] = expected["new"] | expected["returning"] | expected["resurrected"]
        for state, users in expected.items():
            segment = users_in(retention, state, texts[place], before)
            assert_users(engine.answer(segment).users, sorted(users))
