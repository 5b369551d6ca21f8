"""A condition without each of its parts."""

from __future__ import annotations

import pytest
from hypothesis import given

from behavio_jupyter.query import Segment, parse
from behavio_jupyter.query.left_out import left_out

from . import strategies


@pytest.mark.parametrize(
    ("text", "rests"),
    [
        ("did(a)", ["None"]),
        ("not did(a)", ["None", "None"]),
        ("did(a) or did(b)", ["None", "did(b)", "did(a)"]),
        ("did(a) and did(b) and did(c)",
         ["None", "did(b) and did(c)", "did(a) and did(c)", "did(a) and did(b)"]),
        ("not (did(a) or did(b))", ["None", "None", "not did(b)", "not did(a)"]),
        ("did(a) and (did(b) or did(c))",
         ["None", "did(b) or did(c)", "did(a)", "did(a) and did(c)", "did(a) and did(b)"]),
    ],
)  # fmt: skip
def test_what_is_left(text, rests):
    condition = parse(text, kind="segment").condition
    assert [str(found.rest) for found in left_out(condition)] == rests


@given(strategies.segments())
def test_a_path_leads_to_its_part(segment: Segment):
    for path, part, _ in left_out(segment.condition):
        found = segment
        for name in path.split("."):
            found = found[int(name)] if name.isdigit() else getattr(found, name)
        assert found == part
