"""The notebooks of the docs give the outputs again that are kept in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..again import assert_same_outputs

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", sorted(path.name for path in DOCS.glob("*.ipynb")))
def test_nbval_finds_the_same_outputs_again(name: str) -> None:
    assert_same_outputs(DOCS / name)
