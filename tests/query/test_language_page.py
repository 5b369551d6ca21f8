"""The examples of docs/language.md are read as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from behavio_jupyter.query import parse

PAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
LINES = [
    line
    for block in re.findall(r"^```\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if line.startswith(("funnel", "retention", "paths", "trend", "segment", "timeline"))
]
CONDITIONS = [
    code
    for row in re.findall(
        r"^\| (.*?) \|", PAGE.split("## Segment")[1].split("## ")[0], flags=re.MULTILINE
    )
    for code in re.findall(r"`([^`…]+)`", row)
    if not row.startswith("…")
]


@pytest.mark.parametrize("line", LINES)
def test_examples_are_read(line: str) -> None:
    assert parse(str(parse(line))) == parse(line)


@pytest.mark.parametrize(
    ("start", "section"),
    [
        ("funnel a -> b -> c ", "Clauses of funnels"),
        ("retention a -> b ", "Clauses of funnels"),
        ("paths ", "Clauses of funnels"),
        ("trend users of a ", "Clauses of funnels"),
        ("retention a -> b ", "Retention"),
        ("paths ", "Paths"),
    ],
)
def test_clauses_are_read(start: str, section: str) -> None:
    rows = PAGE.split(f"## {section}")[1].split("## ")[0]
    found = re.findall(
        r"`([^`]+)`", " ".join(re.findall(r"^\| (.*?) \| ", rows, flags=re.MULTILINE))
    )
    clauses = [code.replace("\\|", "|") for code in found if " " in code and "…" not in code]
    assert len(clauses) >= 5
    for clause in clauses:
        parse(start + clause)


@pytest.mark.parametrize("code", [code for code in CONDITIONS if "(" in code or " " in code])
def test_conditions_are_read(code: str) -> None:
    window = code.startswith(("in last", "between", "within"))
    bare = re.fullmatch(r"last\(.*\)|(avg|min|max|distinct)", code)
    parse(f"did(a) {code}" if window else f"{code} = 'x'" if bare else code)
