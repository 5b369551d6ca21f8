"""What does not fit says so before it starts; what is said is near what is taken."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import behavio_jupyter
from behavio_jupyter import EventLog, datasets
from behavio_jupyter.data import memory
from behavio_jupyter.engine.local import trend
from behavio_jupyter.errors import DataError, TooLargeError

QUESTIONS = [
    "trend events of any per week",
    "trend users of visit per week by country",
    "trend median(view.order_id) per day",
    "trend sessions of any per day where platform = 'ios'",
    "trend users of visit / users of any per day by user.plan",
    "funnel visit -> cart -> purchase within 7d",
    "funnel visit -> cart -> purchase[amount > 20] within 7d by country",
    "funnel visit -> cart -> purchase within 7d counting sessions same order_id per week",
    "funnel any -> any -> any within 7d counting attempts",
    "funnel any -> any -> any -> any -> any -> any within 7d counting attempts",
    "funnel visit -> search -> view -> cart within 1s counting attempts by country",
    "funnel visit -> search -> view -> cart within 1s counting sessions session 1s by country",
    "funnel visit -> cart -> purchase within 7d in any order",
    "retention visit -> visit per week for 12",
    "retention any -> any per day for 30 by country",
    "paths from visit steps 6",
    "paths steps 5 by country",
    "segment did(purchase)",
    "segment count(view where page = '/x') >= 3 and last(country) = 'US'",
]
LONG_QUESTIONS = [
    "trend users of visit / users of any per hour",
    "trend events of visit per hour by country",
    "funnel visit -> buy within 7d per day by country",
]


def spread(days: int) -> EventLog:
    """Return a small log over a long time: of many periods."""
    size = 2000
    place = np.arange(size)
    times = pd.Timestamp("1900-01-01") + pd.to_timedelta(place * days / size, "D")
    frame = pd.DataFrame(
        {
            "user_id": place % 50,
            "event": np.where(place % 3, "visit", "buy"),
            "timestamp": times,
            "country": np.array(list("abcd"))[place % 4],
        }
    )
    return behavio_jupyter.connect(frame, user="user_id", event="event", time="timestamp")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    for name, made in (
        ("shop small", datasets.generate(3_000, 100).connect()),
        ("shop large", datasets.generate(1_000_000, 30_000).connect()),
        ("long small", spread(30)),
        ("long large", spread(36_500)),
    ):
        with made as log:
            log.save(folder / name)
    return folder


@pytest.mark.parametrize(("name", "questions"), [("shop", QUESTIONS), ("long", LONG_QUESTIONS)])
def test_estimates_are_near_what_is_taken(name: str, questions: list[str], logs: Path) -> None:
    command = [sys.executable, "-m", "tests.robustness.measure_memory"]
    done = subprocess.run(
        [*command, str(logs / f"{name} small"), str(logs / f"{name} large")],
        input="\n".join(questions),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["question"] for one in found] == questions
    wrong = [one for one in found if not 1 / 1.3 < one["estimate"] / one["peak"] < 2]
    assert not wrong


def test_a_question_that_does_not_fit(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with behavio_jupyter.connect(logs / "shop large") as log:
        monkeypatch.setenv(memory.LIMIT, "50MB")
        with pytest.raises(TooLargeError) as refusal:
            log.paths("from visit")
        assert re.fullmatch(
            r"This question needs about \d\d MB of memory, and \d+ \w+ are free; open fewer users"
            r" or days of the log, or use a machine with more memory\.",
            str(refusal.value),
        )
        assert "time" not in log._answering().columns.__dict__
        monkeypatch.delenv(memory.LIMIT)
        assert len(log.paths("from visit").table)


def test_a_question_of_too_many_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    times = ["1000-01-01", "9999-12-29"]
    frame = pd.DataFrame({"user_id": [1, 2], "event": ["a", "b"], "timestamp": times})
    with behavio_jupyter.connect(frame) as log:
        monkeypatch.setenv(memory.LIMIT, "2GB")
        for question in ("events of any per hour", "users of a / users of b per hour during 2026"):
            if "2026" in question:
                question = question.replace("during 2026", "during 2026-01-01 to 2026-12-31")
                assert len(log.trend(question).table) == 365 * 24
                continue
            with pytest.raises(TooLargeError, match=r"ask by longer periods, during fewer days"):
                log.trend(question)


def test_events_that_cannot_be_read_for_lack_of_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(memory.LIMIT, "1MB")
    frame = pd.DataFrame({"user_id": [1], "event": ["a"], "timestamp": ["2026-01-01"]})
    with pytest.raises(TooLargeError, match=r"Reading events needs about 180 MB of memory, and 0 "):
        behavio_jupyter.connect(frame)
    monkeypatch.setenv(memory.LIMIT, "much")
    with pytest.raises(DataError, match=r"BEHAVIO_MEMORY='much' is no size; write it like '4GB'"):
        behavio_jupyter.connect(frame)


_LIMITED = """
import resource, sys, psutil
import behavio_jupyter
from behavio_jupyter.errors import TooLargeError
with behavio_jupyter.connect(sys.argv[1]) as log:
    print(len(log.trend("events of any per month").table))
with behavio_jupyter.connect(sys.argv[2]) as log:
    most = psutil.Process().memory_info().vms + 30_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        log.trend("events of any per month")
    except TooLargeError as error:
        print(error)
"""


def test_a_process_of_limited_addresses(logs: Path) -> None:
    command = [sys.executable, "-c", _LIMITED, str(logs / "shop small"), str(logs / "shop large")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(r"needs about \d\d MB of memory, and \d\d MB are free;", done.stdout)


@pytest.mark.parametrize(
    ("lines", "files"),
    [
        ("0::/pod/box\n", ("memory.max", "memory.current", "inactive_file")),
        (
            "5:cpu:/pod\n4:memory:/pod/box\n",
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ),
    ],
)
def test_a_container_of_limited_memory(
    lines: str, files: tuple[str, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most, used, reclaimed = files
    box = tmp_path / ("memory" if "limit" in most else "") / "pod" / "box"
    box.mkdir(parents=True)
    (tmp_path / "cgroup").write_text(lines)
    monkeypatch.setattr(memory, "_GROUPS", tmp_path)
    monkeypatch.setattr(memory, "_OWN_GROUPS", tmp_path / "cgroup")
    without = memory.available()
    for folder, limit in ((box, 900), (box.parent, 500)):
        (folder / most).write_text(f"{limit}\n")
        (folder / used).write_text("450\n")
        (folder / "memory.stat").write_text(f"anon 1\n{reclaimed} 100\n")
    assert without > 550
    assert memory.available() == 150
    (box.parent / most).write_text("max\n")
    assert memory.available() == 550


def test_memory_that_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    with datasets.generate(100, 5).connect() as log:
        monkeypatch.setattr(trend, "answer", exhausted)
        with pytest.raises(TooLargeError, match="needed more memory than there is"):
            log.trend("events of any per day")
