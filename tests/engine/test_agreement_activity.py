"""Lifecycle, stickiness and survival of the local engine agree with the reference."""

from __future__ import annotations

from hypothesis import given

from ..reference.retention import activity
from .comparison import assert_same
from .opening import local_engine, reference_log
from .strategies import Case, cases, retentions


@given(cases(retentions))
def test_activity(case: Case):
    log, engine = reference_log(case.log), local_engine(case.log)
    for retention in case.questions:
        assert_same(engine.activity(retention), activity(retention, log), case.log.timezone)
