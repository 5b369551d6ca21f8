"""The command ``behavio``: reports by hand, on schedule, delivered."""

from __future__ import annotations

import sys
from typing import Any

import click

from ..errors import BehavioError
from .deliveries import deliveries
from .report import report
from .schedule import schedule, scheduler

__all__ = ["main"]


class _Group(click.Group):
    """Tells errors of ours in a sentence, with the exit code 1."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except BehavioError as error:
            click.echo(str(error), err=True)
            sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="behavio-jupyter", message="behavio %(version)s")
def main() -> None:
    """Behavioral analytics: reports from template notebooks."""


for command in (report, schedule, scheduler, deliveries):
    main.add_command(command)
