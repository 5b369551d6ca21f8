from __future__ import annotations

import numpy as np
import pandas as pd

from behavio_jupyter.data import connect_store


def test_rows_stay_in_order_where_duplicates_are_dropped() -> None:
    # So many rows that several threads write them: users of 30 events, three rows twice.
    users = np.repeat(np.arange(20_000), 30)
    seconds = np.tile(np.arange(30), 20_000)
    frame = pd.DataFrame({"user_id": users, "event": "visit", "timestamp": seconds})
    frame = pd.concat([frame, frame.iloc[[5, 300_000, 599_999]]])
    with connect_store(frame.sample(frac=1, random_state=1), unit="s") as store:
        assert (np.diff(store.offsets()) == 30).all()
        assert (store.times().reshape(20_000, 30) == np.arange(30) * 1_000_000).all()
