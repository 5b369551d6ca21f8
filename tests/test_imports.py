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
    program = f"{statement}\nimport sys\nprint(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == []
