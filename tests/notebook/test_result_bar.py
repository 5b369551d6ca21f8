"""Results and a user's timeline in JupyterLab: shown, clicked, copied, saved, opened again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from behavio_jupyter import datasets

from .lab import command, look_at, notebook, open_notebook, pick

FUNNEL = "code -> test -> docs within 90d"
MADE = f"""\
from behavio_jupyter import datasets
from behavio_jupyter.widgets import UserTimeline
shop = datasets.contributions()
shop.funnel("{FUNNEL}")
"""
RETENTION = "first ever code -> code per month for 4 during 2025-06-01 to 2026-03-31"
PATHS = "from code steps 3 top 3 session 1d"
TREND = "users of code per month during 2025-06-01 to 2026-03-31"
SEGMENT = "count(code) >= 100"

SLOW = """\
import time
find, timeline = UserTimeline._find, UserTimeline._timeline
UserTimeline._find = lambda self, content: time.sleep(1.5) or find(self, content)
UserTimeline._timeline = lambda self, content: time.sleep(0.7) or timeline(self, content)
"""


@pytest.fixture
def page(tmp_path):
    cells = [
        MADE,
        f'shop.retention("{RETENTION}")',
        f'shop.paths("{PATHS}")',
        f'shop.trend("{TREND}")',
        f'shop.segment("{SEGMENT}")',
        "UserTimeline(shop)",
        SLOW,
    ]
    with notebook(tmp_path, *cells) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield page


def test_results_and_users_are_looked_at(page, tmp_path):
    _a_result_is_clicked_copied_and_its_users_kept(page, tmp_path)
    _a_user_is_found_gone_on_from_and_left_in_the_notebook(page)


def _a_result_is_clicked_copied_and_its_users_kept(page: Page, folder: Path) -> None:
    log = datasets.contributions()
    expect(page.locator(".bh-result")).to_have_count(5)

    # A click on each kind of chart shows those users.
    clicked = {
        0: (".bars .point path", 5, log.funnel(FUNNEL).users(step=2, dropped=True)),
        2: (".sankey-link", 0, log.paths(PATHS).users(step=1, source="code", target="(exit)")),
        3: (".scatterlayer .point", 2, log.trend(TREND).users(period="2025-08-01")),
        4: (".bars .point path", 0, log.segment(SEGMENT)),
    }
    for place, (mark, number, expected) in clicked.items():
        cell = page.locator(".jp-CodeCell").nth(place)
        _click(page, cell.locator(".js-plotly-plot").locator(mark).nth(number))
        expect(cell.locator(".bh-people .bh-big")).to_have_text(_users(expected))
    heatmap = page.locator(".jp-CodeCell").nth(1)
    _click(page, heatmap.locator(".js-plotly-plot .hm image").nth(1), 0.3)
    expect(heatmap.locator(".bh-people strong")).to_contain_text("period 1")

    # By keyboard: the users behind a number, what one of them did, and a name for them.
    cell = page.locator(".jp-CodeCell").first
    bar = cell.locator(".bh-result")
    pick(page, bar, "Users behind a number", "stopped before 3")
    stopped = log.funnel(FUNNEL).users(step=2, dropped=True)
    people = bar.get_by_role("group", name="stopped before 3. docs")
    expect(people.locator(".bh-id")).to_have_count(100)
    user = stopped.users[0]
    people.get_by_role("button", name=user).focus()
    page.keyboard.press("Enter")
    timeline = log.timeline(user)
    expect(people.locator(".bh-event")).to_have_text(timeline["event"].tolist())
    expect(people.locator(".bh-session")).to_have_count(int(timeline["session"].max()))
    look_at(page, bar, "result-bar")
    expect(people.get_by_role("button", name="All of them")).to_be_focused()
    page.keyboard.press("Enter")
    expect(people.get_by_role("button", name=user)).to_be_focused()
    people.get_by_label("Name of the segment").fill("stopped")
    page.keyboard.press("Enter")
    expect(people).to_contain_text("Saved")
    page.keyboard.press("Escape")
    expect(bar.get_by_role("combobox")).to_be_focused()

    # Cells of the table, too.
    count = cell.locator("tbody td", has_text="533")
    count.hover()
    expect(count).to_have_class(re.compile("bh-picked-by"))
    count.click()
    expect(bar.locator(".bh-big")).to_have_text(_users(log.funnel(FUNNEL).users(step=2)))

    # Chart or table; copies; a file.
    bar.get_by_role("button", name="Table").click()
    expect(cell.locator("table")).to_be_hidden()
    expect(cell.locator(".js-plotly-plot")).to_be_visible()
    bar.get_by_role("button", name="Chart").click()
    expect(cell.locator("table")).to_be_visible()
    expect(cell.locator(".js-plotly-plot")).to_be_hidden()
    copies = {"text": f"%funnel @shop {FUNNEL}", "python": f'shop.funnel("{FUNNEL}")'}
    for key, copied in copies.items():
        bar.locator(f"[data-key={key}]").click()
        expect(bar.locator(f"[data-key={key}]")).to_have_text("Copied")
        assert page.evaluate("() => navigator.clipboard.readText()") == copied
    with page.expect_download() as downloaded:
        bar.get_by_role("button", name="CSV").click()
    downloaded.value.save_as(folder / "funnel.csv")
    assert (folder / "funnel.csv").read_text() == log.funnel(FUNNEL).to_csv()


def _a_user_is_found_gone_on_from_and_left_in_the_notebook(page: Page) -> None:
    log = datasets.contributions()
    log.save_segment("stopped", log.funnel(FUNNEL).users(step=2, dropped=True))
    widget = page.locator(".bh-timeline")
    widget.scroll_into_view_if_needed()
    expect(widget.get_by_role("button", name="The first user")).to_be_enabled()
    user = log.users[40]
    pick(page, widget, "User: first letters of the id", user[:6])
    timeline = log.timeline(user)
    _expect_events(widget, timeline["event"].tolist())

    # The segment that was saved beneath the result: from its first user to the next.
    page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex = 5")
    command(page, "notebook:run-cell")
    found = widget.get_by_role("combobox", name="User: first letters of the id")
    expect(found).to_have_value(user)
    # Answers are slow: what is typed stays where the bar is drawn anew meanwhile, and it is taken
    # where Enter was pressed before there was a list.
    pick(page, widget, "Go through the users of", "stopped")
    among = log.segment("stopped").users
    first = among[0]
    found.focus()
    page.keyboard.type(first)
    page.keyboard.press("Enter")
    _expect_events(widget, log.timeline(first)["event"].tolist()[-200:])
    widget.get_by_role("button", name="The next user").click()
    events = log.timeline(among[1])["event"]
    _expect_events(widget, events.tolist()[-200:])
    expect(widget.locator(".bh-among")).to_contain_text(f"2 of {len(among)}")
    look_at(page, widget, "user-timeline")

    # Only events of a kind, and with a text: each is a step, which the line says.
    kind = events.value_counts().index[0]
    widget.get_by_role("button", name=f"{kind} ").click()
    only = events[events == kind].tolist()[-200:]
    _expect_events(widget, only)
    asked = f"%timeline @shop '{among[1]}' for stopped only {kind}"
    line = widget.locator(".bh-text code")
    expect(line).to_have_text(asked)
    widget.get_by_label("Only events with this text").fill("no such text")
    page.keyboard.press("Enter")
    expect(widget).to_contain_text("No event of this user matches")
    expect(line).to_have_text(f"{asked} with 'no such text'")
    widget.get_by_role("button", name=f"{kind} ").focus()
    page.keyboard.press("Control+z")
    _expect_events(widget, only)
    widget.locator("[data-key=copy]").click()
    assert page.evaluate("() => navigator.clipboard.readText()") == asked

    # Saved, its kernel gone, opened again: the copy is there, and no word of a widget that is not.
    command(page, "docmanager:save")
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    open_notebook(page, re.match(r"http://[^/]+", page.url)[0], "explore.ipynb")
    expect(page.locator(".behavio-static")).to_contain_text(f"User {among[1]}")
    expect(page.locator(".behavio-static")).to_contain_text(f"Only {kind} events are shown.")
    lost = page.get_by_text("model not found")
    expect(lost).to_have_count(6)
    for one in lost.all():
        expect(one).to_be_hidden()


def _click(page: Page, mark: Locator, share: float = 0.5) -> None:
    """Click on a mark of a chart: Plotly has to see the mouse come."""
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    x, y = box["x"] + share * box["width"], box["y"] + box["height"] / 2
    page.mouse.move(x - 4, y)
    page.mouse.move(x, y, steps=2)
    page.wait_for_timeout(200)
    page.mouse.click(x, y)


def _users(found) -> str:
    return f"{len(found):,} users".replace(",", "\u202f")


def _expect_events(widget: Locator, events: list[str]) -> None:
    expect(widget.locator(".bh-event")).to_have_text(events)
