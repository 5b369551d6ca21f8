"""Running what is due."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Container, Iterator
from pathlib import Path

from ...errors import BehavioError
from ...locks import FileLock, try_lock
from ..archive import Archive, Run
from ..deliver import Deliverer, Target, after_run, failed_run, out_of_sight
from ..processes import stop
from ..watch import Rule
from .schedule import Schedule
from .schedules import Schedules, Turn

Clock = Callable[[], dt.datetime]

_LOOK = 10.0
"""Seconds between two looks at what is due."""

_GRACE = 5.0
"""Seconds that a run has to clean up when it is stopped."""

_LATER = 30.0
"""Seconds after its limit at which a run ends by itself, should its scheduler be gone."""

# An alarm outlives the start of another program; whoever does not wait for it is ended by it.
_LIMITED = """
import os, signal, sys
signal.setitimer(signal.ITIMER_REAL, float(sys.argv[1]))
os.execv(sys.argv[2], sys.argv[2:])
"""


def now() -> dt.datetime:
    """Return the time."""
    return dt.datetime.now(dt.UTC)


def command(schedule: Schedule, period: str, out: Path) -> list[str]:
    """Return the command that runs a schedule's report for a period."""
    return [sys.executable, "-m", "behavio_jupyter.cli", *schedule.words(out, "--period", period)]


def limited(command: list[str], seconds: float) -> list[str]:
    """Return a command that does the same, and ends by itself after so many seconds."""
    return [sys.executable, "-I", "-S", "-c", _LIMITED, str(seconds), *command]


class Scheduler:
    """Runs the periods of schedules as they become due, each once.

    Several may work on one folder, and each may be killed at any moment. A turn is taken in the
    file of the :class:`Schedules`; whoever works on it, the scheduler or what it started, holds a
    lock that ends with the process. A turn that nobody holds was interrupted: where its report was
    published it is done, else it is run again.

    What was published is checked by the schedule's rules and delivered; where a turn failed or was
    stopped, those who wait for its report are told.

    Parameters
    ----------
    out : Path
        Where reports are kept.
    clock : callable
        Gives the time.
    command : callable
        Gives the command that runs a schedule for a period.
    say : callable
        Is told what goes on.
    """

    def __init__(
        self,
        out: Path,
        clock: Clock = now,
        command: Callable[[Schedule, str, Path], list[str]] = command,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.schedules = Schedules(out)
        self.out = out
        self._clock = clock
        self._command = command
        self._say = say
        self._told_broken: dict[str, str] = {}

    def go_on(self) -> None:
        """Run what is due, and wait for more, until interrupted."""
        before = ""
        while True:
            wrong = ""
            try:
                self.look()
            except (BehavioError, OSError) as error:  # such as a full disk: it may have room later
                wrong = _told(error)
            if wrong and wrong != before:
                self._say(wrong)
            before = wrong
            time.sleep(_LOOK)

    def look(self) -> int:
        """Run what is due now; return how many turns this scheduler took."""
        broken = self._broken()
        self.schedules.note_due(self._clock())
        self._mend(broken)
        taken = 0
        for turn in self.schedules.turns(state="waiting"):
            # The turns before took their time: it may have been paused meanwhile.
            resting = {*broken, *(one.name for one in self.schedules.all() if one.paused)}
            if turn.schedule not in resting:
                taken += self.run(turn)
        return taken

    def run(self, turn: Turn) -> bool:
        """Run a turn; return whether it was still to be had."""
        with self._lock(turn) as lock:
            taken = None if lock is None else self.schedules.take(turn, self._clock())
            if lock is None or taken is None:
                return False
            try:
                schedule = self.schedules.find(turn.schedule)
            except BehavioError as error:  # it was removed meanwhile
                self._end(turn, "failed", 0.0, str(error))
                return True
            try:
                self._say(f"{turn.schedule}: running {turn.period}")
                self._execute(taken, schedule.current(), lock)
            except (BehavioError, OSError) as error:
                self._fail(taken, schedule, "failed", 0.0, _told(error))
            except BaseException:
                self.schedules.end(turn, "waiting")
                raise
        return True

    def _execute(self, turn: Turn, schedule: Schedule, lock: FileLock) -> None:
        begun = time.monotonic()
        limit = schedule.time_limit.microseconds / 1e6
        if not Path(schedule.directory).is_dir():
            raise BehavioError(f"The folder that it was added in is gone: {schedule.directory}.")
        command = self._command(schedule, turn.period, self.out.resolve())
        with out_of_sight(self.schedules.targets()):
            running = subprocess.Popen(
                limited(command, limit + _LATER),
                cwd=schedule.directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,
                # Whoever is left when this scheduler is killed still holds the turn.
                pass_fds=(lock.descriptor,),
            )
        state, error = "failed", ""
        with running:
            try:
                _, told = running.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                stop(running.pid, _GRACE)
                state = "stopped"
                error = f"The run took longer than {schedule.time_limit} and was stopped."
            except BaseException:
                stop(running.pid, _GRACE)
                raise
        seconds = time.monotonic() - begun
        if state == "failed" and running.returncode:
            error = _sentence(told, running.returncode)
        # One that ended well may have found that an identical run was published before.
        run = self._published(turn, schedule, whenever=not error)
        if run is not None:
            self._finish(turn, schedule, run, seconds, error)
        else:
            error = error or f"The run ended well, but there is no report {schedule.report}."
            self._fail(turn, schedule, state, seconds, error)

    def _published(self, turn: Turn, schedule: Schedule, whenever: bool = False) -> Run | None:
        """Return the run that a turn published; also one of before, if ``whenever``."""
        run = Archive(self.out).find(schedule.report, turn.period)
        if run is None or whenever:
            return run
        # One of before, or one made by hand though its log ended too early, is not the turn's.
        mine = turn.started is not None and run.started >= turn.started and not run.partial
        return run if mine else None

    def _finish(
        self, turn: Turn, schedule: Schedule, run: Run, seconds: float, error: str = ""
    ) -> None:
        """Do what comes after publishing, and end the turn."""
        try:
            self._bring(run, schedule)
        except Exception as failed:
            # The report is published: what failed after it must not run it again.
            error = _told(failed)
        told = f"It was published, but not all that comes after: {error}" if error else ""
        self._end(turn, "done", seconds, told)

    def _fail(self, turn: Turn, schedule: Schedule, state: str, seconds: float, error: str) -> None:
        """End a turn that has no report, and tell so."""
        self._end(turn, state, seconds, error)
        try:
            self._tell(turn, schedule, error)
        except Exception as failed:
            # The turn is over: what failed after it must not run it again.
            self._say(f"{turn.schedule}: not everybody was told: {_told(failed)}")

    def _bring(self, run: Run, schedule: Schedule) -> None:
        """Check a published run, and deliver it."""
        rules = [Rule.parse(text) for text in schedule.alerts]
        after_run(run, rules, _targets(schedule), self.out, self._say)

    def _tell(self, turn: Turn, schedule: Schedule, error: str) -> None:
        """Tell those who wait for a report that there is none."""
        run = failed_run(schedule.report, turn.period, error, turn.started or turn.due)
        Deliverer(self.out, self._say).tell_failure(run, _targets(schedule))

    def _end(self, turn: Turn, state: str, seconds: float | None, error: str) -> None:
        self.schedules.end(turn, state, seconds, error)  # type: ignore[arg-type]
        self._say(f"{turn.schedule}: {turn.period} {state}{f': {error}' if error else ''}")

    def _broken(self) -> dict[str, str]:
        """Return the schedules that cannot run, each with why; say so once."""
        broken = self.schedules.broken()
        for name, why in broken.items():
            if self._told_broken.get(name) != why:
                self._say(f"{name} is broken and does not run: {why}")
        self._told_broken = broken
        return broken

    def _mend(self, broken: Container[str]) -> None:
        """Go on with turns whose process is gone."""
        for turn in self.schedules.turns(state="running"):
            if turn.schedule in broken:
                continue
            with self._lock(turn) as lock:
                # It may have ended between the two looks.
                if lock is not None and self.schedules.state(turn) == "running":
                    self._go_on_with(turn)

    def _go_on_with(self, turn: Turn) -> None:
        self._say(f"{turn.schedule}: {turn.period} was interrupted")
        schedule = self.schedules.find(turn.schedule)
        try:
            schedule = schedule.current()
            run = self._published(turn, schedule)
        except BehavioError as error:
            self._fail(turn, schedule, "failed", 0.0, str(error))
            return
        if run is None:
            self.schedules.end(turn, "waiting")
        else:
            self._finish(turn, schedule, run, run.seconds)

    @contextlib.contextmanager
    def _lock(self, turn: Turn) -> Iterator[FileLock | None]:
        """Hold a turn; None where another process does."""
        named = hashlib.sha256(f"{turn.schedule} {turn.period}".encode()).hexdigest()[:16]
        path = self.schedules.folder / f"turn-{named}.lock"
        try:
            lock = try_lock(path)
        except OSError as error:
            raise BehavioError(f"{path} cannot be written: {_told(error)}.") from None
        try:
            yield lock
        finally:
            if lock is not None:
                lock.release()


def _targets(schedule: Schedule) -> list[Target]:
    return [Target.parse(text) for text in schedule.targets]


def _told(failed: Exception) -> str:
    """Return what an error of ours or of the system says; another one may hold a secret."""
    if isinstance(failed, BehavioError):
        return str(failed)
    return getattr(failed, "strerror", None) or type(failed).__name__


def _sentence(told: str, code: int) -> str:
    """Return what a command that failed said of it."""
    lines = [line.strip() for line in told.replace("\r", "\n").splitlines() if line.strip()]
    said = [line for line in lines if not line.startswith(("Executing:", "The notebook is kept"))]
    return said[-1] if said else f"The run ended with code {code}."
