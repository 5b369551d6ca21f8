"""Folders to work in, watched for what stays."""

from __future__ import annotations

from multiprocessing import util
from pathlib import Path

import pytest

from behavio_jupyter.data.drafts import in_memory

from .work import Places

collect_ignore = ["warm.py"]
"""It asks questions where it is imported, and doctests import all."""


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """Folders for a store and for temporary files, in which nothing lies yet."""
    # What this process itself keeps among the temporary files lies elsewhere, and stays there.
    in_memory().close()
    util.get_temp_dir()
    places = Places.under(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(places.temporary))
    return places
