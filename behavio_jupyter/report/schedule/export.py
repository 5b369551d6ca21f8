"""The same schedule for other machinery: crontab, systemd, GitHub Actions, Airflow."""

from __future__ import annotations

import datetime as dt
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

from ...errors import DefinitionError, UnknownNameError
from ..deliver import Target
from ..deliver.settings import SMTP
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
    DefinitionError
        It cannot hold what the schedule says.
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
    if "\n" in line or "\r" in line:
        raise DefinitionError(
            f"A crontab cannot hold the line breaks that {schedule.name} has in its parameters."
        )
    return f"CRON_TZ={schedule.timezone}\n{schedule.cron} {line}\n"


def _systemd(schedule: Schedule, out: Path) -> str:
    line = " ".join(_systemd_word(word) for word in _words(schedule, out.resolve()))
    unit, told = _plain(schedule.name), " ".join(schedule.name.replace("%", "%%").split())
    seconds = schedule.time_limit.microseconds // 1_000_000
    return f"""# {unit}.service
[Unit]
Description=Behavio report {told}

[Service]
Type=oneshot
ExecStart=/usr/bin/env {line}
TimeoutStartSec={seconds}

# {unit}.timer
[Unit]
Description=When Behavio report {told} is due

[Timer]
OnCalendar={_calendar(schedule.cron)} {schedule.timezone}
Persistent=true

[Install]
WantedBy=timers.target
"""


def _systemd_word(word: str) -> str:
    """Return a word of a command as systemd reads it; its quotes are not those of a shell."""
    for sign, written in (("\\", r"\\"), ('"', r"\""), ("\n", r"\n"), ("%", "%%"), ("$", "$$")):
        word = word.replace(sign, written)
    return word if re.fullmatch(r"[\w./:=@%$+,-]+", word) else f'"{word}"'


def _plain(name: str) -> str:
    """Return a name that files and other machinery may have."""
    return re.sub(r"[^\w.-]", "_", name)


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
{_secrets(schedule)}      - uses: actions/upload-artifact@v4
        with:
          name: reports
          path: {json.dumps(str(out))}
"""


def _secrets(schedule: Schedule) -> str:
    """Return the settings of delivery, which GitHub keeps as secrets of the repository."""
    names: list[str] = []
    for target in map(Target.parse, schedule.targets):
        if target.kind == "slack":
            names += target.to
        elif target.kind == "mail":
            names += SMTP
    lines = [f"          {one}: ${{{{ secrets.{one} }}}}\n" for one in dict.fromkeys(names)]
    return "".join(["        env:\n", *lines]) if lines else ""


def _airflow(schedule: Schedule, out: Path) -> str:
    line = shlex.join(_words(schedule, out.resolve()))
    seconds = schedule.time_limit.microseconds // 1_000_000
    added = schedule.added.astimezone(dt.UTC)
    dag = _plain(schedule.name)
    return f'''"""Behavio report {dag}."""

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
