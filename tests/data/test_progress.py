"""Statements that take long: a bar after a second, and an interrupt that stops them."""

from __future__ import annotations

import _thread
import os
import pty
import signal
import subprocess
import sys
import threading
import time

import duckdb
import nbclient
import nbformat
import pytest

from behavio_jupyter.data import progress
from behavio_jupyter.data.progress import progress as bars

LONG = "CREATE TABLE t AS SELECT sum(sqrt(a.range) * b.range) FROM range(20000000) a, range(50) b"


def test_what_is_quick_shows_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    connection = duckdb.connect()
    with bars("Counting") as bar:
        bar.run(connection, "CREATE TABLE t AS SELECT ? AS x", [5])
    assert connection.execute("FROM t").fetchall() == [(5,)]
    assert capsys.readouterr().err == ""


def test_what_takes_long_shows_a_bar_in_a_terminal() -> None:
    code = (
        "from behavio_jupyter.data import progress as p; p._PATIENCE = 0.0\n"
        "with p.progress('Counting') as bar: bar.show('Sorting events', 40.0)"
    )
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    subprocess.run([sys.executable, "-c", code], stderr=child, check=True, env=environment)
    os.close(child)
    shown = os.read(parent, 65_536).decode()
    os.close(parent)
    assert "Sorting events" in shown
    assert "40%" in shown


def test_a_bar_without_an_end_moves_and_says_what_is_done_by_now() -> None:
    code = (
        "import time\n"
        "from behavio_jupyter.data import progress as p; p._PATIENCE = 0.0\n"
        "said = iter(['Compiling'] * 5 + ['Answering'] * 99)\n"
        "p.shown('Answering', lambda: time.sleep(1.5), lambda: next(said))"
    )
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    subprocess.run([sys.executable, "-c", code], stderr=child, check=True, env=environment)
    os.close(child)
    shown = os.read(parent, 65_536).decode()
    os.close(parent)
    # Frames that differ: the bar moved while nothing was known of how far the work is.
    for said in ("Compiling", "Answering"):
        assert len({frame for frame in shown.split("\r") if said in frame}) > 1
    assert "%" not in shown


def test_where_there_is_no_terminal_there_is_no_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 0.0)
    with bars("Counting") as bar:
        bar.show("Sorting events", 40.0)
    assert capsys.readouterr() == ("", "")


def test_what_takes_long_shows_a_bar_in_a_notebook() -> None:
    code = (
        "from behavio_jupyter.data import progress as p; p._PATIENCE = 0.0\n"
        "with p.progress('Counting') as bar:\n"
        "    bar.show('Sorting events', 40.0); print(type(bar._bar).__name__)"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    done = nbclient.NotebookClient(notebook, kernel_name="python3").execute()
    bar, printed = done.cells[0].outputs
    assert printed["text"] == "_NotebookBar\n"
    assert bar["data"] == {"text/html": "", "text/plain": ""}


def test_where_nobody_watches_a_notebook_shows_no_bar() -> None:
    code = (
        "import os; os.environ['BEHAVIO_PROGRESS'] = 'off'\n"
        "from behavio_jupyter.data import progress as p; p._PATIENCE = 0.0\n"
        "with p.progress('Counting') as bar:\n"
        "    bar.show('Sorting events', 40.0); print(bar._bar)"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    done = nbclient.NotebookClient(notebook, kernel_name="python3").execute()
    assert [one["text"] for one in done.cells[0].outputs] == ["None\n"]


def test_an_error_of_the_statement_is_raised() -> None:
    with bars("Counting") as bar, pytest.raises(duckdb.CatalogException):
        bar.run(duckdb.connect(), "FROM nothing")


def test_an_interrupt_stops_the_statement() -> None:
    connection = duckdb.connect()
    timer = threading.Timer(0.5, _thread.interrupt_main)
    start = time.monotonic()
    timer.start()
    with pytest.raises(KeyboardInterrupt), bars("Counting") as bar:
        bar.run(connection, LONG)
    assert time.monotonic() - start < 5
    assert connection.execute("SELECT 1").fetchall() == [(1,)]
    assert connection.execute("SHOW TABLES").fetchall() == []


def test_an_interrupt_of_a_statement_without_a_bar_is_an_interrupt() -> None:
    connection = duckdb.connect()
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt), bars("Counting"):
        connection.execute(LONG)
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_question_that_takes_long_shows_a_bar_and_gives_its_answer() -> None:
    code = (
        "from behavio_jupyter.data import progress as p; p._PATIENCE = -1.0\n"
        "import behavio_jupyter\n"
        "import time; from behavio_jupyter.engine.local import trend\n"
        "log = behavio_jupyter.datasets.cdnow(); answer = trend.answer\n"
        "trend.answer = lambda *given: (time.sleep(0.3), answer(*given))[1]\n"
        "print(log.trend('users of purchase per month').table['value'].sum())"
    )
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=child,
        check=True,
        env=environment,
    )
    os.close(child)
    shown = os.read(parent, 65_536).decode()
    os.close(parent)
    assert "Answering" in shown
    assert float(done.stdout) > 0


def test_what_the_work_raises_is_raised() -> None:
    with bars("Counting") as bar, pytest.raises(ZeroDivisionError):
        bar.during(lambda: 1 // 0, "Dividing")
