"""The README's examples run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from behavio_jupyter import datasets

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def block(heading, start):
    """The block of code below a heading that starts so."""
    below = README.split(f"## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```\w*\n(.*?)^```", below, re.MULTILINE | re.DOTALL)
    return next(found for found in blocks if found.startswith(start))


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A folder with the files that the README speaks of."""
    monkeypatch.chdir(tmp_path)
    made = datasets.generate(2_000, 100)
    pq.write_table(made.events, "events.parquet")
    Path("logs").mkdir()
    numbered = made.events.to_pandas().assign(event_id=range(2_000))
    numbered.to_csv("logs/2026-01.csv.gz", index=False)
    return made


def test_the_ten_lines(shell):
    lines = block("Ten lines", "%load_ext").splitlines()
    assert len(lines) == 10
    for line in lines:
        shell.run_cell(line).raise_error()
    assert len(shell.user_ns["r"].users(step=2, dropped=True)) > 0


def test_ones_own_data(made, shell):
    names = {"user_id": "customer_id", "event": "action", "timestamp": "ts"}
    shell.user_ns["df"] = made.events.to_pandas().rename(columns=names)
    shell.user_ns["users_df"] = made.users.to_pandas()
    for line in block("Your own data", "%load_ext").splitlines():
        shell.run_cell(line).raise_error()
    log = shell.run_cell("%behavio use shop").result
    assert len(log) == 2_000
    assert log.events["first"].dtype == pd.DatetimeTZDtype("us", "Europe/Berlin")


def test_the_same_in_python(made):
    names = {}
    exec(block("Your own data", "import"), names)
    assert names["result"].groups == ("country",)


def test_by_clicking(made, shell):
    shell.run_cell("%behavio connect events.parquet").raise_error()
    shell.run_cell("app = %explore").raise_error()
    assert shell.user_ns["app"].selected == "funnel"
    shell.user_ns["log"] = shell.run_cell("%behavio use events").result
    shell.run_cell(block("By clicking", "from")).raise_error()
