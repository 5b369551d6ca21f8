"""The path explorer in a real JupyterLab: by mouse, by keyboard, restarted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from behavio_jupyter import datasets

from .lab import look_at, notebook, pick, restart_and_run

MADE = """\
%load_ext behavio_jupyter
from behavio_jupyter import opened
from behavio_jupyter.widgets import PathExplorer

%behavio connect contributions
PathExplorer(opened())
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with notebook(tmp_path_factory.mktemp("notebooks"), MADE) as page:
        yield page


def test_paths_are_followed_by_clicking(page):
    log = datasets.contributions()
    widget = page.locator(".behavio-widget")
    text = widget.locator(".bh-text code")

    # One click answers; the counts are those of the log.
    widget.get_by_role("button", name="Start from code, the most frequent event").click()
    widget.get_by_label("How sessions are cut").select_option("off")
    expect(text).to_have_text("%paths from code session off")
    result = log.paths("from code session off")
    _expect_nodes(widget, result)
    first = result.most_frequent(12).iloc[1]
    way = " → ".join(first["sequence"])
    expect(widget.get_by_role("button", name=f"{way}: {first['count']} seq")).to_be_visible()

    # A node by mouse: its users, saved; then hidden, and back.
    _menu(widget, "docs at step 2", "Show the users").click()
    people = widget.get_by_role("group", name="docs at step 2")
    expect(people).to_contain_text(f"{len(result.users(step=2, node='docs'))} users")
    people.get_by_label("Name of the segment").fill("readers")
    page.keyboard.press("Enter")
    expect(people).to_contain_text("Saved")
    page.keyboard.press("Escape")
    expect(people).to_have_count(0)
    _menu(widget, "docs at step 2", "Hide docs").click()
    expect(text).to_have_text("%paths from code hide docs session off")
    _expect_nodes(widget, log.paths("from code hide docs session off"))
    widget.get_by_role("button", name="Undo").click()
    _expect_nodes(widget, result)

    # By keyboard: along the largest flow to a node, whose menu ends the paths there.
    _node(widget, "code at step 1").focus()
    page.keyboard.press("ArrowRight")
    expect(widget.get_by_role("button", name="code → test, from step 1")).to_be_focused()
    page.keyboard.press("Enter")
    flow = {"step": 1, "source": "code", "target": "test"}
    people = widget.get_by_role("group", name="code → test, from step 1")
    expect(people).to_contain_text(f"{len(result.users(**flow))} users")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    expect(_node(widget, "test at step 2")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(_node(widget, "docs at step 2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(widget.get_by_role("menuitem", name="Show the users")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(text).to_have_text("%paths from code to docs session off")
    _expect_nodes(widget, log.paths("from code to docs session off"))
    page.keyboard.press("Control+z")
    expect(text).to_have_text("%paths from code session off")

    # More of what is joined, and the step after the last.
    widget.get_by_label("How many events are shown at each step").fill("2")
    _menu(widget, "(other) at step 6", "Show more events at each step: 2 → 7").click()
    _menu(widget, "code at step 6", "Show the step after this one: 6 → 7 steps").click()
    expect(text).to_have_text("%paths from code steps 7 top 7 session off")
    result = log.paths("from code steps 7 top 7 session off")
    _expect_nodes(widget, result)

    # What follows what is counted when it is looked at.
    widget.locator("summary", has_text="What follows what").click()
    cell = widget.locator(".bh-matrix tbody tr", has_text="code").first.locator("td").nth(1)
    expect(cell).to_have_text(f"{100 * result.probabilities.loc['code', 'test']:.0f}")
    cell.get_by_role("button").click()
    people = widget.get_by_role("group", name="code, right after it test")
    users = result.users(source="code", target="test", whole=True)
    expect(people).to_contain_text(f"{len(users)} users")
    page.keyboard.press("Escape")
    expect(cell.get_by_role("button")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(widget.get_by_role("group", name="code, right after it")).to_be_visible()
    page.keyboard.press("Escape")

    # Nothing is hidden where the paths begin, and a log without such paths says so.
    pick(page, widget, "Hide an event", "code")
    expect(widget.get_by_role("group", name="Answer")).to_contain_text("No path through code")
    widget.get_by_role("button", name="Undo").click()
    _expect_nodes(widget, result)
    look_at(page, widget, "path-explorer")

    # Two groups side by side.
    pick(page, widget, "Break down by a property", "repo")
    widget.get_by_label("Group beside it").select_option(label="notebook (338)")
    groups = widget.locator(".bh-flows-drawing")
    expect(groups).to_have_count(2)
    expect(widget.locator(".bh-ways")).to_have_count(2)

    # The cell that runs again, in a kernel that starts anew, goes on from there.
    asked = "%paths from code steps 7 top 7 session off by repo top 5"
    restart_and_run(page)
    expect(text).to_have_text(asked)
    nodes = log.run(asked).nodes
    _expect_nodes(widget, log.run(asked), nodes[nodes["repo"] == "ipython"])


def _node(widget: Locator, name: str) -> Locator:
    return widget.get_by_role("button", name=f"{name}: ")


def _menu(widget: Locator, node: str, item: str) -> Locator:
    """Open the menu of a node; return one of its items."""
    # What a name stands on may be narrow: people click on the name.
    _node(widget, node).locator("text").first.click()
    return widget.get_by_role("menuitem", name=item)


def _expect_nodes(widget: Locator, result, nodes=None) -> None:
    """Expect the counts of the nodes, each step from the top down."""
    nodes = result.nodes if nodes is None else nodes
    rank = nodes["node"].map({"(other)": 1, "(exit)": 2}).fillna(0)
    order = nodes.assign(rank=rank).sort_values(
        ["step", "rank", "count", "node"], ascending=[True, True, False, True]
    )
    shown = [f"{count:,}".replace(",", "\u202f") for count in order["count"]]
    expect(widget.get_by_role("group", name="Answer")).to_have_attribute("aria-busy", "false")
    counts = widget.locator(".bh-flows-drawing").first.locator(".bh-node-count")
    expect(counts).to_contain_text([f"{count} ·" for count in shown])
