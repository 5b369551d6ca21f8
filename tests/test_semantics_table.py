"""The page of rules names a test for every rule and decision, and each of them exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "semantics.md").read_text(encoding="utf-8")
DECISIONS, RULES, TABLE = re.split(r"^## The rules$|^## The tests of the rules$", PAGE, flags=re.M)
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith("| rule")
]
KNOWN = {row[0] for row in ROWS}


@cache
def functions_in(path: str) -> set[str]:
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def begins_with_a_rule(text: str, section: str) -> bool:
    plain = re.sub(r"[*`]", "", text)
    return any(
        plain.startswith(rule.removeprefix(f"{section}: "))
        for rule in KNOWN
        if rule.startswith(f"{section}: ")
    )


def test_every_decision_has_a_row():
    decided = re.findall(r"\*\*([DPASFRKTX]\d+)\b", DECISIONS)
    assert len(decided) == len(set(decided)) > 70
    assert set(decided) == {rule for rule in KNOWN if re.fullmatch(r"[A-Z]\d+", rule)}


def test_every_rule_has_a_row():
    for part in RULES.split("\n### ")[1:]:
        section, *lines = part.splitlines()
        assert any(rule.split(":")[0] == section for rule in KNOWN), section
        for line in lines:
            if line.startswith("- "):
                assert begins_with_a_rule(line[2:], section), f"{section}: {line}"
            elif line and not line.startswith("|"):
                assert section in KNOWN, f"{section}: {line}"


def test_every_test_exists():
    for rule, _, named in ROWS:
        tests = re.findall(r"`([^`]+)`", named)
        assert tests, rule
        for test in tests:
            path, _, name = test.partition("::")
            assert name in functions_in(path), f"{rule}: {test}"
