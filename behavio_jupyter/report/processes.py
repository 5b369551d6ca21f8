"""Ending processes with all that they started."""

from __future__ import annotations

import contextlib

import psutil


def stop(process: int, grace: float) -> None:
    """End a process with all that it started.

    Parameters
    ----------
    process : int
        Its number.
    grace : float
        Seconds that it has to clean up.
    """
    with contextlib.suppress(psutil.NoSuchProcess):
        first = psutil.Process(process)
        every = [first, *first.children(recursive=True)]
        for one in every:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.terminate()
        _, left = psutil.wait_procs(every, timeout=grace)
        for one in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
