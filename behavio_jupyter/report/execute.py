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
        A cell failed: the sentence has the cell's number and the error.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    from .formats import nbformat

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
    with (
        Progress(*columns, console=Console(stderr=True)) as progress,
        client.setup_kernel(env={**os.environ, **UNWATCHED}),
    ):
        task = progress.add_task(notebook.name, total=len(node.cells))
        for number, cell in enumerate(node.cells):
            try:
                client.execute_cell(cell, number)
            except CellExecutionError as error:
                raise BehavioError(
                    f"Cell {number + 1} of {notebook.name} failed: {error.evalue or error.ename}"
                ) from None
            progress.advance(task)
    for cell in node.cells:
        cell.metadata.pop("execution", None)  # times of this run; they would differ in every copy
    return node
