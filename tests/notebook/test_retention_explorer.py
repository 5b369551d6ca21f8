"""The retention explorer in a real JupyterLab: by mouse, by keyboard, long tables, restarted."""

from __future__ import annotations

import math

import pytest
from playwright.sync_api import Locator, expect

from behavio_jupyter import datasets

from .lab import command, look_at, notebook, pick, restart_and_run

MADE = """\
%load_ext behavio_jupyter
from behavio_jupyter import opened
from behavio_jupyter.widgets import RetentionExplorer

%behavio connect contributions
RetentionExplorer(opened())
"""
MONTHS = "code -> any per month for 12"
GROUPED = f"{MONTHS} by repo top 5 since 2024-06-01"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with notebook(tmp_path_factory.mktemp("notebooks"), MADE) as page:
        yield page


def test_a_retention_is_asked_explored_and_kept(page):
    log = datasets.contributions()
    widget = page.locator(".behavio-widget")
    line = widget.locator(".bh-text code")

    # The first choice is answered; hundreds of cohorts are cut, which is said.
    expect(widget).to_contain_text("Choose the event people begin with")
    pick(page, widget, "Start event", "code")
    expect(line).to_have_text("%retention code -> any per week for 12")
    weeks = log.retention("code -> any per week for 12")
    _expect_average(widget, weeks.average)
    expect(widget).to_contain_text(f"{len(weeks.cohorts) - 300} earlier ones")
    grid = widget.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "302")

    # At the end of a long table its head and the names of cohorts are in view.
    grid.locator("td[tabindex='0']").focus()
    page.keyboard.press("Control+End")
    last = grid.locator("tr[aria-rowindex='302']")
    expect(last.locator("td").last).to_be_focused()
    expect(last.locator(".bh-cohort-name")).to_have_text(
        f"{weeks.cohorts['cohort'].iloc[-1]:%Y-%m-%d}"
    )
    expect(last.locator(".bh-cohort-name")).to_be_in_viewport()
    expect(grid.get_by_role("columnheader", name="week 12")).to_be_in_viewport()

    # By keyboard: months, a cell, those behind it and those beside it.
    widget.get_by_label("Period", exact=True).select_option("month")
    expect(line).to_have_text(f"%retention {MONTHS}")
    result = log.retention(MONTHS)
    _expect_average(widget, result.average)
    grid.locator("td[tabindex='0']").focus()
    for key in ("PageDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    cohort = result.table[result.table["period"] == 2].iloc[10]
    cell = grid.locator("td:focus")
    expect(cell).to_have_attribute("aria-label", _label(cohort))
    page.keyboard.press("Enter")
    day = f"{cohort['cohort']:%Y-%m-%d}"
    _expect_people(widget, f"{day}: came back in month 2", cohort["retained"])
    widget.get_by_role("button", name="Did not").click()
    _expect_people(widget, f"{day}: did not", cohort["size"] - cohort["retained"])
    page.keyboard.press("Escape")
    expect(widget.locator(".bh-people")).to_have_count(0)

    # By mouse: the average is of cohorts whose period is over.
    widget.locator(".bh-average td").nth(3).click()
    _expect_people(widget, "average: came back in month 3", result.average["retained"][3])

    # Groups: a curve for each, a table of one, churn, survival.
    pick(page, widget, "Break down by a property", "repo")
    widget.get_by_label("First day").fill("2024-06-01")
    widget.get_by_label("First day").press("Enter")
    expect(line).to_have_text(f"%retention {GROUPED}")
    grouped = log.retention(GROUPED)
    names = list(grouped.average["repo"].unique())
    widget.get_by_label("Group whose cohorts are shown").select_option(names[1])
    _expect_average(widget, grouped.average[grouped.average["repo"] == names[1]])
    look_at(page, widget, "retention-cohorts")
    widget.get_by_role("tab", name="Cohorts").focus()
    page.keyboard.press("ArrowRight")
    expect(widget.get_by_role("tab", name="Curve")).to_be_focused()
    expect(widget.locator(".bh-legend li")).to_have_text(names)
    expect(widget.locator(".bh-average")).to_have_count(len(names))
    look_at(page, widget, "retention-curve")
    dot = widget.locator(".bh-curves circle[fill]").nth(1)
    place = {axis: float(dot.get_attribute(f"c{axis}")) for axis in "xy"}
    widget.locator(".bh-curves svg").click(position=place)
    expect(widget.locator(".bh-people")).to_contain_text("came back in month 1")
    widget.get_by_role("tab", name="Churn").click()
    churn = grouped.churn_average
    _expect_average(widget, churn[churn["repo"] == names[1]])
    widget.get_by_role("tab", name="Survival").click()
    expect(widget.locator(".bh-survival tbody tr").first).to_contain_text("0 days")
    look_at(page, widget, "retention-survival")
    widget.get_by_role("tab", name="Cohorts").click()

    # What cannot be is said; undo leads back.
    brackets = widget.get_by_role("combobox", name="Periods joined into brackets")
    brackets.fill("soon")
    page.keyboard.press("Tab")
    expect(widget.get_by_text("“soon” is none")).to_be_visible()
    brackets.fill("3-1")
    page.keyboard.press("Tab")
    expect(widget.locator(".bh-error")).to_contain_text("must rise")
    widget.get_by_role("button", name="Undo").click()
    expect(widget.locator(".bh-error")).to_be_hidden()

    # Narrow, then the cell runs again in a kernel that starts anew.
    page.set_viewport_size({"width": 900, "height": 1200})
    _expect_average(widget, grouped.average[grouped.average["repo"] == names[1]])
    look_at(page, widget)
    restart_and_run(page)
    expect(line).to_have_text(f"%retention {GROUPED}")
    _expect_average(widget, grouped.average[grouped.average["repo"] == names[0]])
    expect(page.locator(".behavio-static")).to_be_hidden()

    # Of two views of the widget, each looks at what it likes, and both are answered.
    command(page, "notebook:create-output-view")
    views = [widget.nth(0), widget.nth(1)]
    for view, tab in zip(views, ("Cohorts", "Churn"), strict=True):
        view.get_by_role("tab", name=tab).click()
    views[0].get_by_label("Period", exact=True).select_option("week")
    for view, tab in zip(views, ("Cohorts", "Churn"), strict=True):
        expect(view.locator(".bh-text code")).to_contain_text("per week")
        expect(view.get_by_role("tab", selected=True)).to_have_text(tab)
    views[0].get_by_role("tab", name="Churn").click()
    views[0].get_by_label("Period", exact=True).select_option("month")
    for view in views:
        _expect_average(view, churn[churn["repo"] == names[0]])
        expect(view.locator(".bh-viewed[data-old]")).to_have_count(0)


def _expect_average(widget: Locator, average) -> None:
    shown = ["" if math.isnan(rate) else f"{rate * 100:.1f}\u202f%" for rate in average["rate"]]
    expect(widget.locator(".bh-average").first.locator("td")).to_have_text(shown)
    expect(widget.get_by_role("group", name="Answer")).to_have_attribute("aria-busy", "false")


def _label(cell) -> str:
    low, high = (f"{100 * cell[name]:.1f}" for name in ("low", "high"))
    users = f"{cell['size']} user{'' if cell['size'] == 1 else 's'}"
    return (
        f"{cell['cohort']:%Y-%m-%d} · month {cell['period']}, "
        f"{100 * cell['rate']:.1f}\u202f% retained, "
        f"95 % interval {low}–{high}\u202f%, "
        f"{cell['retained']} of {users} retained. Enter shows them."
    )


def _expect_people(widget: Locator, title: str, count: int) -> None:
    people = widget.get_by_role("group", name=title)
    expect(people.locator(".bh-big")).to_have_text(f"{count} user{'' if count == 1 else 's'}")
