"""The command as it is typed."""

import datetime as dt
import os
import re
import resource
import signal
import subprocess
import sys
import time

import psutil
import pytest
from click.testing import CliRunner

from behavio_jupyter import datasets
from behavio_jupyter.cli import main
from behavio_jupyter.report import Period

from .notebooks import template


@pytest.fixture
def behavio(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("behavio_jupyter.report.pdf.browser", lambda: None)
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: CliRunner().invoke(main, words)


def test_templates_are_listed_and_shown(behavio):
    listed = behavio("report", "list").output
    assert re.search(r"weekly_review +Weekly review +The key figures", listed)
    shown = behavio("report", "show", "weekly_review").output
    assert "Weekly review (weekly_review; a period is a week)" in shown
    assert "'contributions'  contributions, cdnow, or the path" in shown


def test_a_notebook_that_is_none_hides_no_other(behavio, tmp_path):
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "broken.ipynb").write_text("{")
    template(tmp_path / "ours" / "own.ipynb", title="All [bold]regulars[/bold]")
    listed = behavio("report", "list", "--templates", "ours")
    assert listed.exit_code == 0
    assert re.search(r"broken +ours/broken\.ipynb cannot be read: it is no notebook", listed.output)
    assert "All [bold]regulars[/bold]" in listed.output
    assert "All [bold]reg" in behavio("report", "show", "own", "--templates", "ours").output


def test_a_run_its_history_and_the_index(behavio, tmp_path):
    (tmp_path / "values.yaml").write_text("weeks: 7\n")
    asked = ["report", "run", "weekly_review", "-p", "weeks=8"]
    first = behavio(*asked, "--params", "values.yaml")
    assert first.exit_code == 0, first.stderr
    assert "The page: reports/weekly_review-weeks-8-" in first.output
    week = "users of any per week during 2026-08-10 to 2026-08-16"
    [users] = datasets.contributions().trend(week).table["value"]
    assert f"active users: {users:.0f} users\n" in first.output
    [page] = (tmp_path / "reports").glob("weekly_review-weeks-8-*/2026-W33/index.html")
    tables = {"active_users", "data_quality", "funnel", "movers", "retention"}
    assert {path.stem for path in (page.parent / "tables").glob("*.csv")} == tables
    assert page.read_text().count("Plotly.newPlot(") == 3
    assert "review.figures(" not in page.read_text()
    again = behavio(*asked)
    assert "was run for 2026-W33 already" in again.output
    assert "weekly_review-weeks-8-" in behavio("report", "history").output
    assert "There are no runs" in behavio("report", "history", "other").output
    # A record that is broken hinders no other run.
    broken = tmp_path / "reports" / "other" / "2026-W01"
    broken.mkdir(parents=True)
    (broken / "run.json").write_text("{")
    template(tmp_path / "own.ipynb", "1", parameters="top: int = 5  # how many")
    assert behavio("report", "run", "own.ipynb", "-p", "top=9").exit_code == 0
    told = behavio("report", "history")
    assert "own-top-9-" in told.output
    assert "cannot be read; take its folder away: reports/other/2026-W01" in told.stderr


def test_a_narrow_terminal_cuts_nothing_off(behavio, tmp_path, monkeypatch):
    template(tmp_path / "own.ipynb", "raise ValueError('a' * 90)")
    behavio("report", "run", "own.ipynb")
    monkeypatch.setenv("COLUMNS", "50")
    lines = behavio("report", "history").output.splitlines()
    assert lines[0].startswith("own  ")
    assert all(len(line) <= 50 for line in lines)
    assert "a" * 90 in "".join(line.strip() for line in lines)


def test_what_is_never_due_or_not_over_is_refused(behavio, tmp_path):
    template(tmp_path / "own.ipynb", "1", parameters='period: str = ""')
    never = behavio("schedule", "add", "own.ipynb", "--cron", "0 8 31 2 *")
    assert never.exit_code == 1
    assert "'0 8 31 2 *' is never due within 400 days." in never.stderr
    assert behavio("schedule", "add", "own.ipynb", "--cron", "0 8 * * MON").exit_code == 0
    early = behavio("schedule", "run-now", "own", "--period", "2199-W01")
    assert early.exit_code == 1
    assert "2199-W01 is not over: its last day is 2199-01-06." in early.stderr
    assert "Nothing was due yet." in behavio("schedule", "history").output


SLEEPS = """\
import time
open('began', 'w')
try:
    time.sleep(600)
finally:
    open('cleaned', 'w')
"""


@pytest.mark.parametrize("killed", [False, True])
def test_a_run_that_is_ended_leaves_nothing(tmp_path, killed):
    template(tmp_path / "own.ipynb", SLEEPS)
    command = [sys.executable, "-m", "behavio_jupyter.cli", "report", "run", "own.ipynb"]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "began").exists():
        assert running.poll() is None
        time.sleep(0.1)
    kernels = psutil.Process(running.pid).children(recursive=True)
    running.terminate()
    if killed:  # and is seen to be gone before the run is ended, as on a machine that is busy
        time.sleep(0.1)
        running.send_signal(signal.SIGSTOP)
        for kernel in kernels:
            kernel.kill()
        time.sleep(1.5)
        running.send_signal(signal.SIGCONT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "Traceback" not in told
    assert "Kernel died" not in told
    assert told.splitlines()[-1] == "The run was ended before it was done."
    assert psutil.wait_procs(kernels, timeout=10)[1] == []
    assert killed or (tmp_path / "cleaned").exists()
    assert [path.name for path in (tmp_path / "reports").rglob("*") if path.is_file()] == []


def test_a_notebook_finds_no_secret_of_deliveries(behavio, tmp_path, monkeypatch):
    monkeypatch.setenv("BEHAVIO_SMTP_PASSWORD", "s3cret")
    monkeypatch.setenv("TEAM", "hooks.example/s3cret")  # no address: not tried again
    monkeypatch.setenv("OTHERS", "hooks.example/s3cret")  # a schedule of this folder names it
    cell = "import os", "sorted(os.environ.items())"
    template(tmp_path / "own.ipynb", *cell, parameters='period: str = "2026-W47"')
    words = ["schedule", "add", "own.ipynb", "--cron", "0 8 * * 1", "--deliver", "slack:OTHERS"]
    assert behavio(*words).exit_code == 0
    done = behavio("report", "run", "own.ipynb", "--deliver", "slack:TEAM")
    assert "1 of 1 deliveries failed" in done.stderr
    [notebook] = (tmp_path / "reports" / "own").rglob("own.ipynb")
    assert "'PATH'" in notebook.read_text()
    assert "s3cret" not in notebook.read_text() + done.output + done.stderr
    assert os.environ["BEHAVIO_SMTP_PASSWORD"] == "s3cret"


def test_a_failure_is_a_sentence_and_exit_code_1(behavio, tmp_path):
    template(tmp_path / "own.ipynb", "1 / 0")
    failed = behavio("report", "run", "own.ipynb", "--deliver", "folder:team")
    assert failed.exit_code == 1
    [note] = (tmp_path / "team").rglob("*-failed.txt")
    why = "Cell 2 of own (1 / 0) failed: division by zero"
    assert note.read_text() == f"There is no report: {why}\n"
    assert why in failed.stderr
    assert "The notebook is kept: reports/failed/own/" in failed.stderr
    assert "failed: Cell 2 of own" in behavio("report", "history").output


def test_what_fails_before_the_notebook_begins_is_told_but_no_mistake_of_the_command(
    behavio, tmp_path
):
    def run(*words):
        failed = behavio("report", "run", *words, "--deliver", "folder:team")
        assert failed.exit_code == 1
        return failed.stderr

    for mistake in (["-p", "topp=1"], ["-p", "top=x"], ["--period", "47"], ["--timezone", "Mars"]):
        run("weekly_review", *mistake)
    run("weekly", "--period", "2026-W47")
    run("weekly_review", "--deliver", "fax:1")
    assert not (tmp_path / "team").exists()
    # Which period the log would say, nobody knows: the one that is over by the clock.
    said = run("weekly_review", "-p", "log=contribution")
    last = Period.last_complete("week", dt.datetime.now(dt.UTC))
    [note] = (tmp_path / "team").rglob("*-failed.txt")
    assert note.name == f"{last}-failed.txt"
    assert note.read_text() == f"There is no report: {said.splitlines()[-1]}\n"
    broken = tmp_path / "reports" / "weekly_review" / "2026-W33"
    broken.mkdir(parents=True)
    (broken / "run.json").write_text("{")
    said = run("weekly_review", "--period", "2026-W33")
    assert "run.json cannot be read" in said
    note = tmp_path / "team" / "weekly_review" / "2026-W33-failed.txt"
    assert note.read_text() == f"There is no report: {said.splitlines()[-1]}\n"
    (tmp_path / "file").write_text("")
    said = run("weekly_review", "--period", "2026-W32", "--out", "file/out")
    assert "Not everybody was told: " in said
    assert said.splitlines()[-1].startswith("No reports can be written to file/out")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "weekly"], "There is no template 'weekly'; the nearest is 'weekly_review'."),
        (["run", "weekly_review", "-p", "top"], "A parameter is written as -p top=5, not 'top'."),
        (["run", "weekly_review", "-p", "log=contribution"], "the nearest is 'contributions'"),
        (["run", "weekly_review", "--period", "47"], "'47' is no period; write a week as"),
        (["open"], "There are no reports in reports yet"),
    ],
)
def test_mistakes(behavio, words, said):
    failed = behavio("report", *words)
    assert failed.exit_code == 1
    assert said in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_schedule_from_beginning_to_end(behavio, tmp_path):
    template(tmp_path / "own.ipynb", "1", parameters='period: str = ""')
    cron = ("--cron", "0 8 * * MON", "--timezone", "Europe/Berlin")
    added = behavio("schedule", "add", "own.ipynb", *cron, "--name", "ours")
    assert added.exit_code == 0, added.stderr
    assert "ours: Mon " in added.output
    assert "08:00 CE" in behavio("schedule", "list").output
    assert (
        "CRON_TZ=Europe/Berlin" in behavio("schedule", "export", "ours", "--as", "crontab").output
    )
    assert "Nothing was due yet." in behavio("schedule", "history").output
    ran = behavio("schedule", "run-now", "ours", "--period", "2026-W46")
    assert "ours: 2026-W46 done" in ran.output
    assert "2026-W46" in behavio("schedule", "history", "ours").output
    again = behavio("schedule", "run-now", "ours", "--period", "2026-W46")
    assert (again.exit_code, "a period never runs twice" in again.stderr) == (1, True)
    assert "rests" in behavio("schedule", "pause", "ours").output
    assert "paused" in behavio("schedule", "list").output
    assert "goes on" in behavio("schedule", "resume", "ours").output
    assert "There is no schedule 'our'" in behavio("schedule", "remove", "our").stderr
    assert "runs no more" in behavio("schedule", "remove", "ours").output


def test_what_cannot_be_written_is_a_sentence_and_touches_nothing(behavio, tmp_path):
    reports = tmp_path / "reports"

    def refused(name, *words):
        failed = behavio("report", "run", f"{name}.ipynb", "--deliver", "folder:team", *words)
        assert (failed.exit_code, type(failed.exception)) == (1, SystemExit)
        assert not (reports / ".running").is_dir()
        return failed.stderr.splitlines()[-1].replace(str(today), "TODAY")

    today = Period.containing("day", dt.datetime.now(dt.UTC).date())
    template(tmp_path / "large.ipynb", "print('x' * 3_000_000)")
    template(tmp_path / "taken.ipynb", "1")
    template(tmp_path / "wrong.ipynb", "1 / 0")
    assert behavio("report", "run", "large.ipynb").exit_code == 0
    before = {path: path.read_bytes() for path in reports.rglob("*.*")}
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, most[1]))  # as a disk that is full
    try:
        said = refused("large", "--force")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert said == "large for TODAY cannot be written to reports: File too large."
    [note] = (tmp_path / "team").rglob("*-failed.txt")
    assert note.read_text().endswith(f"stays: {said.replace('TODAY', str(today))}\n")
    (reports / "wrong").mkdir()
    (reports / ".running").write_text("")
    said = "cannot be written to reports: Not a directory: reports/.running/.publishing."
    assert refused("wrong") == f"wrong for TODAY {said}"
    [note] = (tmp_path / "team" / "wrong").iterdir()
    assert note.read_text().startswith("There is no report: wrong for ")
    note.unlink()
    (reports / ".running").unlink()
    for name in ("taken", "failed"):
        (reports / name).write_text("")
    said = "cannot be written to reports: File exists: reports/taken."
    assert refused("taken") == f"taken for TODAY {said}"
    assert re.fullmatch(
        r"Cell 2 of wrong \(1 / 0\) failed: division by zero; its notebook cannot be written to "
        r"reports: .*\.",
        refused("wrong"),
    )
    assert {path: path.read_bytes() for path in before} == before


def test_a_report_is_delivered_though_the_page_over_all_runs_cannot_be_written(behavio, tmp_path):
    template(tmp_path / "own.ipynb", "1")
    index = tmp_path / "reports" / "index.html"
    index.mkdir(parents=True)
    done = behavio("report", "run", "own.ipynb", "--deliver", "folder:team")
    assert done.exit_code == 1
    assert "The page: reports/own/" in done.stdout
    assert re.search(
        r"own for \S+ is published, but the page over all runs, reports/index.html, cannot be "
        r"written: Is a directory\.$",
        done.stderr.strip(),
    )
    assert len(list((tmp_path / "team").rglob("own.ipynb"))) == 1
    assert list((tmp_path / "team").rglob("*-failed.txt")) == []
    assert {path.name for path in index.parent.iterdir()} == {".behavio", "index.html", "own"}
