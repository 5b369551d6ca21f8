"""What a report's notebook works with: its log, its period, key figures and findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from IPython.display import display

from ...errors import DefinitionError
from ...result import Result
from ...result.files import write_parquet, write_table
from ...result.wording import number
from ..change import Compared, changes, interval_words, verdict, words
from ..figures import KeyFigure
from ..period import Period, Unit
from ..room import Notes, Room
from ..source import (
    StaleError,
    check_begun,
    check_fresh,
    check_weeks,
    covered,
    first_day,
    last_period,
    open_log,
)
from .findings import finding
from .shown import Chart, Sentence, Table

if TYPE_CHECKING:
    import plotly.graph_objects as go

_Write = Callable[[Path], object]


class Review:
    """A report about a period of a log, being written.

    In a notebook that somebody opened it shows what it is told. In a run it also keeps key
    figures, findings and tables beside the page.

    Parameters
    ----------
    log : str
        As :func:`~behavio_jupyter.report.source.open_log` takes it.
    period : str, optional
        Default: the last one that is over in the log.
    unit : {"day", "week", "month", "quarter", "year"}
        How long it is, where it is not given.

    Attributes
    ----------
    log : EventLog
    period : Period
    before : Period
        The one before it.
    year_before : Period or None
        The same a year ago, where the log covers it.

    Raises
    ------
    StaleError
        The log ends before the period.
    DefinitionError
        The log begins after it; there is no such period; its weeks are not those of reports.

    Examples
    --------
    >>> review = Review("cdnow", "1997-12", unit="month")
    >>> str(review.period), str(review.before), review.year_before
    ('1997-12', '1997-11', None)
    """

    def __init__(self, log: str, period: str = "", unit: Unit = "week") -> None:
        self._room = Room.here()
        self._orders = None if self._room is None else self._room.orders
        self._notes = Notes()
        self.log = open_log(log)
        self.period = Period.parse(period) if period else last_period(self.log, unit)
        check_weeks(self.log, self.period)
        check_begun(self.log, self.period)
        try:
            check_fresh(self.log, self.period)
        except StaleError as short:
            if self._orders is None or not self._orders.stale:
                raise
            self._notes.partial = short.ends
            self._keep_notes()
        self.before = self.period.before
        earlier = self.period.year_before
        self.year_before = earlier if earlier and covered(self.log, earlier) else None

    def __repr__(self) -> str:
        return f"{self.period} ({self.period.start} to {self.period.last}) of {self.log.name}"

    def _repr_html_(self) -> str:
        quality = self.log.quality
        last = self.period.last
        until = "" if last == self.period.start else f" – {last:%-d %B %Y}"
        parts = [
            f"<strong>{self.period}</strong>",
            f"{self.period.start:%-d %B %Y}{until}",
            f"{number(quality.events)} events of {number(quality.users)} users in the log "
            + escape(self.log.name),
            escape(quality.timezone),
        ]
        if self._notes.partial:
            parts.insert(1, f"<strong>partial: {escape(self._notes.partial)}</strong>")
        return f'<p class="behavio-about">{" · ".join(parts)}</p>'

    def since(self, periods: int) -> dt.date:
        """Return the first day of so many periods up to this one that the log has as a whole.

        Before its first event the log knows nothing: a chart would show that nobody was there.

        Examples
        --------
        >>> review = Review("cdnow", "1997-02", unit="month")
        >>> str(review.since(1)), str(review.since(12))
        ('1997-02-01', '1997-01-01')
        """
        first, earliest = first_day(self.log), self.period.back(periods - 1)
        if first is not None and first > earliest.start:
            begun = Period.containing(self.period.unit, first)
            earliest = begun if begun.start == first else begun.after
        return min(earliest.start, self.period.start)

    # What is said

    def say(self, sentence: str) -> None:
        """Show a finding, and keep it for the summary."""
        self._notes.findings.append(sentence)
        self._keep_notes()
        display(Sentence(sentence, "behavio-finding"))

    def show(self, result: Result, name: str, sentence: str = "") -> None:
        """Show a result under a sentence about it, and keep its table.

        Parameters
        ----------
        result : Result
        name : str
            Of the file with its table, without the ending.
        sentence : str, optional
            Default: :func:`~behavio_jupyter.report.analyses.findings.finding`.
        """
        self.say(sentence or finding(result))
        display(result)
        if not result.nothing:
            self._keep(name, result.to_csv, result.to_parquet)

    def draw(self, chart: go.Figure, table: pd.DataFrame, name: str, sentence: str) -> None:
        """Show a chart under a sentence about it, and keep the table that it draws."""
        self.say(sentence)
        display(Chart(chart))
        self._keep_frame(name, table)

    def table(self, frame: pd.DataFrame, name: str) -> None:
        """Show a table as it is, and keep it."""
        self._keep_frame(name, frame)
        display(Table(list(frame.columns), frame.astype(object).to_numpy().tolist()))

    def figures(self, of: Callable[[Period], Sequence[KeyFigure]]) -> None:
        """Keep the key figures; show them beside those of the period before and of a year ago.

        Parameters
        ----------
        of : callable
            Gives the key figures of a period; each has its own name.
        """
        now = self._noted(of(self.period))
        # Of days before its first one the log knows nothing: fewer would look like more.
        begun, year = covered(self.log, self.before), self.year_before
        before = changes(now, of(self.before) if begun else [], self._days(self.before))
        head = ["", str(self.period), *self._heads(self.before)]
        rows = [[one.now.name, one.now.words, *_cells(one)] for one in before]
        if year is not None:
            head += [str(year), "change on the year"]
            for row, one in zip(rows, changes(now, of(year), self._days(year)), strict=True):
                then, moved, _, worth = _cells(one)
                row += [then, f"{moved} ({worth.partition(',')[0]})"]
        self.say(_told(before))
        display(Table(head, rows, "Key figures"))

    def beside(
        self,
        now: Sequence[KeyFigure],
        then: Sequence[KeyFigure],
        names: tuple[str, str],
        days: tuple[int, int] = (1, 1),
    ) -> None:
        """Keep the key figures; show them beside others, such as those before a launch.

        Parameters
        ----------
        now, then : sequence of KeyFigure
        names : (str, str)
            What the two are called.
        days : (int, int)
            How long each was counted.
        """
        found = changes(self._noted(now), then, days)
        self.say(_told(found))
        head = ["", names[0], names[1], "change", "95 % interval", "worth"]
        rows = [[one.now.name, one.now.words, *_cells(one)] for one in found]
        display(Table(head, rows, "Key figures"))

    def _noted(self, figures: Sequence[KeyFigure]) -> list[KeyFigure]:
        names = [one.name for one in figures]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DefinitionError(f"There are two key figures called {twice[0]!r}.")
        self._notes.figures.extend(figures)
        self._keep_notes()
        return list(figures)

    def since_last_run(self) -> None:
        """Show what changed since the report was run before: see :meth:`figures`."""
        earlier = self._orders.earlier if self._orders is not None else None
        if earlier is None:
            display(
                Sentence("This is the first run of this report: there is none to compare with.")
            )
            return
        period = Period.parse(earlier.period)
        found = changes(self._notes.figures, earlier.figures, self._days(period))
        rows = [[one.now.name, one.now.words, *_cells(one)] for one in found]
        head = ["", str(self.period), *self._heads(period)]
        display(Table(head, rows, f"Since the report before, of {period}"))

    def _heads(self, other: Period) -> list[str]:
        return [str(other), "change", "95 % interval", "worth"]

    def _days(self, other: Period) -> tuple[int, int]:
        return self.period.days, other.days

    def _keep_frame(self, name: str, frame: pd.DataFrame) -> None:
        self._keep(name, partial(write_table, frame), partial(write_parquet, frame))

    def _keep(self, name: str, csv: _Write, parquet: _Write) -> None:
        if self._room is not None:
            path = self._room.table(name)
            (csv if path.suffix == ".csv" else parquet)(path)

    def _keep_notes(self) -> None:
        if self._room is not None:
            self._room.note(self._notes)


def _cells(one: Compared) -> list[str]:
    """Return the earlier number, the change, its interval and what it is worth."""
    if one.then is None or one.change is None:
        return ["–", "–", "–", "–"]
    found = one.change
    return [
        one.then.words,
        words(found, one.now),
        interval_words(found, one.now),
        verdict(found),
    ]


def _told(compared: Sequence[Compared]) -> str:
    """Return in a sentence which key figures changed by more than chance makes."""
    found = [(one.now, one.change) for one in compared if one.change is not None]
    real = [f"{now.name} {words(change, now)}" for now, change in found if change.real]
    tested = sum(change.test is not None for _, change in found)
    if real:
        return f"Changed by more than chance makes: {', '.join(real)}."
    if not found:
        return "There is nothing to compare these numbers with."
    if not tested:
        return "None of these key figures can be tested, so their changes may be chance."
    if tested == 1:
        return "The one key figure that can be tested did not change by more than chance makes."
    return f"None of the {tested} key figures that can be tested changed by more than chance makes."
