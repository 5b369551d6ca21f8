"""The Python side of the path explorer: what the browser sends and is sent."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from behavio_jupyter.widgets import PathExplorer

from behavio_jupyter import Paths, connect
from behavio_jupyter.errors import DefinitionError

from .browser import tell

QUESTION = "from code steps 4 top 3 session 1d"


def flows(drawn):
    """Return the flows that are drawn as rows of the result's table."""
    nodes, edges = drawn["nodes"], drawn["flows"]
    for source, target, count in zip(edges["source"], edges["target"], edges["count"], strict=True):
        yield nodes["step"][source], nodes["node"][source], nodes["node"][target], count


@pytest.mark.parametrize("more", ["", " counting users", " to test"])
def test_what_is_drawn_is_the_result(log, more):
    widget = PathExplorer(log, QUESTION + more)
    widget.wait()
    result = log.paths(QUESTION + more)
    answer = widget.answer
    assert [group["count"] for group in answer["groups"]] == [result.answer.starts["count"].sum()]
    (drawn,) = answer["flows"]
    columns = ["step", "source", "target", "count"]
    assert list(flows(drawn)) == list(result.table[columns].itertuples(index=False, name=None))
    assert drawn["flows"]["share"] == result.of_source.tolist()
    assert drawn["nodes"]["count"] == result.nodes["count"].tolist()
    assert drawn["nodes"]["share"] == result.nodes["share"].tolist()
    assert answer["unit"] == ("user" if "users" in more else "sequence")
    json.dumps(answer, allow_nan=False)


def test_ways_back_from_an_end(log):
    widget = PathExplorer(log, "to code steps 3 session 1d")
    widget.wait()
    (drawn,) = widget.answer["flows"]
    assert set(drawn["nodes"]["step"]) == {-2, -1, 0}
    assert drawn["nodes"]["share"][drawn["nodes"]["step"].index(0)] == 1
    assert (-1, "test", "code") in [flow[:3] for flow in flows(drawn)]


def test_a_node_and_a_flow_have_the_users_that_are_counted(log, sent):
    question = QUESTION + " counting users"
    widget = PathExplorer(log, question)
    widget.wait()
    nodes = widget.answer["flows"][0]["nodes"]
    for step, node, count in zip(nodes["step"], nodes["node"], nodes["count"], strict=True):
        tell(widget, ask="users", id=1, pick={"step": step, "node": node})
        assert sent.pop()["count"] == count
    row = log.paths(question).table.iloc[3]
    pick = {"step": int(row["step"]), "source": row["source"], "target": row["target"]}
    tell(widget, ask="users", id=2, pick=pick)
    assert sent.pop()["count"] == row["count"]


def test_flows_of_later_groups_are_told_when_they_are_chosen(log, sent):
    widget = PathExplorer(log, QUESTION + " by repo top 3")
    widget.wait()
    groups = widget.answer["groups"]
    assert len(groups) == 4
    assert len(widget.answer["flows"]) == 2
    tell(widget, ask="flows", id=3, picks=[groups[2]["pick"]])
    (drawn,) = sent.pop()["flows"]
    result = log.paths(QUESTION + " by repo top 3")
    table = result.table[result.table["repo"] == groups[2]["pick"]["repo"]]
    assert drawn["flows"]["count"] == table["count"].tolist()


def test_a_cell_of_the_matrix_has_the_users_who_take_it(log, sent):
    question = "from code steps {} top 100 session 1h where bot = true by repo top 2"
    widget = PathExplorer(log, question.format(3))
    widget.wait()
    pick = widget.answer["groups"][0]["pick"]
    tell(widget, ask="matrix", id=1, picks=[pick])
    (matrix,) = sent.pop()["matrix"]
    # With as many steps as the longest way has, each cell is all flows between its names.
    whole = log.paths(question.format(100))
    table = whole.table[whole.table["repo"] == pick["repo"]]
    assert 3 < table["step"].max() < 99
    for place in range(len(matrix["count"])):
        source, target = (matrix["names"][matrix[end][place]] for end in ("source", "target"))
        flows = table[(table["source"] == source) & (table["target"] == target)]
        assert flows["count"].sum() == matrix["count"][place]
        ends = {"source": source, "target": target}
        tell(widget, ask="users", id=2, pick={**pick, **ends, "whole": True})
        assert sent.pop()["count"] == len(whole.users(**pick, **ends)) <= matrix["count"][place]


def test_whole_ways_and_the_matrix_are_told_when_asked_for(log, sent):
    widget = PathExplorer(log, QUESTION)
    widget.wait()
    result = log.paths(QUESTION)
    tell(widget, ask="ways", id=4, picks=[{}])
    (ways,) = sent.pop()["ways"]
    first = result.sequences.head(12)
    assert [tuple(way["sequence"]) for way in ways] == first["sequence"].tolist()
    assert [way["share"] for way in ways] == first["share"].tolist()
    tell(widget, ask="users", id=5, pick={"sequence": ways[1]["sequence"]})
    assert sent.pop()["count"] == len(result.users(sequence=ways[1]["sequence"]))
    tell(widget, ask="matrix", id=6, picks=[{}])
    (matrix,) = sent.pop()["matrix"]
    names = matrix["names"]
    cells = zip(matrix["source"], matrix["target"], matrix["count"], matrix["share"], strict=True)
    for source, target, count, share in cells:
        assert result.matrix.loc[names[source], names[target]] == count
        assert result.probabilities.loc[names[source], names[target]] == share
    assert matrix["left"] == len(result.matrix.columns.union(result.matrix.index)) - len(names)
    json.dumps(matrix, allow_nan=False)


def test_requests_before_there_is_an_answer_are_told_so(log, sent):
    widget = PathExplorer(log)
    tell(widget, ask="ways", id=7, picks=[{}])
    assert "There is no answer yet" in sent.pop()["error"]


def test_definitions_go_both_ways(log):
    widget = PathExplorer(log)
    assert (widget.definition, widget.text, widget.answer) == (None, "", None)
    asked = {
        "from_": "code",
        "to": {"kind": "events", "names": ["docs"], "where": "bot = false"},
        "hide": ["merge"],
        "rename": [{"kind": "rename", "events": "(test | build)", "name": "check"}],
        "collapse": False,
        "sessions": {"by": "off"},
    }
    tell(widget, ask="definition", id=1, definition=asked)
    assert widget.error == ""
    assert widget.text == (
        "%paths from code to docs[bot = false] hide merge rename (test | build) as check "
        "keep repeats session off"
    )
    assert widget.parts["to.where"] == "bot = false"
    assert widget.parts["hide.0"] == "merge"
    widget.definition = "to test steps 3"
    assert widget.definition == Paths(to="test", steps=3)
    with pytest.raises(DefinitionError, match="asks a paths"):
        widget.definition = log.segment("did(code)")


def test_what_cannot_be_asked_is_said_in_the_widget(log):
    widget = PathExplorer(log, "from code")
    tell(widget, ask="definition", id=1, definition={"from_": "cod"})
    assert widget.error == "There is no event 'cod'; the nearest is 'code'."
    tell(widget, ask="definition", id=2, definition={"from_": "code", "steps": 1})
    assert "greater than or equal to 2" in widget.error
    tell(widget, ask="definition", id=3, definition={"from_": "code", "hide": ["code"]})
    assert "No path through code" in widget.answer["nothing"]
    assert widget.error == ""


def test_the_last_change_wins(log):
    widget = PathExplorer(log)
    for steps in range(2, 40):
        widget.definition = f"from code steps {steps} session off"
    widget.wait()
    expected = log.paths("from code steps 39 session off").table["count"].tolist()
    assert widget.answer["flows"][0]["flows"]["count"] == expected


def test_an_empty_log_explains_itself():
    events = pd.DataFrame({"user": [], "event": [], "time": []})
    events["time"] = pd.to_datetime(events["time"])
    widget = PathExplorer(connect(events))
    widget.wait()
    assert widget.catalog["events"] == []
    widget.definition = "session off"
    widget.wait()
    assert "No path" in widget.answer["nothing"]


def test_the_copy_in_the_notebook_has_bars(log):
    widget = PathExplorer(log, QUESTION)
    widget.wait()
    assert "linear-gradient(90deg" in widget.copy()["text/html"]
