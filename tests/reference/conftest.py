"""The examples of the reference are asked of the engine, too, and have the same answers there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from behavio_jupyter import EventLog, connect
from behavio_jupyter.engine.local import LocalEngine
from behavio_jupyter.errors import UnknownNameError
from behavio_jupyter.query.check import Catalog, check

from ..engine.comparison import assert_frame, assert_same, assert_users
from .calendar import WEEKDAYS, to_datetime
from .log import Log

ROLES = {"user": "user", "event": "event", "time": "time"}


@pytest.fixture(autouse=True)
def _engine_says_the_same(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: dict[int, tuple[Log, EventLog]] = {}

    def asked_twice(ask: Callable[..., Any], compare: Callable[..., None]) -> Callable[..., Any]:
        def asked(question: Any, *more: Any) -> Any:
            expected = ask(question, *more)
            *more, log = more
            if id(log) not in opened:
                opened[id(log)] = log, opened_by_engine(log)
            event_log = opened[id(log)][1]
            if known(question, event_log, log):
                engine = LocalEngine(event_log.store, log.segments)
                compare(engine, expected, question, *more, log.calendar.zone.key)
            return expected

        return asked

    for name, compare in COMPARED.items():
        if hasattr(request.module, name):
            asked = asked_twice(getattr(request.module, name), compare)
            monkeypatch.setattr(request.module, name, asked)


def known(question: Any, event_log: EventLog, log: Log) -> bool:
    """Whether the log has all that a question names; only such questions reach an engine."""
    schema = event_log.store.schema
    catalog = Catalog(
        schema.events,
        {info.name: info.kind for info in schema.properties},
        {info.name: info.kind for info in schema.user_properties},
        log.segments,
        schema.has_sessions,
    )
    try:
        check(question, catalog)
    except UnknownNameError:
        return False
    return True


def opened_by_engine(log: Log) -> EventLog:
    """The clean events of a reference log, opened as a user would."""
    events = [event for history in log.events.values() for event in history]
    columns = {
        "user": pd.Series([event.user for event in events], dtype="str"),
        "event": pd.Series([event.name for event in events], dtype="str"),
        "time": pd.Series(
            [to_datetime(event.time) for event in events], dtype="datetime64[us, UTC]"
        ),
    }
    for name in log.properties:
        values = [event.properties[name] for event in events]
        text = any(isinstance(value, str) for value in values) or not any(values)
        columns[name] = pd.Series(values, dtype="str" if text and name != "x" else "float64")
    roles = dict(ROLES)
    if any(event.sequence is not None for event in events):
        columns["sequence"] = pd.Series([event.sequence for event in events], dtype="Int64")
        roles["sequence"] = "sequence"
    if any(event.session is not None for event in events):
        columns["session"] = pd.Series([event.session for event in events], dtype="str")
        roles["session"] = "session"
    users: dict[str, Any] = {}
    if log.user_table:
        names = dict.fromkeys(name for row in log.user_table.values() for name in row)
        table = {"user": pd.Series(list(log.user_table), dtype="str")}
        for name in names:
            values = [row.get(name) for row in log.user_table.values()]
            table[name] = pd.Series(values, dtype="str")
        users = {"users": pd.DataFrame(table), "user_key": "user"}
    return connect(
        pd.DataFrame(columns),
        timezone=log.calendar.zone.key,
        week_start=WEEKDAYS[log.calendar.first_weekday],
        end=None if log.end is None else pd.Timestamp(to_datetime(log.end)),
        **roles,
        **users,
    )


def same_answer(engine: LocalEngine, expected: Any, question: Any, timezone: str) -> None:
    assert_same(engine.answer(question), expected, timezone)


def same_activity(engine: LocalEngine, expected: Any, question: Any, timezone: str) -> None:
    assert_same(engine.activity(question), expected, timezone)


def same_over_time(
    engine: LocalEngine, expected: Any, question: Any, per: Any, timezone: str
) -> None:
    assert_frame("over_time", engine.over_time(question, per), expected, (), timezone)


def same_members(
    engine: LocalEngine, expected: Any, question: Any, pick: Any, timezone: str
) -> None:
    written = {
        name: pd.Timestamp(to_datetime(value))
        if name == "cohort" or (name == "period" and question.kind != "retention")
        else value
        for name, value in pick.items()
    }
    assert_users(engine.members(question, written), expected)


COMPARED: dict[str, Callable[..., None]] = {
    "answer": same_answer,
    "activity": same_activity,
    "over_time": same_over_time,
    "members": same_members,
}
