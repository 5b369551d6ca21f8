"""What the tests of templates share: all runs on their logs, and a browser."""

import pytest

from ...notebook.lab import launched
from .checks import executed


@pytest.fixture(scope="class")
def runs(request, tmp_path_factory):
    return executed(request.cls.LOGS, tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="class")
def browser():
    with launched() as running:
        yield running
