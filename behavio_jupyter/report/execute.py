"""Executes a notebook in a kernel of this Python."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import BehavioError
from .room import UNWATCHED

if TYPE_CHECKING:
    from nbformat import NotebookNode


def execute(notebook: Path) -> NotebookNode:
    """Return the notebook with the outputs of a fresh run, showing progress cell by cell.

    Parameters
    ----------
    notebook : Path
        Is not changed. Its folder is the working directory of the run.

    Raises
    ------
    BehavioError
        A cell failed, or ended the kernel: the sentence has the cell's number and the error.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    from .formats import nbformat
    from .kernel import run

    node = nbformat.read(notebook, as_version=4)
    client = NotebookClient(
        node,
        timeout=None,
        kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(notebook.resolve().parent)}},
    )
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(notebook.name, total=len(node.cells))

        def cells() -> None:
            with client.setup_kernel(env={**os.environ, **UNWATCHED}):
                for number, cell in enumerate(node.cells):
                    try:
                        client.execute_cell(cell, number)
                    except CellExecutionError as error:
                        why = error.evalue or error.ename
                        raise _failed(notebook, number, why) from None
                    except DeadKernelError:
                        raise _failed(notebook, number, "the kernel ended.") from None
                    progress.advance(task)

        run(client, cells)
    for cell in node.cells:
        cell.metadata.pop("execution", None)  # times of this run; they would differ in every copy
    return node


def _failed(notebook: Path, place: int, why: str) -> BehavioError:
    return BehavioError(f"Cell {place + 1} of {notebook.name} failed: {why}")
