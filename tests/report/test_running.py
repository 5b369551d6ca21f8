"""Runs on real kernels: published whole, not repeated, kept where they fail."""

import datetime as dt
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import nbformat
import psutil
import pytest

from behavio_jupyter import DefinitionError, UnknownNameError
from behavio_jupyter.report import Archive, ReportError, Review, Run, StaleError, run
from behavio_jupyter.report.deliver.message import message
from behavio_jupyter.report.index import index_page
from behavio_jupyter.report.pdf import browser

from .notebooks import template
from .watch.runs import run as small_run

FIGURES = """\
from behavio_jupyter.report import KeyFigure, Review
review = Review(log, period, unit="month")
display(review)
review.figures(lambda month: [KeyFigure.rate("paid", paid, 100), KeyFigure.counted("seen", 9)])
review.since_last_run()
"""
PARAMETERS = """\
log: str = "cdnow"  # the log
period: str = ""  # the month
paid: int = 10  # of a hundred
"""


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """No PDF, which takes longer than all else."""
    monkeypatch.setattr("behavio_jupyter.report.pdf.browser", lambda: None)


@pytest.fixture
def own(tmp_path):
    return str(template(tmp_path / "own.ipynb", "2 * top", parameters="top: int = 5"))


@pytest.fixture
def dated(tmp_path):
    return str(template(tmp_path / "dated.ipynb", FIGURES, parameters=PARAMETERS, unit="month"))


def files(folder):
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(folder)) for path in found)


def running(out):
    """What is in the folder that runs work in, which goes with the last one."""
    return [path.name for path in (out / ".running").glob("*")]


def test_all_files_are_there(own, tmp_path):
    out = tmp_path / "out"
    done = run(own, out=out)
    assert done.folder == out / "own" / done.period
    pdf = ["page.pdf"] if browser() else []
    assert files(done.folder) == sorted(["index.html", "own.ipynb", "run.json", *pdf])
    assert re.search(r"<pre>\s*10\s*</pre>", done.page.read_text())
    assert "2 * top" not in done.page.read_text()
    assert running(out) == []
    assert str(tmp_path) not in done.notebook.read_text()


def test_an_identical_run_is_not_repeated_unless_forced(quick, own, tmp_path):
    first = run(own, {"top": 6}, out=tmp_path / "out")
    again = run(own, {"top": "6"}, out=tmp_path / "out")
    assert again == first
    other = run(own, {"top": 7}, out=tmp_path / "out")
    assert other.report != first.report
    forced = run(own, {"top": 6}, out=tmp_path / "out", force=True)
    assert (forced.folder, forced.started > first.started) == (first.folder, True)
    assert Archive(tmp_path / "out").runs() == [forced, other]


def test_a_changed_notebook_is_run_again_and_another_one_is_refused(quick, own, tmp_path):
    out = tmp_path / "out"
    first = run(own, out=out)
    template(Path(own), "3 * top", parameters="top: int = 5")
    again = run(own, out=out)
    assert again.started > first.started
    assert re.search(r"<pre>\s*15\s*</pre>", again.page.read_text())
    (tmp_path / "other").mkdir()
    other = template(tmp_path / "other" / "own.ipynb", "2 * top", parameters="top: int = 5")
    with pytest.raises(DefinitionError, match="has runs of another notebook called own"):
        run(str(other), out=out)
    # Nor is it compared with what the other one was in an earlier period.
    first.folder.joinpath("run.json").write_text(
        again.model_copy(update={"period": "2026-01-01"}).model_dump_json()
    )
    first.folder.rename(first.folder.with_name("2026-01-01"))
    with pytest.raises(DefinitionError, match="has runs of another notebook called own"):
        run(str(other), out=out)
    other.write_bytes(Path(own).read_bytes())  # it was moved, and is the same
    assert run(str(other), out=out).report == again.report


def test_nothing_runs_for_a_wrong_name_or_value(own, dated, tmp_path):
    with pytest.raises(UnknownNameError, match="the nearest is 'top'"):
        run(own, {"topp": 6}, out=tmp_path / "out")
    with pytest.raises(DefinitionError, match="has no parameter called period to set"):
        run(own, period="2026-W47", out=tmp_path / "out")
    with pytest.raises(UnknownNameError, match="no time zone 'Mars'"):
        run(own, timezone="Mars", out=tmp_path / "out")  # its day is that of the time zone
    with pytest.raises(DefinitionError, match="'next week' is no period"):
        run(dated, period="next week", out=tmp_path / "out")
    with pytest.raises(DefinitionError, match="is about a month, and 2026-W47 is a week"):
        run(dated, period="2026-W47", out=tmp_path / "out")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_a_failing_notebook_is_kept_and_what_was_published_stays(quick, tmp_path):
    path = tmp_path / "own.ipynb"
    out = tmp_path / "out"
    good = run(str(template(path, "1", "2")), out=out)
    published = {name: (out / name).read_bytes() for name in files(out)}
    template(path, "1", "%load_ext behavio_jupyter\n%behavio connect cdnow\n%funnel vist -> cart")
    with pytest.raises(ReportError, match=r"Cell 3 of own \(%load_ext behavio_jupyter\) failed: "):
        run(str(path), out=out, force=True)
    assert {name: (out / name).read_bytes() for name in published} == published
    [failed] = Archive(out).failed()
    assert failed.notebook.exists()
    outputs = [o for c in nbformat.read(failed.notebook, 4).cells for o in c.get("outputs", [])]
    assert any(output.output_type == "error" for output in outputs)
    assert Archive(out).runs() == [good]


def test_the_next_run_is_compared_with_the_one_before(quick, dated, tmp_path):
    out = tmp_path / "out"
    first = run(dated, {"paid": 10}, period="1998-01", out=out)
    assert "This is the first run of this report" in first.page.read_text()
    folder = first.folder.parent
    # The same report, though its numbers are others: as when the data is.
    changed = FIGURES.replace("paid, 100", "30, 100")
    template(Path(dated), changed, parameters=PARAMETERS, unit="month")
    second = run(dated, {"paid": 10}, period="1998-02", out=out)
    assert second.folder.parent == folder
    page = second.page.read_text()
    since = page[page.index("Since the report before, of 1998-01") :]
    row = re.search(r'<th scope="row">paid</th>(.*?)</tr>', since)[1]
    assert "<td>30.0\u202f%</td><td>10.0\u202f%</td><td>+20.0\u202fpp</td>" in row
    assert "changed, p &lt; 0.001" in row
    # February is shorter than January: how many came is not tested.
    assert "not tested" in re.search(r'<th scope="row">seen</th>(.*?)</tr>', since)[1]
    index = (out / "index.html").read_text()
    assert index.index("1998-02") < index.index("1998-01")
    assert index.count("<polyline") == 2  # of the newer run: paid and seen


def test_a_log_that_ends_too_early_is_refused(quick, dated, tmp_path):
    with pytest.raises(StaleError, match="The log ends on 1998-06-30, before the end of 1998-07"):
        Review("cdnow", "1998-07")
    done = run(dated, period="1998-07", out=tmp_path / "out", stale=True)
    ends = "the log ends on 1998-06-30"
    assert (done.outcome, done.partial) == ("done", ends)
    assert f"<strong>partial: {ends}</strong>" in done.page.read_text()
    assert f"<strong>partial: {ends}</strong>" in (tmp_path / "out" / "index.html").read_text()
    assert f"1 July – 31 July 1998 · partial: {ends}" == message(done, None).about
    # The log may be whole by now: what was run too early does not stand for the report.
    with pytest.raises(ReportError, match=r"^The log ends on 1998-06-30"):
        run(dated, period="1998-07", out=tmp_path / "out")


def test_parameters_that_were_read_are_not_warned_of(quick, tmp_path, caplog):
    told = 'least: str = ""  # such as count(any) >= 3; none'
    own = template(tmp_path / "own.ipynb", "least", parameters=told)
    assert run(str(own), {"least": "did(any)"}, out=tmp_path / "out").outcome == "done"
    assert not caplog.records


def test_a_log_that_begins_too_late_is_refused():
    with pytest.raises(DefinitionError, match="The log begins on 1997-01-01, after"):
        Review("cdnow", "1996-12")


def test_the_period_is_the_last_one_that_is_over():
    assert str(Review("cdnow", unit="month").period) == "1998-06"
    assert str(Review("cdnow", unit="week").period) == "1998-W26"


def test_two_runs_at_once_do_not_disturb_each_other(quick, tmp_path):
    path = template(
        tmp_path / "own.ipynb", "import time; time.sleep(1)\nprint('of', top)", parameters="top = 1"
    )
    done = {}

    def go(top):
        done[top] = run(str(path), {"top": top}, out=tmp_path / "out")

    threads = [threading.Thread(target=go, args=(top,)) for top in (2, 3, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {top: f"of {top}" in one.page.read_text() for top, one in done.items()} == {
        2: True,
        3: True,
    }
    assert len(Archive(tmp_path / "out").runs()) == 2
    assert "own-top-2" in (tmp_path / "out" / "index.html").read_text()


def test_a_killed_run_leaves_the_old_state_and_nothing_running(quick, tmp_path):
    out = tmp_path / "out"
    path = template(tmp_path / "own.ipynb", "1")
    good = run(str(path), out=out)
    template(path, "import time, pathlib; pathlib.Path('begun').touch(); time.sleep(600)")
    command = [sys.executable, "-m", "behavio_jupyter.cli", "report", "run", str(path), "--force"]
    killed = subprocess.Popen(
        [*command, "--out", str(out)], cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    while not (tmp_path / "begun").exists():
        time.sleep(0.1)
        assert killed.poll() is None
    kernels = psutil.Process(killed.pid).children(recursive=True)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    psutil.wait_procs(kernels, timeout=20)
    assert not [one for one in kernels if one.is_running()]
    assert Archive(out).runs() == [good]
    template(path, "1")
    run(str(path), out=out, force=True)
    assert running(out) == []


def test_a_kernel_that_dies_is_a_failed_run(quick, tmp_path):
    path = template(tmp_path / "own.ipynb", "import os; os._exit(3)")
    with pytest.raises(ReportError, match="The kernel of own ended: Kernel died"):
        run(str(path), out=tmp_path / "out")
    [failed] = Archive(tmp_path / "out").failed()
    assert failed.notebook.exists()


def test_a_kernel_that_does_not_begin_is_a_failed_run(quick, tmp_path, monkeypatch):
    ends = "import os, sys\nif 'ipykernel_launcher' in sys.orig_argv: os._exit(3)"
    (tmp_path / "sitecustomize.py").write_text(ends)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ReportError, match="The kernel of own ended: Kernel died before"):
        run(str(template(tmp_path / "own.ipynb", "1")), out=tmp_path / "out")


def test_the_cell_that_fails_is_named_as_the_template_has_it(quick, tmp_path):
    path = template(tmp_path / "own.ipynb", "1", parameters="top: int = 5  # how many")
    node = nbformat.read(path, 4)
    node.cells.insert(1, nbformat.v4.new_code_cell("1 / 0"))
    nbformat.write(node, path)
    with pytest.raises(ReportError, match=r"Cell 2 of own \(1 / 0\) failed"):
        run(str(path), {"top": 3}, out=tmp_path / "out")


def test_writers_and_readers_at_once_find_a_whole_run(tmp_path):
    out, faults = tmp_path / "out", []
    archive = Archive(out)

    def made():
        started = dt.datetime.now(dt.UTC)
        names = {"report": "own", "template": "own", "title": "Own", "period": "2026-W40"}
        return Run(**names, parameters={}, started=started, seconds=0.0)

    archive.publish(made(), archive.begin())

    def write():
        mine = Archive(out)
        for _ in range(100):
            mine.publish(made(), mine.begin())

    def read():
        for _ in range(300):
            if Archive(out).find("own", "2026-W40") is None:
                faults.append("nothing")

    threads = [threading.Thread(target=work) for work in (write, write, read, read)]
    old = threading.excepthook
    threading.excepthook = lambda given: faults.append(given.exc_value)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        threading.excepthook = old
    assert faults == []
    assert len(archive.runs()) == 1


def test_strange_files_beside_runs_hinder_none(quick, own, tmp_path):
    (tmp_path / "out" / ".running").mkdir(parents=True)
    (tmp_path / "out" / ".running" / ".nfs0001").write_text("")
    assert run(own, out=tmp_path / "out").outcome == "done"


def test_a_report_is_found_and_linked_whatever_its_name(tmp_path):
    archive, name = Archive(tmp_path), 'own #1 [a] 50% "x" & <y>'
    made = small_run("2026-W40", report=name)
    work = archive.begin()
    (work / "index.html").write_text("")
    made = archive.publish(made, work)
    made.notebook.write_text("")
    assert archive.runs(name) == [made]
    assert archive.before(name, "2026-W41") == made
    links = re.findall(r'href="(.*?)"', index_page([made]))
    files = {made.folder / "index.html", made.notebook}
    assert {tmp_path / unquote(unescape(link)) for link in links} == files


def test_a_notebook_whose_reports_would_not_be_found_is_refused(tmp_path):
    for name in ("failed.ipynb", ".own.ipynb"):
        with pytest.raises(DefinitionError, match="would not be found again: rename it"):
            run(str(template(tmp_path / name, "1")), out=tmp_path / "out")


def test_replacing_that_was_interrupted_is_mended(quick, own, tmp_path):
    done = run(own, out=tmp_path / "out")
    old = done.folder.with_name(f".replaced-{done.period}")
    done.folder.rename(old)
    assert Archive(tmp_path / "out").runs() == [done]
    # The new one was in its place, and the old one not yet taken away.
    shutil.copytree(done.folder, old)
    assert Archive(tmp_path / "out").runs() == [done]
    assert not old.exists()


def test_replacing_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    archive = Archive(tmp_path)
    first = archive.publish(small_run("2026-W40", report="own"), archive.begin())
    # As a kill between two renames leaves it.
    first.folder.rename(first.folder.with_name(".replaced-2026-W40"))
    work = archive.begin()
    rename = Path.rename
    with monkeypatch.context() as faults:
        faults.setattr(Path, "rename", lambda one, to: 1 / 0 if one == work else rename(one, to))
        with pytest.raises(ZeroDivisionError):
            archive.publish(small_run("2026-W40", partial="x"), work)
    archive.leave(work)
    assert archive.runs() == [first]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["2026-W40", "own", "run.json"]


def test_many_runs_leave_nothing_behind(quick, own, tmp_path):
    """The same a hundred times: ``python -m tests.report.many``."""
    from .many import left_by

    assert left_by(own, tmp_path / "out", 6) == (0, 0)


def test_a_folder_that_cannot_be_written(own, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(Exception, match="No reports can be written to"):
        run(own, out=tmp_path / "out")


def test_run_json_is_read_by_others(quick, own, tmp_path):
    done = run(own, {"top": 6}, out=tmp_path / "out")
    read = json.loads((done.folder / "run.json").read_text())
    assert (read["parameters"], read["outcome"]) == ({"top": 6}, "done")
    assert os.path.basename(done.folder) == read["period"]
