"""Delivering a run: what was not delivered yet, to each target, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

from ...errors import BehavioError
from ..archive import Archive, Run
from ..watch import Checked, Rule, check
from . import mail, slack
from .deliveries import Deliveries, Delivery
from .folder import copy, note_failure
from .message import Message, message
from .pictures import pictures
from .sending import DeliveryError, attempt
from .settings import MailServer, secret
from .target import Target

_PAUSE = 5.0
_NO_REPORT = "each period has its report"
"""The rule that a run breaks which failed or was stopped."""


class Deliverer:
    """Delivers the runs of a folder of reports.

    Parameters
    ----------
    out : Path
        Where reports are kept.
    say : callable
        Is told what goes on.
    pause : float
        Seconds before the second attempt; later ones are farther apart.
    """

    def __init__(
        self, out: Path, say: Callable[[str], None] = lambda _: None, pause: float = _PAUSE
    ) -> None:
        self.deliveries = Deliveries(out)
        self._archive = Archive(out)
        self._say = say
        self._pause = pause

    def deliver(
        self, run: Run, targets: Sequence[Target], found: Sequence[Checked] = ()
    ) -> list[Delivery]:
        """Deliver a run and its alerts, once to each target; return how each stands.

        A delivery that fails is kept as failed and does not hinder the others.

        Parameters
        ----------
        run : Run
            Published.
        targets : sequence of Target
        found : sequence of Checked
            What rules said; quiet ones are left out.
        """
        return self._bring(run, targets, [one for one in found if one.outcome != "quiet"])

    def tell_failure(self, run: Run, targets: Sequence[Target]) -> list[Delivery]:
        """Tell that a run failed, once for a period to each target; return how each stands."""
        try:
            published = self._archive.find(run.report, run.period)
        except (BehavioError, OSError):  # it cannot be read, which may be what is told
            published = None
        told = Checked(_NO_REPORT, "", "alert", _no_report(run.error, published))
        return self._bring(run, targets, [told])

    def _bring(
        self, run: Run, targets: Sequence[Target], alerts: Sequence[Checked]
    ) -> list[Delivery]:
        taken = []
        for target in dict.fromkeys(targets):
            started = run.started if run.outcome == "done" else None
            delivery = self.deliveries.take(
                run.report, run.period, str(target), alerts, run=started
            )
            if delivery is not None:
                taken.append(self._send(delivery, run))
            elif (before := self.deliveries.last(run.report, run.period, str(target))) is not None:
                taken += self._remind(before, started)
        return taken

    def _remind(self, before: Delivery, started: dt.datetime | None) -> list[Delivery]:
        """Say where what was delivered before is not what there is; return it if it failed."""
        again = f"To deliver it again: behavio deliveries repeat {before.id}"
        if before.state in ("failed", "unknown"):
            self._say(f"{before.target}: it was not delivered before: {before.error} {again}")
            return [before]
        if before.whole and started != before.run:
            self._say(f"{before.target}: it was sent before it was run again. {again}")
        return []

    def repeat(self, number: int) -> Delivery:
        """Deliver again, whether it was sent or not; without alerts, if the report was run again.

        Raises
        ------
        UnknownNameError
            There is no such delivery.
        BehavioError
            It is on its way; its run is no longer there, or there is one where it told of none; it
            has only alerts of a run that another one took the place of.
        """
        old = self.deliveries.find(number)
        run = self._archive.find(old.report, old.period)
        about = f"{old.report} for {old.period}"
        if old.run is None:
            lost = _failure(old)
            if run is not None and old.alerts[0].sentence != _no_report(lost.error, run):
                raise BehavioError(
                    f"Delivery {number} told that there is no {about}, but now there is."
                )
            run = lost
        if run is None:
            raise BehavioError(f"The run of {about} is no longer there.")
        replaced = bool(old.run and old.alerts and old.run != run.started)
        if replaced and not old.whole:
            raise BehavioError(
                f"Delivery {number} has only alerts of a run of {about} that was run again since."
            )
        delivery = self.deliveries.take_again(number)
        if replaced:
            self._say(f"{about} was run again since: the alerts of that delivery are left out.")
            delivery = delivery._replace(alerts=())
        return self._send(delivery, run)

    def _send(self, delivery: Delivery, run: Run) -> Delivery:
        def failed(error: str) -> None:
            self.deliveries.note(delivery.id, "waiting", error)
            self._say(f"{delivery.target}: {error} It is tried again.")

        try:
            prepared = self._prepared(delivery, run)

            def send() -> str:
                self.deliveries.note(delivery.id, "sending")
                return prepared()

            told = attempt(send, failed, self._pause)
        except DeliveryError as error:
            self.deliveries.note(delivery.id, "failed", str(error))
            self._say(
                f"{delivery.target}: {error} To try again: behavio deliveries repeat {delivery.id}"
            )
        except BaseException:
            # Before it was sending nothing has left: whoever comes next takes it over.
            if self.deliveries.find(delivery.id).state == "sending":
                self.deliveries.note(delivery.id, "unknown", "It was interrupted while sending.")
            raise
        else:
            self.deliveries.note(delivery.id, "sent", told)
            self._say(f"{delivery.target}: sent. {told}".strip())
        finally:
            self.deliveries.leave(delivery.id)
        return self.deliveries.find(delivery.id)

    def _prepared(self, delivery: Delivery, run: Run) -> Callable[[], str]:
        """Return what sends it; nothing has left by then."""
        target = Target.parse(delivery.target)
        earlier = self._archive.before(run.report, run.period)
        told: Message = message(run, earlier, delivery.alerts, whole=delivery.whole)
        if target.kind == "folder":
            bring = copy if run.outcome == "done" else note_failure
            return lambda: bring(told, Path(target.to[0]))
        if target.kind == "slack":
            name = target.to[0]
            address = secret(name)
            return lambda: slack.post(told, address, name)
        server = MailServer.from_environment()
        try:
            charts = pictures(run) if delivery.whole else []
            letter = mail.written(told, charts, server.sender, target.to, delivery.id)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is damaged"
            raise DeliveryError(f"The run in {run.folder} cannot be read: {why}.") from None
        return lambda: mail.send(letter, server)


def _no_report(error: str, published: Run | None) -> str:
    """Return what is told of a run that came to nothing, beside one of before."""
    if published is None:
        return f"There is no report: {error}"
    made = f"{published.started:%Y-%m-%d %H:%M}"
    return f"There is no new report, the one made on {made} stays: {error}"


def _failure(delivery: Delivery) -> Run:
    """Return the run that failed of which a delivery tells."""
    [told] = delivery.alerts
    error = told.sentence.partition(": ")[2]
    return failed_run(delivery.report, delivery.period, error, delivery.begun)


def failed_run(report: str, period: str, error: str, started: dt.datetime) -> Run:
    """Return a run that came to nothing, for those who wait for its report."""
    return Run(
        report=report,
        template=report,
        title=report,
        period=period,
        parameters={},
        started=started,
        seconds=0.0,
        outcome="failed",
        error=error,
    )


def after_run(
    run: Run,
    rules: Sequence[Rule],
    targets: Sequence[Target],
    out: Path,
    say: Callable[[str], None] = lambda _: None,
) -> list[Delivery]:
    """Check a published run by rules, say what they found, and deliver it.

    Parameters
    ----------
    run : Run
    rules : sequence of Rule
    targets : sequence of Target
    out : Path
        Where reports are kept.
    say : callable
        Is told of alerts, of rules that could not be checked, and of deliveries.

    Returns
    -------
    list of Delivery
        Those of this call, and those before it that failed.
    """
    found = check(rules, run, Archive(out).runs(run.report))
    for one in found:
        if one.outcome != "quiet":
            say(f"{'Alert' if one.outcome == 'alert' else 'Not checked'}: {one.sentence}")
    return Deliverer(out, say).deliver(run, targets, found)
