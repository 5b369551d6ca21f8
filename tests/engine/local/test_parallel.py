from __future__ import annotations

import multiprocessing
import os
import time
from functools import partial

import pytest

from behavio_jupyter.engine.local.parallel import run


def _busy() -> int:
    """Make so many calls, each slow enough, that every thread of the pool is needed."""
    return len(run([partial(time.sleep, 0.05)] * 2 * (os.cpu_count() or 1)))


def _tell(answers: multiprocessing.queues.Queue[int]) -> None:
    answers.put(_busy())


@pytest.mark.filterwarnings("ignore:This process")
def test_a_forked_process_has_threads_of_its_own() -> None:
    made = _busy()
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_tell, args=(answers,))
    child.start()
    try:
        assert answers.get(timeout=20) == made
    finally:
        child.kill()
        child.join()
