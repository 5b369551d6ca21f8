"""What is run when."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from ...errors import BehavioError, DefinitionError
from ...query.time import Duration
from ..deliver import Target
from ..parameters import checked
from ..period import Period, Unit
from ..running import report_name
from ..template import find
from ..watch import Rule
from .cron import Cron

DEFAULT_LIMIT = "1h"


class Schedule(BaseModel):
    """A report that runs by itself.

    Attributes
    ----------
    name : str
    template : str
        Its name, or the absolute path of its notebook.
    report : str
        What its runs were called when it was added.
    unit : {"day", "week", "month", "quarter", "year"}
        What each of them is about.
    parameters : dict
        Those given; all others have their defaults.
    folders : list of str
        Where the user's own templates are.
    directory : str
        Where it was added, and is run: paths among the parameters begin there.
    cron, timezone : str
        When it is due.
    time_limit : Duration
        After so long a run is stopped.
    alerts, targets : list of str
        Rules that each run is checked by, and where it is delivered to.
    paused : bool
    added : datetime
        Periods that were due before are not run.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    template: str
    report: str
    unit: Unit
    parameters: dict[str, Any] = {}
    folders: list[str] = []
    directory: str = "."
    cron: str
    timezone: str = "UTC"
    time_limit: Duration = Duration.model_validate(DEFAULT_LIMIT)
    alerts: list[str] = []
    targets: list[str] = []
    paused: bool = False
    added: dt.datetime

    @classmethod
    def made(
        cls,
        template: str,
        *,
        cron: str,
        timezone: str = "UTC",
        name: str = "",
        parameters: dict[str, Any] | None = None,
        folders: Sequence[Path] = (),
        time_limit: str = DEFAULT_LIMIT,
        alerts: Sequence[str] = (),
        targets: Sequence[str] = (),
        added: dt.datetime,
    ) -> Schedule:
        """Return a schedule whose every part was checked.

        Raises
        ------
        BehavioError
            There is no such template, parameter, time zone; a line of cron, a span, a rule or a
            target cannot be read; the template is not about a period.
        """
        found = find(template, folders)
        values = checked(found.parameters, parameters or {})
        if not found.dated:
            raise DefinitionError(
                f"{found.name} has no parameter called period: on a schedule each run is of one."
            )
        Cron(cron, timezone)
        given = {key: values[key] for key in parameters or {}}
        if "period" in given:
            raise DefinitionError("On a schedule the period is that which is over: leave it out.")
        report = report_name(found, values)
        return cls(
            name=name or report,
            report=report,
            unit=found.unit,
            template=str(found.path.resolve()) if template.endswith(".ipynb") else found.name,
            parameters=given,
            folders=[str(folder.resolve()) for folder in folders],
            directory=str(Path.cwd()),
            cron=cron,
            timezone=timezone,
            time_limit=Duration.model_validate(time_limit),
            alerts=[Rule.parse(text).text for text in alerts],
            targets=[str(Target.parse(text)) for text in targets],
            added=added,
        )

    def current(self) -> Schedule:
        """Return it with what its runs are called now: defaults that changed make other names.

        Raises
        ------
        BehavioError
            There is no such template any more, or it has other parameters.
        """
        found = find(self.template, [Path(folder) for folder in self.folders])
        report = report_name(found, checked(found.parameters, self.parameters))
        return self.model_copy(update={"report": report})

    @property
    def broken(self) -> str:
        """Why it is never due: its line of cron, kept before, is refused now; else empty."""
        try:
            Cron(self.cron, self.timezone)
        except BehavioError as error:
            return str(error)
        return ""

    def words(self, out: Path, *period: str) -> list[str]:
        """Return what stands behind ``behavio`` to run its report: for a period, into a folder."""
        words = ["report", "run", self.template, *period, "--out", str(out)]
        for folder in self.folders:
            words += ["--templates", folder]
        for name, value in self.parameters.items():
            words += ["-p", f"{name}={value if isinstance(value, str) else json.dumps(value)}"]
        return words

    def next(self, after: dt.datetime, days: int = 400) -> tuple[dt.datetime, str] | None:
        """Return when it is due next, and for which period; None: not within so many days."""
        until = after + dt.timedelta(days=days)
        for moment in Cron(self.cron, self.timezone).between(after, until):
            return moment, str(Period.last_complete(self.unit, moment))
        return None

    def periods(self, after: dt.datetime, until: dt.datetime) -> dict[str, dt.datetime]:
        """Return the periods that became due after a moment and up to another, with when."""
        due: dict[str, dt.datetime] = {}
        for moment in Cron(self.cron, self.timezone).between(after, until):
            due.setdefault(str(Period.last_complete(self.unit, moment)), moment)
        return due
