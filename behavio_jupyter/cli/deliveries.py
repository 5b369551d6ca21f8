"""``behavio deliveries``."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import BehavioError
from . import listing, options


@click.group()
def deliveries() -> None:
    """See what was delivered, and deliver again what was not."""


@deliveries.command("list")
@click.option("--failed", is_flag=True, help="Only those that did not arrive for certain.")
@options.out
def list_deliveries(failed: bool, out: Path) -> None:
    """List the deliveries, the newest first."""
    from ..report.deliver import Deliveries

    found = [
        one for one in Deliveries(out).all() if not failed or one.state in ("failed", "unknown")
    ]
    if not found:
        told = "All deliveries arrived." if failed else "Nothing was delivered yet"
        click.echo(told if failed else f"{told}: behavio report run weekly_review --deliver …")
        return
    columns = ("id", "report", "period", "target", "what", "begun", "attempts", "state")
    rows = []
    for one in found:
        fired = sum(alert.outcome == "alert" for alert in one.alerts)
        what = ["report"] if one.whole else []
        what += [f"{fired} alert{'' if fired == 1 else 's'}"] if fired else []
        state = f"{one.state}: {one.error}" if one.error else one.state
        begun = f"{one.begun.astimezone():%Y-%m-%d %H:%M}"
        row = (str(one.id), one.report, one.period, one.target, ", ".join(what), begun)
        rows.append((*row, str(one.attempts), state))
    listing.show(columns, rows)


@deliveries.command()
@click.argument("number", metavar="ID", type=int)
@options.out
def repeat(number: int, out: Path) -> None:
    """Deliver ID again, whether it arrived or not."""
    from ..report.deliver import Deliverer

    done = Deliverer(out, say=click.echo).repeat(number)
    if done.state != "sent":
        raise BehavioError(f"Delivery {number} failed.")
