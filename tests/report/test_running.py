"""Runs on real kernels: published whole, not repeated, kept where they fail."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from behavio_jupyter import DefinitionError, UnknownNameError
from behavio_jupyter.report import Archive, ReportError, Review, StaleError, run
from behavio_jupyter.report.pdf import browser

from .notebooks import template

FIGURES = """\
from behavio_jupyter.report import KeyFigure, Review
review = Review(log, period, unit="month")
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


def test_all_files_are_there(own, tmp_path):
    out = tmp_path / "out"
    done = run(own, out=out)
    assert done.folder == out / "own" / done.period
    pdf = ["page.pdf"] if browser() else []
    assert files(done.folder) == sorted(["index.html", "own.ipynb", "run.json", *pdf])
    assert re.search(r"<pre>\s*10\s*</pre>", done.page.read_text())
    assert "2 * top" not in done.page.read_text()
    assert [path.name for path in (out / ".running").iterdir()] == []
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


def test_nothing_runs_for_a_wrong_name_or_value(own, dated, tmp_path):
    with pytest.raises(UnknownNameError, match="the nearest is 'top'"):
        run(own, {"topp": 6}, out=tmp_path / "out")
    with pytest.raises(DefinitionError, match="has no parameter called period to set"):
        run(own, period="2026-W47", out=tmp_path / "out")
    with pytest.raises(DefinitionError, match="'next week' is no period"):
        run(dated, period="next week", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


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
    template(Path(dated), FIGURES.replace("paid, 100", "30, 100"), parameters=PARAMETERS)
    second = run(dated, {"paid": 10}, period="1998-02", out=out)
    assert second.folder.parent == folder
    page = second.page.read_text()
    since = page[page.index("Since the report before, of 1998-01") :]
    row = re.search(r'<th scope="row">paid</th>(.*?)</tr>', since)[1]
    assert "<td>30.0\u202f%</td><td>10.0\u202f%</td><td>+20.0\u202fpp</td>" in row
    assert "changed, p &lt; 0.001" in row
    assert "noise, p = 1.000" in re.search(r'<th scope="row">seen</th>(.*?)</tr>', since)[1]
    index = (out / "index.html").read_text()
    assert index.index("1998-02") < index.index("1998-01")
    assert index.count("<polyline") == 2  # of the newer run: paid and seen


def test_a_log_that_ends_too_early_is_refused(quick, dated, tmp_path):
    with pytest.raises(StaleError, match="The log ends on 1998-06-30, before the end of 1998-07"):
        Review("cdnow", "1998-07")
    done = run(dated, period="1998-07", out=tmp_path / "out", stale=True)
    assert done.outcome == "done"


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
    assert [path.name for path in (out / ".running").iterdir()] == []


def test_replacing_that_was_interrupted_is_mended(quick, own, tmp_path):
    done = run(own, out=tmp_path / "out")
    done.folder.rename(done.folder.with_name(f".replaced-{done.period}"))
    assert Archive(tmp_path / "out").runs() == [done]


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
