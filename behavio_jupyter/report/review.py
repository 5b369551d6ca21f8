"""What a report's notebook works with: its log, its period, key figures and findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from IPython.display import display

from ..errors import DefinitionError
from ..result import Result
from ..result.files import write_parquet, write_table
from ..result.statistics import holm
from ..result.wording import number
from .change import NOISE, change, interval_words, verdict, words
from .figures import KeyFigure
from .findings import finding
from .period import Period, Unit
from .room import Notes, Room
from .shown import Chart, Sentence, Table
from .source import (
    StaleError,
    check_begun,
    check_fresh,
    check_weeks,
    covered,
    first_day,
    last_period,
    open_log,
)

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
        except StaleError:
            if self._orders is None or not self._orders.stale:
                raise
            self._notes.stale = True
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
            Default: :func:`~behavio_jupyter.report.findings.finding`.
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
        begun = covered(self.log, self.before)
        before, year = _named(of(self.before)) if begun else {}, self.year_before
        head = ["", str(self.period), *self._heads(self.before)]
        head += [] if year is None else [str(year), "change on the year"]
        a_year_ago = {} if year is None else _named(of(year))
        rows = []
        for figure in now:
            row = [figure.name, figure.words]
            row += self._compared(figure, before.get(figure.name), self.before)
            if year is not None:
                then = self._compared(figure, a_year_ago.get(figure.name), year)
                row += [then[0], f"{then[1]} ({then[3].partition(',')[0]})"]
            rows.append(row)
        self.say(_told(now, before, self._days(self.before)))
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
        figures, others = self._noted(now), _named(then)
        rows = []
        for figure in figures:
            other = others.get(figure.name)
            told = ["–"] * 4 if other is None else _compared(figure, other, days)
            rows.append([figure.name, figure.words, *told])
        self.say(_told(figures, others, days))
        head = ["", names[0], names[1], "change", "95 % interval", "worth"]
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
        known = _named(earlier.figures)
        period = Period.parse(earlier.period)
        rows = []
        for now in self._notes.figures:
            then = known.get(now.name)
            then = then if then is not None and now.same_as(then) else None
            rows.append([now.name, now.words, *self._compared(now, then, period)])
        head = ["", str(self.period), *self._heads(period)]
        display(Table(head, rows, f"Since the report before, of {period}"))

    def _compared(self, now: KeyFigure, then: KeyFigure | None, period: Period) -> list[str]:
        if then is None:
            return ["–", "–", "–", "–"]
        return _compared(now, then, self._days(period))

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


def _compared(now: KeyFigure, then: KeyFigure, days: tuple[int, int]) -> list[str]:
    found = change(now, then, days)
    return [then.words, words(found, now), interval_words(found, now), verdict(found)]


def _named(figures: Sequence[KeyFigure]) -> dict[str, KeyFigure]:
    return {one.name: one for one in figures}


def _told(now: Sequence[KeyFigure], before: Mapping[str, KeyFigure], days: tuple[int, int]) -> str:
    """Return in a sentence which key figures changed by more than chance makes."""
    changes = [(one, change(one, before[one.name], days)) for one in now if one.name in before]
    sure = holm([found.p_value for _, found in changes]) < NOISE
    real = [
        f"{one.name} {words(found, one)}"
        for (one, found), is_sure in zip(changes, sure, strict=True)
        if is_sure
    ]
    tested = sum(found.test is not None for _, found in changes)
    if real:
        return f"Changed by more than chance makes: {', '.join(real)}."
    if not tested:
        return "There is nothing to compare these numbers with."
    if tested == 1:
        return "The one key figure that can be tested did not change by more than chance makes."
    return f"None of the {tested} key figures that can be tested changed by more than chance makes."
