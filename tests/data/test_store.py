"""The store file: saving, opening, appending, and what goes wrong."""

from __future__ import annotations

import itertools
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import behavio_jupyter
from behavio_jupyter import DataError, EventLog, StoreError
from behavio_jupyter.data import connect_store, drafts, load, open_store
from behavio_jupyter.data.drafts import begin_draft, remove_leftovers

from .tables import SHOP, contents
from .test_cleaning import HALF, OPTIONAL, frame_of, opened, rows

MORE = SHOP.assign(
    user_id=["c", "a", "0", "b"],
    event=["refund", "visit", "buy", "about"],
    timestamp=SHOP["timestamp"] + pd.Timedelta(days=7),
    device=["x", "y", None, "z"],
)


@pytest.fixture(params=["memory", "file"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with logs in memory, and with the temporary files of large ones."""
    if request.param == "file":
        monkeypatch.setattr(load, "IN_MEMORY", 0)
        for module in ("connecting", "appending"):
            monkeypatch.setattr(f"behavio_jupyter.data.{module}.IN_MEMORY", 0)
    return str(request.param)


def shop(**options: Any) -> EventLog:
    return EventLog(connect_store(SHOP, **options))


def test_saved_and_opened(place: str, tmp_path: Path) -> None:
    log = shop(timezone="Europe/Berlin", week_start="sunday")
    before, schema = contents(log.store), log.store.schema
    log.save_segment("buyers", "did(buy)")
    log.save(tmp_path / "shop.behavio")
    assert os.listdir(tmp_path) == ["shop.behavio"]
    (tmp_path / "shop.behavio").rename(tmp_path / "any name")
    other = behavio_jupyter.connect(tmp_path / "any name")
    assert contents(other.store) == before
    assert other.store.schema == schema
    assert other.quality == log.quality
    assert dict(other.segments) == dict(log.segments)
    assert str(other.segments["buyers"]) == "did(buy)"
    with pytest.raises(duckdb.Error, match="read-only"):
        other.store.connection.execute("DELETE FROM events")


def test_a_temporary_file_ends_with_its_log(place: str) -> None:
    log = shop()
    file = log.store.file
    assert (file is not None) == (place == "file")
    del log
    assert file is None or not file.exists()


def test_readers_keep_what_they_opened(tmp_path: Path) -> None:
    path = tmp_path / "shop.behavio"
    log = shop()
    log.save(path)
    reader, second = behavio_jupyter.connect(path), behavio_jupyter.connect(path)
    old = contents(reader.store)
    log.append(MORE)
    newer = behavio_jupyter.connect(path)
    assert contents(reader.store) == contents(second.store) == old
    assert contents(newer.store) == contents(log.store)
    assert len(contents(newer.store)) == 8
    # Who asks to append does so to the file as it is now, not as they opened it.
    reader.append(MORE.assign(user_id="d"))
    assert len(reader) == 12


@HALF
@given(
    raw=rows,
    cuts=st.lists(st.integers(0, 14), max_size=2),
    optional=st.sets(st.sampled_from(OPTIONAL)),
)
def test_appending_parts_is_loading_at_once(
    raw: list[dict[str, Any]], cuts: list[int], optional: set[str]
) -> None:
    names = [name for name in OPTIONAL if name in optional]
    frame = frame_of(raw, names)
    borders = [0, *sorted(cuts), len(raw)]
    parts = [frame[low:high] for low, high in itertools.pairwise(borders)]
    users = pd.DataFrame({"user": ["u1", "u2", "nobody"], "plan": ["a", "b", "c"]})
    log = EventLog(opened(parts[0], names, users=users))
    for part in parts[1:]:
        log.append(part)
    with opened(frame, names, users=users) as whole:
        assert contents(log.store) == contents(whole)
        assert log.store.schema == whole.schema
        everyone = "FROM users ORDER BY user_no"
        assert (
            log.store.cursor().execute(everyone).fetchall()
            == whole.cursor().execute(everyone).fetchall()
        )
        counts = "FROM names ORDER BY event_no"
        assert (
            log.store.cursor().execute(counts).fetchall()
            == whole.cursor().execute(counts).fetchall()
        )
    log.close()


def test_appended_columns_names_and_users(place: str, tmp_path: Path) -> None:
    log = shop()
    log.save(tmp_path / "shop.behavio")
    log.append(MORE)
    whole = EventLog(connect_store(pd.concat([SHOP, MORE], ignore_index=True)))
    assert contents(log.store) == contents(whole.store)
    assert log.store.schema == whole.store.schema
    assert log.store.schema.events == ("about", "buy", "refund", "visit")
    assert log.quality.rows == 8
    # Other names for the same columns.
    renamed = MORE.rename(columns={"user_id": "who", "timestamp": "at"}).assign(event="late")
    log.append(renamed, user="who", time="at")
    assert len(log) == 12
    with pytest.raises(DataError, match="user='user_id': no such column; there is 'who'"):
        log.append(renamed)
    assert os.listdir(tmp_path) == ["shop.behavio"]


@pytest.mark.parametrize("key", [None, "key"])
def test_events_that_are_there_change_nothing(key: str | None, tmp_path: Path) -> None:
    frame = SHOP.assign(key=range(4))
    log = EventLog(connect_store(frame, insert_id=key))
    log.save(tmp_path / "shop.behavio")
    before = (tmp_path / "shop.behavio").stat()
    log.append(frame[1:3])
    assert (tmp_path / "shop.behavio").stat().st_mtime_ns == before.st_mtime_ns
    assert (tmp_path / "shop.behavio").stat().st_ino == before.st_ino
    assert log.quality.rows == 4
    log.append(pd.concat([frame[:2], MORE.assign(key=range(4, 8))]))
    assert (len(log), log.quality.rows) == (8, 10)


def test_new_properties_of_users(place: str) -> None:
    users = pd.DataFrame({"user_id": ["a", "b", "c"], "plan": ["free", "free", "pro"]})
    log = shop(users=users)
    assert log.quality.users_without_events == 1
    log.append(MORE[:1])
    rows_ = "SELECT * EXCLUDE (user_no) FROM users ORDER BY user_no"
    assert log.store.cursor().execute(rows_).fetchall() == [
        ("a", "free"),
        ("b", "free"),
        ("c", "pro"),
    ]
    log.append(MORE[:1], users=pd.DataFrame({"user_id": ["a"], "plan": ["pro"], "age": [5]}))
    assert log.store.cursor().execute(rows_).fetchall() == [
        ("a", "pro", 5),
        ("b", "free", None),
        ("c", "pro", None),
    ]


def test_types_that_widen(place: str) -> None:
    log = EventLog(connect_store(SHOP.assign(user_id=[1, 2, 3, 4], amount=[1, 2, 3, 4])))
    log.append(SHOP.assign(user_id=["x", "1", "2", "3"], amount=["many", "1", "2", None]))
    assert log.store.user_ids().tolist() == ["1", "2", "3", "4", "x"]
    assert log.store.schema.properties[1].kind == "text"


def test_the_end_of_an_appended_log() -> None:
    log = shop(end="2026-01-05")
    end = log.store.schema.end
    log.append(MORE)
    assert log.store.schema.end == end
    log.append(MORE[:0], end="2026-02-01")
    assert log.store.schema.end == 1_769_990_400_000_000


def test_a_segment_saved_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "shop.behavio"
    log = shop()
    log.save(path)
    other = behavio_jupyter.connect(path)
    log.save_segment("buyers", "did(buy)")
    other.append(MORE)
    other.save_segment("old", log.segment("did(visit)"))
    again = behavio_jupyter.connect(path)
    assert list(again.segments) == ["buyers", "old"]
    assert len(again) == 8


def test_many_segments_saved_in_a_file(tmp_path: Path) -> None:
    # Each makes blocks of the file free, which DuckDB cuts off where they lie at its end.
    path = tmp_path / "shop.behavio"
    log = shop()
    log.save(path)
    for number in range(12):
        log.save_segment(f"s{number}", "did(buy)")
        with behavio_jupyter.connect(path) as again:
            assert len(again.segments) == number + 1
            assert contents(again.store) == contents(log.store)


def damaged(path: Path, how: str) -> None:
    shop().save(path)
    content = path.read_bytes()
    if how == "cut":
        path.write_bytes(content[: len(content) * 2 // 3])
    elif how == "text":
        path.write_text("this is no database\n" * 100)
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "head":
        path.write_bytes(content[:100])
    elif how == "garbage":
        path.write_bytes(content[:8192] + os.urandom(len(content) - 8192))
    elif how == "database":
        path.unlink()
        with duckdb.connect(str(path)) as database:
            database.execute("CREATE TABLE shop (x INTEGER)")
    else:
        with duckdb.connect(str(path)) as database:
            key, value = how.split("=")
            database.execute("UPDATE meta SET value = ? WHERE key = ?", [value, key])


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("cut", "is damaged"),
        ("text", "is no Behavio store, or it is damaged"),
        ("empty", "is no Behavio store, or it is damaged"),
        ("head", "is damaged"),
        ("garbage", "is damaged"),
        ("database", "no Behavio store; .* with table=… \\(its tables: 'shop'\\)"),
        ("format=99", "is a store of a newer version \\(99; this one reads up to 3\\)"),
        ("format=1", "is a store of an older version \\(1; this one reads 3\\); build it again"),
        ("schema={}x", "damaged"),
        ("schema=[]", "its description cannot be read"),
    ],
)
def test_no_store(how: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.behavio"
    if how == "schema={}x":
        how = 'schema={"properties": 5}'
    damaged(path, how)
    with pytest.raises(StoreError, match=sentence) as error:
        behavio_jupyter.connect(path)
    assert str(error.value).count("\n") == 0


def test_a_store_has_its_own_columns(tmp_path: Path) -> None:
    shop().save(tmp_path / "shop.behavio")
    with pytest.raises(DataError, match="leave out user=…"):
        behavio_jupyter.connect(tmp_path / "shop.behavio", user="x")
    with pytest.raises(DataError, match="leave out timezone=…"):
        behavio_jupyter.connect(tmp_path / "shop.behavio", timezone="UTC")


def test_an_interrupt_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.behavio"
    log = shop()
    log.save(path)
    old = contents(log.store)

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(drafts.Draft, "put_in_place", interrupted)
    for change in (
        lambda: log.append(MORE),
        lambda: log.save(path),
        lambda: log.save_segment("x", "did(buy)"),
    ):
        with pytest.raises(KeyboardInterrupt):
            change()
        assert os.listdir(tmp_path) == ["shop.behavio"]
        assert contents(open_store(path)) == contents(log.store) == old
        assert list(log.segments) == []


def test_only_what_the_dead_left_is_removed(tmp_path: Path) -> None:
    host = drafts._HOST
    living = begin_draft(tmp_path / "shop.behavio")
    elsewhere = f".club.behavio.behavio-draft-{int(host, 16) ^ 1:08x}-00000000"
    dead = f".club.behavio.behavio-draft-{host}-00000000"
    for name in (dead, elsewhere, f".shop.behavio.behavio-draft-{host}-00000000"):
        (tmp_path / name / "spill").mkdir(parents=True)
    others = {".other", ".other.lock", "shop.behavio", "behavio-lock"}
    for name in {*others, ".club.behavio.behavio-lock", ".third.behavio-lock"}:
        (tmp_path / name).write_text("x")
    remove_leftovers(tmp_path)
    # While somebody writes, what their predecessor left cannot be told from what they write.
    mine = {name for name in os.listdir(tmp_path) if name.startswith(".shop.behavio.")}
    assert set(os.listdir(tmp_path)) == {*others, elsewhere, *mine}
    assert len(mine) == 3
    living.end()
    remove_leftovers(tmp_path)
    assert set(os.listdir(tmp_path)) == {*others, elsewhere}


def test_rows_lie_in_order_for_many_threads() -> None:
    size = 400_000
    frame = pd.DataFrame(
        {
            "user_id": [f"u{number % 5003:05d}" for number in range(size)],
            "event": "e",
            "timestamp": range(size),
            "number": range(size),
        }
    ).sample(frac=1, random_state=0)
    with connect_store(frame) as store:
        store.connection.execute("SET threads = 8")
        numbers = store.cursor().execute("SELECT user_no, time, p0 FROM events").df()
        assert numbers.sort_values(["user_no", "time"], kind="stable").index.is_monotonic_increasing
        assert (numbers["p0"] == store.times() // 1_000_000).all()
        offsets = store.offsets()
        assert len(offsets) == 5004
        assert (numbers["user_no"].to_numpy()[offsets[:-1]] == range(5003)).all()


def test_the_description_of_a_store_is_json(tmp_path: Path) -> None:
    shop().save(tmp_path / "shop.behavio")
    with open_store(tmp_path / "shop.behavio") as store:
        assert json.loads(store.meta("format")) == 3
        assert json.loads(store.meta("segments")) == {}
        assert store.meta("nothing") == "null"


def test_appended_rows_of_which_none_is_an_event_are_told() -> None:
    log = shop()
    with pytest.raises(DataError, match="holds no time that can be read, as 'soon'"):
        log.append(SHOP.assign(timestamp="soon"))
    log.append(SHOP.assign(user_id=None))
    assert len(log) == len(SHOP)
    assert {part.reason: part.rows for part in log.quality.removed}["no user"] == len(SHOP)


def test_a_log_that_is_closed_while_it_is_asked_answers_first() -> None:
    log, answers = shop(), []
    cursor, sums = (
        log.store.cursor(),
        "SELECT sum(a.i * b.i) FROM range(30000) a(i), range(9999) b(i)",
    )
    asking = threading.Thread(target=lambda: answers.extend(cursor.execute(sums).fetchall()))
    asking.start()
    time.sleep(0.05)
    log.close()
    log.close()
    asking.join()
    assert len(answers) == 1
    with pytest.raises(StoreError, match="This log is closed"):
        log.store.cursor()
