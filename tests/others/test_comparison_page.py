"""Every difference of docs/comparison.md has its test, and every test of one is on the page."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "comparison.md"


def test_differences_and_tests_are_the_same():
    named = re.findall(r"`(test_\w+)`", PAGE.read_text())
    tested = []
    for module in HERE.glob("test_*.py"):
        _, _, differences = module.read_text().partition("# Where the rules differ: docs/")
        tested += re.findall(r"^def (test_\w+)", differences, re.MULTILINE)
    assert sorted(named) == sorted(tested)
