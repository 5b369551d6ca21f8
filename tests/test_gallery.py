"""The gallery's code runs, and its pictures are those there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.magics.conftest import shell

__all__ = ["shell"]

ROOT = Path(__file__).parents[1]
GALLERY = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", GALLERY, re.MULTILINE | re.DOTALL)


def test_every_line_and_block_runs(shell):
    shell.run_cell("%behavio connect contributions").raise_error()
    for _, block in BLOCKS:
        shell.run_cell(block).raise_error()


@pytest.mark.parametrize("page", ["README.md", "docs/gallery.md"])
def test_every_picture_of_a_page_is_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    pictures = re.findall(r'(?:src|srcset)="([^"]+)"', text)
    assert pictures
    assert [name for name in pictures if not ((ROOT / page).parent / name).exists()] == []


def test_every_widget_is_shown():
    from behavio_jupyter import widgets

    explorers = set(widgets.__all__) - {"AnalysisWidget", "Explorer", "ResultBar"}
    assert [name for name in explorers if name not in GALLERY] == []
