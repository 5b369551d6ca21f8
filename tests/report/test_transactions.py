"""Files of SQLite that several processes, and several versions, work on."""

import contextlib
import sqlite3

import pytest
from click.testing import CliRunner

from behavio_jupyter import BehavioError
from behavio_jupyter.cli import main
from behavio_jupyter.report.transactions import writing

TABLES = "CREATE TABLE kept (name TEXT PRIMARY KEY, size INTEGER); CREATE TABLE more (x TEXT);"


def changed(path, *statements):
    path.parent.mkdir(exist_ok=True)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as opened:
        for statement in statements:
            opened.execute(statement)


def version(path):
    with contextlib.closing(sqlite3.connect(path)) as opened:
        return opened.execute("PRAGMA user_version").fetchone()[0]


def test_a_file_keeps_its_version_and_what_is_in_it(tmp_path):
    path = tmp_path / "new" / "kept.sqlite"
    with writing(path, TABLES, 3) as rows:
        rows.execute("INSERT INTO kept VALUES ('a', 1)")
    assert version(path) == 3
    with pytest.raises(ZeroDivisionError), writing(path, TABLES, 3) as rows:
        rows.execute(f"INSERT INTO kept VALUES ('b', {1 // 0})")
    with writing(path, TABLES, 3) as rows:
        assert rows.execute("SELECT * FROM kept").fetchall() == [("a", 1)]


def test_a_file_without_a_version_is_taken_where_its_tables_are_these(tmp_path):
    path = tmp_path / "kept.sqlite"
    changed(path, *TABLES.split(";"), "INSERT INTO kept VALUES ('a', 1)")
    with writing(path, TABLES, 1) as rows:
        assert rows.execute("SELECT * FROM kept").fetchall() == [("a", 1)]
    assert version(path) == 1


@pytest.mark.parametrize("other", ["PRAGMA user_version = 2", "CREATE TABLE kept (x TEXT)"])
def test_a_file_of_another_version_is_left_alone(tmp_path, other):
    path = tmp_path / "kept.sqlite"
    changed(path, other)
    before = path.read_bytes()
    with pytest.raises(BehavioError, match="was kept by another version of Behavio"):
        writing(path, TABLES, 1).__enter__()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("schedule.sqlite", ["schedule", "list"]),
        ("deliveries.sqlite", ["deliveries", "list"]),
    ],
)
def test_commands_say_so(tmp_path, name, words):
    changed(tmp_path / ".behavio" / name, "CREATE TABLE deliveries (id INTEGER, holder TEXT)")
    told = CliRunner().invoke(main, [*words, "--out", str(tmp_path)])
    assert (told.exit_code, told.stderr.count("\n")) == (1, 1)
    assert f"{name} was kept by another version of Behavio" in told.stderr
