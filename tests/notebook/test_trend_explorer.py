"""The trend explorer in a real JupyterLab: lines, a formula, groups, before, lifecycle."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from behavio_jupyter import datasets
from behavio_jupyter.result.wording import decimals_of, number

from .lab import look_at, notebook, pick, restart_and_run

MADE = """\
%load_ext behavio_jupyter
from behavio_jupyter import opened
from behavio_jupyter.widgets import TrendExplorer

%behavio connect contributions
TrendExplorer(opened())
"""
CLAUSES = "per month during 2024-01-01 to 2025-12-31"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with notebook(tmp_path_factory.mktemp("notebooks"), MADE) as page:
        yield page


def test_trends_are_built_explored_and_kept(page):
    log = datasets.contributions()
    widget = page.locator(".behavio-widget")
    text = widget.locator(".bh-text code")

    # Two series, one by clicking, one by typing, and a formula of their letters.
    widget.get_by_role("combobox", name="Add a series").click()
    widget.get_by_role("option", name="code").click()
    pick(page, widget, "Add a series", "test")
    widget.get_by_label("Periods", exact=True).select_option("month")
    # Typed digit by digit: a year is 2 and 20 on its way.
    widget.get_by_label("First day").press_sequentially("01012024", delay=200)
    widget.get_by_label("Last day").press_sequentially("12312025", delay=200)
    page.keyboard.press("Enter")
    widget.get_by_role("button", name="+ formula").click()
    formula = widget.get_by_label("C: formula of letters")
    expect(formula).to_be_focused()
    formula.fill("B / D")
    page.keyboard.press("Enter")
    expect(widget.locator(".bh-wrong")).to_have_text("There is no series D; there is A and B.")
    formula.fill("100*B/A")
    page.keyboard.press("Enter")
    lines = [f"users of {name}" for name in ("code", "test")]
    ratio = f"100 * {lines[1]} / {lines[0]}"
    expect(text).to_have_text("\n".join(f"%trend {one} {CLAUSES}" for one in [*lines, ratio]))
    expect(widget.locator(".bh-chart h4")).to_have_text(["users", "C: 100 * B / A"])

    # The table has the last periods first, of whichever line, with as many decimals as Python's.
    widget.get_by_label("Table of", exact=True).select_option(label="C: 100 * B / A")
    values = log.trend(f"{ratio} {CLAUSES}").table["value"]
    decimals = decimals_of(values)
    written = [number(value, decimals) for value in values[::-1]]
    expect(widget.locator(".bh-value")).to_have_text(written)
    # Small numbers can be told apart, at the axis too.
    formula.fill("B / A / 100")
    page.keyboard.press("Enter")
    expect(widget.locator(".bh-chart h4").last).to_have_text("C: B / A / 100")
    ticks = widget.locator(".bh-chart").last.locator(".bh-tick").all_text_contents()
    values = [tick for tick in ticks if tick[0].isdigit()]
    assert len(set(values)) == len(values) > 2
    # Where there is nothing but 0, there is a line at 0.
    formula.fill("0*B")
    page.keyboard.press("Enter")
    expect(widget.locator(".bh-chart h4").last).to_have_text("C: 0 * B")
    ticks = widget.locator(".bh-chart").last.locator(".bh-tick").all_text_contents()
    assert [tick for tick in ticks if tick[0].isdigit()] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    formula.fill("100*B/A")
    page.keyboard.press("Enter")
    expect(text).to_contain_text(ratio)

    # By keyboard: B goes up and the formula goes with it; a line is drawn no more.
    legend = widget.locator(".bh-legend-toggle").first
    widget.get_by_role("button", name="Move B, users of test: arrow").focus()
    page.keyboard.press("ArrowUp")
    expect(formula).to_have_value("100 * A / B")
    expect(legend).to_have_text("A: users of test")
    widget.get_by_role("button", name="Undo").click()
    # Where the question cannot be asked, the numbers before keep the names they were asked by.
    expect(legend).to_have_text("A: users of code")
    last_day = widget.get_by_label("Last day")
    last_day.fill("2023-12-31")
    last_day.press("Enter")
    expect(widget.locator(".bh-error")).not_to_be_empty()
    grip = widget.get_by_role("button", name="Move B, users of test: arrow")
    grip.press("ArrowUp")
    expect(widget.get_by_role("button", name="Move A, users of test: arrow")).to_be_visible()
    expect(legend).to_have_text("A: users of code")
    for _ in range(2):
        widget.get_by_role("button", name="Undo").click()
    widget.get_by_role("button", name="Draw B, users of test").click()
    expect(text).to_have_text("\n".join(f"%trend {one} {CLAUSES}" for one in [lines[0], ratio]))
    widget.get_by_role("button", name="A: users of code", exact=True).click()
    expect(widget.locator(".bh-chart")).to_have_count(1)
    widget.get_by_role("button", name="A: users of code", exact=True).click()

    # With the range before; the users of a point, by keys.
    widget.get_by_role("button", name="the range before").click()
    expect(widget.get_by_text("The range before is 2022-01-01 to 2023-12-31.")).to_be_visible()
    expect(widget.locator(".bh-faded[d*=M]")).to_have_count(2)
    chart = widget.locator(".bh-chart").first
    point = chart.locator(".bh-marked")
    point.focus()
    page.keyboard.press("ArrowLeft")
    users = log.trend(f"{lines[0]} {CLAUSES}").table["value"].astype(int).tolist()
    name = f"Nov 2025: A: users of code, {users[-2]}"
    expect(chart.get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("Enter")
    people = widget.get_by_role("group", name="A: users of code, Nov 2025")
    expect(people).to_contain_text(f"{users[-2]} users")
    page.keyboard.press("Escape")
    expect(chart.get_by_role("button", name=name)).to_be_focused()
    # The point keeps the focus where the chart is drawn anew: for another question, and narrower.
    for keys, faded in (("Control+z", 0), ("Control+Shift+z", 2)):
        page.keyboard.press(keys)
        expect(widget.locator(".bh-faded[d*=M]")).to_have_count(faded)
        expect(chart.get_by_role("button", name=name)).to_be_focused()
    drawing = chart.locator("svg")
    wide = drawing.get_attribute("viewBox")
    page.set_viewport_size({"width": 1000, "height": 1800})
    expect(drawing).not_to_have_attribute("viewBox", wide)
    expect(chart.get_by_role("button", name=name)).to_be_focused()
    page.set_viewport_size({"width": 1360, "height": 1800})
    expect(drawing).to_have_attribute("viewBox", wide)
    expect(chart.get_by_role("button", name=name)).to_be_focused()
    look_at(page, widget, "trend-explorer")

    # Groups have a panel for each line, and one legend.
    pick(page, widget, "Break down by a property", "repo")
    expect(widget.locator(".bh-legend-toggle")).to_contain_text(["ipython", "notebook"])
    widget.get_by_role("button", name="No breakdown").click()

    # Who is new, comes back, and left; and how often.
    widget.get_by_role("button", name="Lifecycle").click()
    expect(text).to_have_text(f"%retention code -> code per month for 12 {CLAUSES[10:]}")
    dormant = log.run(text.inner_text()).activity("lifecycle").table["dormant"].iloc[-1]
    widget.get_by_role("button", name=f"Dec 2025: {dormant} users dormant").click()
    expect(widget.get_by_role("group", name="dormant, Dec 2025")).to_contain_text(f"{dormant} user")
    look_at(page, widget, "trend-explorer-lifecycle")
    widget.get_by_role("button", name="Stickiness").click()
    expect(widget.get_by_role("heading", name="DAU / MAU")).to_be_visible()
    days = log.run(text.inner_text()).activity("stickiness").active_days.iloc[-1]
    widget.get_by_role("button", name=f"{days['days']} active days: ").focus()
    page.keyboard.press("Enter")
    people = widget.get_by_role("group", name=f"active on {days['days']} days, Dec 2025")
    expect(people).to_contain_text(f"{days['users']} user")
    page.keyboard.press("Escape")
    look_at(page, widget)

    # The cell that runs again, in a kernel that starts anew, goes on from there.
    restart_and_run(page)
    expect(widget.get_by_role("heading", name="DAU / MAU")).to_be_visible()
    widget.get_by_role("button", name="Trend", exact=True).click()
    expect(text).to_have_text("\n".join(f"%trend {one} {CLAUSES}" for one in [lines[0], ratio]))
    expect(widget.get_by_label("C: formula of letters")).to_have_value("100 * B / A")
