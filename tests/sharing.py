"""Who runs which tests where several processes run them: a file each, the long ones first.

What a file has made for its tests is made once. The browsers are one process's work, from the
start: beside each other they would take the processors from each other, and last they would be
waited for.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

_BROWSERS = "tests/notebook/"
_FIRST = (
    _BROWSERS,
    "tests/report/templates/",
    "tests/robustness/",
    "tests/report/",
    "tests/benchmarks/",
    "tests/engine/",
)
"""What has the longest tests, the longest first."""


class ByFile(LoadScopeScheduling):
    """Gives each process a file after the other, in the order in which they were collected."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        config.option.loadscopereorder = False  # that would put files of few tests last
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return _BROWSERS if nodeid.startswith(_BROWSERS) else nodeid.split("::", 1)[0]


def rank(item: pytest.Item) -> int:
    """Return the place of a test's folder among those that run first."""
    found = (place for place, start in enumerate(_FIRST) if item.nodeid.startswith(start))
    return next(found, len(_FIRST))
