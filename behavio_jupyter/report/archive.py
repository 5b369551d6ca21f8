"""The runs that were published, each in a folder of its own."""

from __future__ import annotations

import contextlib
import datetime as dt
import glob
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import BehavioError
from ..locks import FileLock, try_lock
from .figures import KeyFigure
from .period import Period

RECORD = "run.json"
_WORK = ".running"
_HELD = ".held"
FAILED = "failed"
_REPLACED = ".replaced-"
_EVERY = "[!.]*"
"""Reports, and not the folder to work in: it may be gone while one looks into it."""

_WAIT = 0.01


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
    partial : str
        What the log lacked, such as ``the log ends on 2026-11-20``; empty where it went on to the
        end of the period.
    notebook_hash, place_hash : str
        Of what the template was, and of where it was.
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
    partial: str = ""
    notebook_hash: str = ""
    place_hash: str = ""
    folder: Path = Field(default=Path(), exclude=True)

    @property
    def page(self) -> Path:
        """The page to read."""
        return self.folder / "index.html"

    @property
    def notebook(self) -> Path:
        """The executed notebook."""
        return self.folder / f"{self.template}.ipynb"


def earlier(runs: Iterable[Run], report: str, period: str) -> dict[Period, Run]:
    """Return the runs that one of a report and a period can be set beside, by their periods.

    They are of the same report and of earlier periods as long. Those of a log that ended too early
    are left out: its numbers were too small.
    """
    about = Period.parse(period)
    return {
        at: run
        for run in runs
        if run.report == report
        and not run.partial
        and (at := Period.parse(run.period)).unit == about.unit
        and at.start < about.start
    }


class Archive:
    """A folder of runs: ``report/period`` for those published, ``failed`` for the others.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: dict[Path, FileLock | None] = {}

    def runs(self, report: str | None = None) -> list[Run]:
        """Return the published runs, the newest first; without those that cannot be read."""
        self._mend()
        return _newest_first(self._records(_EVERY if report is None else glob.escape(report)))

    def failed(self) -> list[Run]:
        """Return the runs that failed, the newest first; without those that cannot be read."""
        return _newest_first(self.folder.glob(f"{FAILED}/*/*/{RECORD}"))

    def unreadable(self) -> list[Path]:
        """Return the folders of runs, published or failed, whose record cannot be read."""
        records = [*self._records(_EVERY), *self.folder.glob(f"{FAILED}/*/*/{RECORD}")]
        return sorted(path.parent for path in records if isinstance(_tried(path), BehavioError))

    def _records(self, named: str) -> Iterator[Path]:
        for path in self.folder.glob(f"{named}/*/{RECORD}"):
            if path.parts[-3] != FAILED and not any(part[0] == "." for part in path.parts[-3:]):
                yield path

    def find(self, report: str, period: str) -> Run | None:
        """Return the published run of a report for a period."""
        self._mend()
        path = self.folder / report / period / RECORD
        found = _read(path)
        if found is None and path.parent.parent.exists():
            with _lock(self._publishing):  # it may have been replaced at this moment
                found = _read(path)
        return found

    def before(self, report: str, period: str) -> Run | None:
        """Return the run that one of this period is compared with: see :func:`earlier`."""
        found = earlier(self.runs(report), report, period)
        return found[max(found, key=lambda one: one.start)] if found else None

    def begin(self) -> Path:
        """Return a new folder to work in; what runs that were killed left is taken away."""
        work = self.folder / _WORK
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _lock(self._publishing):
                for left in work.glob("*/"):
                    _take_away(left / _HELD)
                folder = work / uuid.uuid4().hex
                folder.mkdir()
                self._held[folder] = try_lock(folder / _HELD)
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
        with _lock(self._publishing):
            self._release(work)
            _put_back(old, target)
            shutil.rmtree(old, ignore_errors=True)
            if target.exists():
                target.rename(old)
            try:
                work.rename(target)
            finally:
                _put_back(old, target)
            shutil.rmtree(old, ignore_errors=True)
        return run.model_copy(update={"folder": target})

    def leave(self, work: Path) -> None:
        """Take a folder to work in away, if it is still there."""
        shutil.rmtree(work, ignore_errors=True)
        self._release(work)
        _leave(work.parent)

    def _release(self, work: Path) -> None:
        held = self._held.pop(work, None)
        if held is not None:
            held.release()

    def keep_failed(self, run: Run, work: Path) -> Run:
        """Keep a run that failed, beside all that were published."""
        _write(run, work)
        moment = run.started.strftime("%Y%m%dT%H%M%S%f")
        target = self.folder / FAILED / run.report / f"{run.period}-{moment}"
        target.parent.mkdir(parents=True, exist_ok=True)
        with _lock(self._publishing):
            self._release(work)
            work.rename(target)
        return run.model_copy(update={"folder": target})

    def _mend(self) -> None:
        """Put back runs whose replacing was interrupted, or end it; wait for one that goes on."""
        if not any(self.folder.glob(f"{_EVERY}/{_REPLACED}*")):
            return
        with _lock(self._publishing):
            for old in self.folder.glob(f"{_EVERY}/{_REPLACED}*"):
                _put_back(old, old.with_name(old.name.removeprefix(_REPLACED)))
                shutil.rmtree(old, ignore_errors=True)

    @property
    def _publishing(self) -> Path:
        return self.folder / _WORK / ".publishing"


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold a lock that others wait for; its folder is there as long as anything is in it."""
    lock = None
    while lock is None:
        with contextlib.suppress(FileExistsError):
            path.parent.mkdir()
        with contextlib.suppress(FileNotFoundError):  # the one before has just taken it away
            lock = try_lock(path)
        if lock is None:
            time.sleep(_WAIT)
    try:
        yield
    finally:
        lock.release()
        _leave(path.parent)


def _leave(folder: Path) -> None:
    """Take a folder away unless there is something in it."""
    with contextlib.suppress(OSError):
        folder.rmdir()


def _put_back(old: Path, target: Path) -> None:
    """Undo a replacing that was interrupted between two renames."""
    if old.exists() and not target.exists():
        old.rename(target)


def _take_away(held: Path) -> None:
    """Take the folder of a run away that was killed: nobody holds its file, or it has none."""
    with contextlib.suppress(OSError):
        lock = try_lock(held)
        if lock is not None:
            if lock.binding:
                shutil.rmtree(held.parent, ignore_errors=True)
            lock.release()


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


def _tried(path: Path) -> Run | BehavioError | None:
    try:
        return _read(path)
    except BehavioError as error:
        return error


def _newest_first(paths: Iterable[Path]) -> list[Run]:
    # One that is broken must not hinder the others.
    found = [run for run in map(_tried, paths) if isinstance(run, Run)]
    return sorted(found, key=lambda run: (run.started, run.report), reverse=True)
