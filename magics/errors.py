"""Errors in a notebook: one sentence, no stack trace."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from behavio_jupyter import BehavioError


def show_without_trace(shell: InteractiveShell) -> None:
    """Show every error of ours as its sentence; the cell still counts as failed."""
    shell.set_custom_exc((BehavioError,), _show)


def _show(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    _trace: TracebackType | None,
    tb_offset: int | None = None,  # noqa: ARG001 - the shell passes it by name
) -> list[str]:
    lines = str(error).splitlines()
    # The shell's own way to show a traceback: in a kernel it sends the error message that
    # notebooks, papermill and nbconvert recognise; in a terminal it prints.
    shell._showtraceback(kind, error, lines)
    return lines
