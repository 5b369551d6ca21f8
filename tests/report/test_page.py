"""The runner and its page, on a real kernel."""

import re
import signal
import subprocess
import sys
import time

import nbformat
import psutil
import pytest

from behavio_jupyter import BehavioError
from behavio_jupyter.report import execute, to_page
from behavio_jupyter.report.__main__ import main


def notebook(path, *cells):
    node = nbformat.v4.new_notebook()
    node.cells = [
        nbformat.v4.new_markdown_cell("# A title"),
        *map(nbformat.v4.new_code_cell, cells),
    ]
    nbformat.write(node, path)
    return path


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    path = tmp_path_factory.mktemp("notebook") / "small.ipynb"
    return execute(
        notebook(
            path,
            "%load_ext behavio_jupyter\n%behavio connect cdnow",
            "%trend users of purchase per month",
            "%trend events of purchase per month",
        )
    )


def test_every_answer_has_a_chart_a_table_and_text(executed):
    for cell in executed.cells[2:]:
        kinds = [set(output["data"]) for output in cell.outputs]
        assert any("application/vnd.plotly.v1+json" in kind for kind in kinds)
        assert any({"text/html", "text/plain"} <= kind for kind in kinds)


def test_the_page_has_plotly_once_and_loads_nothing(executed):
    page = to_page(executed, "A title")
    assert page.count("Plotly.newPlot(") >= 2
    assert page.count("plotly.js v") == 1
    own = re.sub(r"<script>/\*\*.*?</script>", "", page, count=1, flags=re.S)
    assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:)?//", own)
    assert "<table" in page


def test_files_appear_together(tmp_path, capsys):
    source = notebook(tmp_path / "one.ipynb", "1 + 1")
    assert main([str(source), str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["one.html", "one.ipynb"]
    assert "one.html" in capsys.readouterr().out


def test_a_failing_cell_is_named_and_nothing_is_written(tmp_path, capsys):
    source = notebook(tmp_path / "bad.ipynb", "%load_ext behavio_jupyter", "%funnel a -> b")
    assert main([str(source), str(tmp_path / "out")]) == 1
    assert not (tmp_path / "out").exists()
    shown = capsys.readouterr().err
    assert "Cell 3 of bad.ipynb" in shown
    assert "No event log is open" in shown
    with pytest.raises(BehavioError):
        execute(source)


def test_a_cell_that_ends_the_kernel_is_named(tmp_path, capsys):
    source = notebook(tmp_path / "bad.ipynb", "1", "import os; os.kill(os.getpid(), 9)")
    assert main([str(source), str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err.splitlines()[-1]
    assert told == "Cell 3 of bad.ipynb failed: the kernel ended."


def test_what_cannot_be_written_is_one_sentence(tmp_path, capsys):
    source = notebook(tmp_path / "one.ipynb", "1 + 1")
    page = tmp_path / "out" / "one.html"
    page.mkdir(parents=True)
    assert main([str(source), str(page.parent)]) == 1
    told = capsys.readouterr().err.splitlines()[-1]
    assert told == f"{page.parent} cannot be written: Is a directory."
    assert sorted(path.name for path in page.parent.iterdir()) == ["one.html", "one.ipynb"]


def test_an_interrupt_lets_the_cell_clean_up_and_is_one_sentence(tmp_path):
    cell = """\
import os, time
open('began', 'w').write(os.environ['BEHAVIO_PROGRESS'])
try:
    time.sleep(600)
finally:
    open('cleaned', 'w')
"""
    source = notebook(tmp_path / "slow.ipynb", cell)
    command = [sys.executable, "-m", "behavio_jupyter.report", str(source), str(tmp_path / "out")]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "began").exists() or not (tmp_path / "began").read_text():
        assert running.poll() is None
        time.sleep(0.1)
    kernels = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 1
    assert told.splitlines()[-1] == "The run was ended before it was done."
    assert "Traceback" not in told
    assert psutil.wait_procs(kernels, timeout=10)[1] == []
    assert (tmp_path / "began").read_text() == "off"
    assert (tmp_path / "cleaned").exists()
    assert not (tmp_path / "out").exists()


def test_a_missing_notebook_is_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path / "none.ipynb"), str(tmp_path)]) == 1
    assert "There is no notebook" in capsys.readouterr().err
