"""The funnel explorer in a real JupyterLab: by mouse, by keyboard, saved, restarted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect, sync_playwright

from behavio_jupyter import datasets

from .lab import chromium, command, jupyterlab, open_notebook, run_all, write_notebook

MADE = """\
from behavio_jupyter import datasets
from behavio_jupyter.widgets import FunnelExplorer

FunnelExplorer(datasets.contributions())
"""
FUNNEL = "code -> docs -> test within 90d"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(folder / "explore.ipynb", MADE)
    with jupyterlab(folder) as address:
        yield address


@pytest.fixture(scope="module")
def page(address):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1360, "height": 1200})
        # Other tests run beside this one.
        page.set_default_timeout(60_000)
        expect.set_options(timeout=30_000)
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        open_notebook(page, address, "explore.ipynb")
        run_all(page)
        yield page
        browser.close()
        assert failures == []


def test_a_funnel_is_built_explored_and_kept(page, tmp_path):
    log = datasets.contributions()
    widget = page.locator(".behavio-widget")
    _add_steps(page, widget)
    _expect_counts(widget, log.funnel("code -> test -> docs"))

    # By keyboard: the last step goes up, the window is another.
    widget.get_by_role("button", name="Move step 3, docs: arrow").focus()
    page.keyboard.press("ArrowUp")
    expect(widget.get_by_role("button", name="Move step 2, docs: arrow")).to_be_focused()
    widget.get_by_label("Conversion window: how many").fill("90")
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
    people = widget.get_by_role("region", name="Stopped at 2. docs")
    expect(people.get_by_role("list", name="Ids of users").locator("li")).to_have_count(
        min(stopped, 100)
    )
    expect(people).to_contain_text(f"{stopped} users")
    people.get_by_label("Name of the segment").fill("stopped")
    page.keyboard.press("Enter")
    expect(people).to_contain_text("Saved")
    page.keyboard.press("Escape")
    expect(people).to_have_count(0)
    _pick(page, widget, "Compare a segment", "stopped")
    _expect_counts(widget, log.funnel(f"{FUNNEL} for users of (funnel {FUNNEL}) "
                                      "with step = 2 and dropped = true"))  # fmt: skip
    widget.get_by_role("button", name="Undo").click()

    # A filter, and a combination that cannot be.
    _pick(page, widget, "Add a filter", "repo")
    expect(widget.locator(".bh-text code")).to_have_text(
        "%funnel code[repo = 'ipython'] -> docs -> test within 90d"
    )
    widget.get_by_role("button", name="Undo").click()
    widget.get_by_role("button", name="optional").click()
    widget.get_by_label("Order of steps").select_option("any")
    expect(widget.get_by_role("alert")).to_contain_text("Optional steps need the usual order")
    for _ in range(2):
        widget.get_by_role("button", name="Undo").click()
    expect(widget.locator("[role=alert]")).to_be_hidden()
    expect(widget.locator(".bh-text code")).to_have_text(f"%funnel {FUNNEL}")
    _expect_counts(widget, result)

    # Its copy is hidden beside it; both themes have a picture, and no fault that axe-core finds.
    expect(page.locator(".behavio-static")).to_be_hidden()
    pictures = Path(os.environ.get("PICTURES", tmp_path))
    for theme in ("Light", "Dark"):
        command(page, "apputils:change-theme", theme=f"JupyterLab {theme}")
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", _truth(theme))
        found = Axe().run(page, ".behavio-widget").response["violations"]
        assert [one["id"] for one in found] == []
        widget.screenshot(path=pictures / f"funnel-explorer-{theme.lower()}.png")

    # The cell that runs again, in a kernel that starts anew, goes on from there.
    command(page, "docmanager:save")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    run_all(page)
    expect(widget.locator(".bh-text code")).to_have_text(f"%funnel {FUNNEL}")
    _expect_counts(widget, result)


def _add_steps(page: Page, widget: Locator) -> None:
    """Add two steps by clicking and one by typing."""
    for name in ("code", "test"):
        widget.get_by_role("combobox", name="Add a step").click()
        widget.get_by_role("option", name=name).click()
    _pick(page, widget, "Add a step", "doc")
    expect(widget.locator(".bh-text code")).to_have_text("%funnel code -> test -> docs within 30d")


def _pick(page: Page, widget: Locator, label: str, typed: str) -> None:
    field = widget.get_by_role("combobox", name=label).first
    field.focus()
    page.keyboard.type(typed)
    expect(widget.locator(".bh-option[aria-selected=true]")).to_contain_text(typed)
    page.keyboard.press("Enter")


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
    expect(widget.get_by_role("region", name="Answer")).to_have_attribute("aria-busy", "false")


def _truth(theme: str) -> str:
    return "true" if theme == "Light" else "false"
