"""Names and values of users reach DuckDB as parameters or quoted identifiers, and nothing else.

DuckDB itself keeps what it was asked: every statement of a whole session is cut into tokens, and
a hostile name may be found in quoted identifiers only, a path in strings only, a value nowhere.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import behavio_jupyter
from behavio_jupyter import EventLog
from behavio_jupyter.data import drafts, sources
from behavio_jupyter.data.sql import database
from behavio_jupyter.engine.local.predicate import Column, Expression
from behavio_jupyter.errors import BehavioError, DefinitionError
from behavio_jupyter.query import Breakdown, Events, Funnel, Segment, Step, Trend, parse
from behavio_jupyter.query.predicate import (
    And,
    Arithmetic,
    Comparison,
    Constant,
    In,
    Like,
    Property,
)
from behavio_jupyter.query.trend import Series

MARK = "zq7"
"""Is in every hostile name and value, and in no statement of ours."""

HOSTILE = [
    'a"; DROP TABLE events; --',
    "a'; DROP TABLE events; --",
    "') OR 1=1 --",
    "/* */ ; SELECT",
    "{x} {0} %s %(x)s $1 ? :x @x",
    "\u202eright to left\u200b",
    "😀 ünï 'x' \"y\"",
    "line\nend\ttab\r",
    "nul\0l",
    "back\\slash\\",
    "read_text('/etc/passwd')",
    "select",
    " ",
    "e" * 2000,
]


class Spied:
    """The statements that all databases of a session were asked."""

    def __init__(self) -> None:
        self.opened: list[duckdb.DuckDBPyConnection] = []
        self.said: list[str] = []

    def database(self) -> duckdb.DuckDBPyConnection:
        connection = database()
        connection.execute("CALL enable_logging('QueryLog')")
        self.opened.append(connection.cursor())
        return connection

    def statements(self) -> list[str]:
        for cursor in self.opened:
            with contextlib.suppress(duckdb.ConnectionException):
                log = cursor.execute("SELECT message FROM duckdb_logs WHERE type = 'QueryLog'")
                self.said += [message for (message,) in log.fetchall()]
        return self.said


@contextlib.contextmanager
def spied() -> Iterator[Spied]:
    spy = Spied()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drafts, "database", spy.database)
        patch.setattr(sources, "database", spy.database)
        yield spy
        for cursor in spy.opened:
            cursor.close()


def tokens_with_mark(statement: str) -> list[str]:
    """Return the tokens of a statement in which the mark is."""
    raw = statement.encode()
    starts = [start for start, _ in duckdb.tokenize(statement)]
    tokens = [raw[a:b].decode() for a, b in zip(starts, [*starts[1:], len(raw)], strict=True)]
    return [token.strip() for token in tokens if MARK in token]


def events(name: str) -> pd.DataFrame:
    """Return three events of which everything is called alike."""
    return pd.DataFrame(
        {
            "user_id": [name, "b", name],
            "event": [name, name, "plain"],
            "timestamp": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"]),
            name: [name, None, "other"],
            f"{name} number": [1.5, 2.5, None],
        }
    )


def asked(log: EventLog, name: str) -> None:
    """Ask of everything by its name, and see that the answers are right."""
    named = Events(names=(name,))
    text, number = Property(name=name), Property(name=f"{name} number")
    same = Comparison(left=text, operator="=", right=Constant(value=name))
    funnel = Funnel(
        steps=[
            Step(events=Events(names=(name,), where=same)),
            Step(events=Events(names=("plain",), where=In(value=text, options=("other", name)))),
        ],
        same=None,
        by=Breakdown(property=text),
        within="7d",
    )
    assert parse(str(funnel)) == funnel
    assert log.run(str(funnel)).table["count"].tolist() == [1, 1]
    likes = Events(names=(name,), where=Like(value=text, pattern=name.replace("\\", "_")))
    trend = Trend(value=Series(function="sum", events=likes, property=number.name), per="month")
    assert parse(str(trend)) == trend
    assert log.run(trend).table["value"].sum() == 1.5
    segment = parse(f"did({named}) and first({text}) = {Constant(value=name)}", kind="segment")
    assert isinstance(segment, Segment)
    assert log.run(segment).users.tolist() == [name]
    assert log.timeline(name)["event"].tolist() == [name, "plain"]
    assert log.timeline(name)[name].tolist() == [name, "other"]
    with pytest.raises(BehavioError, match="There is no user"):
        log.timeline(f"{name} nobody")
    assert name in log.properties["name"].tolist()
    assert name in log.events["name"].tolist()


def session(spy: Spied, name: str, folder: Path, source: Any) -> None:
    """Do everything with a log in which everything has a hostile name."""
    users = pd.DataFrame({"user_id": [name, "b"], f"{name} plan": [name, None]})
    with behavio_jupyter.connect(
        source, user="user_id", event="event", time="timestamp", users=users
    ) as log:
        asked(log, name)
        plan = Property(name=f"{name} plan", owner="user")
        planned = Comparison(left=plan, operator="=", right=Constant(value=name))
        assert log.run(Segment(condition=planned)).users.tolist() == [name]
        log.save_segment(name, Segment(condition=planned))
        log.append(events(name).assign(event=f"{name} more", user_id="c"))
        path = folder / "kept.behavio"
        log.save(path)
        asked(log, name)
        with behavio_jupyter.connect(path) as saved:
            asked(saved, name)
            assert list(saved.segments) == [name]
            assert len(saved) == len(log) == 6
            spy.statements()
    spy.statements()


def examined(spy: Spied) -> None:
    """See that hostile names are in statements as quoted identifiers, and paths as strings."""
    assert len(spy.said) > 50
    for statement in spy.said:
        for token in tokens_with_mark(statement):
            path = token.startswith("'") and f"{MARK}_folder" in token
            assert path or token.startswith('"'), statement


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_names(number: int, tmp_path: Path) -> None:
    name = HOSTILE[number] + MARK
    folder = tmp_path / f"{MARK}_folder"
    folder.mkdir()
    with spied() as spy:
        source = folder / f"it's {MARK}.parquet"
        events(name).to_parquet(source)
        session(spy, name, folder, source)
        examined(spy)


letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=max(5, settings().max_examples // 12))
@given(name=letters)
def test_any_name(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp(f"{MARK}_folder")
    with spied() as spy:
        session(spy, name + MARK, folder, events(name + MARK))
        examined(spy)


def test_the_spy_sees_what_is_pasted(tmp_path: Path) -> None:
    with spied() as spy:
        drafts.in_memory().execute(f"SELECT '{MARK}', 1 AS \"{MARK}\"")
        (pasted,) = [text for text in spy.statements() if MARK in text]
        assert [token[0] for token in tokens_with_mark(pasted)] == ["'", '"']


@pytest.fixture(scope="module")
def log() -> Iterator[EventLog]:
    frame = events("x").rename(columns={"x": "country", "x number": "amount"})
    given = {"user": "user_id", "event": "event", "time": "timestamp"}
    with behavio_jupyter.connect(frame, **given) as opened:
        yield opened


ATTEMPTS = [
    "read_text('/etc/passwd') = 'x'",
    "country = read_text('/etc/passwd')",
    "(select 1) = 1",
    "country = (select content from read_text('/etc/passwd'))",
    "country in (select 'a')",
    "exists (select 1)",
    "country = 'x'; drop table events",
    "country = 'x' -- and amount > 1 ; attach 'a.db'",
    "country = 'x' /* */ union select 1",
    "attach 'a.db' as a",
    "copy events to 'a.csv'",
    "install httpfs",
    "load httpfs",
    "set memory_limit = '1GB'",
    "pragma database_list",
    "call enable_logging()",
    "country = getenv('HOME')",
    "country = current_setting('home_directory')",
    "country = $1",
    "country = ?",
    "country::varchar = 'x'",
    "country collate nocase = 'x'",
    "events.country = 'x'",
    "\"country\" || 'x' = 'x'",
    "amount = amount] or [1 = 1",
    "lower(country) = 'x'",
    "count(*) > 1",
    "case when amount > 1 then true end",
    "amount between 1 and (select 2)",
    "country like 'a' escape 'b'",
    "country = E'\\x00'",
    "country = x'00'",
    "columns('*') is null",
    "rowid = 1; select 1",
]


@pytest.mark.parametrize("text", ATTEMPTS)
def test_predicates_are_no_sql(text: str, log: EventLog) -> None:
    for question in (f"x[{text}] -> plain", f"x -> plain where {text}"):
        with pytest.raises(BehavioError):
            log.funnel(question)
    with pytest.raises(BehavioError):
        log.run(Funnel(steps=[f"x[{text}]", "plain"]))
    with pytest.raises(BehavioError):
        log.segment(f"did(x where {text})")
    assert len(log) == 3


SQL = "country = 'x') or (select count(*) from read_text('/etc/passwd')) > 0 or ('a' = 'a'"


def test_definitions_take_no_sql(log: EventLog) -> None:
    left, right = Property(name="country"), Constant(value="x")
    with pytest.raises(DefinitionError):
        Comparison(left=left, operator="= 'x' or 1 =", right=right)
    with pytest.raises(DefinitionError):
        Arithmetic(left=left, operator="+ 1) or (", right=right)
    with pytest.raises(DefinitionError):
        Constant(value=[SQL])
    for unknown in (SQL, 'p0" = "p0', "p0", "rowid"):
        where = Comparison(left=Property(name=unknown), operator="=", right=right)
        with pytest.raises(BehavioError, match="There is no property"):
            log.run(Funnel(steps=[Step(events=Events(names=("x",), where=where)), "plain"]))
    where = Comparison(left=left, operator="=", right=Constant(value=SQL))
    found = log.run(Funnel(steps=[Step(events=Events(names=("x",), where=where)), "plain"]))
    assert found.table["count"].tolist() == [0, 0]


def test_not_even_objects_that_were_never_checked() -> None:
    left, right = Property(name="country"), Constant(value="x")
    good = Comparison(left=left, operator="=", right=right)
    for wrong in (
        Comparison.model_construct(left=left, operator="= 'x' or 1 =", right=right),
        Comparison.model_construct(
            left=Arithmetic.model_construct(left=left, operator="+ 1) or (", right=right),
            operator="=",
            right=right,
        ),
        Comparison.model_construct(left=SQL, operator="=", right=right),
        Constant.model_construct(value=SQL),
        SQL,
    ):
        with pytest.raises((KeyError, TypeError)):
            Expression(wrong, lambda node: Column("e.p0", "text"), "UTC")
    joined = And.model_construct(kind="or true or", parts=(good, good))
    sql = Expression(joined, lambda node: Column("e.p0", "text"), "UTC").sql
    assert "true" not in sql
    assert " and " in sql


STATEMENTS = [
    "FROM read_text('/etc/hostname')",
    "FROM read_csv('/etc/passwd')",
    "FROM '/etc/passwd'",
    "FROM glob('/*')",
    "FROM 'https://example.org/a.parquet'",
    "ATTACH 'a.db' AS a",
    "ATTACH 'https://example.org/a.db' AS a",
    "COPY events TO 'a.csv'",
    "EXPORT DATABASE 'a'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "INSTALL h3 FROM community",
    "SET enable_external_access = true",
]


@pytest.mark.parametrize("place", ["memory", "file"])
def test_a_store_reaches_nothing_outside(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"user": "user_id", "event": "event", "time": "timestamp"}
    with behavio_jupyter.connect(events("x"), **given) as log:
        if place == "file":
            log.save("a.behavio")
        for statement in STATEMENTS:
            with pytest.raises(duckdb.Error):
                log.store.cursor().execute(statement).fetchall()
        (settled,) = (
            log.store.cursor()
            .execute(
                "SELECT list(CAST(value AS VARCHAR)) FROM duckdb_settings() WHERE name IN"
                " ('enable_external_access', 'autoinstall_known_extensions',"
                " 'autoload_known_extensions', 'allow_community_extensions')"
            )
            .fetchall()
        )
        assert settled == (["false"] * 4,)
    assert [path.name for path in tmp_path.iterdir()] == ["a.behavio"] * (place == "file")
