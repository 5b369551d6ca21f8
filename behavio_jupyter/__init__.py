"""Behavioral analytics inside Jupyter: funnels, retention, paths, trends and segments."""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

from . import notebook

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from . import datasets
    from .errors import (
        BehavioError,
        DataError,
        DefinitionError,
        QueryTextError,
        StoreError,
        UnknownNameError,
    )
    from .log import EventLog
    from .magics import opened
    from .opening import connect
    from .query import Funnel, Paths, Retention, Segment, Trend, parse
    from .widgets import explore

_HOMES = {
    **dict.fromkeys(("Funnel", "Paths", "Retention", "Segment", "Trend", "parse"), "query"),
    **dict.fromkeys(
        (
            "BehavioError",
            "DataError",
            "DefinitionError",
            "QueryTextError",
            "StoreError",
            "UnknownNameError",
        ),
        "errors",
    ),
    "EventLog": "log",
    "connect": "opening",
    "explore": "widgets",
    "opened": "magics",
}
"""Where the public names live; they load when first used, so that importing is quick."""

__all__ = [
    "BehavioError",
    "DataError",
    "DefinitionError",
    "EventLog",
    "Funnel",
    "Paths",
    "QueryTextError",
    "Retention",
    "Segment",
    "StoreError",
    "Trend",
    "UnknownNameError",
    "connect",
    "datasets",
    "explore",
    "opened",
    "parse",
]


def __getattr__(name: str) -> Any:
    if name == "datasets":
        return import_module(".datasets", __name__)
    if name == "__version__":
        return metadata.version("behavio-jupyter")
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})


def _bar(*shown: Any) -> Any:
    """Make the bar beneath a result: widgets load when the first is shown."""
    return import_module(".widgets", __name__).ResultBar(*shown)


notebook.show_beneath(_bar)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics; called by ``%load_ext behavio_jupyter``."""
    import_module(".magics", __name__).load_ipython_extension(shell)
