"""What all results share: the question, the rule, the log, and how they show themselves."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pandas as pd

from ..engine.answers import Answer, SegmentAnswer
from ..engine.protocol import Engine
from ..interrupts import interruptible
from ..query import DateRange, Question, Segment
from ..query.clauses import EventQuestion
from ..query.segment import UsersOf
from .facts import LogFacts
from .files import ImageFormat, write_image, write_parquet, write_table, write_text
from .page import fragment, page, text
from .picks import Check, Number, Pick, checked, dated, iso, named
from .sheet import Sheet
from .wording import FEW_WORDS, moment

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from .segment import SegmentResult

ThemeName = Literal["auto", "light", "dark"]
PLOTLY = "application/vnd.plotly.v1+json"


class Bar(Protocol):
    """What stands beneath a result in a notebook, for those who can click."""

    @property
    def markup(self) -> str:
        """What it adds to the markup of the table."""
        ...

    def _ipython_display_(self) -> None: ...


@dataclass(frozen=True, repr=False, eq=False)
class Result(ABC):
    """An answered question.

    In a notebook a result shows itself as two outputs: a Plotly chart, and a table in HTML and
    plain text that needs neither JavaScript nor style sheets. Beneath them stands a bar, where
    somebody can click.

    Attributes
    ----------
    definition : Question or Segment
        What was asked; ``str(result.definition)`` is its text.
    answer : Answer
        The engine's counts.
    engine : Engine
        Who counted, and is asked for the users behind a number.
    facts : LogFacts
        About the log.
    bar : callable, optional
        Gives what stands beneath the result in a notebook; None where nobody can click.
    """

    definition: Any
    answer: Any
    engine: Engine
    facts: LogFacts
    bar: Callable[[Result], Bar | None] | None = None

    @property
    def rule(self) -> str:
        """How it was counted, in words."""
        from ..query.rule import rule

        return rule(self.definition)

    @property
    @abstractmethod
    def title(self) -> str:
        """The question in short."""

    @property
    @abstractmethod
    def counted(self) -> str:
        """How many there are of what was counted, such as ``1 234 users``."""

    @property
    @abstractmethod
    def key_figure(self) -> str:
        """The one number to remember, in words; a dash where there is none."""

    @property
    @abstractmethod
    def small(self) -> bool:
        """Whether it rests on fewer than 30 users (docs/semantics.md X2)."""

    @property
    @abstractmethod
    def nothing(self) -> str:
        """Where there is nothing to show, a sentence that says so; else empty."""

    @property
    def subtitle(self) -> str:
        """How many were counted, over which range, in which time zone, in which log."""
        parts = [self.counted, *self._limits, _range(self.facts), self.facts.timezone]
        parts += [self.facts.name] if self.facts.name else []
        parts += [self._small_words] if self.small else []
        return " · ".join(part for part in parts if part)

    @abstractmethod
    def chart(self, theme: ThemeName = "auto") -> go.Figure:
        """Draw it. ``"auto"`` is transparent and legible on white and on black."""

    @property
    @abstractmethod
    def numbers(self) -> Sequence[Number]:
        """The numbers whose users can be asked for, in the order of the tables.

        Each has ``words``, its ``figure`` as it is shown, and a ``pick`` for :meth:`behind`.
        """

    @property
    def cells(self) -> list[list[tuple[int, int, Pick]]]:
        """For each table shown in a notebook: row, column and pick of the cells with users."""
        return [] if self.nothing else [sheet.cells() for sheet in self._sheets]

    @abstractmethod
    def behind(self, pick: Mapping[str, Any]) -> SegmentResult:
        """Return the users behind a number, named as ``customdata`` of the chart names it.

        Raises
        ------
        DefinitionError
            There is no such number.
        """

    @property
    @abstractmethod
    def _numbers(self) -> pd.DataFrame | pd.Series:
        """What is written as CSV."""

    def to_csv(self, path: str | Path | None = None) -> str | None:
        """Write the numbers as CSV: ``.table``, or the users of a segment.

        Parameters
        ----------
        path : str or Path, optional
            Default: the text is returned.

        Raises
        ------
        BehavioError
            No file can be written there.
        """
        return write_table(self._numbers, path)

    def to_parquet(self, path: str | Path) -> None:
        """Write the numbers as Parquet, with their types: what :meth:`to_csv` writes.

        Raises
        ------
        BehavioError
            No file can be written there.
        """
        write_parquet(self._numbers, path)

    @interruptible
    def to_html(self, path: str | Path | None = None) -> str | None:
        """Write a page that needs nothing else: chart, tables with every row, rule.

        Parameters
        ----------
        path : str or Path, optional
            Default: the page is returned.

        Raises
        ------
        BehavioError
            No file can be written there.
        """
        figure = self.chart()
        whole = page(self.title, self.subtitle, figure, self._sheets, self.rule, self.nothing)
        return write_text(whole, path)

    def to_image(
        self,
        path: str | Path | None = None,
        format: ImageFormat | None = None,
        *,
        scale: float = 2,
        theme: ThemeName = "light",
    ) -> bytes | None:
        """Write the chart as an image, 960 pixels wide times ``scale``.

        Needs the package kaleido (``pip install 'behavio-jupyter[images]'``) and Chrome.

        Parameters
        ----------
        path : str or Path, optional
            Default: the image is returned.
        format : {"png", "svg", "pdf"}, optional
            Default: what the path ends with; without a path, PNG.
        scale : float
        theme : {"light", "dark", "auto"}
            As for :meth:`chart`.

        Raises
        ------
        BehavioError
            Kaleido or Chrome is not there or fails, or no file can be written there.
        DefinitionError
            There is no such format or theme.
        """
        return write_image(self.chart(theme), path, format, scale)

    def to_fragment(self) -> str:
        """Return markup for a page that draws no chart: tables whose rates are drawn as bars."""
        shown = self._sheets_drawn
        return fragment(self.title, self.subtitle, shown, self.rule, self.nothing, drawn=True)

    @interruptible
    def __repr__(self) -> str:
        return text(self.title, self.subtitle, self._sheets, self.rule, self.nothing)

    @interruptible
    def _repr_html_(self) -> str:
        return fragment(self.title, self.subtitle, self._sheets, self.rule, self.nothing)

    @interruptible
    def _ipython_display_(self) -> None:
        from IPython.display import display

        figure = json.loads(self.chart().to_json())
        figure["config"] = {"displaylogo": False, "responsive": True}
        display({PLOTLY: figure, "text/plain": f"[chart: {self.title}]"}, raw=True)
        bar = None if self.bar is None else self.bar(self)
        html = self._repr_html_() + ("" if bar is None else bar.markup)
        display({"text/html": html, "text/plain": repr(self)}, raw=True)
        if bar is not None:
            display(bar)

    @property
    @abstractmethod
    def _sheets(self) -> list[Sheet]:
        """The tables that are shown."""

    @property
    def _sheets_drawn(self) -> list[Sheet]:
        """The tables that are shown where there is no chart."""
        return self._sheets

    @property
    def _limits(self) -> list[str]:
        """What narrows the question down beside its title."""
        return []

    @property
    def _small_words(self) -> str:
        return f"small sample: {FEW_WORDS}"


@dataclass(frozen=True, repr=False, eq=False)
class QuestionResult(Result):
    """An answered funnel, retention, paths or trend.

    It has a table, and users behind every number of it.
    """

    definition: Question
    answer: Answer

    @property
    @abstractmethod
    def table(self) -> pd.DataFrame:
        """The numbers; columns as in docs/semantics.md, "Result tables"."""

    @property
    @abstractmethod
    def _checks(self) -> dict[str, Check]:
        """What ``users`` takes beside group columns."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The group columns of the table: of the breakdown, ``segment``, ``period``."""
        return self.answer.groups  # type: ignore[union-attr]

    @interruptible
    def users(self, **pick: Any) -> SegmentResult:
        """Return the users behind one number as a segment that can be saved and used again.

        Parameters
        ----------
        **pick
            Names the number. Group columns by name (``country="US"``, ``segment="…"``,
            ``period="2026-01-05"``). Funnel: ``step`` (default: the last) and ``dropped``.
            Retention: ``cohort``, ``period`` (a number), ``retained`` (default True), ``complete``
            (default: cells that are over and that are not). Paths: ``step``, ``source``,
            ``target``, ``node``, ``sequence`` or ``whole``. Trend: ``period``.

        Returns
        -------
        SegmentResult
            Its ``definition`` is the text ``users of (…) with …``.

        Raises
        ------
        DefinitionError
            A name that this result does not have, or a value that is not in it.
        """
        return self._users(pick, self._checks)

    def _users(self, pick: Mapping[str, Any], checks: Mapping[str, Check]) -> SegmentResult:
        from .segment import SegmentResult

        pairs = checked(f"this {self.definition.kind}", pick, {**self._group_checks, **checks})
        segment = Segment(condition=UsersOf(query=self.definition, pick=pairs))
        found = self.engine.answer(segment)
        assert isinstance(found, SegmentAnswer)
        return SegmentResult(segment, found, self.engine, self.facts, self.bar)

    def behind(self, pick: Mapping[str, Any]) -> SegmentResult:
        """Return the users behind a number, named as ``customdata`` of the chart names it."""
        return self.users(**pick)

    def group_pick(self, key: Sequence[Any]) -> Pick:
        """Return what picks a group, given by its values in the order of ``groups``."""
        return {
            column: iso(value, self.facts.timezone) if column == "period" else str(value)
            for column, value in zip(self.groups, key, strict=True)
        }

    @staticmethod
    def _group_words(key: Sequence[Any]) -> str:
        """Return how the words of a number begin that is of a group."""
        named = [moment(value) if isinstance(value, pd.Timestamp) else str(value) for value in key]
        return "".join(f"{name} · " for name in named)

    @property
    def _numbers(self) -> pd.DataFrame:
        return self.table

    @property
    def _group_checks(self) -> dict[str, Check]:
        checks: dict[str, Check] = {}
        for column in self.groups:
            values = self.table[column].drop_duplicates()
            if column == "period":
                checks[column] = dated("period", values, self.facts.timezone)
            else:
                checks[column] = named(f"value of {column}", values)
        return checks

    @property
    def _limits(self) -> list[str]:
        question: EventQuestion = self.definition
        parts = [f"where {question.where}"] if question.where is not None else []
        parts += [f"for {question.segments[0]}"] if len(question.segments) == 1 else []
        if question.during is None:
            return parts
        return [*parts, dates(question.during)]

    @property
    def _grouping(self) -> str:
        """Return the end of a title: `` by country, a vs b``."""
        question: EventQuestion = self.definition
        parts = [f"by {question.by.property}"] if question.by is not None else []
        if len(question.segments) > 1:
            parts += [" vs ".join(map(str, question.segments))]
        return (" " if question.by is not None else ": " if parts else "") + ", ".join(parts)

    def _by_segment(self, numbers: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
        """Return numbers by segment, each with how a key figure begins that is of it."""
        if len(self.definition.segments) < 2:
            return [("", numbers)]
        segments = map(str, self.definition.segments)
        return [(f"{name}: ", numbers[numbers["segment"] == name]) for name in segments]

    @cached_property
    def _behind(self) -> int:
        """How many users are behind the whole result."""
        return len(self.engine.members(self.definition, {}))


def dates(during: DateRange) -> str:
    """Return a range as the clause that asks for it."""
    closed = during.start is not None and during.end is not None
    return f"during {during}" if closed else str(during)


def _range(facts: LogFacts) -> str:
    if facts.first is None or facts.end is None:
        return "empty log"
    last = facts.end - pd.Timedelta(microseconds=1)
    return f"log {moment(facts.first.normalize())} to {moment(last.normalize())}"
