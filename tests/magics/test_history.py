"""The questions asked, each to be asked again."""

import pytest

from behavio_jupyter import BehavioError


def history(shell):
    return shell.run_line_magic("behavio", "history")


def test_questions_and_their_key_figures(shop):
    shop.user_ns["goal"] = "cart"
    for line in (
        "%funnel visit -> {goal} within 7d",
        "%retention visit -> any per day for 1",
        "%paths from visit steps 2 session off",
        "%trend events of visit per hour",
        "%segment buyers = did(purchase)",
        "%segment did(cart)",
        "%paths",
    ):
        shop.run_cell(line).raise_error()
    lines = repr(history(shop)).replace("\u202f", " ").splitlines()
    assert lines[:2] == ["%funnel visit -> cart within 7d", "    66.7 % of 3 users"]
    assert lines[5] == "    visit → cart at step 1: 2"
    assert lines[8:10] == ["%segment buyers = did(purchase)", "    1 user (33.3 %)"]
    assert lines[10:12] == ["%segment did(cart)", "    2 users (66.7 %)"]
    assert lines[12] == "%paths"
    assert "<code>%funnel visit -&gt; cart within 7d</code>" in history(shop)._repr_html_()


def test_every_line_can_be_asked_again(shop, tmp_path):
    shop.run_line_magic("segment", '"no cart" = not did(cart)')
    shop.run_line_magic("funnel", 'visit -> cart for "no cart" by country')
    # A log that is written to a file has another name, and is open under the same one.
    logs, _ = vars(shop)["_behavio"]
    logs["shop"].save(tmp_path / "kept.behavio")
    shop.run_line_magic("funnel", "visit -> cart")
    shop.run_line_magic("behavio", "connect cdnow")
    shop.run_line_magic("trend", "users of purchase per month")
    lines = repr(history(shop)).splitlines()[::2]
    assert [line.split()[1] for line in lines] == ["@shop", "@shop", "@shop", "users"]
    for line in lines:
        shop.run_cell(line).raise_error()
    assert repr(history(shop)).splitlines()[::2] == [*lines, *lines]


def test_questions_that_failed_are_not_kept(shop):
    with pytest.raises(BehavioError):
        shop.run_line_magic("funnel", "visit -> crt")
    assert "%funnel" in repr(history(shop))
    assert "visit" not in repr(history(shop))


def test_only_the_last_are_kept(shop):
    for steps in range(2, 4):
        shop.run_line_magic("paths", f"steps {steps}")
    for _ in range(199):
        shop.run_line_magic("segment", "did(cart)")
    lines = repr(history(shop)).splitlines()[::2]
    assert len(lines) == 200
    assert lines[0] == "%paths steps 3"
