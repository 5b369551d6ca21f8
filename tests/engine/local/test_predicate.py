from __future__ import annotations

import pytest

from behavio_jupyter import parse

from .small_logs import engine

VALUES = ("a_b", "axb", "50% off", "500 off", "a\\b", "ab")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("%a_b%", {"a_b", "axb", "a\\b"}),
        (r"%a\_b%", {"a_b"}),
        (r"50\%%", {"50% off"}),
        (r"%\\%", {"a\\b"}),
        (r"a\b", {"a\\b"}),
        ("a\\", set()),
    ],
)
def test_like(pattern: str, found: set[str]) -> None:
    lines = [f"{name} | 2026-01-05 10:00 | visit | page={name}" for name in VALUES]
    log = engine("\n".join(lines))
    asked = f"trend events of visit per day where page like '{pattern}'"
    other = asked.replace(" like ", " not like ")
    for text, expected in ((asked, found), (other, set(VALUES) - found)):
        (count,) = log.answer(parse(text)).points["value"]
        assert count == len(expected)
