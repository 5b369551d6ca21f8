"""A run copied into a folder, whole or not at all."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from .message import Message
from .sending import DeliveryError

_ALERTS = "alerts.txt"


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
        shutil.copytree(run.folder, beside)
        if message.alerts:
            lines = "".join(f"{one.sentence}\n" for one in message.alerts)
            (beside / _ALERTS).write_text(lines, encoding="utf-8")
        if target.exists():
            target.rename(old)
        beside.rename(target)
    except (OSError, shutil.Error) as error:
        if old.exists() and not target.exists():
            old.rename(target)
        why = getattr(error, "strerror", None) or "not all of it could be copied"
        raise DeliveryError(f"{run.report} cannot be copied to {folder}: {why}.") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return ""
