import pandas as pd
import pytest

from behavio_jupyter import datasets
from tests.definitions import by, events

from .answers import paths


def test_tables_have_their_columns():
    result = paths()
    assert list(result.table.columns) == ["step", "source", "target", "count", "median_seconds"]
    assert list(result.sequences.columns) == ["sequence", "count", "share"]
    assert result.sequences["share"].tolist() == [0.6, 0.3, 0.1]


def test_the_matrix_counts_and_its_rows_are_probabilities():
    result = paths({(): {("a", "b", "a"): 6, ("a", "c"): 2, ("b", "a"): 1}})
    matrix = result.matrix
    assert matrix.loc["a"].to_dict() == {"a": 0, "b": 6, "c": 2}
    assert matrix.loc["b"].to_dict() == {"a": 7, "b": 0, "c": 0}
    assert set(matrix.dtypes.astype(str)) == {"int64"}
    assert result.probabilities.sum(axis=1).tolist() == pytest.approx([1, 1])
    assert result.probabilities.loc["a", "b"] == 0.75
    pairs = result.transitions.set_index(["source", "target"])
    assert pairs.loc[("a", "b")].tolist() == [6, 0.75]
    assert len(pairs) == 3


def test_shares_are_of_the_group():
    ways = {("DE",): {("a", "b"): 3, ("a",): 1}, ("US",): {("a",): 5}}
    result = paths(ways, ("country",), by=by("country"))
    assert result.sequences["share"].tolist() == [0.75, 0.25, 1]
    assert result.matrix.index.names == ["country", "source"]


def test_nodes_and_flows_have_their_shares():
    ways = {("DE",): {("a", "b"): 3, ("a",): 1}, ("US",): {("a",): 5}}
    result = paths(ways, ("country",), by=by("country"))
    assert list(result.nodes.columns) == ["country", "step", "node", "count", "share"]
    assert result.nodes["share"].tolist() == [1, 0.75, 0.25, 0.75, 1, 1]
    assert result.of_source.tolist() == [0.75, 0.25, 1, 1]
    assert result.of_source.index.equals(result.table.index)


def test_a_copy_without_scripts_has_bars():
    assert "linear-gradient(90deg" in paths().to_fragment()


def test_the_most_frequent_ways_are_the_first_of_all():
    log = datasets.contributions()
    result = log.paths("from code session 1d steps 3 by repo top 2")
    expected = result.sequences.groupby("repo", sort=False).head(4).reset_index(drop=True)
    pd.testing.assert_frame_equal(result.most_frequent(4), expected)


def test_users_of_several_groups_count_once():
    log = datasets.contributions()
    result = log.paths("from code session 1d steps 3 counting users by repo")
    users = len(log.paths("from code session 1d steps 3").users())
    assert result.answer.starts["count"].sum() > users
    assert result.counted.replace("\u202f", "") == f"n = {users} users"


def test_titles_name_the_anchors():
    assert paths(from_=events("visit"), to=events("buy")).title == "Paths from visit to buy"


def test_no_path_is_said():
    result = paths({}, from_=events("visit"))
    assert "No path through visit" in repr(result)
    assert len(result.matrix) == len(result.sequences) == 0
