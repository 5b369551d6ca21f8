"""How nbval compares the executed notebooks: text and tables, not the payload of charts.

A chart's payload changes with Plotly's version; what it shows is tested in tests/result.
Progress bars come and go with the speed of the machine and are no answer.
"""

from __future__ import annotations

from typing import Any

import pytest

PLOTLY = "application/vnd.plotly.v1+json"


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Leave Plotly's payloads out of the comparison; that there is a chart is compared as text."""
    if collector.path is not None and collector.path.suffix == ".ipynb":
        collector.skip_compare += (PLOTLY,)  # type: ignore[attr-defined]


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Leave progress bars out of the comparison."""
    for item in items:
        if hasattr(item, "compare_outputs"):
            item.compare_outputs = _without_progress(item.compare_outputs)


def _without_progress(compare: Any) -> Any:
    def answers(outputs: list[Any]) -> list[Any]:
        return [output for output in outputs if not _is_progress(output)]

    return lambda test, ref, skip_compare=None: compare(answers(test), answers(ref), skip_compare)


def _is_progress(output: Any) -> bool:
    html = output.get("data", {}).get("text/html")
    return html is not None and (html == "" or "<progress" in html)
