"""Retention of the local engine agree with the reference."""

from __future__ import annotations

from hypothesis import given

from .agreement import check
from .strategies import Case, cases, half, retentions


@half
@given(cases(retentions))
def test_retentions(case: Case):
    check(case)
