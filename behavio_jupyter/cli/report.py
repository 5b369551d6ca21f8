"""``behavio report``: templates, runs and their history."""

from __future__ import annotations

import datetime as dt
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from ..errors import BehavioError
from . import listing, options

if TYPE_CHECKING:
    from ..report import Run
    from ..report.deliver import Target
    from ..report.room import Tables


@click.group()
def report() -> None:
    """Run template notebooks and look at what they gave."""


@report.command("list")
@options.templates
def list_templates(folders: tuple[Path, ...]) -> None:
    """List the templates."""
    from ..report import templates

    table = Table("template", "title", "what it is for", box=None, pad_edge=False)
    for one in templates(folders):
        try:
            table.add_row(one.name, one.title, one.description)
        except BehavioError as error:  # it must not hide the others
            table.add_row(one.name, "", str(error))
    Console().print(table, markup=False)


@report.command()
@click.argument("name")
@options.templates
def show(name: str, folders: tuple[Path, ...]) -> None:
    """Show what the template NAME is for and what it can be told."""
    from ..report import template

    one = template(name, folders)
    console = Console()
    console.print(f"{one.title} ({one.name}; a period is a {one.unit})", markup=False)
    console.print(one.description, end="\n\n", markup=False)
    table = Table("parameter", "type", "default", "", box=None, pad_edge=False)
    for parameter in one.parameters:
        table.add_row(parameter.name, parameter.type, repr(parameter.default), parameter.help)
    console.print(table, markup=False)


@report.command()
@click.argument("name")
@options.parameters
@options.file_of_parameters
@click.option("--period", default="", help="Such as 2026-W47, 2026-11, or last: by the clock.")
@options.timezone
@options.out
@options.templates
@click.option("--force", is_flag=True, help="Run it though it was run.")
@click.option("--even-if-stale", "stale", is_flag=True, help="Though the log ends too early.")
@click.option(
    "--tables",
    type=click.Choice(["csv", "parquet"]),
    default="csv",
    envvar="BEHAVIO_TABLES",
    show_default=True,
    show_envvar=True,
    help="As what the numbers behind charts are kept.",
)
@options.alerts
@options.targets
def run(
    name: str,
    pairs: tuple[str, ...],
    file: Path | None,
    period: str,
    timezone: str,
    out: Path,
    folders: tuple[Path, ...],
    force: bool,
    stale: bool,
    tables: Tables,
    alerts: tuple[str, ...],
    targets: tuple[str, ...],
) -> None:
    """Run the template NAME, or the notebook of that path."""
    from ..report import ReportError
    from ..report import run as run_report
    from ..report.deliver import Target, after_run, failed_run, out_of_sight
    from ..report.running import UnlistedError, expected
    from ..report.schedule import Schedules
    from ..report.watch import Rule

    # Read before anything runs: a report takes minutes, a mistake in a rule no time.
    rules = [Rule.parse(text) for text in alerts]
    places = [Target.parse(text) for text in targets]
    values = options.given(pairs, file)
    # A mistake in the command is told to who types it, all else to who waits for the report, too.
    report, about = expected(name, values, period=period, timezone=timezone, folders=folders)
    began, unlisted = dt.datetime.now(dt.UTC), ""
    # Machinery ends a run by this signal: it cleans up as after Ctrl-C.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with out_of_sight([*places, *Schedules(out).targets()]):
            done = run_report(
                name,
                values,
                period=period,
                timezone=timezone,
                out=out,
                folders=folders,
                force=force,
                stale=stale,
                tables=tables,
                progress=True,
            )
    except ReportError as error:
        _tell_failure(error.run, places, out)
        raise BehavioError(f"{error}\nThe notebook is kept: {error.run.notebook}") from None
    except UnlistedError as error:
        done, unlisted = error.run, str(error)
    except BehavioError as error:  # before the notebook began, or it cannot be written
        _tell_failure(failed_run(report, about, str(error), began), places, out)
        raise
    except KeyboardInterrupt:
        raise BehavioError("The run was ended before it was done.") from None
    finally:
        signal.signal(signal.SIGTERM, before)
    if done.started < began:
        click.echo(f"{done.report} was run for {done.period} already; --force runs it again.")
    for figure in done.figures:
        click.echo(f"{figure.name}: {figure.words}")
    click.echo(f"The page: {done.page}")
    brought = after_run(done, rules, places, out, click.echo)
    if lost := sum(one.state != "sent" for one in brought):
        raise BehavioError(f"{lost} of {len(brought)} deliveries failed. {unlisted}".rstrip())
    if unlisted:
        raise BehavioError(unlisted)


def _tell_failure(lost: Run, targets: Sequence[Target], out: Path) -> None:
    """Tell those who wait for a report that there is none; that this fails hides not why."""
    from ..report.deliver import Deliverer

    if not targets:
        return
    try:
        Deliverer(out, click.echo).tell_failure(lost, targets)
    except (BehavioError, OSError) as error:
        click.echo(f"Not everybody was told: {error}", err=True)


@report.command()
@click.argument("name", required=False)
@options.out
def history(name: str | None, out: Path) -> None:
    """List the runs, the newest first; of the report NAME only."""
    from ..report import Archive

    archive = Archive(out)
    runs = [run for run in [*archive.runs(), *archive.failed()] if name in (None, run.report)]
    for folder in archive.unreadable():
        click.echo(f"A run cannot be read; take its folder away: {folder}", err=True)
    if not runs:
        click.echo(f"There are no runs in {out}.")
        return
    rows = []
    for run in sorted(runs, key=lambda run: run.started, reverse=True):
        told = run.error or "; ".join(f"{one.name} {one.words}" for one in run.figures[:3])
        outcome = f"{run.outcome}: {told}" if told else run.outcome
        started = f"{run.started:%Y-%m-%d %H:%M}"
        rows.append((run.report, run.period, started, f"{run.seconds:.1f}", outcome))
    listing.show(("report", "period", "run", "seconds", "outcome"), rows)


@report.command("open")
@options.out
def open_index(out: Path) -> None:
    """Open the page over all runs in a browser."""
    page = out / "index.html"
    if not page.exists():
        raise BehavioError(f"There are no reports in {out} yet: behavio report run weekly_review")
    click.launch(page.resolve().as_uri())
    click.echo(str(page))
