"""An open event log: what users hold, ask and keep."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .contents import events_of, properties_of, timeline_of, values_of
from .data import (
    Quality,
    Store,
    append,
    check_replaceable,
    open_store,
    quality_of,
    replacing,
    write_copy,
)
from .data.interrupts import held_back, interruptible
from .errors import DefinitionError, MisfitError, UnknownNameError
from .overview import as_html, as_text
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


class EventLog:
    """Events of users, open for questions. Made by :func:`behavio_jupyter.connect`.

    Parameters
    ----------
    store : Store
        The events, sorted.
    name : str
        What the log is called in results.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> log = datasets.cdnow()
    >>> len(log)
    69404
    """

    def __init__(self, store: Store, name: str = "") -> None:
        self.name = name
        self._beginning = threading.Lock()
        self._take(store)

    def _take(self, store: Store) -> None:
        self.store = store
        self._segments = Segments(json.loads(store.meta("segments")) or {})
        self._engine: LocalEngine | None = None
        self._values: dict[Property, pd.DataFrame] = {}
        for name in ("quality", "events", "properties", "catalog"):
            self.__dict__.pop(name, None)

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

    def timeline(self, user: Any) -> pd.DataFrame:
        """Return a user's events in order: ``time, event`` and the properties.

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
            raise DefinitionError(
                f"A question is text or a definition such as Funnel(…), not {question!r:.60}."
            )
        engine = self._answering()
        schema = self.store.schema
        facts = LogFacts(
            schema.timezone, self._moment(schema.first), self._moment(schema.end), self.name
        )
        return present(definition, engine.answer(definition), engine, facts)  # type: ignore[arg-type]

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

    @interruptible
    def save_segment(self, name: str, segment: Definition | str | Result) -> None:
        """Keep a segment under a name; a saved log keeps it in its file.

        Parameters
        ----------
        name : str
        segment : Segment, str or result
            A definition, its text, or what ``log.segment`` or ``result.users`` gave.

        Raises
        ------
        DefinitionError
            It is no segment, the name is empty, or the segment would name itself in a circle.
        QueryTextError
            As for :meth:`run`.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> log = datasets.cdnow()
        >>> log.save_segment("loyal", "count(purchase) >= 10")
        >>> log.trend("users of purchase per month for loyal").table["value"].head(2).tolist()
        [436.0, 661.0]
        """
        from .query import Segment, parse
        from .query.check import check
        from .query.locate import locate

        definition = parse(segment, kind="segment") if isinstance(segment, str) else segment
        definition = getattr(definition, "definition", definition)
        if not isinstance(definition, Segment):
            raise DefinitionError("Only a segment can be saved; use result.users(…) to get one.")
        if not isinstance(name, str) or not name.strip():
            raise DefinitionError("A segment needs a name.")
        segments = self._segments.saved(name, definition)
        catalog = self.catalog
        try:
            check(definition, type(catalog)(**{**vars(catalog), "segments": segments}))
        except (UnknownNameError, MisfitError) as error:
            if isinstance(segment, str):
                raise locate(error, segment, kind="segment") from None
            raise
        path = self.store.path
        if path is not None:
            with replacing(path) as draft, open_store(path) as current:
                kept = Segments(json.loads(current.meta("segments"))).saved(name, definition)
                write_copy(current, draft, kept.to_json())
                with held_back("The segment was saved before the interrupt came."):
                    draft.put_in_place()
        self._segments = segments
        # Results so far keep the segments they were asked with; the arrays are the same.
        self._engine = self._engine and self._engine.knowing(segments)
        self.__dict__.pop("catalog", None)

    # Keeping

    @interruptible
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the log to a file that :func:`behavio_jupyter.connect` opens at once.

        The file is written beside and renamed over the old one: a crash leaves the old one whole,
        and notebooks that have it open keep what they opened. From then on the log is that file:
        ``append`` and ``save_segment`` change it. Where somebody else is writing that file, this
        waits for them.

        Raises
        ------
        StoreError
            No file can be written there, or what lies there is no store, or a newer state of this
            one.

        Examples
        --------
        >>> import tempfile
        >>> from behavio_jupyter import connect, datasets
        >>> with tempfile.TemporaryDirectory() as folder, datasets.cdnow() as log:
        ...     log.save(f"{folder}/cdnow.behavio")
        ...     with connect(f"{folder}/cdnow.behavio") as saved:
        ...         len(saved)
        69404
        """
        target = Path(os.path.realpath(os.path.expanduser(os.fspath(path))))
        with replacing(target) as draft:
            check_replaceable(target, self.store)
            write_copy(self.store, draft, self._segments.to_json())
            with held_back("The log was saved before the interrupt came."):
                draft.put_in_place()
                self.name = target.name
                self._take(open_store(target))

    @interruptible
    def append(
        self,
        more: Any,
        *,
        user: str | None = None,
        event: str | None = None,
        time: str | None = None,
        insert_id: str | None = None,
        session: str | None = None,
        sequence: str | None = None,
        anonymous_id: str | None = None,
        users: Any = None,
        user_key: str | None = None,
        end: Any = None,
        properties: Sequence[str] | None = None,
        table: str | None = None,
        query: str | None = None,
        unit: str | None = None,
    ) -> None:
        """Add events; those that are in the log already change nothing.

        Where somebody else is writing the saved log, this waits for them: nothing is lost.

        Parameters
        ----------
        more : any source of :func:`behavio_jupyter.connect`
        user, event, time, insert_id, session, sequence, anonymous_id, user_key, unit
            As for :func:`behavio_jupyter.connect`; default: those used first.
        users : any source, optional
            Rows of the user table; they replace those of the same users.
        end : date, datetime or str, optional
            The new end of the log. Default: as it was given, or the largest timestamp.
        properties, table, query
            As for :func:`behavio_jupyter.connect`.

        Raises
        ------
        DataError
            The source cannot be read, or has not the columns used first.
        StoreError
            The saved store is gone, damaged, or cannot be written; or somebody else writes it for
            longer than ten minutes.

        Examples
        --------
        >>> from behavio_jupyter import datasets
        >>> made = datasets.generate(1_000, 50)
        >>> log = made.connect()
        >>> log.append(made.events)
        >>> len(log)
        1000
        """
        given = {
            "user": user,
            "event": event,
            "time": time,
            "insert_id": insert_id,
            "session": session,
            "sequence": sequence,
            "anonymous_id": anonymous_id,
            "user_key": user_key,
            "properties": properties,
            "unit": unit,
        }
        source = {"users": users, "end": end, "table": table, "query": query}
        path = self.store.path
        if path is None:
            kept = self._segments.to_json()
            built = append(self.store, more, given, **source, segments=kept)
            if built is not None:
                self._take(built.finish())
            return
        with replacing(path) as draft:
            # The file as it is now: somebody else may have added to it.
            now = open_store(path)
            kept = now.meta("segments")
            built = append(now, more, given, **source, segments=kept, draft=draft)
            with held_back("The events were added before the interrupt came."):
                self._take(now if built is None else built.finish())

    def close(self) -> None:
        """Close the log; one that was not saved is gone."""
        self.store.close()

    def __enter__(self) -> EventLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # How it shows itself

    def __len__(self) -> int:
        return self.quality.events

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)

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
