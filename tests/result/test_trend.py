import numpy as np
import pytest

from tests.definitions import by

from .answers import EMPTY, trend


def test_the_table_is_the_points():
    table = trend().table
    assert list(table.columns) == ["period", "value", "complete"]
    assert table["value"].tolist() == pytest.approx([10, 15, np.nan, 4], nan_ok=True)


def test_changes_compare_with_the_period_before():
    changes = trend({(): [10.0, 15.0, 0.0, 5.0]}).changes
    assert list(changes.columns) == ["period", "value", "previous", "change", "relative"]
    assert changes["previous"].tolist() == pytest.approx([np.nan, 10, 15, 0], nan_ok=True)
    assert changes["change"].tolist() == pytest.approx([np.nan, 5, -15, 5], nan_ok=True)
    assert changes["relative"].tolist() == pytest.approx([np.nan, 0.5, -1, np.nan], nan_ok=True)


def test_changes_stay_in_their_group():
    result = trend({("DE",): [1.0, 2.0], ("US",): [8.0, 4.0]}, ("country",), by=by("country"))
    changes = result.changes
    assert changes.columns[0] == "country"
    assert changes["relative"].tolist() == pytest.approx([np.nan, 1, np.nan, -0.5], nan_ok=True)


def test_an_empty_log_has_no_period():
    result = trend({}, facts=EMPTY)
    assert len(result.table) == len(result.changes) == 0
    assert "The log is empty" in repr(result)
