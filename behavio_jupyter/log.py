"""An open event log: what users hold, ask and keep."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .data import Quality, Store, append, open_store, replacing, write_copy
from .data.sql import one_row
from .errors import DefinitionError, UnknownNameError
from .segments import Segments

if TYPE_CHECKING:
    from .engine.protocol import Engine
    from .query.base import Definition
    from .query.check import Catalog
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
        self._take(store)

    def _take(self, store: Store) -> None:
        self.store = store
        self._segments = Segments(json.loads(store.meta("segments")) or {})
        self._engine: Engine | None = None
        for name in ("quality", "events", "properties", "catalog"):
            self.__dict__.pop(name, None)

    # What the log is

    @cached_property
    def quality(self) -> Quality:
        """What was read, what was left out and why, and what the log is like."""
        return Quality.model_validate_json(self.store.meta("quality"))

    @property
    def segments(self) -> Segments:
        """The saved segments, by name."""
        return self._segments

    @cached_property
    def events(self) -> pd.DataFrame:
        """The events by name: ``name, count, users, first, last``, most frequent first."""
        frame = (
            self.store.cursor()
            .execute(
                "SELECT any_value(name) AS name, count(*) AS count,"
                " count(DISTINCT user_no) AS users, min(time) AS first, max(time) AS last"
                " FROM events JOIN names USING (event_no) GROUP BY event_no"
                " ORDER BY count(*) DESC, event_no"
            )
            .df()
        )
        for column in ("first", "last"):
            frame[column] = self._local(frame[column])
        return frame

    @cached_property
    def properties(self) -> pd.DataFrame:
        """The properties: ``name, kind, owner, distinct, nulls, examples``.

        ``owner`` is ``event`` or ``user``; ``distinct`` counts different values, ``nulls`` events
        (users) without one; ``examples`` are the five most frequent values.
        """
        schema = self.store.schema
        rows = []
        for owner, table, infos in (
            ("event", "events", schema.properties),
            ("user", "users", schema.user_properties),
        ):
            for info in infos:
                distinct, nulls, examples = one_row(
                    self.store.cursor(),
                    "WITH counted AS (SELECT CAST(v AS VARCHAR) AS v, n FROM (SELECT"
                    f" {info.column} AS v, count(*) AS n FROM {table} GROUP BY ALL))"
                    " SELECT count(v), coalesce(sum(n) FILTER (v IS NULL), 0),"
                    " (SELECT list(v ORDER BY n DESC, v) FROM (FROM counted WHERE v IS NOT NULL"
                    " ORDER BY n DESC, v LIMIT 5)) FROM counted",
                )
                shown = ", ".join(examples or [])
                rows.append((info.name, info.kind, owner, distinct, int(nulls), shown))
        columns = ["name", "kind", "owner", "distinct", "nulls", "examples"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def catalog(self) -> Catalog:
        """The names that questions may use."""
        from .query.check import Catalog

        schema = self.store.schema
        return Catalog(
            schema.events,
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
        >>> list(datasets.cdnow().timeline(1).columns)
        ['time', 'event', 'cds', 'amount']
        """
        cursor = self.store.cursor()
        found = cursor.execute(
            "SELECT user_no FROM users WHERE CAST(user_id AS VARCHAR) = ?", [str(user)]
        ).fetchall()
        if not found:
            nearest = cursor.execute(
                "SELECT CAST(user_id AS VARCHAR) AS id FROM users"
                " ORDER BY jaro_winkler_similarity(id, ?) DESC, id LIMIT 1",
                [str(user)],
            ).fetchall()
            raise UnknownNameError("user", str(user), [row[0] for row in nearest])
        infos = self.store.schema.properties
        columns = "".join(f", {info.column}" for info in infos)
        frame = cursor.execute(
            f"SELECT time, name{columns} FROM events JOIN names USING (event_no)"
            " WHERE user_no = ? ORDER BY events.rowid",
            [found[0][0]],
        ).df()
        for info in infos:
            values = frame[info.column]
            if info.kind == "time" and self._is_instant(info.column):
                frame[info.column] = self._local(values)
        frame["time"] = self._local(frame["time"])
        frame.columns = pd.Index(["time", "event", *(info.name for info in infos)])
        return frame

    # Questions

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
            What a text asks that does not begin with it.

        Raises
        ------
        QueryTextError
            The text cannot be read, or names what the log does not have; it points at the place.
        UnknownNameError, DefinitionError
            A definition names what the log does not have, or asks what cannot be asked.
        """
        from .query import parse
        from .query.check import check
        from .query.locate import locate
        from .result import LogFacts, present

        if not isinstance(question, str):
            definition = question
            check(definition, self.catalog)
        else:
            definition = parse(question, variables, kind=kind)
            try:
                check(definition, self.catalog)
            except UnknownNameError as error:
                raise locate(error, question, variables, kind=kind) from None
        engine = self._answering()
        schema = self.store.schema
        facts = LogFacts(
            schema.timezone, self._moment(schema.first), self._moment(schema.end), self.name
        )
        return present(definition, engine.answer(definition), engine, facts)  # type: ignore[arg-type]

    def funnel(self, question: Definition | str, **variables: Any) -> FunnelResult:
        """Ask who gets from step to step: ``log.funnel("visit -> purchase within 7d")``."""
        return self.run(question, variables, kind="funnel")  # type: ignore[return-value]

    def retention(self, question: Definition | str, **variables: Any) -> RetentionResult:
        """Ask who comes back: ``log.retention("signup -> any per week for 8")``."""
        return self.run(question, variables, kind="retention")  # type: ignore[return-value]

    def paths(self, question: Definition | str, **variables: Any) -> PathsResult:
        """Ask which ways users take: ``log.paths("from visit to purchase steps 6")``."""
        return self.run(question, variables, kind="paths")  # type: ignore[return-value]

    def trend(self, question: Definition | str, **variables: Any) -> TrendResult:
        """Ask for a number per period: ``log.trend("users of purchase per week")``."""
        return self.run(question, variables, kind="trend")  # type: ignore[return-value]

    def segment(self, question: Definition | str, **variables: Any) -> SegmentResult:
        """Ask who meets a condition: ``log.segment("count(purchase) >= 10 in last 90d")``."""
        return self.run(question, variables, kind="segment")  # type: ignore[return-value]

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
        except UnknownNameError as error:
            if isinstance(segment, str):
                raise locate(error, segment, kind="segment") from None
            raise
        path = self.store.path
        if path is not None:
            with open_store(path) as current, replacing(path) as built:
                kept = Segments(json.loads(current.meta("segments"))).saved(name, definition)
                write_copy(current, built, kept.to_json())
        self._segments = segments
        self._engine = None
        self.__dict__.pop("catalog", None)

    # Keeping

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the log to a file that :func:`behavio_jupyter.connect` opens at once.

        The file is written beside and renamed over the old one: a crash leaves the old one whole,
        and notebooks that have it open keep what they opened. From then on the log is that file:
        ``append`` and ``save_segment`` change it.
        """
        target = Path(os.path.realpath(os.path.expanduser(os.fspath(path))))
        with replacing(target) as built:
            write_copy(self.store, built, self._segments.to_json())
        self.name = target.name
        self._take(open_store(target))

    def append(
        self,
        more: Any,
        *,
        users: Any = None,
        end: Any = None,
        properties: Sequence[str] | None = None,
        table: str | None = None,
        query: str | None = None,
        **columns: str | None,
    ) -> None:
        """Add events; those that are in the log already change nothing.

        Parameters
        ----------
        more : any source of :func:`behavio_jupyter.connect`
        users : any source, optional
            Rows of the user table; they replace those of the same users.
        end : date, datetime or str, optional
            The new end of the log. Default: as it was given, or the largest timestamp.
        properties, table, query
            As for :func:`behavio_jupyter.connect`.
        **columns
            ``user``, ``event``, ``time``, ``insert_id``, ``session``, ``sequence``,
            ``anonymous_id``, ``user_key``, ``unit``; default: those used first.
        """
        path = self.store.path
        base = self.store if path is None else open_store(path)
        kept = self._segments.to_json() if path is None else base.meta("segments")
        store = append(
            base,
            more,
            {**columns, "properties": properties},
            users=users,
            end=end,
            table=table,
            query=query,
            segments=kept,
        )
        if store is not None or path is not None:
            self._take(store or base)

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

    def _facts(self) -> list[tuple[str, str]]:
        schema, quality = self.store.schema, self.quality
        first, last = self._moment(schema.first), self._moment(schema.last)
        span = "none" if first is None or last is None else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
        ranked = sorted(quality.counts.items(), key=lambda item: (-item[1], item[0]))
        more = [f"{len(ranked) - 8} more"] if len(ranked) > 8 else []
        return [
            ("events", f"{quality.events:,}"),
            ("users", f"{quality.users:,}"),
            ("span", f"{span} ({schema.timezone})"),
            ("names", ", ".join([*(f"{name} ({count:,})" for name, count in ranked[:8]), *more])),
            ("properties", ", ".join(info.name for info in schema.properties) or "none"),
            *([("segments", ", ".join(self._segments))] if self._segments else []),
            *(
                [("left out", f"{quality.rows - quality.events:,} rows; see log.quality")]
                if quality.rows > quality.events
                else []
            ),
            ("next", self._example()),
        ]

    def _example(self) -> str:
        from .query.predicate import Events
        from .query.printing import to_text

        ranked = sorted(self.quality.counts, key=lambda name: -self.quality.counts[name])
        if not ranked:
            return "log.append(more)"
        first, second = ranked[0], ranked[1] if len(ranked) > 1 else ranked[0]
        steps = " -> ".join(to_text(Events(names=(name,))) for name in (first, second))
        return f"%funnel {steps} within 7d"

    def __repr__(self) -> str:
        title = f"EventLog {self.name}".rstrip()
        return "\n".join([title, *(f"  {what:<10}  {value}" for what, value in self._facts())])

    def _repr_html_(self) -> str:
        cell = 'style="text-align:left;color:inherit;background:none;padding:.15em .8em"'
        rows = "".join(
            f"<tr><th {cell}>{escape(what)}</th><td {cell}>{escape(value)}</td></tr>"
            for what, value in self._facts()
        )
        return f"<div><b>{escape(f'EventLog {self.name}'.rstrip())}</b><table>{rows}</table></div>"

    def _answering(self) -> Engine:
        if self._engine is None:
            from .engine.local import LocalEngine

            self._engine = LocalEngine(self.store, self._segments)
        return self._engine

    def _is_instant(self, column: str) -> bool:
        rows = self.store.cursor().execute(f"DESCRIBE SELECT {column} FROM events").fetchall()
        return bool(rows[0][1] == "TIMESTAMP")

    def _local(self, values: pd.Series) -> pd.Series:
        zone = self.store.schema.timezone
        return values.dt.as_unit("us").dt.tz_localize("UTC").dt.tz_convert(zone)

    def _moment(self, instant: int | None) -> pd.Timestamp | None:
        if instant is None:
            return None
        moment = pd.Timestamp(instant, unit="us", tz="UTC").as_unit("us")
        return moment.tz_convert(self.store.schema.timezone)
