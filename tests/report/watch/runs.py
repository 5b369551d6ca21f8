"""Runs with key figures and nothing else."""

import datetime as dt

from behavio_jupyter.report import KeyFigure, Period, Run


def run(period, *figures, report="own", partial=""):
    return Run(
        report=report,
        template=report,
        title="Own",
        period=str(period),
        parameters={},
        started=dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC),
        seconds=1.0,
        figures=list(figures),
        partial=partial,
    )


def runs(first, figures):
    """One run for each figure, from a period on."""
    found, period = [], Period.parse(first)
    for figure in figures:
        found.append(run(period, figure))
        period = period.after
    return found


def rate(count, size=100, name="conversion"):
    return KeyFigure.rate(name, count, size)


def users(count):
    return KeyFigure.counted("users", count, "users")
