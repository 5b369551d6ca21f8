"""``behavio schedule`` and ``behavio scheduler``."""

from __future__ import annotations

import datetime as dt
import signal
from pathlib import Path

import click

from ..errors import BehavioError
from . import listing, options


@click.group()
def schedule() -> None:
    """Say which reports run by themselves, and when."""


@schedule.command()
@click.argument("template")
@click.option("--cron", required=True, help='Such as "0 8 * * MON": every Monday at eight.')
@options.timezone
@options.parameters
@options.file_of_parameters
@options.templates
@click.option("--name", default="", help="What the schedule is called; default: as its report.")
@click.option("--time-limit", default="1h", show_default=True, help="Such as 30m or 2h.")
@options.alerts
@options.targets
@options.out
def add(
    template: str,
    cron: str,
    timezone: str,
    pairs: tuple[str, ...],
    file: Path | None,
    folders: tuple[Path, ...],
    name: str,
    time_limit: str,
    alerts: tuple[str, ...],
    targets: tuple[str, ...],
    out: Path,
) -> None:
    """Run TEMPLATE by itself for each period that is over."""
    from ..report.schedule import Schedule, Schedules

    now = dt.datetime.now(dt.UTC)
    made = Schedule.made(
        template,
        cron=cron,
        timezone=timezone,
        name=name,
        parameters=options.given(pairs, file),
        folders=folders,
        time_limit=time_limit,
        alerts=alerts,
        targets=targets,
        added=now,
    )
    due = made.next(now)
    if due is None:
        raise BehavioError(f"The line of cron {cron!r} is never due within 400 days.")
    Schedules(out).add(made)
    click.echo(f"{made.name}: {_next(due)}")
    click.echo(f"It runs while this does: behavio scheduler --out {out}")


@schedule.command("list")
@options.out
def list_schedules(out: Path) -> None:
    """List the schedules, with when each is due next."""
    from ..report.schedule import Schedules

    now = dt.datetime.now(dt.UTC)
    found, broken = Schedules(out).all(), Schedules(out).broken()
    if not found and not broken:
        click.echo('There are none: behavio schedule add weekly_review --cron "0 8 * * MON"')
        return
    rows = {name: (name, "", "", "", f"broken: {why}") for name, why in broken.items()}
    for one in found:
        if one.name in broken:
            told = f"broken: {broken[one.name]}"
        else:
            told = "paused" if one.paused else _next(one.next(now))
        rows[one.name] = (one.name, one.template, one.cron, one.timezone, told)
    columns = ("schedule", "template", "cron", "time zone", "next")
    listing.show(columns, [rows[name] for name in sorted(rows)])


@schedule.command()
@click.argument("name")
@options.out
def remove(name: str, out: Path) -> None:
    """Forget the schedule NAME; what it ran stays."""
    from ..report.schedule import Schedules

    Schedules(out).remove(name)
    click.echo(f"{name} runs no more.")


@schedule.command()
@click.argument("name")
@options.out
def pause(name: str, out: Path) -> None:
    """Let the schedule NAME rest; what is due already waits until it goes on."""
    from ..report.schedule import Schedules

    Schedules(out).pause(name, True, dt.datetime.now(dt.UTC))
    click.echo(f"{name} rests; behavio schedule resume {name} goes on with what is due then.")


@schedule.command()
@click.argument("name")
@options.out
def resume(name: str, out: Path) -> None:
    """Let the schedule NAME go on; what became due while it rested is not run."""
    from ..report.schedule import Schedules

    Schedules(out).pause(name, False, dt.datetime.now(dt.UTC))
    click.echo(f"{name} goes on.")


@schedule.command("run-now")
@click.argument("name")
@click.option("--period", default="", help="Such as 2026-W47; default: the last that is over.")
@options.out
def run_now(name: str, period: str, out: Path) -> None:
    """Run the schedule NAME now: a period that failed, or is not due yet."""
    from ..report import Period
    from ..report.period import zone
    from ..report.schedule import Scheduler

    scheduler = Scheduler(out, say=click.echo)
    found = scheduler.schedules.find(name)
    now = dt.datetime.now(zone(found.timezone))
    about = Period.parse(period) if period else Period.last_complete(found.unit, now)
    if about.last >= now.date():
        raise BehavioError(f"{about} is not over: its last day is {about.last}.")
    turn = scheduler.schedules.put(name, str(about), now)
    if not scheduler.run(turn):
        raise BehavioError(f"{name} is running for {about} in another scheduler.")
    if scheduler.schedules.state(turn) != "done":
        raise BehavioError(f"{name} failed for {about}.")


@schedule.command()
@click.argument("name", required=False)
@options.out
def history(name: str | None, out: Path) -> None:
    """List the periods that were run, the newest first; of the schedule NAME only."""
    from ..report.schedule import Schedules

    turns = Schedules(out).turns(name)
    if not turns:
        click.echo("Nothing was due yet.")
        return
    columns = ("schedule", "period", "due", "started", "seconds", "outcome")
    rows = []
    for turn in reversed(turns):
        started = "" if turn.started is None else f"{turn.started.astimezone():%Y-%m-%d %H:%M}"
        seconds = "" if turn.seconds is None else f"{turn.seconds:.1f}"
        outcome = f"{turn.state}: {turn.error}" if turn.error else turn.state
        due = f"{turn.due.astimezone():%Y-%m-%d %H:%M}"
        rows.append((turn.schedule, turn.period, due, started, seconds, outcome))
    listing.show(columns, rows)


@schedule.command("export")
@click.argument("name")
@click.option(
    "--as", "format", required=True, metavar="FORMAT", help="crontab, systemd, github or airflow."
)
@options.out
def export_schedule(name: str, format: str, out: Path) -> None:
    """Write the schedule NAME as other machinery takes it."""
    from ..report.schedule import Schedules, export

    click.echo(export(Schedules(out).find(name), format, out), nl=False)


@click.command()
@options.out
def scheduler(out: Path) -> None:
    """Run what is due, and wait for more, until interrupted."""
    from ..report.schedule import Scheduler

    def say(text: str) -> None:
        click.echo(f"{dt.datetime.now():%Y-%m-%d %H:%M:%S} {text}")

    one = Scheduler(out, say=say)
    say(f"{len(one.schedules.all())} schedules in {out}; Ctrl-C ends this.")
    # Machinery ends it by this signal: it stops what is running as after Ctrl-C.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        one.go_on()
    except KeyboardInterrupt:
        say("Ended. What was running is run again when a scheduler is.")
    finally:
        signal.signal(signal.SIGTERM, before)


def _next(due: tuple[dt.datetime, str] | None) -> str:
    if due is None:
        return "never due within 400 days"
    moment, period = due
    return f"{moment:%a %Y-%m-%d %H:%M %Z}, for {period}"
