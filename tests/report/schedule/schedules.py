"""Schedules of a notebook."""

import datetime as dt

from behavio_jupyter.report.schedule import Schedule

START = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def made(own, added=START, **given):
    cron = given.pop("cron", "0 8 * * MON")
    return Schedule.made(own, cron=cron, added=added, **{"timezone": "Europe/Berlin", **given})
