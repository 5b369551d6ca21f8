"""The disk is full, or nothing can be written: one sentence, the store before whole, no strays.

Every means that this machine allows is used; the limit on the size of files, and giving up the
right to write, need no privilege and are always there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import pandas as pd
import pytest

import behavio_jupyter
from behavio_jupyter import EventLog, StoreError

from . import filesystems, states, work

ROOM = 1 << 30
LITTLE = 600_000


def long_texts(rows: int) -> pd.DataFrame:
    """Events with a property that does not compress."""
    numbers = np.random.default_rng(0).integers(0, 256, (rows, 100), np.uint8)
    return pd.DataFrame(
        {
            "user_id": [f"long-{row % 997:03d}" for row in range(rows)],
            "event": "read",
            "timestamp": pd.Timestamp("2026-01-01", tz="UTC")
            + pd.to_timedelta(np.arange(rows), unit="s"),
            "platform": [line.tobytes().hex() for line in numbers],
            "amount": None,
        }
    )


def refused(act: Callable[[], Any]) -> str:
    """Return the sentence with which something is refused."""
    with pytest.raises(StoreError) as error:
        act()
    return str(error.value)


def entering(
    means: Callable[..., Any], job: Callable[..., Any], places: work.Places, pipe: Connection
) -> None:
    """Do a job where there is little room, if this machine allows the means."""
    try:
        limit = means(places)
    except OSError as error:
        if not filesystems.is_forbidden_here(error):
            raise
        pipe.send(None)
        return
    pipe.send(job(limit, places))


def everywhere(
    means: dict[str, Callable[..., Any]], job: Callable[..., Any], places: work.Places
) -> dict[str, Any]:
    """Do a job by each means that works here; return what it gives, by the name of the means."""
    found = {}
    for name, each in means.items():
        with work.running(partial(entering, each, job), places) as (process, pipe):
            found[name] = work.told(pipe)
            process.join()
    print({name: report if report is None else "ran" for name, report in found.items()})
    return {name: report for name, report in found.items() if report is not None}


def disk_of_stores(places: work.Places) -> Callable[[bool], None]:
    limit = filesystems.small_disk(places.store.parent)
    # What lies there already takes room, too.
    return lambda full: limit(used(places) + LITTLE if full else ROOM)


def files_of_stores(places: work.Places) -> Callable[[bool], None]:
    limit = filesystems.small_files(places.store.parent)
    return lambda full: limit(LITTLE if full else ROOM)


def used(places: work.Places) -> int:
    found = os.statvfs(places.store.parent)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def write_what_is_too_much(limit: Callable[[bool], None], places: work.Places) -> list[str]:
    """Save, append and keep a segment where nothing fits; then where it does."""
    limit(False)
    old = states.write(places.store, 2)
    log = behavio_jupyter.connect(places.store)
    other = behavio_jupyter.connect(long_texts(20_000))
    limit(True)
    sentences = []
    for act in (
        lambda: log.append(long_texts(20_000)),
        lambda: other.save(places.store),
        lambda: other.save(places.store.with_name("new.behavio")),
        lambda: log.save_segment("buyers", "did(buy)"),
    ):
        sentences.append(refused(act))
        assert places.store.read_bytes() == old
        assert sorted(os.listdir(places.store.parent)) == ["shop.behavio"]
        assert states.answers(log) == states.expected(2)
    assert list(log.segments) == []
    limit(False)
    log.append(states.batch(2))
    log.save_segment("buyers", "did(buy)")
    assert states.answers(behavio_jupyter.connect(places.store)) == states.expected(3)
    other.save(places.store)
    return sentences


def test_no_room_for_the_store(places: work.Places) -> None:
    states.write(places.store, 2)
    means = {"disk": disk_of_stores, "files": files_of_stores}
    found = everywhere(means, write_what_is_too_much, places)
    assert "files" in found
    folder = str(places.store.parent)
    for name, sentences in found.items():
        for sentence in sentences:
            assert "\n" not in sentence
            assert sentence.endswith(" elsewhere.") or sentence.endswith(" elsewhere first.")
            assert folder in sentence
            if name == "disk":
                assert "takes more than the " in sentence
                assert "B which are free in" in sentence
            else:
                assert "may not become as large" in sentence
                assert "raise the limit (ulimit -f)" in sentence
    assert places.strays() == []


def disk_of_temporaries(places: work.Places) -> Callable[[int], None]:
    return filesystems.small_disk(places.temporary)


def files_of_temporaries(places: work.Places) -> Callable[[int], None]:
    return filesystems.small_files(places.temporary)


def build_what_is_too_much(limit: Callable[[int], None], places: work.Places) -> list[str]:
    """Build a large log where its file, or what is sorted on disk, does not fit; then where."""
    work.large_logs(100)
    rows = long_texts(20_000)
    behavio_jupyter.connect(rows[:10]).close()
    own = sorted(os.listdir(places.temporary))
    limit(LITTLE)
    sentences = [refused(lambda: behavio_jupyter.connect(rows))]
    assert sorted(os.listdir(places.temporary)) == own
    limit(ROOM)
    # Less memory than the rows take: they are sorted on disk.
    work.large_logs(40)
    many = pd.concat([rows] * 10).assign(timestamp=range(200_000))
    limit(8_000_000)
    with pytest.raises(StoreError) as error:
        behavio_jupyter.connect(many)
    sentences += [str(error.value), str(error.value.__cause__)]
    assert sorted(os.listdir(places.temporary)) == own
    limit(ROOM)
    with behavio_jupyter.connect(many) as log:
        assert len(log) == 200_000
    assert sorted(os.listdir(places.temporary)) == own
    return sentences


def test_no_room_among_the_temporary_files(places: work.Places) -> None:
    states.write(places.store, 1)
    means = {"disk": disk_of_temporaries, "files": files_of_temporaries}
    found = everywhere(means, build_what_is_too_much, places)
    assert "files" in found
    for name, (file, sorting, cause) in found.items():
        print(name, cause)
        for sentence in (file, sorting):
            assert sentence.startswith("The events cannot be read: ")
            assert "\n" not in sentence
            assert str(places.temporary) in sentence
            assert sentence.endswith(", or name a folder with more room in TMPDIR.")
    assert places.strays() == []


def disk_to_read(places: work.Places) -> Callable[[], None]:
    return filesystems.read_only_disk(places.store.parent)


def folder_to_read(places: work.Places) -> Callable[[], None]:
    return filesystems.forbidden_folder(places.store.parent)


def write_where_one_may_only_read(forbid: Callable[[], None], places: work.Places) -> list[str]:
    """Open a store, ask, and try to change it."""
    old = states.write(places.store, 2) if not places.store.exists() else places.store.read_bytes()
    forbid()
    log: EventLog = behavio_jupyter.connect(places.store)
    sentences = [
        refused(lambda: log.append(states.batch(2))),
        refused(lambda: log.save(places.store)),
        refused(lambda: log.save(places.store.with_name("new.behavio"))),
        refused(lambda: log.save_segment("buyers", "did(buy)")),
    ]
    assert states.answers(log) == states.expected(2)
    assert places.store.read_bytes() == old
    assert sorted(os.listdir(places.store.parent)) == ["shop.behavio"]
    log.save(places.temporary / "mine.behavio")
    log.append(states.batch(2))
    assert states.answers(log) == states.expected(3)
    return sentences


def test_a_folder_to_read_only(places: work.Places) -> None:
    states.write(places.store, 2)
    means = {"disk": disk_to_read, "folder": folder_to_read}
    try:
        found = everywhere(means, write_where_one_may_only_read, places)
    finally:
        places.store.parent.chmod(0o755)
    assert "folder" in found
    for sentences in found.values():
        for sentence in sentences:
            assert sentence.endswith(
                f"nothing can be written in {places.store.parent}, which is read-only for you;"
                " change that, or save the log elsewhere."
            )
    assert places.strays() == []
