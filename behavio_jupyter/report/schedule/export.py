"""The same schedule for other machinery: crontab, systemd, GitHub Actions, Airflow."""

from __future__ import annotations

import datetime as dt
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

from ...errors import UnknownNameError
from .cron import weekdays
from .schedule import Schedule

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def export(schedule: Schedule, format: str, out: Path) -> str:
    """Return a schedule as text that other machinery takes.

    Each runs ``behavio report run … --period last``: the period that is over. As that is not
    repeated, a machine that starts it twice does no harm.

    Parameters
    ----------
    schedule : Schedule
    format : {"crontab", "systemd", "github", "airflow"}
    out : Path
        Where reports are kept.

    Raises
    ------
    UnknownNameError
        There is no such format.
    """
    if format not in FORMATS:
        raise UnknownNameError("format", format, FORMATS)
    return FORMATS[format](schedule, out)


def _words(schedule: Schedule, out: Path) -> list[str]:
    last = ("--period", "last", "--timezone", schedule.timezone)
    words = ["behavio", *schedule.words(out, *last)]
    for rule in schedule.alerts:
        words += ["--alert", rule]
    for target in schedule.targets:
        words += ["--deliver", target]
    return words


def _crontab(schedule: Schedule, out: Path) -> str:
    line = shlex.join(_words(schedule, out.resolve())).replace("%", r"\%")
    return f"CRON_TZ={schedule.timezone}\n{schedule.cron} {line}\n"


def _systemd(schedule: Schedule, out: Path) -> str:
    line = shlex.join(_words(schedule, out.resolve())).replace("%", "%%").replace("$", "$$")
    seconds = schedule.time_limit.microseconds // 1_000_000
    return f"""# {schedule.name}.service
[Unit]
Description=Behavio report {schedule.name}

[Service]
Type=oneshot
ExecStart=/usr/bin/env {line}
TimeoutStartSec={seconds}

# {schedule.name}.timer
[Unit]
Description=When Behavio report {schedule.name} is due

[Timer]
OnCalendar={_calendar(schedule.cron)} {schedule.timezone}
Persistent=true

[Install]
WantedBy=timers.target
"""


def _github(schedule: Schedule, out: Path) -> str:
    line = shlex.join(_words(schedule, out))
    return f"""# GitHub reads cron in UTC unless it is told the zone.
name: {json.dumps(schedule.name)}
on:
  schedule:
    - cron: {json.dumps(schedule.cron)}
      timezone: {json.dumps(schedule.timezone)}
  workflow_dispatch:
jobs:
  report:
    runs-on: ubuntu-latest
    timeout-minutes: {max(1, schedule.time_limit.microseconds // 60_000_000)}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install behavio-jupyter
      - run: {json.dumps(line)}
      - uses: actions/upload-artifact@v4
        with:
          name: reports
          path: {json.dumps(str(out))}
"""


def _airflow(schedule: Schedule, out: Path) -> str:
    line = shlex.join(_words(schedule, out.resolve()))
    seconds = schedule.time_limit.microseconds // 1_000_000
    added = schedule.added.astimezone(dt.UTC)
    dag = re.sub(r"[^\w.-]", "_", schedule.name)
    return f'''"""Behavio report {schedule.name}."""

from datetime import datetime, timedelta, timezone

from airflow import DAG
from airflow.providers.standard.operators.bash import BashOperator
from airflow.timetables.trigger import CronTriggerTimetable

with DAG(
    {dag!r},
    schedule=CronTriggerTimetable({schedule.cron!r}, timezone={schedule.timezone!r}),
    start_date=datetime({added.year}, {added.month}, {added.day}, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
):
    BashOperator(
        task_id="run",
        bash_command={f"{{% raw %}}{line}{{% endraw %}}"!r},
        execution_timeout=timedelta(seconds={seconds}),
    )
'''


FORMATS: dict[str, Callable[[Schedule, Path], str]] = {
    "crontab": _crontab,
    "systemd": _systemd,
    "github": _github,
    "airflow": _airflow,
}


def _calendar(cron: str) -> str:
    """Return a line of cron as systemd writes it.

    Examples
    --------
    >>> _calendar("0 8 * * MON-FRI")
    'Mon,Tue,Wed,Thu,Fri *-*-* 8:0:00'
    >>> _calendar("0 8 * JAN-MAR 0")
    'Sun *-1..3-* 8:0:00'
    >>> _calendar("*/15 6,18 1 */3 *")
    '*-1/3-1 6,18:0/15:00'
    """
    minute, hour, day, month, weekday = cron.split()
    shown = f"*-{_field(month, 1)}-{_field(day, 1)} {_field(hour, 0)}:{_field(minute, 0)}:00"
    if weekday == "*":
        return shown
    return f"{weekdays(weekday).title()} {shown}"


def _field(field: str, first: int) -> str:
    numbers = re.sub("|".join(_MONTHS), lambda name: str(_MONTHS.index(name[0]) + 1), field.lower())
    return numbers.replace("*/", f"{first}/").replace("-", "..")
