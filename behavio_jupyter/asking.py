"""What a log can be asked: what is in it, and questions. Nothing here changes the log."""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from .contents import events_of, profile_of, properties_of, timeline_of, values_of
from .data import Quality, Store, quality_of
from .errors import DefinitionError, MisfitError, UnknownNameError
from .interrupts import interruptible
from .notebook import bar_of
from .segments import Segments

if TYPE_CHECKING:
    from .engine.local import LocalEngine
    from .query.base import Definition
    from .query.check import Catalog
    from .query.predicate import Property
    from .query.text import Kind
    from .result import (
        FunnelResult,
        PathsResult,
        Result,
        RetentionResult,
        SegmentResult,
        TrendResult,
    )


class Asking:
    """The part of :class:`~behavio_jupyter.EventLog` that reads its store and answers.

    Parameters
    ----------
    store : Store
        The events, sorted.
    name : str
        What the log is called in results.
    """

    def __init__(self, store: Store, name: str = "") -> None:
        self.name = name
        self._address = ""
        self._watching: list[weakref.WeakMethod[Callable[[], None]]] = []
        self._beginning = threading.Lock()
        self._take(store)

    def _take(self, store: Store) -> None:
        self.store = store
        self._segments = Segments(json.loads(store.meta("segments")) or {})
        self._engine: LocalEngine | None = None
        self._values: dict[Property, pd.DataFrame] = {}
        for name in ("quality", "events", "properties", "catalog", "users", "ids"):
            self.__dict__.pop(name, None)

    # The notebook

    @property
    def address(self) -> str:
        """What the text of a magic begins with to ask this log where several are open: ``@shop``.

        Empty where it needs none, or was not opened by a magic.
        """
        return self._address

    @address.setter
    def address(self, address: str) -> None:
        if address != self._address:
            self._address = address
            self.tell()

    def watch(self, told: Callable[[], None]) -> None:
        """Call a method when the log or its address changes, while its object lives."""
        self._watching.append(weakref.WeakMethod(told))

    def tell(self) -> None:
        """Call all who watch: the log, or what asks it in the notebook, is another."""
        self._watching = [one for one in self._watching if one() is not None]
        for one in self._watching:
            told = one()
            if told is not None:
                told()

    # What the log is

    @cached_property
    def quality(self) -> Quality:
        """What was read, what was left out and why, and what the log is like."""
        return quality_of(self.store)

    @property
    def segments(self) -> Segments:
        """The saved segments, by name."""
        return self._segments

    @cached_property
    def events(self) -> pd.DataFrame:
        """The events by name: ``name, count, users, first, last``, most frequent first."""
        return events_of(self.store)

    @cached_property
    def properties(self) -> pd.DataFrame:
        """The properties: ``name, kind, owner, distinct, nulls, examples``.

        ``owner`` is ``event`` or ``user``; ``distinct`` counts different values, ``nulls`` events
        (users) without one; ``examples`` are the five most frequent values.
        """
        return properties_of(self.store)

    @interruptible
    def values(self, property: Property | str) -> pd.DataFrame:
        """Return the values of a property: ``value, count``, the most frequent first.

        At most 1000, without nulls; ``count`` counts events, or users for a property of users.

        Parameters
        ----------
        property : Property or str
            As in a question: ``"country"``, ``"user.plan"``.

        Raises
        ------
        UnknownNameError
            The log has no such property.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> datasets.contributions().values("bot")["value"].tolist()
        [False, True]
        """
        from .query import parse_part
        from .query.check import check
        from .query.predicate import IsNull

        asked = parse_part("property", property) if isinstance(property, str) else property
        check(IsNull(value=asked), self.catalog)  # type: ignore[arg-type]
        if asked not in self._values:
            schema = self.store.schema
            infos = schema.user_properties if asked.owner == "user" else schema.properties
            info = next(info for info in infos if info.name == asked.name)
            self._values[asked] = values_of(self.store, info, asked.owner)
        return self._values[asked].copy(deep=False)

    @cached_property
    def catalog(self) -> Catalog:
        """The names that questions may use; the most frequent events first."""
        from .query.check import Catalog

        schema, counts = self.store.schema, self.quality.counts
        return Catalog(
            tuple(sorted(schema.events, key=lambda name: (-counts[name], name))),
            {info.name: info.kind for info in schema.properties},
            {info.name: info.kind for info in schema.user_properties},
            self._segments,
            schema.has_sessions,
        )

    @cached_property
    def users(self) -> pd.Series:
        """The ids of the users, sorted, named ``user_id``."""
        return self.store.user_ids()

    @cached_property
    def ids(self) -> pd.Series:
        """The ids of the users as text, in the order of ``users``: to find one by first letters."""
        return self.users.astype(str)

    def profile(self, user: Any) -> pd.Series:
        """Return the properties of a user as they are now, by name.

        Parameters
        ----------
        user : text or number
            The user's id.

        Raises
        ------
        UnknownNameError
            The log has no such user.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> made = datasets.generate(1_000, 50)
        >>> log = made.connect()
        >>> log.profile(log.users[0]).index.tolist() == list(log.catalog.user_properties)
        True
        """
        return profile_of(self.store, user)

    @interruptible
    def timeline(self, user: Any) -> pd.DataFrame:
        """Return a user's events in order: ``time, event, session`` and the properties.

        ``session`` is numbered from 1: docs/semantics.md A6.

        Parameters
        ----------
        user : text or number
            The user's id.

        Raises
        ------
        UnknownNameError
            The log has no such user.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> datasets.cdnow().timeline("00004")["cds"].tolist()
        [2, 2, 1, 2]
        """
        return timeline_of(self.store, user)

    # Questions

    @interruptible
    def run(
        self,
        question: Definition | str,
        variables: Mapping[str, Any] | None = None,
        *,
        kind: Kind | None = None,
    ) -> Result:
        """Answer a question.

        Parameters
        ----------
        question : Funnel, Retention, Paths, Trend, Segment or str
            Text such as ``"funnel visit -> purchase within 7d"``.
        variables : mapping, optional
            What ``{name}`` in the text stands for.
        kind : {"funnel", "retention", "paths", "trend", "segment"}, optional
            What a text asks that does not begin with it; what a definition has to ask.

        Raises
        ------
        QueryTextError
            The text cannot be read, or names or asks what the log does not have; it points at the
            place.
        UnknownNameError, DefinitionError
            A definition names what the log does not have, or asks what cannot be asked.

        Examples
        --------
        >>> from behavio_jupyter import Trend, datasets
        >>> log = datasets.cdnow()
        >>> by_text = log.run("trend users of purchase per month")
        >>> by_text.table.equals(log.run(Trend(value="users of purchase", per="month")).table)
        True
        """
        if self._engine is None:
            self.store.read_ahead()
        from .query import Question, Segment, parse
        from .query.check import check
        from .query.locate import locate
        from .result import LogFacts, present

        if isinstance(question, str):
            definition = parse(question, variables, kind=kind)
            _refuse_timeline(definition)
            try:
                check(definition, self.catalog)
            except (UnknownNameError, MisfitError) as error:
                raise locate(error, question, variables, kind=kind) from None
        elif isinstance(question, Question | Segment):
            if kind is not None and question.kind != kind:
                raise DefinitionError(f"This asks a {question.kind}, not a {kind}: {question}")
            definition = question
            check(definition, self.catalog)
        else:
            _refuse_timeline(question)
            raise DefinitionError(
                f"A question is text or a definition such as Funnel(…), not {question!r:.60}."
            )
        engine = self._answering()
        schema = self.store.schema
        facts = LogFacts(
            schema.timezone, self._moment(schema.first), self._moment(schema.end), self.name
        )
        answer = engine.answer(definition)  # type: ignore[arg-type]
        return present(definition, answer, engine, facts, partial(bar_of, self))  # type: ignore[arg-type]

    @interruptible
    def funnel(self, question: Definition | str, **variables: Any) -> FunnelResult:
        """Ask who gets from step to step (docs/semantics.md, "Funnel"), as :meth:`run` does.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> log = datasets.contributions()
        >>> log.funnel("code -> {then} within 30d", then="docs").table["count"].tolist()
        [1623, 319]
        """
        return self._ask(question, variables, "funnel")  # type: ignore[return-value]

    @interruptible
    def retention(self, question: Definition | str, **variables: Any) -> RetentionResult:
        """Ask who comes back (docs/semantics.md, "Retention"), as :meth:`run` does.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> found = datasets.cdnow().retention("first ever purchase -> purchase per month for 3")
        >>> found.average["rate"].round(3).tolist()
        [0.113, 0.149, 0.114, 0.1]
        """
        return self._ask(question, variables, "retention")  # type: ignore[return-value]

    @interruptible
    def paths(self, question: Definition | str, **variables: Any) -> PathsResult:
        """Ask which ways users take (docs/semantics.md, "Paths"), as :meth:`run` does.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> found = datasets.contributions().paths("from code steps 3 session 1d")
        >>> found.sequences["sequence"].head(2).tolist()
        [('code',), ('code', 'test', 'code')]
        """
        return self._ask(question, variables, "paths")  # type: ignore[return-value]

    @interruptible
    def trend(self, question: Definition | str, **variables: Any) -> TrendResult:
        """Ask for a number per period (docs/semantics.md, "Trend"), as :meth:`run` does.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> found = datasets.cdnow().trend("users of purchase per month")
        >>> found.table["value"].head(3).tolist()
        [7846.0, 9633.0, 9524.0]
        """
        return self._ask(question, variables, "trend")  # type: ignore[return-value]

    @interruptible
    def segment(self, question: Definition | str, **variables: Any) -> SegmentResult:
        """Ask who meets a condition (docs/semantics.md, "Segment"), as :meth:`run` does.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> len(datasets.cdnow().segment("count(purchase) >= {least}", least=10))
        1145
        """
        return self._ask(question, variables, "segment")  # type: ignore[return-value]

    def _ask(self, question: Definition | str, variables: dict[str, Any], kind: Kind) -> Result:
        from .query.variables import check_named

        check_named(variables, question)
        return self.run(question, variables, kind=kind)

    def _answering(self) -> LocalEngine:
        # Widgets ask beside the main thread; the arrays are loaded once.
        with self._beginning:
            if self._engine is None:
                from .engine.local import LocalEngine

                self._engine = LocalEngine(self.store, self._segments)
            return self._engine

    def _moment(self, instant: int | None) -> pd.Timestamp | None:
        if instant is None:
            return None
        moment = pd.Timestamp(instant, unit="us", tz="UTC").as_unit("us")
        return moment.tz_convert(self.store.schema.timezone)


def _refuse_timeline(question: object) -> None:
    from .query import Timeline

    if isinstance(question, Timeline):
        raise DefinitionError(
            "A timeline is looked at, not counted: show it with %timeline or UserTimeline, or take "
            "its events with log.timeline(…)."
        )
