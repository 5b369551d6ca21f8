"""Completion in a real shell: the part of IPython that notebooks and terminals ask."""

import pandas as pd
from IPython.core.completer import provisionalcompleter

from behavio_jupyter import datasets, opened

PLACES = {
    "%funnel ": ["visit", "cart", "purchase", "any"],
    "%funnel vis": ["visit"],
    "r = %funnel visit -> c": ["cart", "purchase"],
    "%retention first e": ["first ever"],
    "%paths from v": ["visit"],
    "x = 1\n%trend users of p": ["purchase"],
    "%funnel visit -> \\\n  car": ["cart"],
    "%%funnel\nvisit -> car": ["cart"],
    "%%funnel visit\n-> cart\nwithin 7": ["7s", "7m", "7h", "7d", "7w", "7mo"],
    "%funnel visit -> cart where country = ": ["'DE'", "'US'", "country"],
    "%funnel visit -> cart where country = {d": ["{df}"],
    "%segment did(p": ["purchase"],
    "%segment big = did(p": ["purchase"],
    '%segment "very big" = did(p': ["purchase"],
    "%%segment big\ndid(p": ["purchase"],
    "%segment seen = did(p": ["purchase"],
    "%funnel @shop visit -> c": ["cart", "purchase"],
    "%funnel @sh": ["shop"],
    "%timeline ": ["'a'", "'b'", "'c'", "for", "only", "with"],
    "x = %timeline 'b": ["'b'"],
    "%timeline @shop 'b' only vi": ["visit"],
    "%behavio ": ["connect", "status", "use", "history"],
    "%behavio use ": ["shop"],
    "%behavio connect c": ["contributions", "cdnow"],
    "%behavio connect df": ["df"],
    "%behavio connect df wee": ["week_start="],
    "%behavio connect df user=u": ["user"],
    "%behavio connect df timezone=europe/berl": ["Europe/Berlin"],
    "%behavio connect df week_start=t": ["tuesday", "thursday"],
    "%behavio connect df unit=m": ["ms"],
    "%behavio connect df a": ["anonymous_id=", "as"],
}


def complete(shell, code):
    with provisionalcompleter():
        found = list(shell.Completer.completions(code, len(code)))
    assert len({(each.start, each.end) for each in found}) <= 1
    return found


def words(shell, code):
    return [each.text for each in complete(shell, code)]


def test_inside_of_magics(shop):
    assert {code: words(shop, code) for code in PLACES} == PLACES


def test_what_is_said_of_first_seen_is_no_name(shop):
    assert words(shop, "%segment first_seen = ")[:3] == ["1d", "7d", "30d"]


def test_values_of_every_kind(shop):
    shop.user_ns["orders"] = pd.DataFrame(
        {
            "user": ["a", "a", "b"],
            "event": ["buy"] * 3,
            "time": pd.date_range("2026-01-01", periods=3, freq="h"),
            "amount": [5, 5, 20],
            "gift": [True, False, False],
            "due": pd.to_datetime(["2026-02-01"] * 2 + ["2026-02-02 10:30"], format="mixed"),
        }
    )
    shop.run_line_magic("behavio", "connect orders as orders")
    assert words(shop, "%funnel buy[amount = ") == ["5", "20", "amount"]
    assert words(shop, "%funnel buy[gift = ") == ["true", "false", "gift"]
    assert words(shop, "%funnel buy[due > '") == ["'2026-02-01'", "'2026-02-02 10:30:00'"]


def test_saved_segments_and_logs(shop):
    shop.run_line_magic("segment", '"no cart" = not did(cart)')
    assert words(shop, "%funnel visit -> cart for no") == ['"no cart"', "not"]
    shop.run_line_magic("behavio", "connect cdnow")
    assert words(shop, "%funnel ") == ["purchase", "any", "@shop", "@cdnow"]
    assert words(shop, "%funnel @shop visit -> cart for no ")[0] == '"no cart"'


def test_logs_that_variables_hold(shop):
    shop.user_ns.update(mine=datasets.cdnow(), same=opened(), _kept=datasets.cdnow())
    assert words(shop, "%funnel @") == ["shop", "mine"]
    assert words(shop, "%funnel ")[-2:] == ["@shop", "@mine"]
    assert words(shop, "%behavio use m") == ["mine"]
    assert words(shop, "%funnel @mine p") == ["purchase"]


def test_explore_takes_any_question(shop):
    assert words(shop, "%explore fun") == ["funnel"]
    assert words(shop, "%explore funnel visit -> ca")[0] == "cart"


def test_they_have_types_and_replace_what_was_typed(shop):
    (found,) = complete(shop, "%funnel visit -> car")
    assert (found.text, found.type, found.start) == ("cart", "event", len("%funnel visit -> "))


def test_without_a_log_keywords_are_suggested(shell):
    assert words(shell, "%funnel visit -> cart with") == ["within", "without"]


def test_where_nothing_can_be_said_python_is_quiet(shop):
    assert words(shop, "%paths rename cart as imp") == []
    assert words(shop, "%funnel @nothing vis") == []


def test_outside_of_magics_python_completes(shop):
    assert "visit" not in words(shop, "vis")
    assert "df" in words(shop, "x = d")
    assert "%funnel" in words(shop, "%fun")
    assert "visit" not in words(shop, "7 %funnel vi")


def test_sources_can_be_files(shop, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "events.csv").touch()
    assert "events.csv" in words(shop, "%behavio connect eve")


def test_loading_again_replaces_it(shop):
    before = len(shop.Completer.custom_matchers)
    shop.run_line_magic("reload_ext", "behavio_jupyter")
    assert len(shop.Completer.custom_matchers) == before
    assert words(shop, "%behavio use ") == ["shop"]


def test_the_page_of_the_language_has_it(shop):
    assert words(shop, "%funnel visit -> cart in any") == ["in any order"]
    shop.user_ns["df"] = pd.DataFrame({"who": ["a"], "event": ["big_box"], "time": ["2026-01-01"]})
    shop.run_line_magic("behavio", "connect df user=who event=event time=time as boxes")
    assert words(shop, "%funnel bx") == ["big_box"]
    assert words(shop, "%behavio connect df user=") == ["who", "event", "time"]
