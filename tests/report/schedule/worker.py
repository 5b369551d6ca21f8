"""``python -m tests.report.schedule.worker OUT LOG CLOCK``: a scheduler to be killed.

Its reports are a script that takes a while, publishes a run as reports are published, and writes a
line. The clock is a file; the worker ends when nothing is left to do.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import sys
import time
from pathlib import Path

from behavio_jupyter.report.schedule import Scheduler

REPORT = """
import json, os, sys, time, pathlib
out, started, report, period = sys.argv[1:]
time.sleep(0.15)
target = pathlib.Path(out) / report / period
work = pathlib.Path(out) / ".running" / f"{os.getpid()}-x"
work.mkdir(parents=True)
run = dict(report=report, template="own", title="Own", period=period, parameters={},
           started=started, seconds=0.1)
(work / "run.json").write_text(json.dumps(run))
target.parent.mkdir(exist_ok=True)
if target.exists():
    sys.exit("run twice: " + period)
work.rename(target)
"""


def main(out, log, clock):
    """Look again and again until all is done."""

    def now():
        return dt.datetime.fromisoformat(Path(clock).read_text())

    def command(schedule, period, folder):
        return [sys.executable, "-c", REPORT, str(folder), str(now()), schedule.report, period]

    class Logging(Scheduler):
        def _bring(self, run, _schedule):
            with open(log, "a", encoding="utf-8") as lines:
                lines.write(json.dumps([run.period, os.getpid()]) + "\n")

    scheduler = Logging(Path(out), now, command)
    while True:
        scheduler.look()
        time.sleep(random.uniform(0, 0.05))


if __name__ == "__main__":
    main(*sys.argv[1:])
