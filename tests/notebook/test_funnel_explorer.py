"""The funnel explorer in a real JupyterLab: by mouse, by keyboard, saved, restarted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from behavio_jupyter import datasets

from .lab import look_at, notebook, pick, restart_and_run

MADE = """\
%load_ext behavio_jupyter
from behavio_jupyter import opened
import time
from behavio_jupyter.widgets import FunnelExplorer

values = FunnelExplorer._values
def slowly(self, content):
    time.sleep(2 * (content["name"] == "commit"))
    return values(self, content)
FunnelExplorer._values = slowly

%behavio connect contributions
FunnelExplorer(opened())
"""
FUNNEL = "code -> docs -> test within 90d"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with notebook(tmp_path_factory.mktemp("notebooks"), MADE) as page:
        yield page


def test_a_funnel_is_built_explored_and_kept(page):
    log = datasets.contributions()
    widget = page.locator(".behavio-widget")
    _add_steps(page, widget)
    _expect_counts(widget, log.funnel("code -> test -> docs"))

    # By keyboard: the last step goes up, the window is another.
    widget.get_by_role("button", name="Move step 3, docs: arrow").focus()
    page.keyboard.press("ArrowUp")
    expect(widget.get_by_role("button", name="Move step 2, docs: arrow")).to_be_focused()
    window = widget.get_by_label("Conversion window: how many")
    window.fill("90")
    # What can be no window is marked, and gone when the field is left.
    window.fill("0")
    expect(window).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Tab")
    expect(window).to_have_value("90")
    expect(widget.locator(".bh-text code")).to_have_text(f"%funnel {FUNNEL}")
    result = log.funnel(FUNNEL)
    _expect_counts(widget, result)

    # By mouse, and back.
    _drag(page, widget, "Move step 3, test: arrow", "Move step 1, code: arrow")
    expect(widget.locator(".bh-text code")).to_have_text("%funnel test -> code -> docs within 90d")
    widget.get_by_role("button", name="Undo").click()
    expect(widget.locator(".bh-text code")).to_have_text(f"%funnel {FUNNEL}")

    # Who stopped: shown, saved, compared with.
    stopped = len(result.users(step=2, dropped=True))
    widget.get_by_role("button", name="got to docs and not to test").click()
    people = widget.get_by_role("group", name="Stopped at 2. docs")
    expect(people.get_by_role("list", name="Ids of users").locator("li")).to_have_count(
        min(stopped, 100)
    )
    expect(people).to_contain_text(f"{stopped} users")
    # No name is mistaken for a word of the language.
    people.get_by_label("Name of the segment").fill("any")
    page.keyboard.press("Enter")
    expect(people).to_contain_text("Saved")
    # A name that is taken is given only after asking.
    people.get_by_role("button", name="Save as segment").click()
    expect(people).to_contain_text("“any” is taken")
    people.get_by_role("button", name="Keep it").click()
    page.keyboard.press("Escape")
    expect(people).to_have_count(0)
    pick(page, widget, "Compare a segment", "any")
    _expect_counts(widget, log.funnel(f"{FUNNEL} for users of (funnel {FUNNEL}) "
                                      "with step = 2 and dropped = true"))  # fmt: skip
    widget.get_by_role("button", name="Undo").click()

    # A step is called otherwise.
    name = widget.get_by_label("Step 2: its name in results")
    name.fill("Writing it down")
    page.keyboard.press("Enter")
    named = 'code -> docs as "Writing it down" -> test within 90d'
    expect(widget.locator(".bh-text code")).to_have_text(f"%funnel {named}")
    expect(widget.locator(".bh-step-name").nth(1)).to_contain_text("Writing it down")
    widget.get_by_role("button", name="Undo").click()

    # A filter that waits for values is gone with the question that it was for.
    asked = widget.locator(".bh-text code")
    pick(page, widget, "Add a filter", "commit")
    widget.get_by_role("button", name="Undo").click()
    widget.get_by_role("button", name="Redo").click()
    page.wait_for_timeout(3000)
    expect(asked).to_have_text(f"%funnel {FUNNEL}")

    # Filters, of which one waits for values while the other is changed.
    pick(page, widget, "Add a filter", "files")
    widget.get_by_label("filter of step 1: value").fill("7")
    pick(page, widget, "Add a filter", "repo")
    expect(widget.locator(".bh-text code")).to_have_text(
        "%funnel code[files > 7 and repo = 'ipython'] -> docs -> test within 90d"
    )
    widget.get_by_role("button", name="Remove filter of step 1, 1 of 2").press("Enter")
    expect(widget.locator(".bh-text code")).to_have_text(
        "%funnel code[repo = 'ipython'] -> docs -> test within 90d"
    )
    # What a text contains is taken as it is typed.
    widget.get_by_label("filter of step 1: comparison").select_option("like")
    value = widget.get_by_role("combobox", name="filter of step 1: value")
    value.fill("5%_")
    value.press("Enter")
    expect(widget.locator(".bh-text code")).to_have_text(
        r"%funnel code[repo like '%5\%\_%'] -> docs -> test within 90d"
    )
    expect(value).to_have_value("5%_")
    # Taken away by keyboard: the focus stays in the widget.
    widget.get_by_role("button", name="Remove filter of step 1").press("Enter")
    expect(widget.locator(".bh-text code")).to_have_text(f"%funnel {FUNNEL}")
    expect(widget.get_by_role("combobox", name="Add a filter").first).to_be_focused()

    # What must not happen stays between the steps it was between, where one before them goes.
    pick(page, widget, "Add an event that must not happen in between", "code")
    widget.get_by_label("After step", exact=True).select_option("2")
    expect(widget.locator(".bh-text code")).to_contain_text("without code after 2")
    widget.get_by_role("button", name="Remove step 1, code").click()
    # Of two steps there is one between: it need not be said.
    expect(widget.locator(".bh-text code")).to_have_text(
        "%funnel docs -> test within 90d without code"
    )
    for _ in range(3):
        widget.get_by_role("button", name="Undo").click()
    widget.get_by_role("button", name="optional").click()
    widget.get_by_label("Order of steps").select_option("any")
    expect(widget.get_by_role("alert")).to_contain_text("Optional steps need the usual order")
    # The line is still that of the question before.
    expect(widget.get_by_role("button", name="Copy as text")).to_be_disabled()
    for _ in range(2):
        widget.get_by_role("button", name="Undo").click()
    expect(widget.locator("[role=alert]")).to_be_hidden()
    expect(widget.get_by_role("button", name="Copy as text")).to_be_enabled()
    expect(widget.locator(".bh-text code")).to_have_text(f"%funnel {FUNNEL}")
    _expect_counts(widget, result)

    # Its copy is hidden beside it; both themes have a picture, and no fault that axe-core finds.
    expect(page.locator(".behavio-static")).to_be_hidden()
    look_at(page, widget, "funnel-explorer")

    # The cell that runs again, in a kernel that starts anew, goes on from there.
    restart_and_run(page)
    expect(widget.locator(".bh-text code")).to_have_text(f"%funnel {FUNNEL}")
    _expect_counts(widget, result)


def _add_steps(page: Page, widget: Locator) -> None:
    """Add two steps by clicking and one by typing."""
    for name in ("code", "test"):
        widget.get_by_role("combobox", name="Add a step").click()
        widget.get_by_role("option", name=name).click()
    pick(page, widget, "Add a step", "doc")
    expect(widget.locator(".bh-text code")).to_have_text("%funnel code -> test -> docs within 30d")


def _drag(page: Page, widget: Locator, grip: str, to: str) -> None:
    start = widget.get_by_role("button", name=grip).bounding_box()
    end = widget.get_by_role("button", name=to).bounding_box()
    page.mouse.move(start["x"] + 6, start["y"] + 6)
    page.mouse.down()
    page.mouse.move(end["x"] + 6, end["y"] - 8, steps=6)
    page.mouse.up()


def _expect_counts(widget: Locator, result) -> None:
    shown = [f"{count:,}".replace(",", "\u202f") for count in result.table["count"]]
    expect(widget.locator(".bh-funnel td > b")).to_have_text(shown)
    expect(widget.get_by_role("group", name="Answer")).to_have_attribute("aria-busy", "false")
