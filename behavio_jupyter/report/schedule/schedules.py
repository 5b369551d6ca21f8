"""The schedules of a folder of reports, and the turns they took, in a file of SQLite.

APScheduler's own stores must not be shared by two schedulers, and keep of a job only when it is due
next. Here a period is a row that one process can take, once.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import ValidationError

from ...errors import BehavioError, DefinitionError, UnknownNameError
from ..deliver import Target
from ..transactions import writing
from .schedule import Schedule

State = Literal["waiting", "running", "done", "failed", "stopped"]

_VERSION = 1
"""Of the tables."""

_TABLES = """
CREATE TABLE schedules (
  name TEXT PRIMARY KEY, definition TEXT NOT NULL, seen TEXT NOT NULL
);
CREATE TABLE turns (
  schedule TEXT NOT NULL, period TEXT NOT NULL, due TEXT NOT NULL, state TEXT NOT NULL,
  started TEXT, seconds REAL, error TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (schedule, period)
);
"""


class Turn(NamedTuple):
    """One period of a schedule.

    Attributes
    ----------
    schedule, period : str
    due : datetime
    state : {"waiting", "running", "done", "failed", "stopped"}
        ``stopped``: at its time limit.
    started : datetime or None
    seconds : float or None
    error : str
        Why it failed, in a sentence.
    """

    schedule: str
    period: str
    due: dt.datetime
    state: State
    started: dt.datetime | None
    seconds: float | None
    error: str


class Schedules:
    """Schedules and turns; each method is one transaction.

    Parameters
    ----------
    out : Path
        Where reports are kept.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = out / ".behavio"
        self.path = self.folder / "schedule.sqlite"

    def add(self, schedule: Schedule) -> None:
        """Keep a new schedule.

        Raises
        ------
        DefinitionError
            There is one of that name.
        """
        with self._writing() as rows:
            row = (schedule.name, schedule.model_dump_json(), _text(schedule.added))
            try:
                rows.execute("INSERT INTO schedules VALUES (?, ?, ?)", row)
            except sqlite3.IntegrityError:
                raise DefinitionError(
                    f"There is a schedule {schedule.name!r} already; give this one another --name."
                ) from None

    def all(self) -> list[Schedule]:
        """Return the schedules by name, without those that cannot be read."""
        if not self.path.exists():
            return []
        with self._writing() as rows:
            return [schedule for schedule, _ in _readable(rows)]

    def broken(self) -> dict[str, str]:
        """Return the names of schedules that cannot run, each with why, in a sentence."""
        if not self.path.exists():
            return {}
        found = {}
        with self._writing() as rows:
            for name, (text, _) in _kept(rows).items():
                try:
                    why = _read(name, text).broken
                except DefinitionError as error:
                    why = str(error)
                if why:
                    found[name] = why
        return found

    def find(self, name: str) -> Schedule:
        """Return a schedule.

        Raises
        ------
        UnknownNameError
            There is none of that name.
        DefinitionError
            It cannot be read.
        """
        if not self.path.exists():
            raise UnknownNameError("schedule", name, [])
        with self._writing() as rows:
            return _one(rows, name)[0]

    def targets(self) -> list[Target]:
        """Return where any of the schedules is delivered to, without those that are refused now."""
        found = []
        for text in (text for one in self.all() for text in one.targets):
            with contextlib.suppress(DefinitionError):  # its own runs tell of it
                found.append(Target.parse(text))
        return found

    def remove(self, name: str) -> None:
        """Forget a schedule and its turns; what it published stays.

        Another one of that name may be about something else.

        Raises
        ------
        UnknownNameError
            There is none of that name.
        """
        with self._writing() as rows:
            known = _kept(rows)
            if name not in known:
                raise UnknownNameError("schedule", name, known)
            rows.execute("DELETE FROM schedules WHERE name = ?", (name,))
            rows.execute("DELETE FROM turns WHERE schedule = ?", (name,))

    def pause(self, name: str, paused: bool, now: dt.datetime) -> None:
        """Let a schedule rest, or go on.

        What became due while it rested is not run; what was due before is, once it goes on.

        Raises
        ------
        UnknownNameError
            There is none of that name.
        DefinitionError
            It cannot be read.
        """
        with self._writing() as rows:
            schedule, seen = _one(rows, name)
            if schedule.paused == paused:
                return
            if paused and not schedule.broken:
                _note(rows, schedule, seen, now)
            changed = schedule.model_copy(update={"paused": paused})
            rows.execute(
                "UPDATE schedules SET definition = ?, seen = max(seen, ?) WHERE name = ?",
                (changed.model_dump_json(), _text(now), name),
            )

    def note_due(self, now: dt.datetime) -> None:
        """Make a turn of each period that became due; those there are stay as they are.

        Schedules that are broken are left out.
        """
        with self._writing() as rows:
            for schedule, seen in _readable(rows):
                if not schedule.paused and not schedule.broken:
                    _note(rows, schedule, seen, now)

    def turns(self, name: str | None = None, state: State | None = None) -> list[Turn]:
        """Return turns, the one due first first; of a schedule, or in a state only."""
        if not self.path.exists():
            return []
        with self._writing() as rows:
            return _turns(rows, name, state)

    def state(self, turn: Turn) -> State:
        """Return the state of a turn as it is now."""
        found = {one.period: one.state for one in self.turns(turn.schedule)}
        return found.get(turn.period, "stopped")  # its schedule was removed meanwhile

    def take(self, turn: Turn, now: dt.datetime) -> Turn | None:
        """Make a waiting turn a running one and return it; None where it is no longer waiting."""
        with self._writing() as rows:
            changed = rows.execute(
                "UPDATE turns SET state = 'running', started = ?, seconds = NULL, error = ''"
                " WHERE schedule = ? AND period = ? AND state = 'waiting'",
                (_text(now), turn.schedule, turn.period),
            )
            if changed.rowcount != 1:
                return None
        return turn._replace(state="running", started=now, seconds=None, error="")

    def end(self, turn: Turn, state: State, seconds: float | None = None, error: str = "") -> None:
        """Say how a turn ended; ``waiting`` gives it back."""
        with self._writing() as rows:
            rows.execute(
                "UPDATE turns SET state = ?, seconds = ?, error = ?"
                " WHERE schedule = ? AND period = ?",
                (state, seconds, error, turn.schedule, turn.period),
            )

    def put(self, name: str, period: str, now: dt.datetime) -> Turn:
        """Return the turn of a period, waiting again if it failed.

        Raises
        ------
        UnknownNameError
            There is no schedule of that name.
        DefinitionError
            It is running, or was done; or the schedule cannot be read.
        """
        with self._writing() as rows:
            _one(rows, name)
            rows.execute(
                "INSERT INTO turns (schedule, period, due, state) VALUES (?, ?, ?, 'waiting')"
                " ON CONFLICT DO UPDATE SET state = 'waiting' WHERE state IN ('failed', 'stopped')",
                (name, period, _text(now)),
            )
            [turn] = [one for one in _turns(rows, name, None) if one.period == period]
        if turn.state != "waiting":
            told = "is running now" if turn.state == "running" else "was run"
            raise DefinitionError(f"{name} {told} for {period}: a period never runs twice.")
        return turn

    def _writing(self) -> AbstractContextManager[sqlite3.Connection]:
        return writing(self.path, _TABLES, _VERSION)


def _kept(rows: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Return what is kept of schedules by name: the text, and up to when what is due was noted."""
    found = rows.execute("SELECT name, definition, seen FROM schedules ORDER BY name").fetchall()
    return {name: (text, seen) for name, text, seen in found}


def _read(name: str, text: str) -> Schedule:
    try:
        return Schedule.model_validate_json(text)
    except (ValidationError, BehavioError):
        raise DefinitionError(
            f"The schedule {name!r} was kept by another version and cannot be read: remove it, "
            "and add it again."
        ) from None


def _readable(rows: sqlite3.Connection) -> list[tuple[Schedule, dt.datetime]]:
    """Return the schedules that can be read; one that cannot must not hinder the others."""
    found = []
    for name, (text, seen) in _kept(rows).items():
        with contextlib.suppress(DefinitionError):
            found.append((_read(name, text), _moment(seen)))
    return found


def _one(rows: sqlite3.Connection, name: str) -> tuple[Schedule, dt.datetime]:
    found = _kept(rows)
    if name not in found:
        raise UnknownNameError("schedule", name, found)
    text, seen = found[name]
    return _read(name, text), _moment(seen)


def _note(
    rows: sqlite3.Connection, schedule: Schedule, seen: dt.datetime, now: dt.datetime
) -> None:
    """Make a turn of each period of a schedule that became due."""
    if seen >= now:
        return
    rows.executemany(
        "INSERT OR IGNORE INTO turns (schedule, period, due, state) VALUES (?, ?, ?, 'waiting')",
        [
            (schedule.name, period, _text(due))
            for period, due in schedule.periods(seen, now).items()
        ],
    )
    rows.execute("UPDATE schedules SET seen = ? WHERE name = ?", (_text(now), schedule.name))


def _turns(rows: sqlite3.Connection, name: str | None, state: State | None) -> list[Turn]:
    found = rows.execute(
        "SELECT schedule, period, due, state, started, seconds, error FROM turns"
        " WHERE (?1 IS NULL OR schedule = ?1) AND (?2 IS NULL OR state = ?2)"
        " ORDER BY due, schedule",
        (name, state),
    ).fetchall()
    return [
        Turn(one[0], one[1], _moment(one[2]), one[3], one[4] and _moment(one[4]), *one[5:])
        for one in found
    ]


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _text(moment: dt.datetime) -> str:
    """Return a moment as text that sorts as time does."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")
