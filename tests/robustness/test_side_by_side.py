"""Several processes with one store: eight read while one adds; several write at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import pytest

import behavio_jupyter
from behavio_jupyter import StoreError
from behavio_jupyter.data import drafts
from behavio_jupyter.data.drafts import begin_draft

from . import states, work

SECONDS = float(os.environ.get("BEHAVIO_SIDE_BY_SIDE_SECONDS", "60"))
"""How long readers and a writer work side by side."""

READERS = 8


def read(places: work.Places, pipe: Connection) -> None:
    """Open the store, ask, and ask again later what was opened; report how often."""
    pipe.send("ready")
    until = pipe.recv()
    seen: list[int] = []
    opened = asked = 0
    while time.monotonic() < until:
        with behavio_jupyter.connect(places.store) as log:
            opened += 1
            state = states.state_of(log)
            assert not seen or state >= seen[-1], "an older state came after a newer one"
            seen.append(state)
            with behavio_jupyter.connect(places.store) as kept:
                later = states.state_of(kept)
                assert later >= state
                assert states.answers(log) == states.expected(state)
                asked += 1
                # By now the file is another one; nothing of it was read before.
                assert states.answers(kept) == states.expected(later)
                asked += 1
            seen.append(later)
    pipe.send({"opened": opened, "asked": asked, "states": len(set(seen))})


def add(places: work.Places, pipe: Connection) -> None:
    """Add batches one after the other; report how many the store holds then."""
    log = behavio_jupyter.connect(places.store)
    pipe.send("ready")
    until = pipe.recv()
    while time.monotonic() < until:
        log.append(states.batch(states.state_of(log)))
    pipe.send(states.state_of(log))


def test_eight_readers_and_a_writer(places: work.Places) -> None:
    states.write(places.store, 1)
    reports = together([add, *[read] * READERS], places, SECONDS)
    written, readers = reports[0], reports[1:]
    print(written, readers)
    with behavio_jupyter.connect(places.store) as log:
        assert states.state_of(log) == written > 1
        assert states.answers(log) == states.expected(written)
    assert all(reader["asked"] >= 2 for reader in readers)
    assert max(reader["states"] for reader in readers) > 1
    assert places.strays() == []


def together(jobs: list[work.Job], places: work.Places, seconds: float = 0.0) -> list[Any]:
    """Let jobs begin at the same time, and tell them when to end; return what they report."""
    with work.all_running(jobs, places) as pipes:
        for pipe in pipes:
            assert work.told(pipe) == "ready"
        # The clock is the same in every process of a machine.
        until = time.monotonic() + seconds
        for pipe in pipes:
            pipe.send(until)
        return [work.told(pipe) for pipe in pipes]


WRITERS, TURNS = 4, 3


def add_own(first: int, places: work.Places, pipe: Connection) -> None:
    """Add batches that nobody else adds, and save segments between them."""
    log = behavio_jupyter.connect(places.store)
    pipe.send("ready")
    pipe.recv()
    for turn in range(TURNS):
        log.append(states.batch(first + turn))
        log.save_segment(f"from {first + turn}", "did(cart)")
    pipe.send(states.state_of(log))


def test_nothing_is_lost_where_several_write_at_once(places: work.Places) -> None:
    states.write(places.store, 1)
    reports = together([partial(add_own, 1 + TURNS * each) for each in range(WRITERS)], places)
    whole = 1 + WRITERS * TURNS
    assert max(reports) == whole
    with behavio_jupyter.connect(places.store) as log:
        assert states.state_of(log) == whole
        assert states.answers(log) == states.expected(whole)
        assert sorted(log.segments) == sorted(f"from {number}" for number in range(1, whole))
    assert places.strays() == []


def test_threads_of_one_process_take_turns(places: work.Places) -> None:
    states.write(places.store, 1)
    threads = [
        threading.Thread(
            target=lambda number: behavio_jupyter.connect(places.store).append(
                states.batch(number)
            ),
            args=(number,),
        )
        for number in (1, 2, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with behavio_jupyter.connect(places.store) as log:
        assert states.answers(log) == states.expected(4)
    assert places.strays() == []


def hold(places: work.Places, pipe: Connection) -> None:
    """Begin to write, and go on for ever."""
    draft = begin_draft(places.store)
    pipe.send(str(draft.file))
    pipe.recv()


def test_who_waits_goes_on_when_the_writer_is_killed(places: work.Places) -> None:
    states.write(places.store, 1)
    with work.running(hold, places) as (holder, pipe):
        work.told(pipe)
        with work.running(work.append_one, places) as (_, waiting):
            assert not wait([waiting], 0.5)
            holder.kill()
            assert work.told(waiting) == 2
    with behavio_jupyter.connect(places.store) as log:
        assert states.answers(log) == states.expected(2)
    assert places.strays() == []


def test_who_waits_too_long_is_told(places: work.Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_WAIT", 0.3)
    old = states.write(places.store, 1)
    with (
        behavio_jupyter.connect(places.store) as log,
        work.running(hold, places) as (holder, pipe),
    ):
        written = Path(work.told(pipe))
        # A writer that is stopped is no dead one.
        os.kill(holder.pid or 0, signal.SIGSTOP)
        with pytest.raises(
            StoreError, match=rf"is being written by process {holder.pid} on \S+ and was not free"
        ) as error:
            log.append(states.batch(1))
        assert "\n" not in str(error.value)
        with pytest.raises(StoreError, match="is being written by"):
            log.save(places.store)
        with pytest.raises(StoreError, match="is being written by"):
            log.save_segment("buyers", "did(buy)")
        assert states.answers(log) == states.expected(1)
        with behavio_jupyter.connect(places.store):
            assert written.parent.is_dir()
    assert places.store.read_bytes() == old
    with behavio_jupyter.connect(places.store):
        assert places.strays() == []


def test_a_save_does_not_undo_what_others_added(places: work.Places, tmp_path: Path) -> None:
    states.write(places.store, 1)
    log, other = (behavio_jupyter.connect(places.store) for _ in range(2))
    other.append(states.batch(1))
    with pytest.raises(StoreError, match=r"was changed by somebody else .* under another name\."):
        log.save(places.store)
    # Elsewhere it is saved as it was opened, not as its file has become.
    log.save(tmp_path / "copy.behavio")
    with behavio_jupyter.connect(tmp_path / "copy.behavio") as copy:
        assert states.answers(copy) == states.expected(1)
    log.append(states.batch(1))
    other.save(places.store)
    with behavio_jupyter.connect(places.store) as log:
        assert states.answers(log) == states.expected(2)


def test_a_store_found_through_a_link_is_written_where_it_lies(
    places: work.Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    states.write(places.store, 1)
    link = places.temporary / "link.behavio"
    link.symlink_to(places.store)
    monkeypatch.chdir(places.temporary)
    log = behavio_jupyter.connect("link.behavio")
    monkeypatch.chdir(places.home)
    log.append(states.batch(1))
    assert link.is_symlink()
    with behavio_jupyter.connect(places.store) as log:
        assert states.state_of(log) == 2


def test_what_a_lost_interrupt_left_locked_is_taken_back(places: work.Places) -> None:
    states.write(places.store, 1)
    lost = begin_draft(places.store)
    log = behavio_jupyter.connect(places.store)
    log.append(states.batch(1))
    assert states.state_of(log) == 2
    assert not lost.file.parent.exists()
    assert places.strays() == []


_WITHOUT_LOCKS = """
import errno, sys
sys.addaudithook(lambda event, _: refuse() if event == "fcntl.flock" else None)
def refuse():
    raise OSError(errno.ENOLCK, "No locks available")
import behavio_jupyter
with behavio_jupyter.connect(sys.argv[1]) as log:
    log.append(sys.argv[2])
    log.save_segment("buyers", "did(buy)")
print(len(behavio_jupyter.connect(sys.argv[1])))
"""


def test_a_file_system_without_locks_still_takes_a_store(places: work.Places) -> None:
    states.write(places.store, 1)
    events = places.home / "more.parquet"
    states.batch(1).to_parquet(events)
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_LOCKS, str(places.store), str(events)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TMPDIR": str(places.temporary)},
    )
    assert (done.stdout, done.stderr) == (f"{2 * states.EVENTS}\n", "")
    assert places.strays() == []
