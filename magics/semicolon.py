"""A semicolon at the end of a magic: it keeps what is given silent, and is not part of the text."""

from __future__ import annotations

import re

from IPython.core.interactiveshell import InteractiveShell

MAGICS = "funnel|retention|paths|trend|segment|timeline|behavio|explore"
_SILENCED = re.compile(
    rf"(.*get_ipython\(\)\.run_(?:line|cell)_magic\('(?:{MAGICS})', .*;(?:\s|\\n)*['\"]\))\s*"
)
_ALONE = re.compile(rf"(.*get_ipython\(\)\.run_line_magic\('(?:{MAGICS}));', ''\)\s*")
"""``%paths;``: to IPython the semicolon is part of the name."""


def loud(line: str) -> str:
    """Return a line without the semicolon at its end."""
    return line.rstrip().removesuffix(";") if line.rstrip().endswith(";") else line


def keep_silent(shell: InteractiveShell) -> None:
    """Let IPython see the semicolon at the end of our magics.

    It looks for one at the end of the Python that a cell becomes, where that of a magic is in the
    text that the magic is given, or in its name.
    """
    if _silenced not in shell.input_transformers_post:
        shell.input_transformers_post.append(_silenced)


def _silenced(lines: list[str]) -> list[str]:
    apart = [_ALONE.sub(r"\1', ';')", line) for line in lines]
    found = [(_SILENCED.fullmatch(line), line) for line in apart]
    return [f"{match[1]};\n" if match else line for match, line in found]
