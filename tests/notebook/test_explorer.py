"""The app of all explorers in a real JupyterLab: one bar for all tabs, kept and found again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from behavio_jupyter import datasets

from .lab import look_at, notebook, restart_and_run

MADE = """\
%load_ext behavio_jupyter
%behavio connect contributions
%explore funnel code -> test within 90d
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with notebook(tmp_path_factory.mktemp("notebooks"), MADE) as page:
        yield page


def test_the_bar_holds_for_every_tab(page):
    log = datasets.contributions()
    app = page.locator(".bh-app")
    text = app.locator(".bh-panel:not([hidden]) .bh-text code")
    expect(text).to_have_text("%funnel code -> test within 90d")

    app.get_by_label("First day").first.fill("2020-01-01")
    page.keyboard.press("Tab")
    asked = "code -> test within 90d since 2020-01-01"
    expect(text).to_have_text(f"%funnel {asked}")
    shown = [f"{count:,}".replace(",", "\u202f") for count in log.funnel(asked).table["count"]]
    expect(app.locator(".bh-funnel td > b")).to_have_text(shown)
    expect(app.get_by_label("First day")).to_have_count(1)

    look_at(page, app, "explorer")
    restart_and_run(page)
    expect(text).to_have_text(f"%funnel {asked}")
    expect(app.get_by_label("First day")).to_have_value("2020-01-01")
