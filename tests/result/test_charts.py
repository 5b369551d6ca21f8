import json
import math

import pytest

from behavio_jupyter.errors import DefinitionError
from behavio_jupyter.result.charts.theme import theme_of
from tests.definitions import by, events

from .answers import everything, funnel, paths, retention, segment, trend

ALL = everything()
SHOWN = pytest.mark.parametrize("result", ALL.values(), ids=list(ALL))


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("theme", "backgrounds"),
    [("auto", ["#ffffff", "#111111"]), ("light", ["#ffffff"]), ("dark", ["#111111"])],
)
def test_words_can_be_read_on_their_backgrounds(theme, backgrounds):
    for background in backgrounds:
        assert contrast(theme_of(theme).text, background) >= 4.3


@SHOWN
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_every_chart_has_title_rule_and_theme(result, theme):
    figure = result.chart(theme)
    layout = figure.layout
    assert layout.font.color == theme_of(theme).text
    assert layout.paper_bgcolor == theme_of(theme).background
    assert layout.title.text
    assert "n = " in layout.title.subtitle.text
    words = " ".join(note.text.replace("<br>", " ") for note in layout.annotations)
    assert result.rule.split(".")[0].replace("<", "&lt;") in words
    assert layout.height > 150
    # No arrays in binary: older viewers of notebooks cannot read them.
    assert "bdata" not in figure.to_json()


@SHOWN
def test_hostile_names_are_words_in_charts(result):
    assert "<script" not in json.dumps(drawn(json.loads(result.chart().to_json())))


def drawn(part):
    """Return a part of a figure without what names users: that is data, and is not drawn."""
    if isinstance(part, list):
        return [drawn(one) for one in part]
    if not isinstance(part, dict):
        return part
    shown = {name: drawn(one) for name, one in part.items() if name not in ("customdata", "pick")}
    if any(isinstance(one, dict) and "words" in one for one in part.get("customdata", [])):
        shown["customdata"] = drawn(part["customdata"])
    return shown


def test_an_unknown_theme_has_a_hint():
    with pytest.raises(DefinitionError, match="'light'"):
        segment().chart("ligth")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [name for name in ALL if "nobody" in name or "nothing" in name])
def test_nothing_is_a_sentence_that_says_what_to_do(name):
    figure = ALL[name].chart()
    assert not figure.data
    sentence = figure.layout.annotations[0].text.replace("<br>", " ")
    assert sentence == ALL[name].nothing
    assert "." in sentence


def test_a_funnel_has_bars_intervals_and_hatched_losses():
    figure = funnel({(): [100, 40, 10]}).chart()
    reached, lost = figure.data
    assert reached.x == (1, 0.4, 0.1)
    assert lost.base == (1, 0.4, 0.1)
    assert lost.x == pytest.approx((0, 0.6, 0.3))
    assert lost.marker.pattern.shape == "/"
    assert reached.error_x.array[1] == pytest.approx(0.498 - 0.4, abs=1e-3)
    assert "30 users dropped off" in lost.hovertext[2]
    words = [note.text for note in figure.layout.annotations]
    assert "<b>40</b>" in words
    assert "<b>40.0\u202f%</b>" in words


def test_what_an_optional_step_loses_is_measured_from_the_required_one():
    lost = funnel({(): [100, 50, 20, 10]}, names="a b c? d").chart().data[1]
    assert lost.x == pytest.approx((0, 0.5, 0.3, 0.4))


def test_few_groups_stand_beside_one_another_and_many_have_panels():
    assert len({bar.xaxis for bar in ALL["funnel by"].chart().data}) == 1
    many = ALL["funnel by many"].chart()
    assert len({bar.xaxis for bar in many.data}) == 12
    assert any("3 more groups" in note.text for note in many.layout.annotations)
    two = ALL["funnel by two"].chart()
    assert len({bar.xaxis for bar in two.data}) == 2
    assert [bar.name for bar in two.data if bar.showlegend] == ["did(purchase)", "did(visit)"]


def test_few_users_are_marked_in_the_legend():
    names = [bar.name for bar in ALL["funnel by"].chart().data if bar.showlegend]
    assert names[0] == "DE"
    assert names[1].endswith("(n < 30)")


def test_periods_not_over_are_dashed():
    for result in (ALL["funnel per week"], ALL["trend"], ALL["trend by two"]):
        lines = result.chart().data
        dashed = [line for line in lines if line.line.dash == "dash"]
        assert dashed
        for line in dashed:
            assert line.y[-1] is not None


def test_dashes_begin_where_the_line_ends():
    solid, dashed = trend({(): [10.0, 15.0, 4.0]}).chart().data
    assert solid.y == (10, 15, None)
    assert dashed.y == (None, 15, 4)


def test_null_is_a_gap():
    solid = trend().chart().data[0]
    assert solid.y == (10, 15, None, None)
    assert solid.connectgaps is False


def test_time_is_shown_by_the_logs_clock():
    assert trend().chart().data[0].x[0] == "2026-01-05T00:00:00"
    assert "Europe/Berlin" in trend().chart().layout.xaxis.title.text


def test_cells_not_over_are_hatched_and_never_zero():
    figure = retention().chart()
    average, cohorts, open_, hatched = figure.data
    assert [*average.z[0]] == [0.5, 0.25, 0.125, None]
    assert [*cohorts.z[3]] == [None] * 4
    assert open_.type == "bar"
    assert len(open_.x) == 1 + 1 + 2 + 3 + 4
    assert "so far" in open_.hovertext[-1]
    # One area of as many cells has the hatch.
    assert (hatched.fill, hatched.fillpattern.shape) == ("toself", "/")
    assert [*hatched.x].count(None) == len(open_.x)
    corners = zip(hatched.x[:4], hatched.y[:4], strict=True)
    middle = [sum(one) / 4 for one in zip(*corners, strict=True)]
    assert middle == pytest.approx([open_.x[0], open_.base[0] + open_.y[0] / 2])


def test_a_complete_zero_is_drawn_as_zero():
    assert retention({(): [1, 8]}).chart().data[1].z[0][0] == 0


def test_groups_of_retention_are_their_averages():
    figure = ALL["retention by"].chart()
    assert len(figure.data[0].z) == 2
    assert figure.data[0].z[0][0] == 0.5


def test_curves_have_cohorts_average_and_band():
    lines = retention().chart(kind="curves").data
    assert [line.fill for line in lines].count("toself") == 1
    assert lines[-1].name.startswith("weighted average")
    assert lines[-1].y == (0.5, 0.25, 0.125, None)


def test_large_retentions_stay_readable():
    result = retention({(): [100] * 200}, periods=60)
    figure = result.chart()
    assert figure.layout.height < 1600
    # The last cohorts are shown, and how many are not.
    assert len(figure.data[1].z) == 90
    assert figure.layout.yaxis.ticktext[-1].startswith(str(result.table["cohort"].iloc[-1])[:10])
    assert "110 earlier cohorts are in .table" in [note.text for note in figure.layout.annotations]
    assert figure.data[1].text[0][0] == ""
    assert len(figure.layout.xaxis.tickvals) <= 16


def test_of_thousands_of_groups_the_first_are_drawn():
    sizes = {(str(n),): [100, 90] for n in range(1300)}
    figure = retention(sizes, ("country",), by=by("country")).chart()
    assert len(figure.data[0].z) == 90
    assert 700 < figure.layout.height < 1600
    notes = [note.text.replace("\u202f", " ") for note in figure.layout.annotations]
    assert "1 210 more groups are in .table" in notes


def test_flows_go_from_column_to_column():
    sankey = paths().chart().data[0]
    names = [one["words"].split(": ")[1].split("<br>")[0] for one in sankey.node.customdata]
    assert names == ["visit", "cart", "(exit)", "buy", "(exit)"]
    assert sankey.node.x == pytest.approx((0.001, 0.5, 0.5, 0.999, 0.999))
    edges = list(zip(sankey.link.source, sankey.link.target, sankey.link.value, strict=True))
    assert edges == [(0, 1, 9), (0, 2, 1), (1, 3, 6), (1, 4, 3)]
    assert all(0 < y < 1 for y in sankey.node.y)
    assert "median 1\u202fmin 30\u202fs" in sankey.link.customdata[0]["words"]


def test_words_of_a_flow_chart_stand_above_their_nodes_and_beside_the_last_step():
    figure = paths().chart()
    places = {note.text: (note.yanchor, note.y) for note in figure.layout.annotations}
    visit, cart, buy = (places[words] for words in ("visit 10", "cart 9", "buy 6"))
    assert (visit[0], cart[0], buy[0]) == ("bottom", "bottom", "middle")
    assert visit[1] == cart[1] == 1  # the tops of the first nodes of their steps
    assert 1 - figure.data[0].node.y[3] == pytest.approx(buy[1], abs=0.01)


def test_an_event_has_one_colour_at_all_steps():
    sankey = paths({(): {("a", "b", "a"): 3, ("b", "a", "b"): 2}}).chart().data[0]
    names = [one["words"].split(": ")[1].split("<br>")[0] for one in sankey.node.customdata]
    assert len(set(zip(names, sankey.node.color, strict=True))) == 2


def test_ways_back_from_an_anchor_count_up_to_zero():
    result = paths(to=events("buy"))
    edges = result.answer.edges
    back = edges[edges["target"] != "(exit)"].assign(step=lambda rows: rows["step"] - 3)
    object.__setattr__(result.answer, "edges", back)
    nodes = result.answer.nodes
    object.__setattr__(result.answer, "nodes", nodes.assign(step=nodes["step"] - 3))
    figure = result.chart()
    assert figure.data[0].node.align == "right"
    assert [note.text for note in figure.layout.annotations if "step" in note.text][-2:-1] == [
        "step 0"
    ]


def test_the_share_of_a_segment_is_a_bar_of_all_users():
    inside, outside = segment(3, 12).chart().data
    assert (inside.x, outside.x) == ((3,), (9,))
    over_time = segment().chart_over_time("week")
    assert over_time.data[-1].line.dash == "dash"


def test_values_of_groups_keep_their_order_and_colours():
    values = {(name,): [1.0, 2.0] for name in ("DE", "(other)")}
    lines = trend(values, ("country",), by=by("country")).chart().data
    assert [line.name for line in lines if line.showlegend] == ["DE", "(other)"]
    assert lines[-1].line.color == "#8c8c8c"


def test_no_number_in_a_figure_is_not_a_number():
    for result in ALL.values():
        json.loads(result.chart().to_json(), parse_constant=math.nan.__class__.fromhex)
