"""One direction: text or clicks, definition, engine, result, chart."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "behavio_jupyter"
MAY_IMPORT = {
    "query": {"query", "errors"},
    "data": {"data", "locks", "errors", "interrupts"},
    "engine": {"engine", "query", "data", "errors", "interrupts"},
    "result": {"result", "engine", "query", "errors", "interrupts"},
    "report": {"report", "result", "query", "log", "opening", "datasets", "locks", "errors"},
    "cli": {"cli", "report", "errors"},
}
"""For each part, the parts of the library its modules may import."""


def imported(path):
    """The parts of the library that a module imports."""
    inside = ["behavio_jupyter", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = inside[: len(inside) - node.level + 1] if node.level else []
            home = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{home}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "behavio_jupyter":
                yield rest.partition(".")[0]


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_a_part_imports_only_what_comes_before_it(part):
    paths = list((PACKAGE / part).rglob("*.py"))
    assert paths
    assert {name for path in paths for name in imported(path)} <= MAY_IMPORT[part]


def test_running_and_bringing_reports_knows_nothing_of_what_they_say():
    for path in (PACKAGE / "report").rglob("*.py"):
        if path.parent.name != "analyses" and path != PACKAGE / "report" / "__init__.py":
            assert "analyses" not in path.read_text(encoding="utf-8"), path


def test_nothing_but_the_package_itself_knows_magics_and_widgets():
    for path in PACKAGE.rglob("*.py"):
        if path != PACKAGE / "__init__.py":
            assert not {"magics", "widgets"} & set(imported(path)), path


def test_results_know_no_engine_in_particular():
    for path in (PACKAGE / "result").rglob("*.py"):
        assert "engine.local" not in path.read_text(encoding="utf-8"), path


def test_charts_are_drawn_by_results_alone():
    for part in ("query", "data", "engine"):
        for path in (PACKAGE / part).rglob("*.py"):
            assert "plotly" not in path.read_text(encoding="utf-8"), path
