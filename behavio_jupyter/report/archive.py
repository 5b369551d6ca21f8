"""The runs that were published, each in a folder of its own."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import psutil
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import BehavioError
from .figures import KeyFigure

RECORD = "run.json"
_WORK = ".running"
_FAILED = "failed"
_REPLACED = ".replaced-"


class Run(BaseModel):
    """A run of a report.

    Attributes
    ----------
    report : str
        The template's name, and what tells its parameters from the defaults.
    template, title : str
    period : str
    parameters : dict
        All of them, as they were.
    started : datetime
        With its time zone.
    seconds : float
    outcome : {"done", "failed"}
    error : str
        Why it failed, in a sentence.
    figures : list of KeyFigure
    findings : list of str
    folder : Path
        Where its files are.
    """

    model_config = ConfigDict(frozen=True)

    report: str
    template: str
    title: str
    period: str
    parameters: dict[str, Any]
    started: dt.datetime
    seconds: float
    outcome: Literal["done", "failed"] = "done"
    error: str = ""
    figures: list[KeyFigure] = []
    findings: list[str] = []
    folder: Path = Field(default=Path(), exclude=True)

    @property
    def page(self) -> Path:
        """The page to read."""
        return self.folder / "index.html"

    @property
    def notebook(self) -> Path:
        """The executed notebook."""
        return self.folder / f"{self.template}.ipynb"


class Archive:
    """A folder of runs: ``report/period`` for those published, ``failed`` for the others.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def runs(self, report: str | None = None) -> list[Run]:
        """Return the published runs, the newest first."""
        self._mend()
        found = self.folder.glob(f"{report or '*'}/*/{RECORD}")
        return _newest_first(
            path
            for path in found
            if path.parts[-3] != _FAILED and not any(part[0] == "." for part in path.parts[-3:])
        )

    def failed(self) -> list[Run]:
        """Return the runs that failed, the newest first."""
        return _newest_first(self.folder.glob(f"{_FAILED}/*/*/{RECORD}"))

    def find(self, report: str, period: str) -> Run | None:
        """Return the published run of a report for a period."""
        self._mend()
        return _read(self.folder / report / period / RECORD)

    def before(self, report: str, period: str) -> Run | None:
        """Return the run of the latest period before this one."""
        earlier = [run for run in self.runs(report) if run.period < period]
        return max(earlier, key=lambda run: run.period, default=None)

    def begin(self) -> Path:
        """Return a new folder to work in; what runs that were killed left is taken away."""
        work = self.folder / _WORK
        try:
            work.mkdir(parents=True, exist_ok=True)
            for left in work.iterdir():
                if not psutil.pid_exists(int(left.name.split("-")[0])):
                    shutil.rmtree(left, ignore_errors=True)
            folder = work / f"{os.getpid()}-{uuid.uuid4().hex}"
            folder.mkdir()
        except OSError as error:
            raise BehavioError(
                f"No reports can be written to {self.folder}: {error.strerror or error}."
            ) from None
        return folder

    def publish(self, run: Run, work: Path) -> Run:
        """Make a finished folder the run of its report and period, all at once."""
        _write(run, work)
        target = self.folder / run.report / run.period
        target.parent.mkdir(exist_ok=True)
        old = target.with_name(f"{_REPLACED}{target.name}")
        while True:
            try:
                work.rename(target)
                break
            except OSError:
                if not target.exists():
                    raise
                shutil.rmtree(old, ignore_errors=True)
                target.rename(old)
        shutil.rmtree(old, ignore_errors=True)
        return run.model_copy(update={"folder": target})

    def keep_failed(self, run: Run, work: Path) -> Run:
        """Keep a run that failed, beside all that were published."""
        _write(run, work)
        moment = run.started.strftime("%Y%m%dT%H%M%S%f")
        target = self.folder / _FAILED / run.report / f"{run.period}-{moment}"
        target.parent.mkdir(parents=True, exist_ok=True)
        work.rename(target)
        return run.model_copy(update={"folder": target})

    def _mend(self) -> None:
        """Put back a run whose replacing was interrupted between two renames."""
        for old in self.folder.glob(f"*/{_REPLACED}*"):
            target = old.with_name(old.name.removeprefix(_REPLACED))
            if not target.exists():
                old.rename(target)


def _write(run: Run, folder: Path) -> None:
    (folder / RECORD).write_text(run.model_dump_json(indent=1), encoding="utf-8")


def _read(path: Path) -> Run | None:
    try:
        read = Run.model_validate_json(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValidationError):
        raise BehavioError(f"{path} cannot be read; take the folder away to go on.") from None
    return read.model_copy(update={"folder": path.parent})


def _newest_first(paths: Iterable[Path]) -> list[Run]:
    found = [run for run in map(_read, paths) if run is not None]
    return sorted(found, key=lambda run: (run.started, run.report), reverse=True)
