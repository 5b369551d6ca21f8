"""The segment builder in a real JupyterLab: one segment built by mouse and by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from behavio_jupyter.result.wording import percent

from .lab import look_at, notebook, pick, restart_and_run

LOG = """\
import pandas as pd
import behavio_jupyter

users = pd.DataFrame({"user": range(240)})
users["tier"] = ["Enterprise", "Basic", "Strategic", "Basic"] * 60
views = users.loc[users.index.repeat(users["user"] % 7 + 1), ["user"]]
place = views.groupby("user").cumcount()
events = pd.DataFrame(
    {
        "user": views["user"],
        "event": "page view",
        "time": pd.Timestamp("2026-03-31") - pd.to_timedelta(place * (views["user"] % 13), "D"),
        "app": (views["user"] + place) % 5 > 0,
        "country": ["US" if user % 3 else "DE" for user in views["user"]],
    }
)
visits = events.assign(event="visit", app=None, time=events["time"] - pd.Timedelta("1h"))
log = behavio_jupyter.connect(pd.concat([events, visits]), users=users, user_key="user")
log.save_segment("germans", "first(country) = 'DE'")
"""
MADE = """\
from behavio_jupyter.widgets import SegmentBuilder

SegmentBuilder(log)
"""
SEGMENT = (
    'count("page view" where app = true) > 3 in last 1mo'
    " and user.tier in ('Enterprise', 'Strategic') and first(country) = 'US'"
)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with notebook(tmp_path_factory.mktemp("notebooks"), LOG, MADE) as page:
        yield page


def test_a_segment_is_built_explored_and_kept(page):
    log = _log()
    widget = page.locator(".behavio-widget")
    result = log.segment(SEGMENT)
    assert 0 < len(result) < 100
    _build_by_mouse(page, widget)
    _expect_answer(widget, result)
    for _ in range(30):
        if widget.get_by_role("button", name="Undo").is_disabled():
            break
        widget.get_by_role("button", name="Undo").click()
    expect(widget.get_by_text("Add a condition: who shall be in the segment?")).to_be_visible()
    _build_by_keyboard(page, widget)
    _expect_answer(widget, result)

    # What each condition does, as the log counts it.
    effects = result.effects.set_index("path")
    for number in (1, 2, 3):
        row = widget.get_by_role("group", name=f"Condition {number}:")
        change = effects.loc[f"condition.parts.{number - 1}", "change"]
        expect(row.locator(".bh-effect")).to_have_text(f"removes {-change}")
    without = widget.get_by_role("button", name="user.tier: removes")
    without.click()
    people = widget.get_by_role("group", name="Without the condition: user.tier")
    expect(people).to_contain_text(f"{effects.loc['condition.parts.1', 'without']} users")
    page.keyboard.press("Escape")

    # Saved under a name that is free, and over one that is taken.
    widget.get_by_label("Name of the segment").fill("germans")
    page.keyboard.press("Enter")
    expect(widget.get_by_text("“germans” is taken: first(country) = 'DE'")).to_be_visible()
    widget.get_by_role("button", name="Keep it").click()
    widget.get_by_label("Name of the segment").fill("big")
    widget.get_by_role("button", name="Save segment").click()
    overlap = widget.get_by_role("group", name="Overlap with saved segments")
    expect(overlap.get_by_role("rowheader")).to_have_text(["big", "germans"])
    expect(overlap.get_by_role("row", name="big")).to_contain_text("100.0")

    # A group of which none may hold, and what is no condition.
    widget.get_by_role("button", name="Add a group").click()
    pick(page, widget, "Add a condition to group 4", "germans")
    widget.get_by_label("Group 4: which of its conditions").select_option("none")
    pick(page, widget, "Add a condition to group 4", "visit")
    nobody = f"{SEGMENT} and not (germans or did(visit))"
    expect(widget.locator(".bh-text code")).to_have_text(f"%segment @log {nobody}")
    expect(widget.get_by_text("No user meets this condition")).to_be_visible()

    # The cell that runs again, in a kernel that starts anew, goes on from there: rows and all.
    widget.get_by_role("button", name="Remove group 4 and what is in it").click()
    _expect_answer(widget, result)
    expect(overlap.get_by_role("row", name="big")).to_contain_text("100.0")
    # What is still of the question before gives way once it is counted, and who is shown with it.
    expect(widget.locator("[data-old]")).to_have_count(0)
    over_time = widget.get_by_role("group", name="Size over time")
    over_time.get_by_label("Size over time").select_option("per week")
    # Of the months the last point is the first of March.
    expect(over_time.get_by_role("button", name="2026-03-30: ")).to_be_attached()
    over_time.locator(".bh-marked").focus()
    page.keyboard.press("ArrowLeft")
    before = result.over_time("week").iloc[-2]
    said = f"2026-03-23: In the segment, {percent(before['share'])}, {before['users']} users"
    expect(over_time.get_by_role("button", name=said, exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    people = widget.get_by_role("group", name="In the segment at the end of 2026-03-23")
    expect(people).to_contain_text(f"{before['users']} user")
    page.keyboard.press("Escape")
    look_at(page, widget, "segment-builder")
    restart_and_run(page)
    _expect_answer(widget, result)
    expect(widget.get_by_label("Condition 1: how often")).to_have_value(">")
    expect(widget.get_by_label("Condition 2: comparison")).to_have_value("in")


def _log():
    made: dict[str, object] = {}
    exec(LOG, made)
    return made["log"]


def _build_by_mouse(page: Page, widget: Locator) -> None:
    def choose(label: str, option: str) -> None:
        widget.get_by_role("combobox", name=label).first.click()
        widget.get_by_role("option", name=option).first.click()

    choose("Add a condition", "page view")
    row = widget.get_by_role("group", name="Condition 1: page view", exact=True)
    row.get_by_label("Condition 1: how often").select_option("more than")
    row.get_by_label("Condition 1: when").select_option("in the last")
    row.get_by_label("Condition 1: how long: how many").fill("1")
    row.get_by_label("Condition 1: how long: unit").select_option("months")
    choose("Add a filter", "app")
    choose("Add a condition", "user.tier")
    widget.get_by_label("Condition 2: comparison").select_option("is any of")
    # The value that is there first is the most frequent.
    choose("Condition 2: value", "Enterprise")
    choose("Condition 2: value", "Strategic")
    widget.get_by_role("button", name="Remove Basic").click()
    choose("Add a condition", "country")


def _build_by_keyboard(page: Page, widget: Locator) -> None:
    """Type, and go on by Tab from where the focus was left."""
    keys = page.keyboard

    def to(label: str, back: bool = False) -> None:
        for _ in range(40):
            field = page.evaluate("() => document.activeElement.ariaLabel ?? ''")
            if field.startswith(label):
                return
            keys.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{label} is not reached")

    def found(typed: str) -> None:
        keys.type(typed)
        expect(widget.locator(".bh-option[aria-selected=true]")).to_contain_text(typed)
        keys.press("Enter")

    def arrive(label: str) -> None:
        page.wait_for_function(
            "label => document.activeElement.ariaLabel?.startsWith(label)", arg=label
        )

    widget.get_by_role("combobox", name="Add a condition").focus()
    found("page view")
    arrive("Condition 1: what")
    to("Condition 1: how often")
    keys.press("ArrowDown")
    to("Condition 1: when")
    keys.press("ArrowDown")
    to("Condition 1: how long: how many")
    keys.press("Control+A")
    keys.type("1")
    to("Condition 1: how long: unit")
    keys.type("mon")
    to("Add a filter")
    found("app")
    expect(widget.get_by_label("filter of Condition 1: value")).to_have_value("true")
    to("Add a condition")
    found("user.tier")
    arrive("Condition 2: property")
    to("Condition 2: comparison")
    for operator in ("!=", "in"):
        keys.press("ArrowDown")
        expect(widget.get_by_label("Condition 2: comparison")).to_have_value(operator)
    to("Condition 2: value")
    found("Enterprise")
    to("Condition 2: value")
    found("Strategic")
    to("Remove Basic", back=True)
    keys.press("Enter")
    to("Add a condition")
    found("country")
    arrive("Condition 3: first or last")


def _expect_answer(widget: Locator, result) -> None:
    expect(widget.locator(".bh-text code")).to_have_text(f"%segment @log {result.definition}")
    expect(widget.locator(".bh-count")).to_have_text(f"{len(result)}")
    expect(widget.locator(".bh-live")).to_contain_text(f"{len(result)} users")
