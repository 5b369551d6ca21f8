"""The bar beneath a result, from the side of Python; it shows where somebody can click only."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref

import nbformat
import pytest
from behavio_jupyter.widgets import FunnelExplorer, ResultBar, result_bar
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbclient import NotebookClient

from behavio_jupyter import connect, datasets, notebook, opened
from behavio_jupyter.errors import UnknownNameError
from behavio_jupyter.notebook import Cell
from behavio_jupyter.result.base import PLOTLY
from tests.data.tables import SHOP

from .browser import tell

HERE = Cell("a cell", "a run")
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shell():
    InteractiveShell.clear_instance()
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def test_a_bar_stands_beneath_where_somebody_can_click(log, shell, monkeypatch):
    monkeypatch.setattr(notebook, "running_cell", lambda: HERE)
    result = log.funnel("code -> test within 30d")
    with capture_output() as captured:
        result._ipython_display_()
    chart, table, bar = (output.data for output in captured.outputs)
    assert PLOTLY in chart
    assert table["text/html"].startswith(result._repr_html_())
    assert "behavio-shown" in table["text/html"]
    assert table["text/plain"] == repr(result)
    assert VIEW in bar
    assert bar["text/plain"] == ""
    with capture_output() as captured:
        result.users(step=1)._ipython_display_()
    assert len(captured.outputs) == 3


def test_nothing_stands_beneath_where_a_whole_notebook_is_run():
    made = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                "from behavio_jupyter import datasets\n"
                "datasets.cdnow().trend('users of purchase per month')"
            ),
            nbformat.v4.new_code_cell("import sys; 'behavio_jupyter.widgets' in sys.modules"),
        ]
    )
    run = NotebookClient(made, timeout=120, kernel_name="python3").execute()
    shown = [output.data for output in run.cells[0].outputs if output.data.get("text/html") != ""]
    assert [sorted(data) for data in shown] == [[PLOTLY, "text/plain"], ["text/html", "text/plain"]]
    assert "behavio-shown" not in shown[1]["text/html"]
    assert run.cells[1].outputs[0].data["text/plain"] == "False"


def test_widgets_do_not_load_with_the_library():
    code = (
        "import sys; from behavio_jupyter import datasets;"
        "datasets.cdnow().trend('users of purchase per month')._repr_html_();"
        "print([m for m in ('anywidget', 'ipywidgets', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_copy_of_a_log_that_a_magic_opened_runs(shell):
    shell.run_line_magic("load_ext", "behavio_jupyter")
    shell.run_line_magic("behavio", "connect cdnow as shop")
    log = opened("shop")
    asked = ResultBar(log, log.funnel("purchase -> purchase"), HERE).python
    *start, call = asked.splitlines()
    names = {}
    exec("\n".join(start), names)
    assert eval(call, names).definition == log.funnel("purchase -> purchase").definition
    # Under a variable of the notebook it is called by that.
    shell.user_ns["mine"] = log
    assert ResultBar(log, log.paths(""), HERE).python == 'mine.paths("")'


def test_copies_ask_the_same(log, shell):
    shell.user_ns["contributions"] = log
    funnel = log.funnel("code -> test within 30d")
    bar = ResultBar(log, funnel, HERE)
    assert bar.text == "%funnel @contributions code -> test within 30d"
    assert bar.python == 'contributions.funnel("code -> test within 30d")'
    assert eval(bar.python, {"contributions": log}).definition == funnel.definition
    quoted = log.segment('count("code") > 9')
    other = datasets.contributions()
    other.save_segment('those "best" ones', quoted)
    named = other.trend('users of code per month for "those \\"best\\" ones"')
    asked = ResultBar(other, named, HERE).python
    assert asked.startswith("log.trend('users of")
    assert eval(asked, {"log": other}).definition == named.definition
    # What is called log is another one: it must not be asked.
    shell.user_ns.update(contributions=other, log=other)
    assert ResultBar(log, funnel, HERE).python.startswith("log_contributions_2.funnel(")
    shell.user_ns.pop("contributions")
    assert ResultBar(log, funnel, HERE).python.startswith("contributions.funnel(")


def test_a_copied_line_is_answered_by_its_log(shell):
    shell.run_line_magic("load_ext", "behavio_jupyter")
    shop, other = datasets.cdnow(), datasets.cdnow()
    shell.user_ns["shop"] = shop
    asked = FunnelExplorer(shop, "purchase -> purchase")
    assert asked.text == "%funnel @shop purchase -> purchase within 30d"
    assert FunnelExplorer(other, asked.text).definition == asked.definition
    assert shell.run_cell(asked.text).success
    # One that is open is asked without a name; what a variable held has gone, or is another log.
    shell.run_cell("%behavio use shop").raise_error()
    assert asked.text == "%funnel purchase -> purchase within 30d"
    shell.run_cell("%behavio connect contributions as shop").raise_error()
    found = [opened(), opened("shop")]
    remark = "  # no variable holds this log: name it log first"
    assert asked.text == f"%funnel @log purchase -> purchase within 30d{remark}"
    with pytest.raises(UnknownNameError, match="There is no open log 'log'; there is 'shop'"):
        shell.run_cell(asked.text).raise_error()
    shell.user_ns["log"] = shop
    assert shell.run_cell(asked.text).result.facts.name == "cdnow"
    assert asked.text == "%funnel @log purchase -> purchase within 30d"
    assert opened("log") is shop
    assert found == [opened(), opened("shop")]
    assert ResultBar(other, other.paths(""), HERE).text.startswith("%paths @cdnow ")


def test_users_numbers_cells_and_files(sent):
    log = datasets.contributions()
    result = log.funnel("code -> test -> docs within 90d")
    bar = ResultBar(log, result, HERE)
    tell(bar, ask="numbers", typed="DOCS")
    words = {one["words"]: one for one in sent.pop()["numbers"]}
    assert list(words) == ["3. docs", "stopped before 3. docs"]
    stopped = words["stopped before 3. docs"]
    assert stopped["figure"] == "353"
    tell(bar, ask="users", pick=stopped["pick"])
    assert sent[-1]["count"] == 353
    assert len(sent[-1]["first"]) == 100
    tell(bar, ask="save", segment=sent.pop()["text"], name="stopped")
    assert sent.pop() == {"id": 1, "saved": "stopped"}
    assert len(log.segment("stopped")) == 353
    tell(bar, ask="cells")
    assert [pick["step"] for _, _, pick in sent.pop()["tables"][0]] == [1, 2, 3, 1, 2, 3]
    tell(bar, ask="csv")
    assert sent.pop() == {"id": 1, "csv": result.to_csv(), "file": "contributions-funnel.csv"}
    tell(bar, ask="users", pick={"step": 9})
    assert sent.pop()["error"] == "There is no step 9 here; there is 1 to 3."


def test_a_file_that_is_too_large_is_written_in_python(log, sent, monkeypatch):
    monkeypatch.setattr(result_bar, "_MOST_CSV", 10)
    bar = ResultBar(log, log.segment("did(code)"), HERE)
    tell(bar, ask="csv")
    assert '.to_csv("contributions-segment.csv")' in sent.pop()["error"]


def test_what_a_user_did(log, sent):
    bar = ResultBar(log, log.segment("count(code) >= 100"), HERE)
    user = log.segment("count(code) >= 100").users[0]
    tell(bar, ask="timeline", user=user)
    found, timeline = sent.pop(), log.timeline(user)
    assert (found["total"], found["matching"]) == (len(timeline), len(timeline))
    assert found["sessions"] == timeline["session"].iloc[-1]
    assert len(found["events"]) == min(200, len(timeline))
    assert [one["event"] for one in found["events"]] == timeline["event"].tolist()[-200:]
    earlier = found["begin"]
    tell(bar, ask="timeline", user=user, before=earlier)
    assert [one["event"] for one in sent.pop()["events"]] == (
        timeline["event"].tolist()[max(0, earlier - 200) : earlier]
    )
    tell(bar, ask="timeline", user="nobody")
    assert "There is no user 'nobody'" in sent.pop()["error"]


def test_bars_of_an_earlier_run_let_their_results_go(log):
    first = log.segment("did(merge)")
    kept = weakref.ref(first)
    one, two = (ResultBar(log, result, HERE) for result in (first, log.segment("did(code)")))
    assert one.comm is not None
    assert two.comm is not None
    later = ResultBar(log, log.segment("did(test)"), Cell(HERE.id, "the next run"))
    assert (one.comm, two.comm) == (None, None)
    assert later.comm is not None
    del one, two, first
    gc.collect()
    assert kept() is None


def test_nothing_has_no_users_to_show():
    log = connect(SHOP)
    result = log.funnel("visit -> buy within 1d during 2030-01-01 to 2030-01-02")
    bar = ResultBar(log, result, HERE)
    assert bar.nothing
    assert result.cells == []
