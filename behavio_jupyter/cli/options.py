"""Options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import yaml

from ..errors import BehavioError

FOLDER = click.Path(file_okay=False, path_type=Path)

out: Callable[[Any], Any] = click.option(
    "--out",
    type=FOLDER,
    default=Path("reports"),
    envvar="BEHAVIO_REPORTS",
    show_default=True,
    show_envvar=True,
    help="Where reports are kept.",
)

templates: Callable[[Any], Any] = click.option(
    "--templates",
    "folders",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    multiple=True,
    envvar="BEHAVIO_TEMPLATES",
    show_envvar=True,
    help="A folder with notebooks of your own; may be repeated.",
)

timezone: Callable[[Any], Any] = click.option(
    "--timezone", default="UTC", show_default=True, help="Such as Europe/Berlin."
)

parameters: Callable[[Any], Any] = click.option(
    "-p",
    "pairs",
    metavar="KEY=VALUE",
    multiple=True,
    help="A parameter of the template; may be repeated.",
)

file_of_parameters: Callable[[Any], Any] = click.option(
    "--params",
    "file",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="A YAML file with parameters; -p goes before it.",
)

alerts: Callable[[Any], Any] = click.option(
    "--alert",
    "alerts",
    metavar="RULE",
    multiple=True,
    help="Such as 'conversion of step 3 < 10%'; may be repeated.",
)

targets: Callable[[Any], Any] = click.option(
    "--deliver",
    "targets",
    metavar="TARGET",
    multiple=True,
    help="mail:lead@example.com, slack:NAME_OF_A_VARIABLE or folder:/path; may be repeated.",
)


def given(pairs: tuple[str, ...], file: Path | None) -> dict[str, Any]:
    """Return the parameters of ``-p`` and ``--params``.

    Raises
    ------
    BehavioError
        One is not written as KEY=VALUE, or the file is no YAML mapping.
    """
    found: dict[str, Any] = {}
    if file is not None:
        try:
            read = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        except (OSError, ValueError, yaml.YAMLError):
            read = None
        if not isinstance(read, dict):
            raise BehavioError(f"{file} has to be YAML such as: top: 5")
        found.update({str(name): value for name, value in read.items()})
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise BehavioError(f"A parameter is written as -p top=5, not {pair!r}.")
        found[name.strip()] = value
    return found
