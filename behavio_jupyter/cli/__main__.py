"""``python -m behavio_jupyter.cli``: the same as the command ``behavio``."""

from __future__ import annotations

from . import main

main(prog_name="behavio")
