"""The strip of a user's events, which needs no script."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pandas as pd

from behavio_jupyter.result.charts.strip import MOST_KINDS, strip


def drawn(times, names):
    times = pd.Series(pd.to_datetime(times, utc=True).tz_convert("Europe/Berlin"))
    html = strip(times, pd.Series(names))
    return html, ET.fromstring(f"<div>{html}</div>")


def ticks(row):
    return [int(place) for place in re.findall(r"M(\d+) 0V", row.findall(".//path")[1].get("d"))]


def test_each_event_is_a_tick_at_its_time_in_the_row_of_its_kind():
    html, page = drawn(
        ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-03", "2026-01-05"],
        ["<a> & 'b'", "<a> & 'b'", "<a> & 'b'", "<a> & 'b'", "c"],
    )
    rows = page.findall(".//tbody/tr")
    assert [[cell.text for cell in row][:2] for row in rows] == [["<a> & 'b'", "4"], ["c", "1"]]
    assert [ticks(row) for row in rows] == [[0, 250, 500], [1000]]
    said = rows[0].find(".//svg").get("aria-label")
    assert said == "<a> & 'b': 4 events, 2026-01-01 to 2026-01-05"
    ends = [span.text for span in page.findall(".//tfoot//span")]
    assert ends == ["2026-01-01", "2026-01-05 Europe/Berlin"]
    assert "Not drawn" not in html


def test_events_of_hours_have_the_time_of_day():
    _, page = drawn(["2026-01-01 10:00:00", "2026-01-01 11:30:05"], ["a", "a"])
    ends = [span.text for span in page.findall(".//tfoot//span")]
    assert ends == ["2026-01-01 11:00:00", "2026-01-01 12:30:05 Europe/Berlin"]


def test_events_of_one_moment_are_in_the_middle():
    _, page = drawn(["2026-01-01", "2026-01-01"], ["a", "b"])
    assert [ticks(row) for row in page.findall(".//tbody/tr")] == [[500], [500]]
    assert page.find(".//tfoot//div").text == "2026-01-01 01:00:00 Europe/Berlin"


def test_what_is_not_drawn_is_counted():
    names = [f"kind {number}" for number in range(MOST_KINDS) for _ in (1, 2)] + ["x", "y", "y"]
    names += ["z"]
    html, page = drawn(pd.date_range("2026-01-01", periods=len(names)), names)
    assert len(page.findall(".//tbody/tr")) == MOST_KINDS
    assert "Not drawn: 4 events of 3 other kinds." in html
