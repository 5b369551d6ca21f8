"""Logs of these sizes are scanned in several ranges at once, as much larger ones are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from behavio_jupyter.engine.local import parallel


@pytest.fixture(scope="package", autouse=True)
def _many_ranges() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "_SMALL", 1_000)
        yield
