"""A run copied into a folder, whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from pathlib import Path

from ..page import write_whole
from .message import Message
from .sending import DeliveryError

_ALERTS = "alerts.txt"
_FAILED = "failed.txt"


def copy(message: Message, folder: Path) -> str:
    """Copy a run to ``folder/report/period``, with its alerts in ``alerts.txt``.

    Raises
    ------
    DeliveryError
        It cannot be written there.
    """
    run = message.run
    target = folder / run.report / run.period
    beside = target.with_name(f".{target.name}-{os.getpid()}-{uuid.uuid4().hex}")
    old = beside.with_name(f"{beside.name}-old")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _mend(target)
        shutil.copytree(run.folder, beside)
        if message.alerts:
            lines = "".join(f"{one.sentence}\n" for one in message.alerts)
            (beside / _ALERTS).write_text(lines, encoding="utf-8")
        if target.exists():
            target.rename(old)
        beside.rename(target)
        _note_of(target).unlink(missing_ok=True)
    except (OSError, shutil.Error) as error:
        if old.exists() and not target.exists():
            old.rename(target)
        why = getattr(error, "strerror", None) or "not all of it could be copied"
        raise DeliveryError(f"{run.report} cannot be copied to {folder}: {why}.") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return ""


def note_failure(message: Message, folder: Path) -> str:
    """Write to ``folder/report/period-failed.txt`` why there is no report; one takes it away.

    Raises
    ------
    DeliveryError
        It cannot be written there.
    """
    run = message.run
    note = _note_of(folder / run.report / run.period)
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        write_whole(note, "".join(f"{one.sentence}\n" for one in message.alerts))
    except OSError as error:
        raise DeliveryError(f"{note} cannot be written: {error.strerror or error}.") from None
    return ""


def _mend(target: Path) -> None:
    """Put back what a copy that was killed had put aside, and take away what else it left."""
    # Another period's name may begin alike.
    named = re.compile(rf"\.{re.escape(target.name)}-\d+-[0-9a-f]{{32}}(-old)?")
    for left in [one for one in target.parent.iterdir() if named.fullmatch(one.name)]:
        if left.name.endswith("-old") and not target.exists():
            left.rename(target)
        shutil.rmtree(left, ignore_errors=True)


def _note_of(target: Path) -> Path:
    return target.with_name(f"{target.name}-{_FAILED}")
