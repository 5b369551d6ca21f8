"""Trends of the local engine agree with the reference."""

from __future__ import annotations

from hypothesis import given

from .agreement import check
from .strategies import Case, cases, half, trends


@half
@given(cases(trends))
def test_trends(case: Case):
    check(case)
