"""Loaded in the process from which others are forked: asks every question once.

What questions import and compile is there then for all of them. Nothing runs any more when others
are forked: the threads of a log end with it.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

import behavio_jupyter

from . import states

with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
    states.write(Path(folder) / "shop.behavio", 1)
    with behavio_jupyter.connect(Path(folder) / "shop.behavio") as log:
        log.append(states.batch(1))
        assert states.answers(log) == states.expected(2)
