"""``python -m tests.compiled``: ask questions of each kind once, in one process.

What they compile is kept on disk. Processes that test beside each other would all compile it.
"""

from __future__ import annotations

from behavio_jupyter import datasets, parse

from .engine.test_agreement_real import OF_CDNOW, OF_CONTRIBUTIONS

for log, texts in (
    (datasets.contributions(), OF_CONTRIBUTIONS),
    (datasets.cdnow(), OF_CDNOW),
):
    for text in texts:
        log.run(parse(text))
