"""Magics and widgets as an analyst meets them, in JupyterLab 4 and in Notebook 7."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from behavio_jupyter import datasets

from .lab import PICTURES, change_theme, command, look_at, notebook, pick

QUESTIONS = (
    "%funnel code -> test within 90d by repo",
    "%retention first ever any -> any per month for 6 since 2025-01-01",
    "%paths from code steps 3 session 1d",
    "%trend users of any per month where bot = false",
    "%segment regulars = count(any) >= 10 in last 365d",
)
CELLS = (
    "%load_ext behavio_jupyter\n%behavio connect contributions",
    *QUESTIONS,
    "%behavio history",
    "from behavio_jupyter import opened\n"
    "from behavio_jupyter.widgets import FunnelExplorer\n"
    "FunnelExplorer(opened())",
    "# here something is typed",
    "%funnel code -> tset",
)


@pytest.mark.parametrize("front", ["lab", "notebook"])
def test_an_analyst_connects_asks_types_and_clicks(front, tmp_path):
    log = datasets.contributions()
    with notebook(tmp_path, *CELLS, front=front) as page:
        if PICTURES:
            page.set_viewport_size({"width": 1360, "height": 3000})
        # Every magic answers with a chart and a table, in the numbers of the log.
        for place, question in enumerate(QUESTIONS, 1):
            cell = page.locator(".jp-CodeCell").nth(place)
            expect(cell.locator(".js-plotly-plot")).to_have_count(1)
            expect(cell.locator("table").first).to_be_visible()
            asked = question.replace("regulars = ", "")
            expect(cell).to_contain_text(log.run(asked).counted)
            if PICTURES and front == "lab":
                look_at(page, cell, log.run(asked).definition.kind)
        # Charts stay where the theme changes, and none offers to send what it shows away.
        change_theme(page, "Dark")
        expect(page.locator(".js-plotly-plot")).to_have_count(len(QUESTIONS))
        for chart in page.locator(".js-plotly-plot").all():
            assert chart.bounding_box()["height"] > 150
        expect(page.get_by_role("button", name="Share")).to_have_count(0)
        change_theme(page, "Light")
        history = page.locator(".jp-CodeCell").nth(len(QUESTIONS) + 1)
        expect(history).to_contain_text("funnel code -> test within 90d")
        mistake = page.locator(".jp-CodeCell").last
        expect(mistake).to_contain_text("the nearest is 'test'")
        expect(mistake).not_to_contain_text("Traceback")

        # What is typed is completed, the saved segment too.
        editor = page.locator(".jp-CodeCell").nth(len(CELLS) - 2).locator(".cm-content")
        editor.click()
        page.keyboard.press("ControlOrMeta+A")
        completer = page.locator(".jp-Completer:not(.lm-mod-hidden)")
        for typed, offered in (
            ("%funnel code -> te", "test"),
            (" for reg", "regulars"),
            (" vs not reg", "regulars"),
            (" wi", "within"),
        ):
            page.keyboard.type(typed)
            expect(page.locator(".jp-mod-completer-enabled")).to_be_visible()
            page.keyboard.press("Tab")
            expect(completer).to_contain_text(offered)
            page.keyboard.press("Enter")
        expect(editor).to_have_text("%funnel code -> test for regulars vs not regulars within")

        # A widget is used.
        widget = page.locator(".behavio-widget").last
        pick(page, widget, "Add a step", "code")
        pick(page, widget, "Add a step", "test")
        expect(widget.locator(".bh-text code")).to_have_text("%funnel code -> test within 30d")
        counts = log.funnel("code -> test").table["count"]
        shown = [f"{count:,}".replace(",", "\u202f") for count in counts]
        expect(widget.locator(".bh-funnel td > b")).to_have_text(shown)
        command(page, "docmanager:save")

        # In a narrow window a chart has the room that its words need, and is scrolled.
        if front == "lab":
            page.set_viewport_size({"width": 900, "height": 1800})
            cell = page.locator(".jp-CodeCell").nth(1)
            cell.locator(".cm-content").click()
            command(page, "notebook:clear-cell-output")
            expect(cell.locator(".js-plotly-plot")).to_have_count(0)
            command(page, "notebook:run-cell")
            chart = cell.locator(".js-plotly-plot")
            expect(chart.locator(".main-svg").first).to_have_attribute("width", "760")
            around = chart.locator("xpath=..")
            around.evaluate("element => (element.scrollLeft = 1000)")
            assert around.evaluate("element => element.scrollLeft") > 100
