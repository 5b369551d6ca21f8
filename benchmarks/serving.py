"""The far end of a side: a process that answers one line of JSON with another."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_KILLED_FIRST = "800"


def serve(make: Callable[[Path], Any]) -> None:
    """Make a side over the folder named last on the command line; do what standard input says.

    A line holds ``{"do": method, "with": arguments}``; the answer is
    ``{"value": …, "seconds": …, "processor": …}`` or ``{"error": …}``. Answers of ``ask`` stay
    here, where ``rows`` reads them.
    """
    # What a library prints goes elsewhere; the answers have the pipe for themselves.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _be_killed_first()
    side = make(Path(sys.argv[-1]))
    answer: Any = None
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if asked["do"] == "peak":
                told: dict[str, Any] = {"value": peak()}
            elif asked["do"] == "rows":
                told = {"value": side.rows(*asked["with"], answer)}
            else:
                # Before the clock starts: giving memory back is not this answer's time.
                answer = None
                call = getattr(side, asked["do"])
                busy, start = time.process_time(), time.perf_counter()
                answer = call(*asked["with"])
                seconds = time.perf_counter() - start
                told = {"seconds": seconds, "processor": time.process_time() - busy}
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {str(error).splitlines()[:1]}"}
        answers.write(json.dumps(told) + "\n")
        answers.flush()


def peak() -> int:
    """Return the most memory that this process has held, in bytes."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


def _be_killed_first() -> None:
    """Let the system end this process, and not the one that measures, when memory runs out."""
    try:
        Path("/proc/self/oom_score_adj").write_text(_KILLED_FIRST)
    except OSError:
        return
