"""Reports: template notebooks that are run, published and compared with the run before.

>>> from behavio_jupyter import report
>>> "weekly_review" in [template.name for template in report.templates()]
True
"""

from __future__ import annotations

from .analyses import (
    Review,
    breakdowns,
    counting,
    differences,
    drawing,
    drops,
    finding,
    launch,
    movers,
    profile,
    quality,
    staying,
    traits,
    ways,
)
from .archive import Archive, Run
from .change import Change, change
from .execute import execute
from .figures import KeyFigure
from .page import to_page
from .parameters import Parameter, ParameterError
from .period import Period
from .running import ReportError, UnlistedError, run
from .source import StaleError
from .template import Template
from .template import every as templates
from .template import find as template

__all__ = [
    "Archive",
    "Change",
    "KeyFigure",
    "Parameter",
    "ParameterError",
    "Period",
    "ReportError",
    "Review",
    "Run",
    "StaleError",
    "Template",
    "UnlistedError",
    "breakdowns",
    "change",
    "counting",
    "differences",
    "drawing",
    "drops",
    "execute",
    "finding",
    "launch",
    "movers",
    "profile",
    "quality",
    "run",
    "staying",
    "template",
    "templates",
    "to_page",
    "traits",
    "ways",
]
