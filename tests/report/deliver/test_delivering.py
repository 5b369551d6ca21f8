"""Once to each target, whatever happens; again by hand."""

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from behavio_jupyter import BehavioError, UnknownNameError
from behavio_jupyter.cli import main
from behavio_jupyter.report import Archive
from behavio_jupyter.report.deliver import (
    Deliverer,
    Deliveries,
    Target,
    after_run,
    failed_run,
    folder,
)
from behavio_jupyter.report.deliver.mail import written
from behavio_jupyter.report.deliver.message import message
from behavio_jupyter.report.watch import Checked, Rule, check

from ..notebooks import template
from .conftest import publish
from .servers import webhook

NOW = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
TEAM = Target.parse("slack:TEAM_WEBHOOK")
ROOT = Path(__file__).parents[3]
SENDS = """
import sys
from pathlib import Path
from behavio_jupyter.report import Archive
from behavio_jupyter.report.deliver import Deliverer, Target
out = Path(sys.argv[1])
run = Archive(out).find("own", "2026-W47")
Deliverer(out).deliver(run, [Target.parse("slack:TEAM_WEBHOOK")])
"""
COPIES = """
import sys
from pathlib import Path
from behavio_jupyter.report import Archive
from behavio_jupyter.report.deliver.folder import copy
from behavio_jupyter.report.deliver.message import message
out, there = map(Path, sys.argv[1:])
told = message(Archive(out).find("own", "2026-W47"), None)
copy(told, there)
(there / "begun").touch()
while True:
    copy(told, there)
"""


def test_a_folder_has_the_whole_run_and_its_alerts(run, out, tmp_path):
    there = tmp_path / "there"
    target = Target.parse(f"folder:{there}")
    alerts = check(["conversion < 10%"], run, [])
    [delivery] = Deliverer(out).deliver(run, [target], alerts)
    assert delivery.state == "sent"
    names = {path.name for path in (there / "own" / "2026-W47").iterdir()}
    assert names == {"run.json", "own.ipynb", "index.html", "page.pdf", "alerts.txt"}
    assert Archive(there).find("own", "2026-W47").figures == run.figures
    Deliverer(out).repeat(delivery.id)
    assert [path.name for path in (there / "own").iterdir()] == ["2026-W47"]


def test_a_copy_that_was_killed_is_mended_by_the_next(run, out, tmp_path):
    target = Target.parse(f"folder:{tmp_path / 'there'}")
    [delivery] = Deliverer(out).deliver(run, [target])
    there = tmp_path / "there" / "own"
    (there / "2026-W47").rename(there / ".replaced-2026-W47")
    (there / ".replaced-2026").mkdir()  # of another period, whose name begins alike
    (there.parent / ".running" / "left").mkdir(parents=True)
    (there.parent / ".running" / "left" / ".held").touch()
    assert Deliverer(out).repeat(delivery.id).state == "sent"
    assert sorted(path.name for path in there.iterdir()) == [".replaced-2026", "2026-W47"]
    assert [path.name for path in there.parent.iterdir()] == ["own"]


def test_kills_of_copies_lose_nothing(run, out, tmp_path):
    there, random_ = tmp_path / "there", random.Random(5)
    names = {path.name for path in run.folder.iterdir()}
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", COPIES, str(out), str(there)], cwd=ROOT
        ) as one:
            while not (there / "begun").exists():
                assert one.poll() is None
                time.sleep(0.02)
            time.sleep(random_.uniform(0, 0.3))
            one.kill()
        (there / "begun").unlink()
        found = Archive(there).find("own", "2026-W47")
        assert {path.name for path in found.folder.iterdir()} == names
    folder.copy(message(run, None), there)
    assert [path.name for path in there.iterdir()] == ["own"]
    assert [path.name for path in (there / "own").iterdir()] == ["2026-W47"]


def test_a_folder_that_cannot_be_written(run, out, tmp_path):
    (tmp_path / "file").write_text("")
    target, said = Target.parse(f"folder:{tmp_path / 'file'}"), []
    [delivery] = Deliverer(out).deliver(run, [target])
    assert delivery.state == "failed"
    assert "No reports can be written to" in delivery.error
    # Nothing is tried again by itself, and nobody thinks that it arrived.
    assert Deliverer(out, said.append).deliver(run, [target]) == [delivery]
    assert said[0].endswith(f"To deliver it again: behavio deliveries repeat {delivery.id}")
    (tmp_path / "file").unlink()
    assert Deliverer(out).repeat(delivery.id).state == "sent"
    said.clear()
    later = run.model_copy(update={"started": run.started + dt.timedelta(hours=1)})
    assert Deliverer(out, said.append).deliver(later, [target]) == []
    assert "it was sent before it was run again" in said[0]


def test_neither_a_report_nor_an_alert_is_sent_twice(run, out, monkeypatch):
    rule = [Rule.parse("conversion < 10%")]
    more = [*rule, Rule.parse("conversion < 50%"), Rule.parse("nobody < 1")]
    with webhook(200) as (address, came):
        monkeypatch.setenv("TEAM_WEBHOOK", address)
        assert len(after_run(run, rule, [TEAM, TEAM], out)) == 1
        assert after_run(run, rule, [TEAM], out) == []
        # Run again with a rule that was not there: only what it found is told.
        [delivery] = after_run(publish(out), more, [TEAM], out)
        assert not delivery.whole
        assert [one.rule for one in delivery.alerts] == ["conversion < 50%"]
        assert after_run(run, more, [TEAM], out) == []
        assert len(after_run(publish(out, "2026-W48"), rule, [TEAM], out)) == 1
    assert len(came) == 3


def test_a_rule_that_could_not_be_checked_may_alert_later(run, out, tmp_path):
    there = Target.parse(f"folder:{tmp_path / 'there'}")
    rule = "conversion falls by more than 20%"
    first = check([rule], run, [])
    assert [one.outcome for one in first] == ["unchecked"]
    Deliverer(out).deliver(run, [there], first)
    [later] = Deliverer(out).deliver(run, [there], check([rule], run, Archive(out).runs()))
    assert [one.outcome for one in later.alerts] == ["alert"]


def test_a_failure_is_told_once_and_gone_with_the_report(out, tmp_path, monkeypatch):
    there = Target.parse(f"folder:{tmp_path / 'there'}")
    lost = failed_run("own", "2026-W47", "Cell 3 of own (x = 1 / 0) failed: division", NOW)
    note = tmp_path / "there" / "own" / "2026-W47-failed.txt"
    with webhook(200) as (address, came):
        monkeypatch.setenv("TEAM_WEBHOOK", address)
        told = Deliverer(out).tell_failure(lost, [there, TEAM])
        assert [one.state for one in told] == ["sent", "sent"]
        assert Deliverer(out).tell_failure(lost, [there, TEAM]) == []
        assert "There is no report: Cell 3 of own" in json.dumps(came[0])
        assert note.read_text().startswith("There is no report: Cell 3 of own (x = 1 / 0) failed")
        note.unlink()
        assert Deliverer(out).repeat(told[0].id).state == "sent"
        assert note.exists()
        # Its run came about later: the report is brought as ever.
        brought = Deliverer(out).deliver(publish(out), [there, TEAM])
    assert [one.whole for one in brought] == [True, True]
    assert not note.exists()
    assert (note.parent / "2026-W47" / "index.html").exists()
    with pytest.raises(BehavioError, match="there is no own for 2026-W47, but now there is"):
        Deliverer(out).repeat(told[0].id)


def test_where_a_report_is_not_made_again_the_earlier_one_stays(run, out, tmp_path):
    there = Target.parse(f"folder:{tmp_path / 'there'}")
    lost = failed_run("own", "2026-W47", "Cell 3 of own (x) failed: division", NOW)
    [told] = Deliverer(out).tell_failure(lost, [there])
    note = tmp_path / "there" / "own" / "2026-W47-failed.txt"
    said = "There is no new report, the one made on 2026-11-23 08:00 stays: Cell 3 of own (x)"
    assert note.read_text().startswith(said)
    note.unlink()
    assert Deliverer(out).repeat(told.id).state == "sent"
    assert note.read_text().startswith(said)
    again = run.model_copy(update={"started": run.started + dt.timedelta(hours=1)})
    Archive(out).publish(again, Archive(out).begin())
    with pytest.raises(BehavioError, match="there is no own for 2026-W47, but now there is"):
        Deliverer(out).repeat(told.id)


def test_a_mail_tells_why_there_is_no_report(out):
    lost = failed_run("own", "2026-W47", "The log ends before the period.", NOW)
    alert = Checked("each period has its report", "", "alert", f"There is no report: {lost.error}")
    mail = written(
        message(lost, None, (alert,), whole=False), [], "a@b.example", ["c@d.example"], 1
    )
    assert mail["Subject"].startswith("own · 2026-W47: There is no report: The log ends before")
    text = mail.get_body(("plain",)).get_content()
    assert "Nothing that was published before was touched." in text
    assert not list(mail.iter_attachments())


def test_many_at_once_send_it_once(run, out, monkeypatch):
    with webhook(200) as (address, came):
        monkeypatch.setenv("TEAM_WEBHOOK", address)
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: Deliverer(out).deliver(run, [TEAM]), range(8)))
    assert sorted(map(len, found)) == [0] * 7 + [1]
    assert len(came) == 1


def test_after_a_kill_nobody_says_that_it_arrived(run, out):
    with webhook(200, wait=30) as (address, came):
        variables = {**os.environ, "TEAM_WEBHOOK": address}
        with subprocess.Popen(
            [sys.executable, "-c", SENDS, str(out)], env=variables, cwd=ROOT
        ) as process:
            while not came:
                assert process.poll() is None
                time.sleep(0.02)
            with pytest.raises(BehavioError, match="on its way"):
                Deliverer(out).repeat(1)
            process.send_signal(signal.SIGKILL)
    [lost] = Deliveries(out).all()
    assert (lost.state, lost.error) == ("unknown", "The process ended while it was sending.")
    # Only a person sends it again: it may have arrived.
    assert Deliverer(out).deliver(run, [TEAM]) == [lost]


def left(out, run, target, *alerts):
    """Take a delivery as a process does that ends before it sends anything."""
    deliveries = Deliveries(out)
    started = run.started if run.outcome == "done" else None
    taken = deliveries.take(run.report, run.period, str(target), alerts, run=started)
    deliveries.leave(taken.id)
    return taken


def test_what_a_kill_left_before_it_was_sent_is_listed_and_taken_over(run, out, tmp_path):
    there = Target.parse(f"folder:{tmp_path / 'there'}")
    few, many = (Checked(rule, "", "alert", rule) for rule in ("users < 5", "users > 5"))
    left(out, run, there, few)
    told = CliRunner().invoke(main, ["deliveries", "list", "--failed", "--out", str(out)]).output
    assert "The process ended before it was sending." in " ".join(told.split())
    [delivery] = Deliverer(out).deliver(run, [there], [many])
    assert (delivery.id, delivery.state, delivery.whole) == (1, "sent", True)
    assert delivery.alerts == (few, many)


def test_a_notice_that_a_kill_left_is_not_sent_in_place_of_the_report(out, tmp_path):
    there = Target.parse(f"folder:{tmp_path / 'there'}")
    told = Checked("each period has its report", "", "alert", "There is no report: x")
    left(out, failed_run("own", "2026-W47", "x", NOW), there, told)
    few = Checked("users < 5", "", "alert", "few users")
    [delivery] = Deliverer(out).deliver(publish(out), [there], [few])
    assert (delivery.whole, delivery.alerts) == (True, (few,))
    assert (tmp_path / "there" / "own" / "2026-W47" / "index.html").exists()
    assert len(Deliveries(out).all()) == 1


def test_alerts_of_a_run_that_was_replaced_are_not_repeated(run, out, tmp_path):
    there, said = Target.parse(f"folder:{tmp_path / 'there'}"), []
    deliverer = Deliverer(out, said.append)
    few, many = (Checked(rule, "", "alert", rule) for rule in ("users < 5", "users > 5"))
    deliverer.deliver(run, [there], [few])
    deliverer.deliver(run, [there], [many])
    again = run.model_copy(update={"started": run.started + dt.timedelta(hours=1)})
    Archive(out).publish(again, Archive(out).begin())
    assert deliverer.repeat(1).state == "sent"
    assert "own for 2026-W47 was run again since" in said[-2]
    assert not (tmp_path / "there" / "own" / "2026-W47" / "alerts.txt").exists()
    with pytest.raises(BehavioError, match="Delivery 2 has only alerts of a run of own for"):
        deliverer.repeat(2)


def test_the_command_lists_and_repeats(run, out, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")

    def behavio(*words):
        return CliRunner().invoke(main, ["deliveries", *words, "--out", str(out)])

    assert "Nothing was delivered yet" in behavio("list").output
    with webhook(404, 200, 404) as (address, _):
        monkeypatch.setenv("TEAM_WEBHOOK", address)
        Deliverer(out).deliver(run, [TEAM])
        assert "failed: The webhook of TEAM_WEBHOOK answered 404." in behavio("list").output
        done = behavio("repeat", "1")
        assert (done.exit_code, done.output) == (0, "slack:TEAM_WEBHOOK: sent.\n")
        assert "All deliveries arrived." in behavio("list", "--failed").output
        failed = behavio("repeat", "1")
    assert failed.exit_code == 1
    assert "Delivery 1 failed." in failed.stderr
    assert "There is no delivery '7'; there is '1'." in behavio("repeat", "7").stderr


def test_a_report_is_run_checked_and_delivered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("behavio_jupyter.report.pdf.browser", lambda: None)
    template(tmp_path / "own.ipynb", "1 + 1")
    words = ["report", "run", "own.ipynb", "--alert", "users < 5", "--deliver", "folder:there"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0
    assert "Not checked: There is no key figure 'users'; there is none." in done.output
    [record] = (tmp_path / "there" / "own").glob("*/run.json")
    assert json.loads(record.read_text())["report"] == "own"
    wrong = CliRunner().invoke(main, [*words[:3], "--alert", "users"])
    assert "'users' is no rule" in wrong.stderr
    lost = CliRunner().invoke(main, [*words[:3], "--deliver", "slack:NOT_SET"])
    assert lost.exit_code == 1
    assert "1 of 1 deliveries failed." in lost.stderr


def test_what_runs_on_schedule_is_checked_and_delivered_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    template(tmp_path / "own.ipynb", "1 + 1", parameters='period: str = ""', unit="week")

    def behavio(*words):
        return CliRunner().invoke(main, ["schedule", *words])

    words = ["add", "own.ipynb", "--cron", "0 8 * * MON"]
    assert "is no target" in behavio(*words, "--deliver", "fax:1").stderr
    assert "is no rule" in behavio(*words, "--alert", "users").stderr
    added = behavio(*words, "--alert", "users < 5", "--deliver", "folder:there")
    assert added.exit_code == 0
    done = behavio("run-now", "own", "--period", "2026-W47")
    assert done.exit_code == 0
    assert "sent." in done.output
    assert (tmp_path / "there" / "own" / "2026-W47" / "alerts.txt").exists()
    [delivery] = Deliveries(tmp_path / "reports").all()
    assert (delivery.state, [one.outcome for one in delivery.alerts]) == ("sent", ["unchecked"])


def test_what_is_no_longer_there_is_not_repeated(out):
    Deliveries(out).take("own", "2026-W47", "folder:/x", [], run=NOW)
    with pytest.raises(BehavioError, match="no longer there"):
        Deliverer(out).repeat(1)
    with pytest.raises(UnknownNameError):
        Deliverer(out).repeat(2)
