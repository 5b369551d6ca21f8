"""Funnels of the local engine agree with the reference."""

from __future__ import annotations

from hypothesis import given

from .agreement import check
from .strategies import Case, cases, funnels, half


@half
@given(cases(funnels))
def test_funnels(case: Case):
    check(case)
