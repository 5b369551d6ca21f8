import html.parser
import json
import subprocess
import sys

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from pandas.testing import assert_frame_equal

from behavio_jupyter import BehavioError
from behavio_jupyter.result.base import PLOTLY
from tests.definitions import by

from .answers import HOSTILE, everything, funnel, retention, trend

ALL = everything()
SHOWN = pytest.mark.parametrize("result", ALL.values(), ids=list(ALL))


class Tags(html.parser.HTMLParser):
    """Collects tags and complains where they do not close in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen = [], set()
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if tag not in ("br", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@SHOWN
def test_markup_is_sound_and_names_are_words(result):
    text = result._repr_html_()
    assert "script" not in Tags(text).seen
    assert result.title.split("<")[0].replace("'", "&#x27;") in text
    assert "color" not in text


@SHOWN
def test_text_has_title_and_rule(result):
    lines = repr(result).splitlines()
    assert lines[0] == result.title
    assert " ".join(repr(result).split("\n\n")[-1].split("\n")) == result.rule
    assert "\u202f" not in "".join(lines[:-1])


@SHOWN
def test_a_notebook_gets_a_chart_and_a_table(result):
    InteractiveShell.clear_instance()
    InteractiveShell.instance()
    with capture_output() as captured:
        result._ipython_display_()
    InteractiveShell.clear_instance()
    chart, table = (output.data for output in captured.outputs)
    assert sorted(chart) == [PLOTLY, "text/plain"]
    json.dumps(chart[PLOTLY])
    assert sorted(table) == ["text/html", "text/plain"]
    assert table["text/plain"] == repr(result)


def test_a_page_needs_nothing_and_runs_no_names():
    page = ALL["funnel by"].to_html()
    assert HOSTILE not in page
    assert "plotly.js v" in page
    assert "cdn" not in page.split("<script")[0]
    assert page.count("<td") == (6 * 8) + 5


def test_a_long_table_is_cut_and_says_so():
    many = ALL["funnel by many"]
    assert many._repr_html_().count("<tr>") == 1 + 15 + 1 + 14
    assert "30 more rows: all are in .table" in many._repr_html_()
    assert "25 more rows: all are in .table" in repr(many)
    assert many.to_html().count("<tr>") == 1 + 45 + 1 + 14


def test_what_is_in_the_order_of_time_keeps_its_end():
    text = repr(trend({(): [float(n) for n in range(50)]}))
    assert "30 earlier rows: all are in .table" in text
    assert "\n2026-01-05" not in text
    cohorts = repr(retention({(): [100] * 50}))
    assert "31 earlier rows" in cohorts
    assert "\naverage" in cohorts
    grouped = trend({(n,): [1.0] * 30 for n in "ab"}, ("country",), by=by("country"))
    assert "40 earlier rows" in repr(grouped)
    assert [line.split()[0] for line in repr(grouped).splitlines()[4:8]] == ["a", "b", "a", "b"]


def test_a_wide_table_is_cut_as_text_and_says_so():
    text = repr(retention(periods=30))
    assert "more columns: all are in .table" in text
    assert max(map(len, text.splitlines())) < 120
    both = repr(retention({(): [100] * 50}, periods=30)).splitlines()
    (note,) = [line for line in both if line.startswith("…")]
    assert note.endswith("more columns: all are in .table and .average")


def test_an_incomplete_cell_is_a_dash_and_none_a_zero():
    lines = repr(retention()).splitlines()
    last = next(line for line in lines if line.startswith("2026-01-26"))
    assert last.split() == ["2026-01-26", "8", "–", "–", "–", "–"]


def test_csv_is_the_table(tmp_path):
    result = funnel({(): [100, 40, 10]})
    assert result.to_csv().splitlines()[0] == ",".join(result.table.columns)
    assert result.to_csv(tmp_path / "funnel.csv") is None
    assert (tmp_path / "funnel.csv").read_text() == result.to_csv()
    result.to_parquet(tmp_path / "funnel.parquet")
    assert_frame_equal(
        pd.read_parquet(tmp_path / "funnel.parquet"), result.table, check_dtype=False
    )
    for place in (tmp_path, tmp_path / "nowhere" / "funnel.csv"):
        with pytest.raises(BehavioError, match="cannot be written"):
            result.to_csv(place)


def test_heavy_libraries_load_when_they_are_used():
    code = (
        "import sys, behavio_jupyter.result;"
        "print([m for m in ('plotly', 'statsmodels', 'scipy', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
