"""Run with ``make bench``; ``BENCH_LARGE=1`` goes on to 100 million events."""

from __future__ import annotations

import os
import sys
import time

from rich.console import Console

from behavio_jupyter.errors import BehavioError

from . import report
from .run import LARGE, USUAL, differing, take
from .sides import ROOT


def main() -> None:
    """Measure, judge by the budgets, tell, and write the page in ``docs``."""
    console = Console()
    plan = LARGE if os.environ.get("BENCH_LARGE", "0") not in ("", "0") else USUAL
    start = time.monotonic()
    try:
        run, kept = take(plan, ROOT / ".build" / "bench", console.log)
    except KeyboardInterrupt:
        console.print("Stopped; the next run goes on after the last size that was measured.")
        sys.exit(130)
    report.show(console, run)
    wrong = differing(run.sizes)
    if wrong:
        raise BehavioError(f"Sides do not agree on {'; '.join(wrong)}.")
    report.write(ROOT / "docs", run)
    kept.forget()
    console.print(f"Wrote docs/performance.md after {(time.monotonic() - start) / 60:.0f} min.")


if __name__ == "__main__":
    main()
