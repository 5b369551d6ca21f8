"""A scheduler to be killed.

Its reports are a script that takes a while and publishes a run as reports are published. What the
scheduler says goes to the log, with its process. The clock is a file.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sys
import time

from behavio_jupyter.report.schedule import Scheduler

REPORT = """
import json, os, sys, time, pathlib
out, log, started, report, period = sys.argv[1:]
time.sleep(1)
target = pathlib.Path(out) / report / period
work = pathlib.Path(out) / ".running" / f"{os.getpid()}-x"
work.mkdir(parents=True)
run = dict(report=report, template="own", title="Own", period=period, parameters={},
           started=started, seconds=0.1)
(work / "run.json").write_text(json.dumps(run))
target.parent.mkdir(exist_ok=True)
if target.exists():
    open(log, "a").write(f"{os.getpid()} published {period} twice\\n")
work.rename(target)
"""


def main(out, log, clock):
    """Look again and again until killed."""

    def now():
        return dt.datetime.fromisoformat(clock.read_text())

    def say(text):
        with open(log, "a", encoding="utf-8") as lines:
            lines.write(f"{os.getpid()} {text}\n")

    def command(schedule, period, folder):
        words = [str(folder), str(log), str(now()), schedule.report, period]
        return [sys.executable, "-c", REPORT, *words]

    class Telling(Scheduler):
        def _bring(self, run, _schedule):
            say(f"brought {run.period}")

    scheduler = Telling(out, now, command, say)
    while True:
        scheduler.look()
        time.sleep(random.uniform(0, 0.2))
