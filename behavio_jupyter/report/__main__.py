"""``python -m behavio_jupyter.report NOTEBOOK FOLDER``: run a notebook, write it and its page."""

from __future__ import annotations

import sys
from pathlib import Path

from ..errors import BehavioError
from .execute import execute
from .formats import nbformat
from .page import to_page, write_whole


def main(arguments: list[str]) -> int:
    """Run the notebook; each file appears whole or not at all. Return the exit code."""
    if len(arguments) != 2:
        print("usage: python -m behavio_jupyter.report NOTEBOOK FOLDER", file=sys.stderr)
        return 2
    source, folder = Path(arguments[0]), Path(arguments[1])
    if not source.is_file():
        print(f"There is no notebook {source}.", file=sys.stderr)
        return 1
    try:
        executed = execute(source)
    except BehavioError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("The run was ended before it was done.", file=sys.stderr)
        return 1
    notebook, page = folder / source.name, folder / f"{source.stem}.html"
    written = to_page(executed, _title(executed, source.stem))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(notebook, nbformat.writes(executed))
        write_whole(page, written)
    except OSError as error:
        print(f"{folder} cannot be written: {error.strerror or error}.", file=sys.stderr)
        return 1
    print(f"\nThe notebook: {notebook}\nThe page:     {page}\n")
    print("Open the page in a browser; it needs no network.")
    return 0


def _title(notebook: nbformat.NotebookNode, otherwise: str) -> str:
    for cell in notebook.cells:
        first = cell.source.splitlines()[:1]
        if cell.cell_type == "markdown" and first and first[0].startswith("# "):
            return str(first[0][2:]).strip()
    return otherwise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
