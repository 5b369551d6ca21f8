"""Survival beside scipy's Kaplan–Meier, statsmodels' without weights, and a textbook's numbers.

The product gives statsmodels counted times; the peers get one time a user, made here from the rows.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from scipy.stats import CensoredData, ecdf
from statsmodels.duration.survfunc import SurvfuncRight

from behavio_jupyter import EventLog
from behavio_jupyter.result.survival import kaplan_meier

from .events import few, opened, random_events, real, seeds

_DAY = pd.Timedelta(days=1)


def lives(
    events: pd.DataFrame, start: str, back: str, period: pd.Timedelta, end: pd.Timestamp
) -> tuple[np.ndarray, np.ndarray]:
    """Days from each user's first start event to the last activity, and whether it was the last."""
    first = events[events["event"] == start].groupby("user_id")["timestamp"].min()
    began = events["user_id"].map(first)
    active = events[events["event"].eq(back) & (events["timestamp"] >= began)]
    last = active.groupby("user_id")["timestamp"].max().reindex(first.index).fillna(first)
    ended = end - last > period
    return ((last.where(ended, end) - first) / _DAY).to_numpy(), ended.to_numpy()


def assert_same_curve(found: pd.DataFrame, days: np.ndarray, ended: np.ndarray) -> None:
    peer = SurvfuncRight(days, ended.astype(int))
    np.testing.assert_allclose(found["time_days"], peer.surv_times, rtol=1e-12)
    np.testing.assert_allclose(found["survival"], peer.surv_prob, rtol=1e-9, atol=1e-12)
    assert found["at_risk"].tolist() == peer.n_risk.tolist()
    curve = ecdf(CensoredData(uncensored=days[ended], right=days[~ended])).sf
    at = np.isin(curve.quantiles, days[ended])
    np.testing.assert_allclose(found["survival"], curve.probabilities[at], rtol=1e-9, atol=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no interval at 0 and 1
        ends = curve.confidence_interval(0.95, method="log-log")
    inside = (found["survival"] > 0) & (found["survival"] < 1)
    for name, wanted in (("low", ends.low), ("high", ends.high)):
        wanted = wanted.probabilities[at][inside]
        np.testing.assert_allclose(found.loc[inside, name], wanted, rtol=1e-7, atol=1e-12)
    assert found.loc[~inside, ["low", "high"]].isna().all(axis=None)


def survival(log: EventLog, text: str) -> pd.DataFrame:
    return log.retention(text).survival


@given(seed=seeds)
@few
def test_small_logs(seed: int):
    events = random_events(seed, logs=30)
    log = opened(events)
    end = events["timestamp"].max()
    found = survival(log, "first ever a -> b per day")
    assert_same_curve(found, *lives(events, "a", "b", _DAY, end))
    found = survival(log, "first ever c -> a per week")
    assert_same_curve(found, *lives(events, "c", "a", 7 * _DAY, end))


def test_cdnow():
    events, log = real("cdnow")
    end = pd.Timestamp("1998-07-01", tz="UTC")
    days, ended = lives(events, "purchase", "purchase", 30 * _DAY, end)
    assert 0 < (~ended).sum() < ended.sum()
    found = survival(log, "first ever purchase -> purchase per month")
    assert_same_curve(found, days, ended)


def test_contributions():
    events, log = real("contributions")
    days, ended = lives(events, "code", "code", 7 * _DAY, events["timestamp"].max())
    assert_same_curve(survival(log, "first ever code -> code per week"), days, ended)


def test_remission_of_leukemia():
    """Freireich and others (1963), 6-MP: the estimates that every textbook prints."""
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapsed = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    times = pd.DataFrame({"seconds": weeks, "ended": relapsed}).astype({"ended": bool})
    times["seconds"] *= 7 * 86_400.0
    found = kaplan_meier(times.groupby(["seconds", "ended"]).size().rename("users").reset_index())
    assert (found["time_days"] / 7).round(9).tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert found["survival"].round(3).tolist() == published


@pytest.mark.parametrize("censored", [True, False])
def test_nobody_and_everybody(censored: bool):
    times = pd.DataFrame({"seconds": [86_400.0], "ended": [not censored], "users": [3]})
    found = kaplan_meier(times)
    if censored:
        assert found.empty
    else:
        assert_same_curve(found, np.ones(3), np.ones(3, bool))


# Where the rules differ: docs/comparison.md, "scipy and statsmodels".


def test_the_interval_of_survival_stays_between_0_and_1():
    times = pd.DataFrame({"seconds": [86_400.0, 172_800.0], "ended": True, "users": [1, 9]})
    found = kaplan_meier(times).iloc[0]
    assert found[["low", "high"]].tolist() == pytest.approx([0.4730, 0.9853], abs=5e-5)
    days = CensoredData(uncensored=np.repeat([1.0, 2.0], [1, 9]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        plain = ecdf(days).sf.confidence_interval(0.95)  # "linear"
    assert plain.high.probabilities[0] == 1  # cut: 0.9 + 1.96 × 0.095 is more
