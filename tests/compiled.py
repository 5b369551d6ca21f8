"""``python -m tests.compiled``: ask questions of each kind once, in one process.

What they compile is kept on disk. Processes that test beside each other would all compile it.
"""

from __future__ import annotations

from behavio_jupyter import datasets, parse

from .engine.test_agreement_real import OF_CDNOW, OF_CONTRIBUTIONS


def compile_all() -> None:
    """Ask everything that is asked of the real logs."""
    asked = (datasets.contributions(), OF_CONTRIBUTIONS), (datasets.cdnow(), OF_CDNOW)
    for log, texts in asked:
        for text in texts:
            log.run(parse(text))


if __name__ == "__main__":
    compile_all()
