"""A condition without each of its parts."""

from __future__ import annotations

import pytest

from behavio_jupyter.query import parse
from behavio_jupyter.query.left_out import left_out


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
    segment = parse(text, kind="segment")
    assert [str(found.rest) for found in left_out(segment.condition)] == rests


def test_a_path_leads_to_its_part():
    segment = parse("did(a) and not (did(b) or not (did(c) and did(d)))", kind="segment")
    found = list(left_out(segment.condition))
    assert len(found) == 9
    for path, part, _ in found:
        at = segment
        for name in path.split("."):
            at = at[int(name)] if name.isdigit() else getattr(at, name)
        assert at is part
