"""Broken inputs in memory: frames of pandas, polars and Arrow, and what is no frame at all."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from .broken import HEADER, LINES, TIMES, Refused, Right, frame, objects

NO_TIME = "holds no time that can be read"
NO_SOURCE = "give a pandas, polars or Arrow table, a path"
EPOCH = [1_767_261_600, 1_767_265_200, 1_767_346_200]
SEEN = ["2026-01-01 10:00:00", "2026-01-02 09:30:00", "2026-01-01 11:00:00"]
"""The times of the three events, in the order of users a and b."""

MILLION = 10**6

EMPTY: dict[str, Right | Refused] = {
    "empty frame": Right(lambda _: frame()[:0], rows=0, names={}),
    "frame of nothing": Refused(lambda _: pd.DataFrame(), "The table of events has no columns."),
    "rows without columns": Refused(
        lambda _: pd.DataFrame(index=range(3)), "The table of events has no columns."
    ),
    "one row": Right(lambda _: frame()[:1], rows=1, names={"visit": 1}, users=["a"]),
    "all null": Right(
        lambda _: frame(user_id=[None] * 3, event=[None] * 3, timestamp=[None] * 3),
        names={},
        removed={"no user": 3},
    ),
    "no users": Right(lambda _: frame(user_id=[None] * 3), names={}, removed={"no user": 3}),
    "no names": Right(lambda _: frame(event=[np.nan] * 3), names={}, removed={"no event name": 3}),
    "NaT only": Right(
        lambda _: frame(timestamp=pd.to_datetime([None] * 3)), names={}, removed={"no time": 3}
    ),
    "arrow nulls without type": Right(
        lambda _: pa.table({n: pa.nulls(2) for n in ("user_id", "event", "timestamp")}),
        rows=2,
        names={},
        removed={"no user": 2},
    ),
}

TIME: dict[str, Right | Refused] = {
    "times that are truths": Refused(lambda _: frame(timestamp=[True, False, True]), NO_TIME),
    "times that are words": Refused(lambda _: frame(timestamp=["soon", "later", "-"]), NO_TIME),
    "times that are lists": Refused(lambda _: frame(timestamp=[[1], [2], [3]]), NO_TIME),
    "times of day": Refused(lambda _: frame(timestamp=[dt.time(1), dt.time(2), None]), NO_TIME),
    "times with some words": Right(
        lambda _: frame(timestamp=["soon", *TIMES[1:]]),
        names={"visit": 1, "buy": 1},
        removed={"time cannot be read": 1},
    ),
    "times with and without zone": Right(
        lambda _: frame(
            timestamp=objects(
                pd.Timestamp(TIMES[0]),
                pd.Timestamp("2026-01-01 20:00", tz="Asia/Tokyo"),
                pd.Timestamp(TIMES[2], tz="UTC"),
            )
        ),
        times=SEEN,
    ),
    "times of several zones": Right(
        lambda _: frame(
            timestamp=[
                pd.Timestamp("2026-01-01 11:00", tz="Europe/Berlin"),
                pd.Timestamp("2026-01-01 20:00", tz="Asia/Tokyo"),
                pd.Timestamp(TIMES[2], tz="UTC"),
            ]
        ),
        times=SEEN,
    ),
    "times as text of several zones": Right(
        lambda _: frame(
            timestamp=["2026-01-01T11:00:00+01:00", "2026-01-01T11:00:00Z", "2026-01-02 09:30"]
        ),
        times=SEEN,
    ),
    "years 1 and 9999": Right(
        lambda _: frame(
            timestamp=[dt.datetime(1, 1, 1), dt.datetime(2026, 1, 1), dt.datetime(9999, 12, 31)]
        ),
        names={"visit": 1},
        removed={"time cannot be read": 2},
    ),
    "years 1 and 9999 as text": Right(
        lambda _: frame(timestamp=["0001-01-01", "2026-01-01", "9999-12-31 23:59:59"]),
        names={"visit": 1},
        removed={"time cannot be read": 2},
    ),
    "the first and the last day there is": Right(
        lambda _: frame(timestamp=["1000-01-01", "9999-12-29", "9999-12-29 23:59:59.999999"]),
        times=["1000-01-01 00:00:00", "9999-12-29 23:59:59.999999", "9999-12-29 00:00:00"],
    ),
    "days in numbers": Refused(
        lambda _: frame(timestamp=[20260101, 20260102, 20260103]), "dates without dashes, as 2026"
    ),
    "minutes in numbers": Refused(
        lambda _: frame(timestamp=["202601011000", "202601011100", "202601020930"]),
        "dates without dashes, as 2026",
    ),
    "days as text that may be months": Refused(
        lambda _: frame(timestamp=["01/02/2026", "02/02/2026", "03/02/2026"]), NO_TIME
    ),
    "seconds": Right(lambda _: frame(timestamp=EPOCH), times=SEEN),
    "milliseconds": Right(lambda _: frame(timestamp=[t * 1000 for t in EPOCH]), times=SEEN),
    "microseconds": Right(lambda _: frame(timestamp=[t * 10**6 for t in EPOCH]), times=SEEN),
    "nanoseconds": Right(lambda _: frame(timestamp=[t * 10**9 for t in EPOCH]), times=SEEN),
    "seconds as text and dates": Right(
        lambda _: frame(timestamp=[str(EPOCH[0]), TIMES[1], str(EPOCH[2])]), times=SEEN
    ),
    "seconds and milliseconds": Right(
        lambda _: frame(timestamp=[EPOCH[0], EPOCH[1] * 1000, EPOCH[2]]),
        names={"visit": 1, "buy": 1},
        removed={"time cannot be read": 1},
    ),
    "seconds before 1970": Right(
        lambda _: frame(timestamp=[-1, -2, -3]),
        times=["1969-12-31 23:59:57", "1969-12-31 23:59:59", "1969-12-31 23:59:58"],
    ),
    "seconds, NaN and infinite": Right(
        lambda _: frame(timestamp=[float(EPOCH[0]), np.nan, np.inf]),
        names={"visit": 1},
        removed={"no time": 1, "time cannot be read": 1},
    ),
    "seconds out of 64 bits": Right(
        lambda _: frame(timestamp=objects(2**70, *EPOCH[1:])),
        names={"visit": 1, "buy": 1},
        removed={"time cannot be read": 1},
    ),
    "seconds unsigned": Right(
        lambda _: frame(timestamp=np.array([2**64 - 1, *EPOCH[1:]], np.uint64)),
        names={"visit": 1, "buy": 1},
        removed={"time cannot be read": 1},
    ),
    "seconds as decimals": Right(
        lambda _: frame(timestamp=[Decimal(t) for t in EPOCH]), times=SEEN
    ),
    "nanoseconds that fall between": Right(
        lambda _: pa.table(
            {
                "user_id": ["a"],
                "event": ["visit"],
                "timestamp": pa.array([EPOCH[0] * 10**9 + 123], pa.timestamp("ns")),
            }
        ),
        rows=1,
        names={"visit": 1},
        times=SEEN[:1],
    ),
}

IDS: dict[str, Right | Refused] = {
    "ids 1.0 and 2.0": Right(lambda _: frame(user_id=[1.0, 2.0, 1.0]), users=[1, 2]),
    "ids 1, 1.0 and '1'": Right(lambda _: frame(user_id=objects(1, 1.0, "1")), users=["1"]),
    "ids with a fraction": Right(lambda _: frame(user_id=[1.0, 2.5, 1.0]), users=["1", "2.5"]),
    "ids NaN and infinite": Right(
        lambda _: frame(user_id=[1.0, np.nan, np.inf]),
        names={"visit": 1, "buy": 1},
        users=["1", "inf"],
        removed={"no user": 1},
    ),
    "ids that are truths": Right(
        lambda _: frame(user_id=[True, False, True]), users=["false", "true"]
    ),
    "ids unsigned": Right(
        lambda _: frame(user_id=np.array([2**64 - 1, 1, 2**64 - 1], np.uint64)),
        users=["1", str(2**64 - 1)],
    ),
    "ids beyond 64 bits": Right(
        lambda _: frame(user_id=objects(10**30, 10**30 + 1, 10**30)),
        users=[str(10**30), str(10**30 + 1)],
    ),
    "ids as decimals": Right(
        lambda _: frame(user_id=[Decimal("1.50"), Decimal("2"), Decimal("1.5")]),
        users=["1.50", "2"],
    ),
    "ids in bytes": Right(
        lambda _: frame(user_id=[b"a", b"\xff\x00", b"a"]), users=["\\xff\0", "a"]
    ),
    "ids in tuples": Right(
        lambda _: frame(user_id=[(1, 2), (2,), (1, 2)]), users=["(1, 2)", "(2,)"]
    ),
    "ids in lists": Right(lambda _: frame(user_id=[[1], [2], [1]]), users=["[1]", "[2]"]),
    "ids in dicts": Right(
        lambda _: frame(user_id=[{"a": 1}, {"a": 2}, {"a": 1}]), users=["{'a': 1}", "{'a': 2}"]
    ),
    "ids that are UUIDs": Right(
        lambda _: frame(user_id=[uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=1)]),
        users=[str(uuid.UUID(int=1)), str(uuid.UUID(int=2))],
    ),
    "ids that are complex": Right(lambda _: frame(user_id=[1j, 2j, 1j]), users=["1j", "2j"]),
    "ids that are spans": Right(
        lambda _: frame(user_id=pd.to_timedelta([1, 2, 1], "D")), users=["1 day", "2 days"]
    ),
    "ids that are months": Right(
        lambda _: frame(user_id=pd.PeriodIndex(["2026-01", "2026-02", "2026-01"], freq="M")),
        users=["2026-01-01 00:00:00", "2026-02-01 00:00:00"],
    ),
    "ids of nothing but blanks": Right(lambda _: frame(user_id=["", " ", ""]), users=["", " "]),
    "categories with unused ones and nulls": Right(
        lambda _: frame(
            user_id=pd.Categorical(["a", "b", "a"], categories=["z", "b", "a"]),
            event=pd.Categorical(["visit", None, "buy"], categories=["none", "visit", "buy"]),
        ),
        names={"visit": 1, "buy": 1},
        users=["a"],
        removed={"no event name": 1},
    ),
    "names that are numbers": Right(lambda _: frame(event=[1, 2.5, 1]), names={"1.0": 2, "2.5": 1}),
    "names that are truths": Right(
        lambda _: frame(event=[True, False, None]),
        names={"true": 1, "false": 1},
        removed={"no event name": 1},
    ),
    "names with nulls inside": Right(
        lambda _: frame(event=["a\0b", "a", "a\0c"]), names={"a\0b": 1, "a": 1, "a\0c": 1}
    ),
    "half a letter": Refused(
        lambda _: frame(event=objects("a\ud800", "a", "b")), "Column 'event' holds text that is not"
    ),
    "half a letter in a column's name": Refused(
        lambda _: frame().set_axis(pd.Index(["user_id", "e\ud800", "at"], dtype=object), axis=1),
        "The name of column",
    ),
}

DECEMBER = dt.datetime(9999, 12, 31)

PROPERTIES: dict[str, Right | Refused] = {
    "spans": Right(
        lambda _: frame(x=pd.to_timedelta([1, 2, None], "D")),
        values={"x": ["1 day", None, "2 days"]},
    ),
    "intervals": Right(
        lambda _: frame(x=pd.IntervalIndex.from_breaks([0, 1, 2, 3])),
        values={"x": ["(0, 1]", "(2, 3]", "(1, 2]"]},
    ),
    "complex numbers": Right(lambda _: frame(x=[1j, 2j, None]), values={"x": ["1j", None, "2j"]}),
    "sparse numbers": Right(lambda _: frame(x=pd.arrays.SparseArray([0, 0, 1]))),
    "objects of all kinds": Right(
        lambda _: frame(x=objects(True, None, {"b": 2})), values={"x": ["true", "{'b': 2}", None]}
    ),
    "decimals, one not a number": Right(
        lambda _: frame(x=[Decimal("1.10"), None, Decimal("NaN")]), values={"x": [1.1, None, None]}
    ),
    "numbers beyond 64 bits": Right(
        lambda _: frame(x=objects(10**40, 1, 2)), values={"x": [str(10**40), "2", "1"]}
    ),
    "numbers unsigned": Right(
        lambda _: frame(x=np.array([2**63, 2**63 + 1, 0], np.uint64)),
        values={"x": [2**63, 0, 2**63 + 1]},
    ),
    "numbers of 128 bits": Right(
        lambda _: frame(x=np.array([1, 2, 3], np.longdouble)), values={"x": [1.0, 3.0, 2.0]}
    ),
    "halves of numbers": Right(
        lambda _: pa.Table.from_pandas(frame()).append_column(
            "x", pa.array(np.array([1, 2, 3], np.float16))
        ),
        values={"x": [1.0, 3.0, 2.0]},
    ),
    "decimals of 256 bits": Right(
        lambda _: pa.Table.from_pandas(frame()).append_column(
            "x", pa.array([Decimal(10) ** 60, None, None], pa.decimal256(70))
        ),
        values={"x": [1e60, None, None]},
    ),
    "infinite and not a number": Right(
        lambda _: frame(x=[np.inf, -np.inf, np.nan]), values={"x": [np.inf, None, -np.inf]}
    ),
    "times out of all ranges": Right(
        lambda _: frame(x=objects(dt.datetime(1, 1, 1), DECEMBER, None)), values={}
    ),
    "nested": Right(
        lambda _: pa.Table.from_pandas(frame()).append_column(
            "x", pa.array([{"a": [1, None]}, None, {"a": []}])
        ),
        values={"x": ['{"a":[1,null]}', '{"a":[]}', None]},
    ),
    "a million letters": Right(
        lambda _: frame(x=["y" * MILLION, "z" * MILLION, ""]),
        values={"x": ["y" * MILLION, "", "z" * MILLION]},
    ),
    "names and ids of a million letters": Right(
        lambda _: frame(user_id=["u" * MILLION] * 3, event=["v" * MILLION] * 3),
        names={"v" * MILLION: 3},
        users=["u" * MILLION],
    ),
    "ten thousand names": Right(
        lambda _: pd.DataFrame(
            {
                "user_id": np.arange(20_000) % 7,
                "event": [f"e{n % 10_000}" for n in range(20_000)],
                "timestamp": EPOCH[0] + np.arange(20_000),
            }
        ),
        rows=20_000,
        names={f"e{n}": 2 for n in range(10_000)},
        users=list(range(7)),
    ),
    "a thousand columns": Right(
        lambda _: pd.concat(
            [frame(), pd.DataFrame({f"c{n}": [n, None, -n] for n in range(1000)})], axis=1
        ),
        values={"c7": [7.0, -7.0, None], "c999": [999.0, -999.0, None]},
    ),
    "two columns of one name": Right(
        lambda _: pd.concat([frame(x=[1, 2, 3]), pd.DataFrame({"x": [4, 5, 6]})], axis=1),
        values={"x": [1, 3, 2], "x_1": [4, 6, 5]},
    ),
    "properties that differ in case": Right(
        lambda _: frame(amount=[1, 2, 3], Amount=[4, 5, 6]),
        values={"amount": [1, 3, 2], "Amount": [4, 6, 5]},
    ),
    "two columns that could be the event": Refused(
        lambda _: frame(Event=["x", "y", "z"]), "could be the event: 'event', 'Event'"
    ),
    "columns that are numbers": Refused(
        lambda _: frame().rename(columns={"timestamp": 0}), "looks like the time of an event"
    ),
    "long names of columns": Refused(
        lambda _: pd.DataFrame({"x" * 10_000: [1], "y" * 10_000: [2]}), "looks like the time"
    ),
    "columns under columns": Refused(
        lambda _: pd.concat({"g": frame()}, axis=1), "looks like the time of an event"
    ),
    "ids in the index": Refused(
        lambda _: frame().set_index("user_id"), "No column looks like the user of an event"
    ),
    "one column with two roles": Refused(
        lambda _: frame(),
        "Column 'event' cannot be both",
        options={"user": "event", "event": "event"},
    ),
    "a column that is not there": Refused(
        lambda _: frame(),
        "user='usr_id': no such column; the nearest is",
        options={"user": "usr_id"},
    ),
}


def _broken_batches() -> Any:
    yield 1 / 0


SCHEMA = pa.schema([("user_id", pa.string()), ("event", pa.string()), ("timestamp", pa.int64())])
WRONG_LETTERS = pa.Array.from_buffers(
    pa.string(), 1, [None, pa.py_buffer(np.array([0, 2], np.int32)), pa.py_buffer(b"\xff\xfe")]
)

TABLES: dict[str, Right | Refused] = {
    "polars": Right(lambda _: pl.DataFrame(frame()), times=SEEN),
    "polars, lazy": Right(lambda _: pl.LazyFrame(frame()), times=SEEN),
    "polars, lazy and wrong": Refused(
        lambda _: pl.LazyFrame(frame()).select("nope"), 'unable to find column "nope"'
    ),
    "arrow, dictionaries": Right(
        lambda _: pa.table(
            {n: pa.array(frame()[n]).dictionary_encode() for n in ("user_id", "event", "timestamp")}
        ),
        times=SEEN,
    ),
    "arrow, wrong letters": Refused(
        lambda _: pa.table({"user_id": ["a"], "event": WRONG_LETTERS, "timestamp": [1]}),
        "The Arrow table is damaged",
    ),
    "arrow, a reader that fails": Refused(
        lambda _: pa.RecordBatchReader.from_batches(SCHEMA, _broken_batches()), "division by zero"
    ),
    "a column alone": Refused(lambda _: pd.Series([1, 2]), NO_SOURCE),
    "an arrow array": Refused(lambda _: pa.array([1]), "give a Table"),
    "a numpy array": Refused(lambda _: np.zeros((3, 3)), NO_SOURCE),
    "a dict": Refused(lambda _: {"user_id": ["a"]}, NO_SOURCE),
    "a list of dicts": Refused(lambda _: [{"user_id": "a"}], NO_SOURCE),
    "a generator": Refused(lambda _: (row for row in [1]), NO_SOURCE),
    "nothing": Refused(lambda _: None, NO_SOURCE),
    "bytes": Refused(lambda _: b"events.csv", NO_SOURCE),
    "a text in memory": Refused(lambda _: io.StringIO(HEADER + LINES), NO_SOURCE),
}

CASES = EMPTY | TIME | IDS | PROPERTIES | TABLES
