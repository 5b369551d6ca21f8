import numpy as np
import pandas as pd
import pytest

from behavio_jupyter import datasets
from behavio_jupyter.engine import ActivityAnswer, RetentionAnswer
from behavio_jupyter.errors import DefinitionError
from tests.definitions import by

from .answers import WrittenEngine, retention, retention_cells, weeks

COLUMNS = ["cohort", "size", "period", "retained", "rate", "low", "high", "complete"]


def test_the_table_has_its_columns_and_types():
    table = retention().table
    assert list(table.columns) == COLUMNS
    assert table.dtypes.astype(str).tolist() == [
        *("datetime64[us, Europe/Berlin]", "int64", "int64", "int64"),
        *("float64", "float64", "float64", "bool"),
    ]
    assert len(table) == 4 * 4


def test_incomplete_cells_have_counts_but_no_rates():
    table = retention().table
    open_ = ~table["complete"]
    assert table.loc[open_, ["rate", "low", "high"]].isna().all(axis=None)
    assert table.loc[~open_, ["rate", "low", "high"]].notna().all(axis=None)
    assert table["rate"].tolist()[:4] == pytest.approx([0.5, 0.25, 0.125, np.nan], nan_ok=True)
    assert table["retained"].tolist()[:4] == [32, 16, 8, 4]


def test_the_matrix_is_cohorts_by_periods():
    matrix = retention().matrix
    assert matrix.index.tolist() == weeks(4).tolist()
    assert matrix.columns.tolist() == [0, 1, 2, 3]
    assert matrix.isna().to_numpy().tolist() == [
        [False, False, False, True],
        [False, False, True, True],
        [False, True, True, True],
        [True, True, True, True],
    ]


def test_the_average_weighs_complete_cohorts():
    average = retention().average
    assert list(average.columns) == ["period", "size", "retained", "rate", "low", "high"]
    assert average["size"].tolist() == [64 + 32 + 16, 64 + 32, 64, 0]
    assert average["retained"].tolist() == [32 + 16 + 8, 16 + 8, 8, 0]
    assert average["rate"].tolist() == pytest.approx([0.5, 0.25, 0.125, np.nan], nan_ok=True)
    assert average["size"].dtype == average["retained"].dtype == np.int64


def test_groups_come_first():
    result = retention({("DE",): [64, 8], ("US",): [8]}, ("country",), by=by("country"))
    assert list(result.table.columns) == ["country", *COLUMNS]
    assert result.matrix.index.names == ["country", "cohort"]
    assert result.average["country"].tolist() == ["DE"] * 4 + ["US"] * 4
    assert result.average["size"].tolist()[:2] == [64, 0]


def test_brackets_are_named():
    result = retention(periods=12, brackets=((0, 0), (1, 3), (4, 12)))
    assert result.spans == {0: "0", 1: "1–3", 4: "4–12"}
    assert result.matrix.columns.tolist() == [0, 1, 4]


def test_churn_asks_for_on_or_after_once():
    unbounded = retention_cells({(): [64, 32, 16]}, (), 3)
    engine = WrittenEngine(retention=RetentionAnswer((), unbounded))
    result = retention(engine=engine)
    churn = result.churn
    assert list(churn.columns) == ["cohort", "size", "period", "churned", *COLUMNS[4:]]
    assert churn["churned"].tolist()[:2] == [32, 48]
    assert churn["rate"].tolist()[:1] == [0.5]
    assert result.churn.equals(churn)
    average = result.churn_average
    assert list(average.columns) == ["period", "size", "churned", "rate", "low", "high"]
    assert average["churned"].tolist() == [32 + 16, 48, 0, 0]
    assert average["size"].tolist() == [64 + 32, 64, 0, 0]
    assert average["rate"].tolist() == pytest.approx([0.5, 0.75, np.nan, np.nan], nan_ok=True)
    assert [question.unbounded for _, question in engine.asked] == [True]


def test_a_page_without_charts_has_the_averages_as_bars():
    html = retention({("DE",): [64, 8], ("US",): [8]}, ("country",), by=by("country")).to_fragment()
    assert html.count("<table>") == 3
    assert "DE: average of cohorts" in html
    assert "linear-gradient(90deg,rgba(0,114,178,0.35) 50.0%" in html
    assert "gradient" not in retention()._repr_html_()


# Freireich et al. (1963), 6-mercaptopurine: lengths of remissions, whether they ended, how many.
REMISSIONS = [
    *((6, True, 3), (6, False, 1), (7, True, 1), (9, False, 1), (10, True, 1), (10, False, 1)),
    *((11, False, 1), (13, True, 1), (16, True, 1), (17, False, 1), (19, False, 1)),
    *((20, False, 1), (22, True, 1), (23, True, 1), (25, False, 1), (32, False, 2)),
    *((34, False, 1), (35, False, 1)),
]


def activity() -> ActivityAnswer:
    period = weeks(2)
    return ActivityAnswer(
        pd.DataFrame({"period": period, "new": [3, 1], "complete": [True, False]}),
        pd.DataFrame({"period": period, "days": [1, 2], "users": [3, 4]}),
        pd.DataFrame(
            {
                "period": period,
                "active": [10, 0],
                "mean_daily": [2.5, 0.0],
                "complete": [True, False],
            }
        ),
        pd.DataFrame(
            {
                "seconds": [86_400.0 * day for day, _, _ in REMISSIONS],
                "ended": [ended for _, ended, _ in REMISSIONS],
                "users": [users for _, _, users in REMISSIONS],
            }
        ),
    )


def test_stickiness_is_a_share_of_the_active():
    stickiness = retention(engine=WrittenEngine(activity=activity())).stickiness
    assert list(stickiness.columns) == ["period", "active", "mean_daily", "ratio", "complete"]
    assert stickiness["ratio"].tolist() == pytest.approx([0.25, np.nan], nan_ok=True)


def test_survival_agrees_with_a_published_curve():
    survival = retention(engine=WrittenEngine(activity=activity())).survival
    assert list(survival.columns) == ["time_days", "at_risk", "survival", "low", "high"]
    assert survival["time_days"].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert survival["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    expected = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert survival["survival"].tolist() == pytest.approx(expected, abs=5e-4)
    assert (survival["low"] < survival["survival"]).all()
    # At 23, log-log, as R's survfit(conf.type = "log-log") has it.
    assert survival[["low", "high"]].iloc[-1].tolist() == pytest.approx([0.188, 0.680], abs=5e-4)


def test_survival_of_nobody_who_ended():
    counted = activity()
    none = counted.survival.assign(ended=False)
    engine = WrittenEngine(
        activity=ActivityAnswer(counted.lifecycle, counted.active_days, counted.active_users, none)
    )
    assert len(retention(engine=engine).survival) == 0


def test_nobody_is_an_empty_table():
    result = retention({})
    assert list(result.table.columns) == COLUMNS
    assert len(result.table) == len(result.average) == 0
    assert result.small


def test_small_cohorts_are_said():
    assert retention().small
    assert "some cohorts are small" in retention().subtitle
    assert not retention({(): [64, 32]}).small


def test_an_unknown_kind_of_chart_has_a_hint():
    with pytest.raises(DefinitionError, match="'curves'"):
        retention().chart(kind="curve")  # type: ignore[arg-type]


def test_users_of_several_segments_are_not_added_up():
    log = datasets.contributions()
    text = "retention code -> any per month for 3"
    both, one = (log.run(f"{text} for did(test){more}") for more in (" vs did(docs)", ""))
    users, cohorts = (part.strip() for part in one.counted.removeprefix("n = ").split(" users in"))
    assert both.counted.startswith(f"n = {users} + ")
    assert f"users in {cohorts.removesuffix(' cohorts')} + " in both.counted
