"""Each period exactly once: over a year, with two schedulers, with kills at any moment."""

import contextlib
import datetime as dt
import multiprocessing
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest
from click.testing import CliRunner

from behavio_jupyter import DefinitionError
from behavio_jupyter.cli import main
from behavio_jupyter.report import Archive, Period, Run
from behavio_jupyter.report.schedule import Scheduler, Schedules
from behavio_jupyter.report.schedule.scheduler import limited

from ..notebooks import template
from . import worker
from .schedules import START, made

UTC = dt.UTC


class Pretended(Scheduler):
    """Counts runs in place of executing them."""

    def __init__(self, out, clock, ran):
        super().__init__(out, clock)
        self._ran = ran

    def _execute(self, turn, schedule, lock):
        self._ran.append((turn.schedule, turn.period, self._clock()))
        self._end(turn, "done", 1.0, "")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_over_a_year_two_schedulers_run_each_week_once_at_eight(own, tmp_path, zone):
    now, ran = [START], []
    schedulers = [Pretended(tmp_path / "out", lambda: now[0], ran) for _ in range(2)]
    schedules = schedulers[0].schedules
    schedules.add(made(own, timezone=zone))
    random_ = random.Random(3)
    with ThreadPoolExecutor(2) as pool:
        while now[0] < START + dt.timedelta(days=366):
            now[0] += dt.timedelta(minutes=random_.choice([1500, 2900, 4300]))
            list(pool.map(Scheduler.look, schedulers))
    week = Period.parse("2026-W01")
    weeks = [str(week)]
    while len(weeks) < 52:
        week = week.after
        weeks.append(str(week))
    # Where two are due at one look the schedulers share them.
    assert sorted(period for _, period, _ in ran) == weeks
    for turn in schedules.turns():
        monday = Period.parse(turn.period).last + dt.timedelta(days=1)
        assert turn.due.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == dt.datetime.combine(
            monday, dt.time(8)
        )


def test_what_was_missed_is_caught_up_once(own, tmp_path):
    now, ran = [START], []
    scheduler = Pretended(tmp_path / "out", lambda: now[0], ran)
    scheduler.schedules.add(made(own))
    now[0] += dt.timedelta(days=22)
    assert scheduler.look() == 3
    assert [period for _, period, _ in ran] == ["2026-W01", "2026-W02", "2026-W03"]
    assert scheduler.look() == 0


def test_a_week_that_is_due_every_day_runs_once(own, tmp_path):
    now, ran = [START], []
    scheduler = Pretended(tmp_path / "out", lambda: now[0], ran)
    scheduler.schedules.add(made(own, cron="0 8 * * *"))
    for _ in range(14):
        now[0] += dt.timedelta(days=1)
        scheduler.look()
    assert [period for _, period, _ in ran] == ["2025-W52", "2026-W01", "2026-W02"]


def test_what_is_due_while_it_rests_is_not_run(own, tmp_path):
    now, ran = [START], []
    scheduler = Pretended(tmp_path / "out", lambda: now[0], ran)
    schedules = scheduler.schedules
    schedules.add(made(own, name="ours"))
    schedules.pause("ours", True, now[0])
    now[0] += dt.timedelta(days=15)
    assert scheduler.look() == 0
    schedules.pause("ours", False, now[0])
    assert scheduler.look() == 0
    now[0] += dt.timedelta(days=7)
    assert scheduler.look() == 1
    schedules.remove("ours")
    now[0] += dt.timedelta(days=70)
    assert scheduler.look() == 0


def test_what_was_due_before_it_rested_runs_when_it_goes_on(own, tmp_path):
    now, ran = [START], []
    scheduler = Pretended(tmp_path / "out", lambda: now[0], ran)
    scheduler.schedules.add(made(own, name="ours"))
    now[0] += dt.timedelta(days=8)  # one is due, and nobody looked yet
    scheduler.schedules.pause("ours", True, now[0])
    assert scheduler.look() == 0
    now[0] += dt.timedelta(days=7)
    scheduler.schedules.pause("ours", False, now[0])
    assert scheduler.look() == 1
    assert [period for _, period, _ in ran] == ["2026-W01"]


def test_a_schedule_that_is_refused_today_hinders_no_other(own, tmp_path, monkeypatch):
    out, now, ran, said = tmp_path / "out", [START], [], []
    monkeypatch.setenv("COLUMNS", "200")
    scheduler = Pretended(out, lambda: now[0], ran)
    scheduler._say = said.append
    schedules = scheduler.schedules
    for name in ("ours", "unread", "wrong"):
        schedules.add(made(own, name=name))
    old = {"wrong": {"cron": "0 8 1 * MON", "targets": ["fax:1"]}, "unread": {"unit": "decade"}}
    for name, changed in old.items():  # as an earlier version kept them
        text = schedules.find(name).model_copy(update=changed).model_dump_json(warnings=False)
        with contextlib.closing(sqlite3.connect(schedules.path)) as rows:
            rows.execute("UPDATE schedules SET definition = ? WHERE name = ?", (text, name))
            rows.commit()
    for _ in range(2):
        now[0] += dt.timedelta(days=7)
        assert scheduler.look() == 1
    assert [name for name, _, _ in ran] == ["ours", "ours"]
    limits = "'0 8 1 * MON' limits the day of the month and the day of the week; make two schedules"
    read = "The schedule 'unread' was kept by another version and cannot be read"
    told = [line for line in said if "is broken and does not run" in line]
    assert [read in told[0], limits in told[1], len(told)] == [True, True, 2]
    assert schedules.targets() == []

    def behavio(*words):
        return CliRunner().invoke(main, ["schedule", *words, "--out", str(out)])

    listed = " ".join(behavio("list").output.split())
    assert f"broken: {read}" in listed
    assert f"broken: {limits}" in listed
    assert re.search(r"ours .* Mon 2", listed)
    assert behavio("pause", "wrong").exit_code == 0
    assert read in behavio("pause", "unread").stderr
    for name in ("wrong", "unread"):
        assert behavio("remove", name).exit_code == 0
    assert "broken" not in behavio("list").output


def test_kills_of_what_works_and_two_schedulers_at_once(own, tmp_path):
    out, log, clock = tmp_path / "out", tmp_path / "log", tmp_path / "clock"
    log.write_text("")
    schedules = Schedules(out)
    schedules.add(made(own, cron="0 8 * * *", name="ours"))
    weeks = 6
    now = START + dt.timedelta(weeks=weeks)
    clock.write_text(now.isoformat())
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([worker.__name__, "nbformat"])  # seconds

    def begin():
        one = processes.Process(target=worker.main, args=(out, log, clock), daemon=True)
        one.start()
        return one

    random_ = random.Random(11)
    workers = {one.pid: one for one in (begin(), begin())}
    kills, killed = ["both", "report", "scheduler"], 0
    limit = time.monotonic() + 240
    try:
        while not ((turns := schedules.turns()) and all(turn.state == "done" for turn in turns)):
            assert time.monotonic() < limit, turns
            for turn in turns:
                if turn.state == "failed":  # its report was killed: again, by hand
                    schedules.put("ours", turn.period, now)
            at_work = [
                (scheduler, reports)
                for scheduler in workers
                if (reports := psutil.Process(scheduler).children())
            ]
            if not kills or not at_work:
                time.sleep(0.05)
                continue
            time.sleep(random_.uniform(0, 0.5))
            scheduler, reports = random_.choice(at_work)
            kind, killed = kills.pop(), killed + 1
            if kind != "report":
                workers[scheduler].kill()
                workers.pop(scheduler).join()
                new = begin()
                workers[new.pid] = new
            for one in reports if kind != "scheduler" else []:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
    finally:
        for one in workers.values():
            one.kill()
            one.join()
    said = log.read_text()
    assert said.count("was interrupted") > 0
    assert "twice" not in said
    runs = [run.period for run in Archive(out).runs()]
    assert len(runs) == weeks + 1
    assert sorted(runs) == sorted({turn.period for turn in schedules.turns()})
    # What is done with a run after it: once, but where the kill came between it and its record.
    brought = Counter(re.findall("brought (.*)", said))
    assert set(brought) == set(runs)
    assert sum(brought.values()) <= len(runs) + killed


def test_a_real_report_its_history_and_one_that_fails(own, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin/none")
    now = [START + dt.timedelta(days=8)]
    scheduler = Scheduler(tmp_path / "out", lambda: now[0])
    scheduler.schedules.add(made(own, name="ours", parameters={"top": "6"}))
    assert scheduler.look() == 1
    [turn] = scheduler.schedules.turns("ours")
    assert (turn.period, turn.state, turn.error) == ("2026-W01", "done", "")
    [run] = Archive(tmp_path / "out").runs()
    assert (run.period, run.parameters["top"]) == ("2026-W01", 6)
    template(Path(own), "1 / 0", parameters='period: str = ""\ntop: int = 5')
    now[0] += dt.timedelta(days=7)
    scheduler.look()
    failed = scheduler.schedules.turns("ours")[-1]
    assert failed.state == "failed"
    assert "Cell 3 of own (1 / 0) failed: division by zero" in failed.error
    assert scheduler.look() == 0
    template(Path(own), "1", parameters='period: str = ""\ntop: int = 5')
    assert scheduler.run(scheduler.schedules.put("ours", failed.period, now[0]))
    assert scheduler.schedules.state(failed) == "done"
    with pytest.raises(DefinitionError, match="a period never runs twice"):
        scheduler.schedules.put("ours", failed.period, now[0])


def publish(out, report, period, started=None, partial=""):
    """Publish a run as one is published, without a notebook."""
    archive = Archive(out)
    given = {
        "report": report,
        "template": "own",
        "title": "Own",
        "period": period,
        "partial": partial,
    }
    started = started or dt.datetime.now(UTC)
    archive.publish(Run(**given, parameters={}, started=started, seconds=0.1), archive.begin())


def ends_with(code):
    return lambda *_given: [sys.executable, "-c", f"raise SystemExit({code})"]


@pytest.fixture
def notes(tmp_path):
    """Where the team is told of failures."""
    return tmp_path / "team" / "own"


@pytest.fixture
def schedule_of(tmp_path, own, notes):
    """Returns a scheduler with one turn to run, and what it said."""

    def scheduler(command, kind=Scheduler, **given):
        said = []
        made_ = kind(tmp_path / "out", lambda: START + dt.timedelta(days=8), command, said.append)
        made_.schedules.add(made(own, targets=[f"folder:{notes.parent}"], **given))
        return made_, said

    return scheduler


def outcome(scheduler):
    [turn] = scheduler.schedules.turns()
    return turn.state, turn.error


def test_a_run_that_takes_too_long_is_stopped(schedule_of, notes):
    def slow(_schedule, _period, _out):
        return [sys.executable, "-c", "import time; time.sleep(600)"]

    scheduler, _ = schedule_of(slow, time_limit="1s")
    began = time.monotonic()
    assert scheduler.look() == 1
    assert time.monotonic() - began < 30
    why = "The run took longer than 1s and was stopped."
    assert outcome(scheduler) == ("stopped", why)
    assert (notes / "2026-W01-failed.txt").read_text() == f"There is no report: {why}\n"


def test_a_run_whose_scheduler_is_gone_ends_by_itself():
    slow = limited([sys.executable, "-c", "import time; time.sleep(600)"], 0.5)
    assert subprocess.run(slow, timeout=60).returncode == -signal.SIGALRM


def test_the_signal_that_stops_services_ends_a_scheduler(tmp_path, monkeypatch):
    def go_on(_scheduler):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(Scheduler, "go_on", go_on)
    ended = CliRunner().invoke(main, ["scheduler", "--out", str(tmp_path)])
    assert "Ended. What was running is run again" in ended.output
    assert signal.getsignal(signal.SIGTERM) == before


def test_what_hinders_every_look_is_said_once_until_it_changes(tmp_path, monkeypatch):
    scheduler, said = Scheduler(tmp_path / "out"), []
    scheduler._say = said.append
    kept = scheduler.schedules.path
    kept.parent.mkdir(parents=True)

    def damaged():
        kept.write_text("This is no file of SQLite." * 99)

    def other():
        with contextlib.closing(sqlite3.connect(kept)) as rows:
            rows.execute("CREATE TABLE other (x TEXT)")

    def ended():
        raise KeyboardInterrupt

    looks = iter([damaged, damaged, lambda: None, damaged, other, other, ended])

    def next_look(_seconds=0):
        kept.unlink(missing_ok=True)
        next(looks)()

    monkeypatch.setattr("behavio_jupyter.report.schedule.scheduler.time.sleep", next_look)
    next_look()
    with pytest.raises(KeyboardInterrupt):
        scheduler.go_on()
    assert [one.partition(": ")[0].rpartition("schedule.sqlite ")[2] for one in said] == [
        "cannot be read or written",
        "cannot be read or written",
        "was kept by another version of Behavio, and this one cannot read it",
    ]


def test_a_run_finds_no_setting_of_any_delivery(schedule_of, own, tmp_path, monkeypatch):
    for name in ("OUR_WEBHOOK", "BEHAVIO_SMTP_USER"):
        monkeypatch.setenv(name, "s3cret")
    program = f"import os; open({str(tmp_path / 'seen')!r}, 'w').write(str(sorted(os.environ)))"
    scheduler, _ = schedule_of(lambda *_: [sys.executable, "-c", program])
    scheduler.schedules.add(made(own, name="other", targets=["slack:OUR_WEBHOOK"]))
    scheduler.schedules.pause("other", True, START)
    scheduler.look()
    seen = (tmp_path / "seen").read_text()
    assert "PATH" in seen
    assert "WEBHOOK" not in seen
    assert "SMTP" not in seen


def test_a_run_of_before_does_not_stand_for_one_that_failed(schedule_of, notes, tmp_path):
    scheduler, said = schedule_of(ends_with(1))
    publish(tmp_path / "out", "own", "2026-W01", START, partial="It ends early.")
    scheduler.schedules.note_due(START + dt.timedelta(days=8))
    [turn] = scheduler.schedules.turns()
    scheduler.schedules.take(turn, START + dt.timedelta(days=8))  # by one that was killed
    assert scheduler.look() == 1
    assert "own: 2026-W01 was interrupted" in said
    assert outcome(scheduler) == ("failed", "The run ended with code 1.")
    assert (notes / "2026-W01-failed.txt").exists()


def test_a_default_that_changed_gives_the_report_another_name(schedule_of, own, notes, tmp_path):
    def here(_schedule, period, out):
        publish(out, "own", period)
        return ends_with(0)()

    scheduler, _ = schedule_of(here, parameters={"top": "7"})
    [schedule] = scheduler.schedules.all()
    assert schedule.report.startswith("own-top-7-")
    template(Path(own), parameters='period: str = ""\ntop: int = 7')
    assert scheduler.look() == 1
    assert outcome(scheduler) == ("done", "")
    assert (notes / "2026-W01" / "run.json").exists()


def test_a_run_that_ends_well_without_a_report_failed(schedule_of, notes):
    scheduler, _ = schedule_of(ends_with(0))
    scheduler.look()
    assert outcome(scheduler) == ("failed", "The run ended well, but there is no report own.")
    assert (notes / "2026-W01-failed.txt").exists()


def test_what_fails_behind_publishing_is_no_failed_report(schedule_of, notes, tmp_path):
    def here(schedule, period, out):
        publish(out, schedule.report, period)
        return [sys.executable, "-c", "raise SystemExit('No room for the index.')"]

    scheduler, _ = schedule_of(here)
    assert scheduler.look() == 1
    told = "It was published, but not all that comes after: No room for the index."
    assert outcome(scheduler) == ("done", told)
    assert (notes / "2026-W01" / "run.json").exists()


def test_what_the_system_refuses_is_a_failed_turn(schedule_of, notes):
    scheduler, _ = schedule_of(lambda *_: [sys.executable, "-c", "x" * 10_000_000])
    assert scheduler.look() == 1
    assert outcome(scheduler) == ("failed", "Argument list too long")
    assert (notes / "2026-W01-failed.txt").exists()


class Untold(Scheduler):
    """Cannot deliver."""

    def _tell(self, *_given):
        raise OSError("no mail today")

    def _bring(self, *_given):
        raise OSError("no mail today")


def test_who_cannot_be_told_of_a_failure_does_not_make_it_run_again(schedule_of):
    scheduler, said = schedule_of(ends_with(1), Untold)
    assert scheduler.look() == 1
    assert said[-1] == "own: not everybody was told: OSError"
    assert outcome(scheduler)[0] == "failed"
    assert scheduler.look() == 0


def test_what_fails_after_publishing_does_not_run_it_again(schedule_of):
    def here(schedule, period, out):
        publish(out, schedule.report, period)
        return ends_with(0)()

    scheduler, _ = schedule_of(here, Untold)
    assert scheduler.look() == 1
    told = "It was published, but not all that comes after: OSError"
    assert outcome(scheduler) == ("done", told)
    assert scheduler.look() == 0


def test_another_schedule_of_a_name_begins_anew(own, tmp_path):
    now, ran = [START + dt.timedelta(days=8)], []
    scheduler = Pretended(tmp_path / "out", lambda: now[0], ran)
    for top in ("6", "7"):
        scheduler.schedules.add(made(own, name="ours", parameters={"top": top}))
        assert scheduler.look() == 1
        scheduler.schedules.remove("ours")
        assert scheduler.schedules.turns() == []


def test_an_interrupt_gives_the_turn_back(own, tmp_path, monkeypatch):
    scheduler = Scheduler(tmp_path / "out", lambda: START + dt.timedelta(days=8))
    scheduler.schedules.add(made(own))

    def interrupted(*_given):
        raise KeyboardInterrupt

    monkeypatch.setattr(scheduler, "_execute", interrupted)
    with pytest.raises(KeyboardInterrupt):
        scheduler.look()
    [turn] = scheduler.schedules.turns()
    assert turn.state == "waiting"


def test_a_schedule_is_run_where_it_was_added(schedule_of, tmp_path, monkeypatch):
    with monkeypatch.context() as there:
        there.chdir(tmp_path)
        scheduler, _ = schedule_of(lambda *_: [sys.executable, "-c", "open('here', 'w')"])
    scheduler.look()
    assert (tmp_path / "here").exists()
