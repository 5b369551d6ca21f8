"""Lifecycle, stickiness and survival of the local engine agree with the reference."""

from __future__ import annotations

from hypothesis import given

from ..reference.retention import activity
from .comparison import assert_same
from .opening import local_engine, reference_log
from .strategies import Case, cases, retentions


@given(cases(retentions))
def test_activity(case: Case):
    found = local_engine(case.log).activity(case.question)
    assert_same(found, activity(case.question, reference_log(case.log)), case.log.timezone)
