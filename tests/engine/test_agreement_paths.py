"""Paths of the local engine agree with the reference."""

from __future__ import annotations

from hypothesis import given

from .agreement import check
from .strategies import Case, cases, half, paths


@half
@given(cases(paths))
def test_paths(case: Case):
    check(case)
