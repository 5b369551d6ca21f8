"""Small notebooks as templates."""

from __future__ import annotations

import nbformat


def template(path, *cells, parameters="", title="A report", unit=None):
    """Write a notebook with a title, a cell of parameters and these cells of code."""
    node = nbformat.v4.new_notebook()
    node.metadata["kernelspec"] = {
        "name": "python3",
        "language": "python",
        "display_name": "Python 3",
    }
    if unit is not None:
        node.metadata["behavio"] = {"period": unit}
    node.cells = [nbformat.v4.new_markdown_cell(f"# {title}\n\nWhat it is for.")]
    if parameters:
        cell = nbformat.v4.new_code_cell(parameters)
        cell.metadata["tags"] = ["parameters"]
        node.cells.append(cell)
    node.cells += map(nbformat.v4.new_code_cell, cells)
    nbformat.write(node, path)
    return path
