"""What a result says about the log it was counted in."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class LogFacts:
    """The log's name and what it covers.

    Attributes
    ----------
    timezone : str
        In which calendar periods are cut.
    first, end : Timestamp or None
        The first event, and the time up to which the log was observed; None for an empty log.
    name : str
        What the log is called, such as the name of its file.
    """

    timezone: str
    first: pd.Timestamp | None
    end: pd.Timestamp | None
    name: str
