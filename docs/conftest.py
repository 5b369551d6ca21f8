"""How nbval compares the executed notebooks: text and tables, not the payload of charts.

A chart's payload changes with Plotly's version; what it shows is tested in tests/result.
Progress bars would come and go with the speed of the machine.
"""

from __future__ import annotations

import os

import pytest

PLOTLY = "application/vnd.plotly.v1+json"

os.environ["BEHAVIO_PROGRESS"] = "off"


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Leave Plotly's payloads out of the comparison; that there is a chart is compared as text."""
    if collector.path is not None and collector.path.suffix == ".ipynb":
        collector.skip_compare += (PLOTLY,)  # type: ignore[attr-defined]
