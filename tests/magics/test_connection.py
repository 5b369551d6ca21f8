import pytest

from behavio_jupyter import BehavioError


def test_status_lists_what_is_open(shop):
    shop.run_line_magic("behavio", "connect cdnow")
    status = shop.run_line_magic("behavio", "status")
    assert "shop" in repr(status)
    assert "* cdnow" in repr(status)
    assert "<h4>shop" in status._repr_html_()


def test_status_of_nothing_says_what_to_do(shell):
    assert "%behavio connect" in repr(shell.run_line_magic("behavio", ""))


def test_loading_again_keeps_the_open_logs(shop):
    shop.run_line_magic("funnel", "visit -> cart")
    shop.run_line_magic("reload_ext", "behavio_jupyter")
    assert "* shop" in repr(shop.run_line_magic("behavio", "status"))
    assert "visit -> cart" in repr(shop.run_line_magic("behavio", "history"))


def test_use_chooses_the_log_that_answers(shop):
    shop.run_line_magic("behavio", "connect cdnow")
    shop.run_line_magic("behavio", "use shop")
    assert shop.run_line_magic("funnel", "visit -> cart").table["count"].tolist() == [3, 2]


def test_a_file_is_connected_with_options(shell, tmp_path):
    path = tmp_path / "with space.csv"
    path.write_text("who,what,when\na,visit,2026-01-01\na,cart,2026-01-02\n")
    log = shell.run_line_magic(
        "behavio", f'connect "{path}" user=who event=what time=when timezone=Europe/Berlin'
    )
    assert len(log) == 2


def test_a_user_table_is_a_variable(shop):
    import pandas as pd

    shop.user_ns["people"] = pd.DataFrame({"user": ["a", "b"], "plan": ["pro", "free"]})
    shop.run_line_magic("behavio", "connect df users=people as shop")
    assert shop.run_line_magic("segment", "user.plan = 'pro'").users.tolist() == ["a"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("conect df", "'connect'"),
        ("connect", "needs a source"),
        ("connect df tmie=time", "'time'"),
        ("connect {dff}", "'df'"),
        ("connect dff", "bundled log or file 'dff'; the nearest is 'df'"),
        ("connect contribution", "'contributions'"),
        ("connect df user=user user=event", "takes user=… once"),
        ("connect df as 9x", "cannot name a log"),
        ("connect nowhere.parquet", "nowhere.parquet"),
        ("connect 'df", "quote"),
        ("use shp", "'shop'"),
        ("use", "name of one log; there are: shop"),
        ("status shop", "takes nothing more, not 'shop'"),
        ("histry", "'history'"),
        ("connect df as", "needs the name"),
        ("connect cdnow timezone=UTC", "takes no options"),
    ],
)
def test_a_wrong_line_is_one_sentence(shop, line, sentence):
    with pytest.raises(BehavioError, match=sentence):
        shop.run_line_magic("behavio", line)
