"""How tests are run: profiles of hypothesis, and who runs what.

Every run on a desk tries new examples (``quick``); ``HYPOTHESIS_PROFILE=thorough`` searches long;
where ``CI`` is set the examples are the same each time, so that it judges the change and not luck,
and half as many: the other half would be the same, too.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# Before others load nbformat, each in its own way: like this it takes a second instead of five.
import behavio_jupyter.report.formats  # noqa: F401

from .sharing import ByFile, rank

slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("quick", max_examples=60, deadline=None, suppress_health_check=slow)
settings.register_profile("ci", settings.get_profile("quick"), derandomize=True, max_examples=30)
settings.register_profile("thorough", max_examples=2000, deadline=None, suppress_health_check=slow)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "quick"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest tests begin first."""
    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    """Share the tests out by files."""
    return ByFile(config, log)
