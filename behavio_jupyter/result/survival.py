"""Kaplan–Meier from counted times (docs/semantics.md R11)."""

from __future__ import annotations

import numpy as np
import pandas as pd

_DAY = 86_400
_NORMAL = 1.959963984540054  # the 97.5 % point


def kaplan_meier(times: pd.DataFrame) -> pd.DataFrame:
    """Return the share of users whose last activity is later than a time.

    Parameters
    ----------
    times : DataFrame
        ``seconds, ended, users``: how many users have that time, and whether it ended or was
        censored.

    Returns
    -------
    DataFrame
        ``time_days, at_risk, survival, low, high``: a row for each time that ended, with the 95 %
        log-log interval; null where survival is 0 or 1.

    Examples
    --------
    >>> days = [86_400.0, 172_800.0, 172_800.0]
    >>> times = pd.DataFrame({"seconds": days, "ended": [True, True, False], "users": [1, 1, 2]})
    >>> kaplan_meier(times)[["time_days", "at_risk", "survival"]].round(9).values.tolist()
    [[1.0, 4.0, 0.75], [2.0, 3.0, 0.5]]
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    names = ("time_days", "at_risk", "survival", "low", "high")
    if not times["ended"].any():
        kinds = {name: np.int64 if name == "at_risk" else np.float64 for name in names}
        return pd.DataFrame({name: np.zeros(0, kind) for name, kind in kinds.items()})
    curve = SurvfuncRight(
        times["seconds"].to_numpy(np.float64) / _DAY,
        times["ended"].to_numpy(np.int64),
        freq_weights=times["users"].to_numpy(np.float64),
    )
    survival, at_risk = curve.surv_prob, curve.n_risk
    # Greenwood's sum; with weights surv_prob_se holds another, that of the hazard.
    with np.errstate(divide="ignore"):
        variance = np.cumsum(curve.n_events / (at_risk * (at_risk - curve.n_events)))
    low, high = np.full(survival.shape, np.nan), np.full(survival.shape, np.nan)
    inside = (survival > 0) & (survival < 1)
    log = np.log(survival[inside])
    spread = _NORMAL * np.sqrt(variance[inside]) / log
    low[inside] = survival[inside] ** np.exp(-spread)
    high[inside] = survival[inside] ** np.exp(spread)
    values = (curve.surv_times, at_risk.astype(np.int64), survival, low, high)
    return pd.DataFrame(dict(zip(names, values, strict=True)))
