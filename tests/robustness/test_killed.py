"""A process that writes is killed: the store before is whole, and nothing else stays."""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import signal
import statistics
import time

import pytest

import behavio_jupyter

from . import states, work

MOMENTS = 75
"""Kills of each work at random moments."""

STEPS = 25
"""Kills of each work at random steps of what it does to files."""


def is_old(places: work.Places, old: bytes) -> bool:
    """Open the store after a kill, and see that it is one of the two states and alone."""
    with behavio_jupyter.connect(places.store) as log:
        unchanged = places.store.read_bytes() == old
        assert states.state_of(log) == (work.OLD if unchanged else work.NEW)
        if not unchanged:
            assert states.answers(log) == states.expected(work.NEW)
    assert places.strays() == []
    return unchanged


def whole(job: work.Job, places: work.Places) -> tuple[float, int]:
    """Let the work end; return how long it took, and how many steps."""
    with work.running(job, places) as (process, pipe):
        work.told(pipe)
        begun = time.monotonic()
        pipe.send(None)
        steps = work.told(pipe)
        took = time.monotonic() - begun
        process.join()
    return took, steps


@pytest.mark.parametrize("job", [work.save, work.append])
def test_killed_at_random(job: work.Job, places: work.Places) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    old = states.write(places.store, work.OLD)
    measured = []
    for _ in range(3):
        measured.append(whole(job, places))
        assert not is_old(places, old)
        places.store.write_bytes(old)
    duration = statistics.median(took for took, _ in measured)
    steps = measured[0][1]
    print(f"{duration:.3f} s, {steps} steps")

    killed = renamed = 0
    while killed < MOMENTS + STEPS:
        with work.running(job, places) as (process, pipe):
            work.told(pipe)
            if killed < MOMENTS:
                pipe.send(None)
                time.sleep(chance.uniform(0, duration))
                process.kill()
            else:
                pipe.send(chance.randint(1, steps))
            process.join()
            # What was done in time was not killed: another moment.
            killed += process.exitcode == -signal.SIGKILL
        if not is_old(places, old):
            renamed += 1
            places.store.write_bytes(old)
    print(f"{killed} killed, {renamed} when the new state was in place")
    assert behavio_jupyter.connect(places.store).append(states.batch(work.OLD)) is None
    assert places.strays() == []


@pytest.mark.parametrize("job", [work.save, work.append])
def test_what_the_living_write_stays(job: work.Job, places: work.Places) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    old = states.write(places.store, work.OLD)
    duration, _ = whole(job, places)
    for _ in range(4):
        places.store.write_bytes(old)
        with work.running(job, places) as (process, pipe):
            work.told(pipe)
            pipe.send(None)
            for _ in range(2):
                time.sleep(chance.uniform(0, duration / 2))
                # It may end between any two of these.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid or 0, signal.SIGSTOP)
                with behavio_jupyter.connect(places.store) as log:
                    assert states.state_of(log) in (work.OLD, work.NEW)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid or 0, signal.SIGCONT)
            assert work.told(pipe) > 0
            process.join()
        assert not is_old(places, old)
