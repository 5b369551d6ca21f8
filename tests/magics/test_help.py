"""What the magics say of themselves."""

MAGICS = ("funnel", "retention", "paths", "trend", "segment", "timeline")


def test_a_question_mark_shows_what_can_be_typed(shop):
    for magic in MAGICS:
        for name in (f"%{magic}", f"%%{magic}")[: 1 if magic == "timeline" else 2]:
            shown = shop.object_inspect_mime(name)["text/plain"]
            assert "visit (3), cart (2), purchase (1)" in shown
            assert f"%{magic} " in shown
            assert ("Conditions" if magic == "segment" else "Clauses") in shown


def test_nothing_asked_shows_it_too(shop):
    for magic in ("funnel", "retention", "trend", "segment"):
        shown = shop.run_line_magic(magic, "")
        assert repr(shown) == repr(shop.run_cell_magic(magic, "", "\n"))
        assert "visit (3), cart (2), purchase (1)" in repr(shown)
        assert "visit (3), cart (2), purchase (1)" in shown._repr_html_()
        assert "country" in shown._repr_html_()


def test_the_examples_run(shop):
    for magic in MAGICS:
        shown = shop.find_line_magic(magic).getdoc()
        lines = [line.strip() for line in shown.splitlines() if line.startswith(f"  %{magic} ")]
        assert len(lines) >= 2
        for line in lines:
            shop.run_cell(line).raise_error()


def test_paths_alone_is_a_question(shop):
    assert len(shop.run_line_magic("paths", "").table) > 0


def test_without_a_log_the_examples_are_of_a_shop(shell):
    shown = shell.run_line_magic("funnel", "")
    assert "%funnel visit -> cart within 7d" in repr(shown)
    assert "%behavio connect" in repr(shown)
    assert "%behavio connect" in shown._repr_html_()


def test_a_closed_log_is_no_trouble(shop):
    shop.run_cell("%behavio use shop").result.close()
    assert "Clauses" in shop.object_inspect_mime("%funnel")["text/plain"]


def test_a_magic_keeps_its_own_docstring(shop):
    assert "within 7d by country" in shop.find_line_magic("funnel").__doc__


def test_explore_is_documented_with_the_open_log(shop):
    shown = shop.object_inspect_mime("%explore")["text/plain"]
    assert "visit (3), cart (2), purchase (1)" in shown
    lines = [line.strip() for line in shown.splitlines() if line.startswith("  %explore")]
    assert lines[-1] == "%explore @shop"
    selected = []
    for line in lines:
        shop.run_cell(f"app = {line}").raise_error()
        shop.user_ns["app"].wait()
        selected.append(shop.user_ns["app"].selected)
    assert selected == ["funnel", "funnel", "retention", "segment", "funnel"]


def test_explore_is_documented_without_a_log(shell):
    shown = shell.object_inspect_mime("%explore")["text/plain"]
    assert "%explore funnel visit -> cart" in shown
    assert "open one with %behavio connect" in shown
