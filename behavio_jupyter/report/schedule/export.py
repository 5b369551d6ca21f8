"""The same schedule for other machinery: crontab, systemd, GitHub Actions, Airflow."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from ...errors import DefinitionError, UnknownNameError
from ..deliver import Target
from ..deliver.settings import SMTP
from .cron import MONTHS, weekdays
from .schedule import Schedule


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
    """Return what stands behind ``behavio``."""
    last = ("--period", "last", "--timezone", schedule.timezone)
    words = schedule.words(out, *last)
    for rule in schedule.alerts:
        words += ["--alert", rule]
    for target in schedule.targets:
        words += ["--deliver", target]
    return words


def _here(schedule: Schedule, out: Path) -> list[str]:
    """Return the command on this machine, whatever the machinery's ``PATH`` is."""
    return [sys.executable, "-m", "behavio_jupyter.cli", *_words(schedule, out.resolve())]


def _seconds(schedule: Schedule) -> int:
    return max(1, schedule.time_limit.microseconds // 1_000_000)


def _crontab(schedule: Schedule, out: Path) -> str:
    limited = ["timeout", str(_seconds(schedule)), *_here(schedule, out)]
    line = f"cd {shlex.quote(schedule.directory)} && {shlex.join(limited)}".replace("%", r"\%")
    if "\n" in line or "\r" in line:
        raise DefinitionError(
            f"A crontab cannot hold the line breaks that {schedule.name} has in its parameters."
        )
    return f"CRON_TZ={schedule.timezone}\n{schedule.cron} {line}\n"


def _systemd(schedule: Schedule, out: Path) -> str:
    line = " ".join(_systemd_word(word) for word in _here(schedule, out))
    unit, told = _plain(schedule.name), " ".join(schedule.name.replace("%", "%%").split())
    directory = schedule.directory.replace("%", "%%")
    return f"""# {unit}.service
[Unit]
Description=Behavio report {told}

[Service]
Type=oneshot
WorkingDirectory={directory}
ExecStart={line}
TimeoutStartSec={_seconds(schedule)}

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
    root, directory = _repository(Path(schedule.directory)), Path(schedule.directory)

    def inside(path: str) -> str:
        if not Path(path).is_relative_to(root):
            raise DefinitionError(f"GitHub has only what is in the repository {root}, not {path}.")
        return Path(os.path.relpath(path, directory)).as_posix()

    own = schedule.template.endswith(".ipynb")
    changed = {
        "template": inside(schedule.template) if own else schedule.template,
        "folders": [inside(folder) for folder in schedule.folders],
    }
    # Reports elsewhere on this machine are in a folder of the usual name there.
    kept = out.resolve() if out.resolve().is_relative_to(root) else directory / "reports"
    words = _words(schedule.model_copy(update=changed), Path(inside(str(kept))))
    line = shlex.join(["behavio", *words])
    return f"""# GitHub reads cron in UTC unless it is told the zone.
name: {_yaml(schedule.name)}
on:
  schedule:
    - cron: {_yaml(schedule.cron)}
      timezone: {_yaml(schedule.timezone)}
  workflow_dispatch:
jobs:
  report:
    runs-on: ubuntu-latest
    timeout-minutes: {max(1, _seconds(schedule) // 60)}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install behavio-jupyter
      - run: {_yaml(line)}
        working-directory: {_yaml(directory.relative_to(root).as_posix())}
{_secrets(schedule)}      - uses: actions/upload-artifact@v4
        if: always()  # the notebook that failed, too
        with:
          name: reports
          path: {_yaml(kept.relative_to(root).as_posix())}
"""


def _repository(folder: Path) -> Path:
    """Return the folder that GitHub has, as far as one can see here."""
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), folder)


def _yaml(text: str) -> str:
    """Return text for GitHub, which takes ``${{`` for the begin of an expression."""
    return json.dumps(text.replace("${{", "${{ '${{' }}"), ensure_ascii=False)


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
    line = shlex.join(_here(schedule, out))
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
        cwd={schedule.directory!r},
        execution_timeout=timedelta(seconds={_seconds(schedule)}),
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
    numbers = re.sub("|".join(MONTHS), lambda name: str(MONTHS.index(name[0]) + 1), field.lower())
    return numbers.replace("*/", f"{first}/").replace("-", "..")
