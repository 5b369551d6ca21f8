"""The app of all explorers in a real JupyterLab: every tab, one bar for all, kept, found again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from behavio_jupyter import datasets

from .lab import look_at, notebook, pick, restart_and_run

MADE = """\
%load_ext behavio_jupyter
%behavio connect contributions
%explore funnel code -> test within 90d
"""
ANOTHER = """\
import pandas as pd
from behavio_jupyter import connect, datasets
from behavio_jupyter.widgets import FunnelExplorer

nothing = pd.DataFrame({"user": [], "event": [], "time": pd.to_datetime([])})
display(FunnelExplorer(connect(nothing)))
FunnelExplorer(datasets.contributions())
"""
TABS = ("Segments", "Funnel", "Retention", "Paths", "Trends", "Users")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with notebook(tmp_path_factory.mktemp("notebooks"), MADE, ANOTHER) as page:
        yield page


def test_every_tab_answers_under_one_bar(page):
    log = datasets.contributions()
    app = page.locator(".bh-app").first
    panel = app.locator(".bh-panel:not([hidden])")
    text = panel.locator(".bh-text code")
    expect(text).to_have_text("%funnel code -> test within 90d")

    app.get_by_label("First day").first.fill("2020-01-01")
    page.keyboard.press("Tab")
    asked = "code -> test within 90d since 2020-01-01"
    expect(text).to_have_text(f"%funnel {asked}")
    shown = [_number(count) for count in log.funnel(asked).table["count"]]
    expect(app.locator(".bh-funnel td > b")).to_have_text(shown)
    expect(app.get_by_label("First day")).to_have_count(1)
    look_at(page, app, "explorer")
    # What is asked of nothing yet, and of an empty log, says what to do.
    expect(
        page.get_by_text("so there is nothing to build a funnel of. Open another")
    ).to_be_visible()
    expect(page.get_by_text("Choose the event people begin with")).to_be_visible()

    # Opened one right after the other: the last one is shown.
    tabs = app.get_by_role("tab")
    expect(tabs).to_have_text(TABS)
    tabs.evaluate_all("(all) => [...all, ...all.reverse()].forEach((tab) => tab.click())")
    expect(panel).to_have_attribute("aria-label", "Segments")
    expect(panel.locator(".behavio-widget")).to_have_count(1)

    # Each answers within the range of the bar, but segments: they look at whole histories.
    range_ = "since 2020-01-01"
    pick(page, panel, "Add a condition", "code")
    expect(text).to_have_text("%segment did(code)")
    expect(panel.locator(".bh-count")).to_have_text(_number(len(log.segment("did(code)"))))
    look_at(page, app)

    app.get_by_role("tab", name="Retention").click()
    pick(page, panel, "Start event", "code")
    expect(text).to_have_text(f"%retention code -> any per week for 12 {range_}")
    expect(panel).to_contain_text(log.run(text.inner_text()).counted)
    expect(panel.get_by_role("grid")).to_be_visible()
    look_at(page, app)

    app.get_by_role("tab", name="Paths").click()
    panel.get_by_role("button", name="Start from code, the most frequent event").click()
    expect(text).to_have_text(f"%paths from code {range_}")
    first = log.run(text.inner_text()).nodes.iloc[0]["count"]
    expect(panel.locator(".bh-node-count").first).to_contain_text(_number(first))
    expect(panel.locator(".bh-ways")).to_be_visible()
    look_at(page, app)

    app.get_by_role("tab", name="Trends").click()
    pick(page, panel, "Add a series", "test")
    expect(text).to_have_text(f"%trend users of test per day {range_}")
    last = log.run(text.inner_text()).table["value"].iloc[-1]
    expect(panel.locator(".bh-value").first).to_have_text(_number(last))
    look_at(page, app)

    app.get_by_role("tab", name="Users").click()
    user = log.segment("did(release)").users.iloc[0]
    pick(page, panel, "User: first letters of the id", user)
    expect(panel.locator(".bh-event").last).to_have_text(log.timeline(user)["event"].iloc[-1])
    look_at(page, app)

    restart_and_run(page)
    expect(panel.locator(".bh-event").last).to_have_text(log.timeline(user)["event"].iloc[-1])
    expect(app.get_by_label("First day").first).to_have_value("2020-01-01")
    app.get_by_role("tab", name="Funnel").click()
    expect(text).to_have_text(f"%funnel {asked}")
    expect(app.locator(".bh-funnel td > b")).to_have_text(shown)


def _number(count: float) -> str:
    return f"{int(count):,}".replace(",", "\u202f")
