import pytest

from behavio_jupyter import BehavioError, QueryTextError


def test_a_line_gives_a_result(shop):
    result = shop.run_line_magic("funnel", "visit -> cart -> purchase within 7d")
    assert result.table["count"].tolist() == [3, 2, 1]


def test_a_cell_may_span_lines(shop):
    result = shop.run_cell_magic("funnel", "visit -> cart", "within 7d\nby country")
    assert result.table["country"].tolist() == ["US", "US", "DE", "DE"]


def test_a_result_can_be_assigned(shop):
    assert shop.run_cell("r = %funnel visit -> cart").success
    assert shop.user_ns["r"].table["count"].tolist() == [3, 2]


@pytest.mark.parametrize(
    ("magic", "text"),
    [
        ("retention", "visit -> any per day for 2"),
        ("paths", "from visit steps 3"),
        ("trend", "users of visit per day"),
    ],
)
def test_every_analysis_has_a_magic(shop, magic, text):
    result = shop.run_line_magic(magic, text)
    assert len(result.table) > 0
    assert str(result.definition).startswith(magic)


def test_python_variables_go_in(shop):
    shop.user_ns.update(countries=["US"], first="visit", window="7d")
    result = shop.run_line_magic(
        "funnel", "{first} -> cart within {window} where country in {countries}"
    )
    assert result.table["count"].tolist() == [2, 1]


def test_a_missing_variable_is_named(shop):
    shop.user_ns.update(countries=["US"])
    with pytest.raises(BehavioError, match="countris"):
        shop.run_line_magic("funnel", "visit -> cart where country in {countris}")


def test_what_the_shell_keeps_is_no_variable_to_offer(shop):
    with pytest.raises(BehavioError) as caught:
        shop.run_line_magic("funnel", "visit -> cart where country in {zzz}")
    assert "there is 'df'." in str(caught.value)


def test_an_unknown_event_has_a_caret_at_its_place(shop):
    with pytest.raises(QueryTextError) as caught:
        shop.run_line_magic("funnel", "visit -> crt")
    assert caught.value.position == len("visit -> ")
    assert "'cart'" in str(caught.value)
    assert str(caught.value).splitlines()[-1].strip() == "^"


def test_a_segment_with_a_name_is_saved_and_used(shop):
    result = shop.run_line_magic("segment", "buyers = did(purchase)")
    assert result.users.tolist() == ["a"]
    funnel = shop.run_line_magic("funnel", "visit -> cart for buyers")
    assert funnel.table["count"].tolist() == [1, 1]


def test_a_cell_names_its_segment_on_the_first_line(shop):
    shop.run_cell_magic("segment", '"no cart"', "not did(cart)")
    assert shop.run_line_magic("funnel", 'visit -> cart for "no cart"').table["count"].tolist() == [
        1,
        0,
    ]


def test_a_segment_without_a_name_is_only_shown(shop):
    assert len(shop.run_line_magic("segment", "did(cart)")) == 2
    with pytest.raises(BehavioError, match="segment"):
        shop.run_line_magic("funnel", "visit -> cart for cart")


def test_a_comparison_is_not_taken_for_a_name(shop):
    assert shop.run_line_magic("segment", "first(country) = 'US'").users.tolist() == ["b", "c"]


def test_the_log_is_chosen_by_address(shop):
    shop.run_line_magic("behavio", "connect cdnow")
    assert shop.run_line_magic("funnel", "@shop visit -> cart").table["count"].tolist() == [3, 2]
    with pytest.raises(BehavioError, match="'shop'"):
        shop.run_line_magic("funnel", "@shp visit -> cart")


def test_a_caret_counts_the_address(shop):
    with pytest.raises(QueryTextError) as caught:
        shop.run_line_magic("funnel", "@shop visit -> crt")
    assert caught.value.position == len("@shop visit -> ")


def test_a_semicolon_at_the_end_is_of_the_line(shop):
    assert shop.run_line_magic("funnel", "visit -> cart; ").table["count"].tolist() == [3, 2]
    assert shop.run_line_magic("segment", "x = did(cart);").users.size == 2
    assert shop.run_cell_magic("segment", "x", "did(cart);\n").users.size == 2
    shop.run_line_magic("behavio", "connect cdnow;")
    assert shop.run_line_magic("trend", "users of purchase per month;").facts.name == "cdnow"


def test_a_semicolon_at_the_end_keeps_it_silent(shop):
    shop.run_line_magic("reload_ext", "behavio_jupyter")
    cells = {
        "%funnel visit -> cart": True,
        "%funnel visit -> cart;": False,
        "1\n%funnel visit[country = 'it''s \"x\"'] -> cart ; ": False,
        "%%funnel\nvisit -> cart\nwithin 7d;\n": False,
        "%segment x = did(cart);": False,
        "%timeline 'a';": False,
        "%timeline 'a' with ';'": True,
        "%behavio status;": False,
        "%paths;": False,
        "x = %paths;  ": False,
        "%timeline;": False,
    }
    shown = {}
    for number, cell in enumerate(cells):
        shop.run_cell(cell, store_history=True).raise_error()
        shown[cell] = number + 1 in shop.user_ns["Out"]
    assert shown == cells
    shop.run_cell("r = %funnel visit -> cart;", store_history=True).raise_error()
    assert shop.user_ns["r"].table["count"].tolist() == [3, 2]


def test_without_a_log_the_sentence_says_what_to_do(shell):
    with pytest.raises(BehavioError, match="%behavio connect"):
        shell.run_line_magic("funnel", "visit -> cart")


def test_an_error_in_a_cell_has_no_stack_trace(shop, capsys):
    outcome = shop.run_cell("%funnel visit -> crt")
    assert not outcome.success
    shown = capsys.readouterr().out
    assert "'cart'" in shown
    assert "Traceback" not in shown


def test_when_somebody_was_seen_is_a_condition_and_no_name(shop):
    result = shop.run_line_magic("segment", "last_seen = 2026-01-01")
    assert str(result.definition) == "last_seen = 2026-01-01"


def test_explore_opens_the_tab_of_a_question(shop):
    assert shop.run_line_magic("explore", "").selected == "funnel"
    shop.user_ns["goal"] = "cart"
    app = shop.run_line_magic("explore", "@shop funnel visit -> {goal} within 7d")
    assert app["funnel"].text == "%funnel visit -> cart within 7d"
    with pytest.raises(QueryTextError):
        shop.run_line_magic("explore", "funnel visit ->")


def test_timeline_shows_what_a_user_did(shop):
    shop.run_line_magic("segment", "buyers = did(cart)")
    shop.user_ns["who"] = "b"
    shown = shop.run_line_magic("timeline", "@shop {who} for buyers only visit with 'us';")
    assert (shown.user, shown.segment) == ("b", "buyers")
    assert shown.text == "%timeline 'b' for buyers only visit with 'us'"
    assert "1 matching of 2 events" in shown.copy()["text/plain"]
    assert "'a' only visit" in repr(shop.run_line_magic("timeline", ""))
    wrong = {"'x' for buyers": "'x'", "'a' for byers": "byers", "only crt": "crt"}
    for text, says in wrong.items():
        with pytest.raises(QueryTextError, match="; the nearest is '") as caught:
            shop.run_line_magic("timeline", f"@shop {text}")
        assert caught.value.position == len("@shop ") + text.index(says)
    app = shop.run_line_magic("explore", "timeline 'a' only cart")
    assert (app.selected, app["timeline"].user) == ("timeline", "a")
