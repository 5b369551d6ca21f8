"""Broken inputs on disk: CSV, JSON lines, Parquet, databases and what is no file of events."""

from __future__ import annotations

import gzip
import io
import os
import sqlite3
import zipfile
import zlib
from pathlib import Path
from typing import Any

import duckdb

import behavio_jupyter
from behavio_jupyter.errors import StoreError

from .broken import HEADER, LINES, Make, Refused, Right, file, frame

TIMES = ["2026-01-01 10:00:00", "2026-01-02 09:30:00", "2026-01-01 11:00:00"]


def csv(name: str, content: bytes | str) -> Make:
    return file(f"{name}.csv", content)


CSV: dict[str, Right | Refused] = {
    "csv, empty": Refused(csv("a", ""), "a.csv is empty"),
    "csv, header only": Right(csv("a", HEADER), rows=0, names={}),
    "csv, header without line end": Right(csv("a", HEADER.strip()), rows=0, names={}),
    "csv, byte order mark": Right(
        csv("a", b"\xef\xbb\xbf" + (HEADER + LINES).encode()), times=TIMES
    ),
    "csv, UTF-16": Refused(csv("a", (HEADER + LINES).encode("utf-16")), "a.csv is not UTF-8 text"),
    "csv, Latin-1": Refused(
        csv("a", (HEADER + "a,k\xe4uf,2026-01-01\n").encode("latin-1")), "a.csv is not UTF-8 text"
    ),
    "csv, a longer line": Refused(
        csv("a", HEADER + LINES * 2000 + "b,visit,2026-01-01,x,y\n" + LINES),
        "a.csv cannot be read at line 6002: it has 5 values and the first line 3",
    ),
    "csv, a shorter line": Refused(
        csv("a", HEADER + LINES + "b,visit\n"), "at line 5: it has 2 values and the first line 3"
    ),
    "csv, two kinds of line ends": Refused(
        csv("a", (HEADER + LINES).replace("\n", "\r\n", 2)), "ends some lines as Windows does"
    ),
    "csv, line ends of old": Right(csv("a", (HEADER + LINES).replace("\n", "\r")), times=TIMES),
    "csv, Windows line ends": Right(csv("a", (HEADER + LINES).replace("\n", "\r\n")), times=TIMES),
    "csv, blank lines": Right(csv("a", (HEADER + LINES).replace("\n", "\n\n")), times=TIMES),
    "csv, nulls inside": Right(
        csv("a", HEADER + "a,vi\0sit,2026-01-01\n"), rows=1, names={"vi\0sit": 1}
    ),
    "csv, separators and line ends in quotes": Right(
        csv("a", HEADER + 'a,"vi,sit ""x""\nnext",2026-01-01\n'),
        rows=1,
        names={'vi,sit "x"\nnext': 1},
    ),
    "csv, a quote that does not end": Right(
        csv("a", HEADER + 'a,"visit,2026-01-01\nb,buy,2026-01-02\n'),
        rows=2,
        names={'"visit': 1, "buy": 1},
    ),
    "csv, semicolons": Right(csv("a", (HEADER + LINES).replace(",", ";")), times=TIMES),
    "csv, tabs": Right(csv("a", (HEADER + LINES).replace(",", "\t")), times=TIMES),
    "csv, no header": Refused(csv("a", LINES), "No column looks like the user"),
    "csv, one column": Refused(csv("a", "events\nvisit\n"), "No column looks like the time"),
    "csv, a million letters": Right(
        csv("a", HEADER + f"a,{'v' * 10**6},2026-01-01\n"), rows=1, names={"v" * 10**6: 1}
    ),
    "csv, a line of three million letters": Refused(
        csv("a", HEADER + f"a,{'v' * 3 * 10**6},2026-01-01\n"), "a.csv cannot be read"
    ),
    "csv, days that may be months": Refused(
        csv("a", HEADER + "a,visit,01-02-2026 10:00:00 AM\nb,buy,02-02-2026 10:00:00 AM\n"),
        "holds no time that can be read, as '0",
    ),
    "csv, days that may be months, 24 hours": Refused(
        csv("a", HEADER + "a,visit,01-02-2026 10:00:00\nb,buy,02-02-2026 10:00:00\n"),
        "holds no time that can be read, as '0",
    ),
    "csv, days that may be months in a property": Right(
        csv("a", "user_id,event,timestamp,x\na,visit,2026-01-01,01-02-2026 10:00:00\n"),
        rows=1,
        names={"visit": 1},
        values={"x": ["01-02-2026 10:00:00"]},
    ),
    "csv, days in numbers": Refused(
        csv("a", HEADER + "a,visit,20260102\nb,buy,20260103\n"), "dates without dashes, as 2026010"
    ),
    "csv, decimal commas": Right(
        csv("a", "user_id;event;timestamp;x\na;visit;2026-01-01;1,5\na;buy;2026-01-02;2\n"),
        rows=2,
        names={"visit": 1, "buy": 1},
        values={"x": ["1,5", "2"]},
    ),
    "csv, leading zeros": Right(
        csv("a", HEADER + "007,visit,2026-01-01\n7,buy,2026-01-02\n"),
        rows=2,
        names={"visit": 1, "buy": 1},
        users=["007", "7"],
    ),
    "csv, words for nothing": Right(
        csv("a", HEADER + "NA,visit,2026-01-01\nnull,buy,2026-01-02\n,buy,2026-01-03\n"),
        users=["NA", "null"],
        names={"visit": 1, "buy": 1},
        removed={"no user": 1},
    ),
    "csv, two columns of one name": Right(
        csv("a", "user_id,event,timestamp,event\na,visit,2026-01-01,x\n"),
        rows=1,
        names={"visit": 1},
        values={"event_1": ["x"]},
    ),
    "csv, a column without a name": Right(
        csv("a", "user_id,event,timestamp,\na,visit,2026-01-01,x\n"),
        rows=1,
        names={"visit": 1},
        values={"column3": ["x"]},
    ),
}


def folder_with(**others: str) -> Any:
    """Return what writes a file that DuckDB would take for a pattern, and what it would match."""

    def make(folder: Path) -> Path:
        for wrong in ("shop1.csv", "shopx.csv"):
            (folder / wrong).write_text(HEADER + "z,wrong,2026-01-01\n")
        path = folder / others["name"]
        path.write_text(HEADER + LINES)
        return path

    return make


NAMES: dict[str, Right | Refused] = {
    "file name, brackets": Right(folder_with(name="shop[1].csv"), times=TIMES),
    "file name, star": Right(folder_with(name="shop*.csv"), times=TIMES),
    "file name, question mark": Right(folder_with(name="shop?.csv"), times=TIMES),
    "file name, SQL": Right(file("it's; DROP TABLE events; --.csv", HEADER + LINES), times=TIMES),
    "file name, emoji and line end": Right(file("a\nb 😀 {x} %s.csv", HEADER + LINES), times=TIMES),
    "file name, from right to left": Right(
        file("\u202eevents\u200b.csv", HEADER + LINES), times=TIMES
    ),
}


def pack(content: str, cut: int = 0) -> bytes:
    packed = gzip.compress(content.encode())
    return packed[: len(packed) - cut]


def bomb(folder: Path) -> Path:
    path = folder / "bomb.csv.gz"
    packer = zlib.compressobj(wbits=31)
    with path.open("wb") as out:
        out.write(packer.compress((HEADER + LINES).encode()))
        line = b"a,visit,2026-01-01 10:00:00\n" * 100_000
        for _ in range(30):
            out.write(packer.compress(line))
        out.write(packer.flush())
    return path


def zipped(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.xlsx", "w") as out:
        out.writestr("a.csv", HEADER)
    return folder / "a.xlsx"


def parquet(damage: Any) -> Make:
    def make(folder: Path) -> Path:
        whole = io.BytesIO()
        frame(x=["y" * 50] * 3).to_parquet(whole, compression=None)
        path = folder / "a.parquet"
        path.write_bytes(damage(whole.getvalue()))
        return path

    return make


def different_parquets(folder: Path) -> str:
    frame(x=[1, 2, 3])[:1].to_parquet(folder / "a.parquet")
    frame(y=["p", "q", "r"])[1:2].to_parquet(folder / "b.parquet")
    frame(x=["n", "n", "n"])[2:].to_parquet(folder / "c.parquet")
    return str(folder / "*.parquet")


def ids_of_two_types(folder: Path) -> str:
    frame(user_id=[1, 2, 1])[:2].to_parquet(folder / "a.parquet")
    frame()[2:].to_parquet(folder / "b.parquet")
    return str(folder / "*.parquet")


PACKED: dict[str, Right | Refused] = {
    "gzip, cut short": Refused(
        file("a.csv.gz", pack(HEADER + LINES * 1000, cut=40)), "a.csv.gz cannot be read"
    ),
    "gzip by name only": Refused(file("a.csv.gz", HEADER + LINES), "is not compressed by gzip"),
    "gzip not by name": Refused(file("a.csv", pack(HEADER + LINES)), "is compressed by gzip; name"),
    "zstd by name only": Refused(file("a.csv.zst", HEADER + LINES), "is not compressed by zstd"),
    "a gzip bomb": Refused(bomb, "bomb.csv.gz unpacks to more than 200 times its size"),
    "an Excel file": Refused(zipped, "a.xlsx is an Excel or zip file, which is not read"),
    "a picture": Refused(file("a.png", b"\x89PNG\r\n\x1a\n" + bytes(256)), "a.png is a picture"),
    "binary rubbish": Refused(file("a.csv", bytes(range(256)) * 20), "a.csv"),
    "parquet, empty": Refused(file("a.parquet", b""), "a.parquet is no Parquet file"),
    "parquet, cut short": Refused(parquet(lambda whole: whole[:-20]), "a.parquet cannot be read"),
    "parquet, magic only": Refused(file("a.parquet", b"PAR1"), "a.parquet cannot be read"),
    "parquet, overwritten": Refused(
        parquet(lambda whole: whole[:4] + b"\xff" * 200 + whole[204:]), "a.parquet cannot be read"
    ),
    "parquet, no rows": Right(parquet(lambda _: _no_rows()), rows=0, names={}),
    "parquet, several schemas": Right(
        different_parquets, values={"x": ["1", "n", None], "y": [None, None, "q"]}
    ),
    "parquet, ids of two types": Right(ids_of_two_types, users=["1", "2", "a"]),
}


def _no_rows() -> bytes:
    out = io.BytesIO()
    frame()[:0].to_parquet(out)
    return out.getvalue()


ROW = '{"user_id":"a","event":"visit","timestamp":"2026-01-01 10:00:00"}'

JSON: dict[str, Right | Refused] = {
    "json, cut short": Refused(file("a.jsonl", ROW + '\n{"user_id":\n'), "Malformed JSON in file"),
    "json, an array": Right(file("a.json", f"[{ROW}]"), rows=1, names={"visit": 1}),
    "json, one object around": Refused(
        file("a.json", '{"events":[' + ROW + "]}"), "No column looks like the time"
    ),
    "json, a number": Refused(file("a.json", "5"), "No column looks like the time"),
    "json, a null line": Right(
        file("a.jsonl", f"null\n{ROW}"), rows=2, names={"visit": 1}, removed={"no user": 1}
    ),
    "json, blank lines": Right(file("a.jsonl", f"\n\n{ROW}\n\n"), rows=1, names={"visit": 1}),
    "json, one key twice": Refused(
        file("a.jsonl", ROW[:-1] + ',"event":"buy"}'), 'duplicate key "event"'
    ),
    "json, Latin-1": Refused(
        file("a.jsonl", ROW.replace("visit", "k\xe4uf").encode("latin-1")), "invalid UTF-8"
    ),
    "json, half a letter": Refused(
        file("a.jsonl", ROW.replace("visit", "\\ud800")), "no low surrogate in string"
    ),
    "json, ids and names of several kinds": Right(
        file(
            "a.jsonl",
            f'{ROW}\n{{"user_id":{{"a":1}},"event":["x"],"timestamp":"2026-01-01 11:00:00"}}',
        ),
        rows=2,
        names={'"visit"': 1, '["x"]': 1},
        users=['"a"', '{"a":1}'],
    ),
}


def linked(target: str) -> Make:
    def make(folder: Path) -> Path:
        path = folder / "link.csv"
        path.symlink_to(folder / target)
        return path

    return make


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


PLACES: dict[str, Right | Refused] = {
    "a folder": Refused(lambda folder: folder, "is a folder; name its files"),
    "a missing file": Refused(lambda folder: folder / "nope.csv", "There is no file"),
    "a missing folder": Refused(lambda folder: folder / "no" / "pe.csv", "There is no file"),
    "an empty path": Refused(lambda _: "", "The path of the events is empty"),
    "a null in the path": Refused(lambda _: "a\0b.csv", "it holds a null character"),
    "a long path": Refused(lambda _: "a" * 5000, "cannot be read: File name too long"),
    "a pattern of nothing": Refused(lambda folder: str(folder / "*.orc"), "There is no file"),
    "an empty list": Refused(lambda _: [], "The list of files is empty"),
    "a device": Refused(lambda _: "/dev/null", "is no file but a device or a pipe"),
    "a pipe": Refused(pipe, "is no file but a device or a pipe"),
    "a link to itself": Refused(linked("link.csv"), "Too many levels of symbolic links"),
    "a link to nothing": Refused(linked("gone.csv"), "which is not there"),
    "a link to a file": Right(
        lambda folder: [file("a.csv", HEADER + LINES)(folder), linked("a.csv")(folder)][1],
        times=TIMES,
    ),
    "a web address": Refused(lambda _: "https://example.org/a.csv", "fetch it first"),
    "a bucket": Refused(lambda _: "s3://bucket/a.parquet", "fetch it first"),
    "another database by its prefix": Refused(lambda _: "sqlite:a.db", "There is no file"),
}


def store(**changed: str) -> Make:
    """Return what saves a store and changes its description."""

    def make(folder: Path) -> Path:
        path = folder / "shop.behavio"
        with behavio_jupyter.connect(
            frame(), user="user_id", event="event", time="timestamp"
        ) as log:
            log.save(path)
        with duckdb.connect(str(path)) as database:
            for key, value in changed.items():
                database.execute("UPDATE meta SET value = ? WHERE key = ?", [value, key])
        return path

    return make


def cut_store(share: float) -> Make:
    def make(folder: Path) -> Path:
        path = store()(folder)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        return path

    return make


def another_database(folder: Path) -> Path:
    path = folder / "other.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute('CREATE TABLE shop (x INTEGER); CREATE TABLE "it""s.one" (y INTEGER)')
    return path


def of_sqlite(folder: Path) -> Path:
    with sqlite3.connect(folder / "a.sqlite") as database:
        database.execute("CREATE TABLE t (a)")
    return folder / "a.sqlite"


def reaching_database(folder: Path) -> Path:
    """Return a database of which a table to read is a view of another file."""
    (folder / "secret.csv").write_text(HEADER + LINES)
    path = store()(folder)
    with duckdb.connect(str(path)) as database:
        database.execute("ALTER TABLE events RENAME TO kept")
        database.execute(
            f"CREATE VIEW events AS SELECT kept.* FROM kept, read_csv('{folder / 'secret.csv'}')"
        )
    return path


def query(text: str) -> dict[str, str]:
    return {"query": text}


STORES: dict[str, Right | Refused] = {
    "store, of a newer version": Refused(
        store(format="99"), "is a store of a newer version", StoreError
    ),
    "store, its description gone": Refused(store(schema="[]"), "cannot be read", StoreError),
    "store, its numbers gone": Refused(store(quality="{}"), "is damaged", StoreError),
    "store, half of it": Refused(cut_store(0.5), "is damaged", StoreError),
    "store, its first bytes": Refused(cut_store(0.0001), "is damaged", StoreError),
    "store, text": Refused(file("a.behavio", "no store\n" * 99), "is no Behavio store", StoreError),
    "store, nothing": Refused(file("a.behavio", ""), "is no Behavio store", StoreError),
    "store, a view of another file": Refused(reaching_database, "damaged", StoreError),
    "database, none of ours": Refused(
        another_database, "is a DuckDB database but no Behavio store", StoreError
    ),
    "database, no such table": Refused(
        another_database, "no such table; the nearest is 'shop'", options={"table": "shpo"}
    ),
    "database, a table with a point in its name": Refused(
        another_database, "looks like the time", options={"table": 'it"s.one'}
    ),
    "database, a query that is no SELECT": Refused(
        another_database, "must be one SELECT", options=query("DROP TABLE shop")
    ),
    "database, two queries": Refused(
        another_database, "must be one SELECT", options=query("FROM shop; DROP TABLE shop")
    ),
    "database, a query that writes a file": Refused(
        another_database, "must be one SELECT", options=query("COPY shop TO 'a.csv'")
    ),
    "database, a query that cannot be read": Refused(
        another_database, "Parser Error", options=query("SELEC")
    ),
    "database of SQLite": Refused(of_sqlite, "is an SQLite database"),
}

CASES = CSV | NAMES | PACKED | JSON | PLACES | STORES
