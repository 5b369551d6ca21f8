"""Segments of the local engine agree with the reference."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ..reference.segment import over_time, overlap
from .agreement import check
from .comparison import assert_frame
from .opening import local_engine, reference_log
from .strategies import Case, cases, half, segments


@half
@given(cases(segments))
def test_segments(case: Case):
    check(case)


@half
@given(cases(segments), st.sampled_from(("day", "week", "month")))
def test_segments_over_time(case: Case, per: Any):
    log, engine = reference_log(case.log), local_engine(case.log)
    for segment in case.questions:
        found = engine.over_time(segment, per)
        assert_frame("over_time", found, over_time(segment, per, log), (), case.log.timezone)


@half
@given(cases(segments))
def test_overlap_with_saved_segments(case: Case):
    log, engine = reference_log(case.log), local_engine(case.log)
    for segment in case.questions:
        found = engine.overlap(segment)
        assert_frame("overlap", found, overlap(segment, log), (), case.log.timezone)
