"""Every kind of source gives the same log."""

from __future__ import annotations

import bz2
import gzip
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from behavio_jupyter.data import connect_store
from behavio_jupyter.errors import DataError

from .tables import SHOP, contents

TABLE = pa.Table.from_pandas(SHOP, preserve_index=False)


@pytest.fixture(scope="module")
def expected() -> list[tuple[Any, ...]]:
    with connect_store(SHOP) as store:
        return contents(store)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the shop in every kind of file."""
    folder = tmp_path_factory.mktemp("sources")
    pq.write_table(TABLE, folder / "shop.parquet")
    pq.write_table(TABLE, folder / "odd name.bin")
    pq.write_table(TABLE[:2], folder / "part-1.parquet")
    pq.write_table(TABLE[2:], folder / "part-2.parquet")
    SHOP.to_csv(folder / "shop.csv", index=False)
    SHOP.to_csv(folder / "shop.csv.gz", index=False)
    lines = SHOP.to_json(orient="records", lines=True, date_format="iso")
    for name in ("shop.jsonl", "shop.ndjson", "shop.json"):
        (folder / name).write_text(lines)
    with gzip.open(folder / "shop.jsonl.gz", "wt") as file:
        file.write(lines)
    with duckdb.connect(str(folder / "shop.duckdb")) as database:
        database.register("shop_frame", SHOP)
        database.execute("CREATE TABLE shop AS FROM shop_frame; CREATE TABLE other (x INTEGER)")
        database.execute(f"COPY shop TO '{folder / 'shop.csv.zst'}'")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "shop.parquet",
        "odd name.bin",
        "part-*.parquet",
        "shop.csv",
        "shop.csv.gz",
        "shop.csv.zst",
        "shop.jsonl",
        "shop.ndjson",
        "shop.json",
        "shop.jsonl.gz",
    ],
)
def test_files(folder: Path, name: str, expected: list[tuple[Any, ...]]) -> None:
    for source in (folder / name, str(folder / name), [folder / name]):
        with connect_store(source) as store:
            assert contents(store) == expected


@pytest.mark.parametrize(
    "source",
    [
        pl.from_pandas(SHOP),
        pl.from_pandas(SHOP).lazy(),
        TABLE,
        TABLE.to_batches()[0],
        ds.dataset(TABLE),
        SHOP.set_index(pd.Index([7, 7, 7, 7])),
        SHOP.astype({"user_id": "category", "event": "category", "page": "category"}),
        SHOP.astype({"user_id": object, "amount": object, "timestamp": object}),
        SHOP.assign(timestamp=SHOP["timestamp"].astype("datetime64[s]")),
        SHOP.assign(timestamp=SHOP["timestamp"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")),
    ],
    ids=lambda source: type(source).__name__,
)
def test_frames(source: Any, expected: list[tuple[Any, ...]]) -> None:
    with connect_store(source) as store:
        assert contents(store) == expected


def test_a_reader_is_read_once(expected: list[tuple[Any, ...]]) -> None:
    with connect_store(TABLE.to_reader()) as store:
        assert contents(store) == expected


def test_databases(folder: Path, expected: list[tuple[Any, ...]]) -> None:
    path = folder / "shop.duckdb"
    with connect_store(path, table="shop") as store:
        assert contents(store) == expected
    with connect_store(path, query="SELECT * FROM shop WHERE event = 'buy';") as store:
        assert len(contents(store)) == 2
    with duckdb.connect(str(path)) as database:
        with connect_store(database, table="shop") as store:
            assert contents(store) == expected
        with connect_store(database, query="FROM shop") as store:
            assert contents(store) == expected
        with connect_store(database.sql("FROM shop")) as store:
            assert contents(store) == expected
        with connect_store(path, table="shop") as store:
            assert contents(store) == expected
        database.execute("INSERT INTO other VALUES (1)")


def test_nothing_changes_in_the_users_connection() -> None:
    database = duckdb.connect()
    database.register("shop", SHOP)
    before = database.execute("SELECT name, value FROM duckdb_settings()").fetchall()
    connect_store(database, table="shop").close()
    assert database.execute("SELECT name, value FROM duckdb_settings()").fetchall() == before
    assert database.execute("SHOW TABLES").fetchall() == [("shop",)]


@pytest.mark.parametrize(
    ("source", "options", "sentence"),
    [
        ("{}/shop.parqet", {}, "There is no file .*shop.parqet; the nearest is 'shop.parquet'"),
        ("{}", {}, "is a folder; name its files"),
        ("{}/*.orc", {}, "There is no file"),
        ([], {}, "The list of files is empty."),
        (["{}/shop.csv", "{}/shop.parquet"], {}, "several kinds \\(CSV, Parquet\\)"),
        ("{}/shop.csv", {"table": "shop"}, "belong to a DuckDB database"),
        ("{}/shop.duckdb", {"table": "shpo"}, "no such table; the nearest is 'shop'"),
        ("{}/shop.duckdb", {"table": "shop", "query": "FROM shop"}, "not both"),
        ("{}/shop.duckdb", {"query": "SELEC"}, "query=… cannot be read: Parser Error"),
        (SHOP, {"table": "shop"}, "leave them out here"),
        (7, {}, "Events cannot be read from 'int'"),
        ((7,), {}, "Events cannot be read from 'int'"),
        (({"user_id": 1},), {}, "Events cannot be read from 'dict'"),
        ("https://example.org/shop.csv", {}, "no file of this machine"),
        ("postgresql://user:s3cret@host/db", {}, "^postgresql://host/db is no file of this"),
        ("https://host/shop.csv?token=s3cret", {}, "^https://host/shop.csv is no file of this"),
        (duckdb.connect(), {}, "There is no table in the connection"),
        (pd.DataFrame(), {}, "no columns"),
    ],
)
def test_what_cannot_be_read(folder: Path, source: Any, options: Any, sentence: str) -> None:
    if isinstance(source, str):
        source = source.format(folder)
    elif isinstance(source, list):
        source = [path.format(folder) for path in source]
    with pytest.raises(DataError, match=sentence):
        connect_store(source, **options)


def test_damaged_files(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(DataError, match="is empty"):
        connect_store(tmp_path / "empty.csv")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match="cannot be read"):
        connect_store(tmp_path / "cut.parquet")
    (tmp_path / "text.parquet").write_text("user_id,event\n")
    with pytest.raises(DataError, match="no Parquet file"):
        connect_store(tmp_path / "text.parquet")


def test_nested_and_odd_types_become_text_numbers_or_times() -> None:
    import datetime as dt
    from decimal import Decimal

    frame = pa.table(
        {
            "user_id": ["a"],
            "event": ["x"],
            "timestamp": [1],
            "list": [[1, 2]],
            "struct": [{"k": "v"}],
            "decimal": [Decimal("1.50")],
            "nothing": pa.nulls(1),
            "day": [dt.date(2026, 1, 2)],
            "clock": [dt.time(12, 30)],
            "zoned": pa.array([0], pa.timestamp("ms", "Asia/Tokyo")),
            "bytes": [b"ab"],
            "small": pa.array([1.5], pa.float32()),
            "span": pa.array([1], pa.duration("s")),
        }
    )
    with connect_store(frame) as store:
        kinds = {info.name: info.kind for info in store.schema.properties}
        values = dict(zip(kinds, contents(store)[0][3:], strict=True))
    assert kinds == {
        "list": "text",
        "struct": "text",
        "decimal": "number",
        "nothing": "text",
        "day": "time",
        "clock": "text",
        "zoned": "time",
        "bytes": "text",
        "small": "number",
        "span": "text",
    }
    assert values["list"] == "[1,2]"
    assert values["decimal"] == 1.5
    assert values["zoned"] == dt.datetime(1970, 1, 1)
    assert values["clock"] == "12:30:00"


def test_objects_of_mixed_types_become_text() -> None:
    mixed = [1] * 3000 + ["x", None, 2.5]
    frame = pd.DataFrame(
        {"user_id": range(3003), "event": "e", "timestamp": range(3003), "mixed": mixed}
    )
    with connect_store(frame) as store:
        assert [row[3] for row in contents(store)[-3:]] == ["x", None, "2.5"]


HOSTILE = [
    'a "quoted" name',
    "select",
    "user_no; DROP TABLE events",
    "p0",
    "time",
    "event_no",
    "",
    "ünï 'x'",
    "P0",
    "name",
    "a.b",
]


def test_hostile_column_names(tmp_path: Path) -> None:
    frame = SHOP.rename(columns={"user_id": 'u"; --', "event": "e'", "timestamp": "c0"})
    frame = frame[['u"; --', "e'", "c0"]].assign(
        **{name: f"v{number}" for number, name in enumerate(HOSTILE)}
    )
    frame.to_parquet(tmp_path / "hostile.parquet")
    for source in (frame, pa.Table.from_pandas(frame)):
        with connect_store(source, user='u"; --', event="e'", time="c0") as store:
            assert [info.name for info in store.schema.properties] == HOSTILE
            assert contents(store)[0][3:] == tuple(f"v{number}" for number in range(len(HOSTILE)))
    with connect_store(tmp_path / "hostile.parquet", user='u"; --', event="e'", time="c0") as store:
        assert len(store.schema.properties) == len(HOSTILE)


def test_repeated_column_names() -> None:
    frame = SHOP[["user_id", "event", "timestamp", "page", "amount"]].copy()
    frame.columns = pd.Index(["user_id", "event", "timestamp", "x", "x"])
    with connect_store(frame) as store:
        assert [info.name for info in store.schema.properties] == ["x", "x_1"]


def test_json_lines_with_different_keys(tmp_path: Path) -> None:
    rows = [
        {"user_id": "a", "event": "x", "timestamp": "2026-01-01T00:00:00Z", "k": 1},
        {"user_id": "a", "event": "y", "timestamp": "2026-01-02T00:00:00+02:00", "m": {"n": 2}},
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    with connect_store(path) as store:
        assert [row[2:] for row in contents(store)] == [("x", 1, None), ("y", None, '{"n":2}')]


HEADER = "user_id,event,timestamp\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (HEADER.encode() + "1,käuf,2026-01-01\n".encode("latin-1"), "is not UTF-8 text"),
        ((HEADER + "1,visit,2026-01-01\n").encode("utf-16"), "is not UTF-8 text"),
        (HEADER.encode() + b"1,visit,2026-01-01,extra\n2,visit\n", "line 2: it has 4 values"),
        (
            bz2.compress(HEADER.encode()),
            "is compressed by bzip2, which is not read; use",
        ),
        (HEADER.encode() + b"1,visit,13.02.2026 11:00\n", "as '13.02.2026 11:00'; write times"),
        (HEADER.encode() + b"1,visit,02/01/2026\n", "as '02/01/2026'; write times"),
    ],
)
def test_a_csv_that_cannot_be_read(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / ("shop.csv.bz2" if content.startswith(b"BZh") else "shop.csv")
    path.write_bytes(content)
    with pytest.raises(DataError, match=re.escape(sentence)):
        connect_store(path)


def test_a_csv_line_with_a_number_sign_is_no_comment(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(HEADER + "#1,visit,2026-01-01\n2,visit # 2,2026-01-02\n")
    with connect_store(path) as store:
        assert [(row[0], row[2]) for row in contents(store)] == [
            ("#1", "visit"),
            ("2", "visit # 2"),
        ]
