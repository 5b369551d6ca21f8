"""What is told of a run, whichever way it goes."""

from __future__ import annotations

from typing import NamedTuple

from ...result.wording import plural
from ..archive import Run
from ..change import Compared, changes, verdict, words
from ..period import Period
from ..watch import Checked


class Row(NamedTuple):
    """A key figure.

    Attributes
    ----------
    name, value : str
    told : str
        The change since the run before; empty where there is none.
    worth : str
        ``changed, adjusted p = 0.012``, ``noise, p = 0.310``, ``not tested``; empty without a
        change.
    turn : {"good", "bad", "", "noise"}
        What a change beyond chance means; colours only.
    """

    name: str
    value: str
    told: str
    worth: str
    turn: str


class Message(NamedTuple):
    """A run as it is told.

    Attributes
    ----------
    run : Run
    whole : bool
        Whether the report comes with it; else it is about alerts of a report that was sent.
    alerts : tuple of Checked
        Those that fired, and those that could not be checked.
    rows : tuple of Row
    earlier : str
        The period of the run before; empty where there is none.
    """

    run: Run
    whole: bool
    alerts: tuple[Checked, ...]
    rows: tuple[Row, ...]
    earlier: str

    @property
    def title(self) -> str:
        """The report's title and its period."""
        return f"{self.run.title} · {self.run.period}"

    @property
    def fired(self) -> tuple[Checked, ...]:
        """The alerts that fired."""
        return tuple(one for one in self.alerts if one.outcome == "alert")

    @property
    def subject(self) -> str:
        """The line that a mailbox shows."""
        if not self.fired:
            return self.title
        if len(self.fired) == 1:
            return f"{self.title}: {self.fired[0].sentence.rstrip('.')}"[:180]
        return f"{self.title}: {plural(len(self.fired), 'alert')}"

    @property
    def about(self) -> str:
        """The period in days, and what the log lacked of it."""
        period = Period.parse(self.run.period)
        first = "" if period.last == period.start else f"{period.start:%-d %B} – "
        lacks = f" · partial: {self.run.partial}" if self.run.partial else ""
        return f"{first}{period.last:%-d %B %Y}{lacks}"


def message(
    run: Run, earlier: Run | None, alerts: tuple[Checked, ...] = (), *, whole: bool = True
) -> Message:
    """Return what is told of a run.

    Parameters
    ----------
    run : Run
    earlier : Run or None
        The run before of the same report.
    alerts : tuple of Checked
    whole : bool
        Whether the report comes with it.
    """
    period = "" if earlier is None else earlier.period
    days = Period.parse(run.period).days, Period.parse(period or run.period).days
    found = changes(run.figures, [] if earlier is None else earlier.figures, days)
    return Message(run, whole, alerts, tuple(map(_row, found)), period)


def _row(one: Compared) -> Row:
    now, found = one.now, one.change
    if found is None:
        return Row(now.name, now.words, "", "", "")
    turn = "noise" if found.noise else ""
    if found.real and now.good:
        turn = "good" if (found.difference > 0) == (now.good == "up") else "bad"
    told = words(found, now)
    return Row(now.name, now.words, "" if told == "–" else told, verdict(found), turn)
