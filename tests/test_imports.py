"""What is loaded when: importing and loading the extension must be quick."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("duckdb", "lark", "numba", "numpy", "pandas", "plotly", "pydantic", "pyarrow", "scipy")


@pytest.mark.parametrize(
    "statement",
    [
        "import behavio_jupyter",
        "import behavio_jupyter.magics",
        "from IPython.core.interactiveshell import InteractiveShell;"
        "InteractiveShell.instance().run_line_magic('load_ext', 'behavio_jupyter')",
    ],
)
def test_nothing_heavy_loads_before_it_is_used(statement):
    assert loaded(statement, HEAVY) == []


@pytest.mark.parametrize(
    "statement", ["from behavio_jupyter.report import Review", "import behavio_jupyter.cli"]
)
def test_what_executes_notebooks_does_not_load_in_them_nor_for_every_command(statement):
    assert loaded(statement, ("nbclient", "nbconvert", "nbformat", "papermill", "plotly")) == []


def test_a_parser_that_no_notebook_needs_is_not_loaded_and_can_be():
    looked = "from behavio_jupyter.report.template import find; find('weekly_review').parameters"
    assert loaded(looked, ("nbformat", "rfc3987_syntax")) == ["nbformat"]
    after = f"{looked}; import rfc3987_syntax"
    assert loaded(after, ("nbformat", "rfc3987_syntax")) == ["nbformat", "rfc3987_syntax"]


def loaded(statement, modules):
    """Which of some modules a new process has loaded after a statement."""
    program = f"{statement}\nimport sys\nprint(*sorted(set({modules!r}) & set(sys.modules)))"
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return shown.stdout.split()
