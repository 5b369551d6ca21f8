"""Every line of docs/coming_from.md runs, and finds the numbers that stand beside it."""

from __future__ import annotations

import datetime as dt
import re
from importlib import resources
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from behavio_jupyter import connect, datasets

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "coming_from.md").read_text(encoding="utf-8")
RULES = (DOCS / "semantics.md").read_text(encoding="utf-8")
SQL = re.findall(r"^```sql\n-- (\d+)\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
SETUPS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")


def tables(part: str) -> list[list[str]]:
    """The cells of all rows of tables, without headings."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in part.splitlines() if line[:1] == "|"]
    cells = [[cell.strip().replace("\\|", "|") for cell in row] for row in rows]
    return [row for row in cells if not set("".join(row)) <= {"-"}]


def lines(part: str) -> list[str]:
    plain = re.sub(r"^```.*?^```", "", part, flags=re.MULTILINE | re.DOTALL).replace("\\|", "|")
    return [code for code in CODE.findall(plain) if code.startswith(("%", "r = ", "r."))]


def ask(shell, line: str):
    """Run a line; the answer to a magic is not shown, since drawing takes longer than asking."""
    if line.startswith("%"):
        magic, _, text = line[1:].partition(" ")
        return shell.run_line_magic(magic, text)
    run = shell.run_cell(line)
    run.raise_error()
    return run.result


BEFORE_SQL, OF_SQL = re.split(r"^## SQL$", PAGE, flags=re.MULTILINE)


def test_lines_for_the_shop_run(shell) -> None:
    shell.run_cell(SETUPS[0]).raise_error()
    found = [ask(shell, line) for line in lines(BEFORE_SQL)]
    assert len(found) > 75
    for result in found:
        table = getattr(result, "table", None)
        assert table is None or len(table), result


def test_lines_for_sql_run(shell) -> None:
    shell.run_cell(SETUPS[1]).raise_error()
    found = [ask(shell, line) for line in lines(OF_SQL)]
    assert len(found) > 10


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as database:
        database.execute("SET timezone = 'UTC'")
        for view, file in (("events", "contributions"), ("purchases", "cdnow")):
            path = resources.files(datasets) / f"{file}.parquet"
            database.execute(
                f"CREATE VIEW {view} AS SELECT user_id, event, timestamp::TIMESTAMP AS time"
                f" FROM '{path}'"
            )
        yield database


@pytest.mark.parametrize(("people", "query"), SQL)
def test_queries_find_what_stands_above_them(database, people: str, query: str) -> None:
    assert database.sql(query).fetchall() == [(int(people),)]


def test_numbers_beside_sql() -> None:
    log = datasets.contributions()
    rows = [row for row in tables(OF_SQL) if row[0].isdigit()]
    assert [row[0] for row in rows] == ["445", "462", "285", "533", "474"]
    for people, _, here, _ in rows:
        if here.startswith("`%"):
            text, _, other = here.removeprefix("`%").partition("`")
            expected = other.removeprefix(" finds ") or people
            assert log.run(text).table["count"].tolist() == [1623, int(expected)]


def test_strictly_after_loses_the_same_commit(database) -> None:
    query = {int(people): query for people, query in SQL}[462]
    strictly = query.replace("test.time >= code.time", "test.time > code.time")
    assert database.sql(strictly).fetchall() == [(285,)]


def test_retention_beside_sql() -> None:
    asked = re.search(r"`%retention @cdnow (.*?)`", PAGE)[1]
    table = datasets.cdnow().retention(asked).table
    first = table[table["cohort"] == pd.Timestamp("1997-01-01", tz="UTC")]
    assert first["retained"].iloc[1] == 1157
    assert not table["complete"].all()


def history(text: str):
    """``browse@13:00=shirt``: an event, its time (of one day unless dated), its item."""
    rows = []
    for word in text.split():
        event, time, *value = re.split("[@=]", word)
        when = dt.datetime.fromisoformat(time if "T" in time else f"2026-03-02T{time}")
        rows.append({"user": "ann", "event": event, "time": when, "item": (value or [None])[0]})
    return connect(pd.DataFrame(rows), user="user", event="event", time="time")


def test_their_own_examples() -> None:
    rows = tables(PAGE.split("## Their own examples")[1])[1:]
    assert len(rows) >= 10
    events = ""
    for _, cell, question, here, _ in rows:
        events = events if cell == "the same" else cell.strip("`")
        found = history(events).run(question.strip("`"))
        if question.startswith("`funnel"):
            counted = found.table["count"].tolist()
        else:
            counted = found.table.loc[found.table["retained"] > 0, "period"].tolist()
            counted = counted[: len(here.split(","))]
        assert ", ".join(map(str, counted)) == here, question


def test_the_average_of_mixpanels_example() -> None:
    days = {"2026-03-01": (1000, 500), "2026-03-02": (500, 400), "2026-03-03": (700, 10)}
    rows = []
    for day, (size, back) in days.items():
        start = pd.Timestamp(f"{day} 12:00")
        rows += [(f"{day} {n}", start) for n in range(size)]
        rows += [(f"{day} {n}", start + pd.Timedelta(days=1)) for n in range(back)]
    events = pd.DataFrame(rows, columns=["user", "time"]).assign(event="open")
    log = connect(events, user="user", event="event", time="time", end="2026-03-04 13:00")
    average = log.retention("first ever open -> open per day for 1").average
    assert average["rate"].iloc[1] == 0.6


def test_rules_and_links_exist() -> None:
    for rule in set(re.findall(r"\b[DPASFRKTX]\d+\b", PAGE)):
        assert re.search(rf"\*\*{rule}\b", RULES), rule
    for path, _, place in re.findall(r"\]\(([\w.]*)(#?)([\w-]*)\)", PAGE):
        text = (DOCS / path).read_text(encoding="utf-8") if path else PAGE
        headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
        assert not place or place in {head.lower().replace(" ", "-") for head in headings}, place
