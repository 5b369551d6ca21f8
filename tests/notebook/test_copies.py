"""The copy of an answer beside its widget, and without it, as the style sheets have it."""

from __future__ import annotations

import pytest
from behavio_jupyter.widgets.kept import copy_of
from behavio_jupyter.widgets.log_widget import built
from playwright.sync_api import expect

from .lab import launched

VIEW = "lm-Panel jp-OutputArea-output"


@pytest.mark.parametrize("between", ["", '<div class="jp-OutputArea-child"></div>'])
def test_either_the_widget_or_its_copy_is_seen_whatever_comes_between(between):
    copy = copy_of("<p>copy</p>", "")["text/html"]

    def page_with(widget: str) -> str:
        view = f'<div class="jp-OutputArea-child"><div class="{VIEW}">{widget}</div></div>'
        return f'{style}{view}{between}<div class="jp-OutputArea-child">{copy}</div>'

    style = f"<style>.{VIEW.replace(' ', '.')} {{ height: 9px }} {built('funnel.css')}</style>"
    with launched() as browser:
        page = browser.new_page()
        page.set_content(page_with('<div class="behavio-widget">live</div>'))
        expect(page.get_by_text("live")).to_be_visible()
        expect(page.get_by_text("copy")).to_be_hidden()
        page.set_content(page_with("The widget is lost."))
        expect(page.get_by_text("copy")).to_be_visible()
        expect(page.get_by_text("The widget is lost.")).to_be_hidden()
