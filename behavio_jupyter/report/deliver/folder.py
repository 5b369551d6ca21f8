"""A run copied into a folder, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

from ...errors import BehavioError
from ..archive import Archive
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
    run, archive = message.run, Archive(folder)
    try:
        work = archive.begin()
    except BehavioError as error:
        raise DeliveryError(str(error)) from None
    try:
        shutil.copytree(run.folder, work, dirs_exist_ok=True)
        if message.alerts:
            lines = "".join(f"{one.sentence}\n" for one in message.alerts)
            (work / _ALERTS).write_text(lines, encoding="utf-8")
        there = archive.publish(run, work).folder
        _note_of(there).unlink(missing_ok=True)
    except (OSError, shutil.Error) as error:
        why = getattr(error, "strerror", None) or "not all of it could be copied"
        raise DeliveryError(f"{run.report} cannot be copied to {folder}: {why}.") from None
    finally:
        archive.leave(work)
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


def _note_of(target: Path) -> Path:
    return target.with_name(f"{target.name}-{_FAILED}")
