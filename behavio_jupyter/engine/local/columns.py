"""The hot columns of a log: loaded from the store when first used, then kept as arrays."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ...data.arrays import array_of, parts_of
from ...data.store import PropertyInfo, Store
from ...errors import BehavioError, DefinitionError, UnknownNameError
from ...query.predicate import And, Events, FirstLast, Property, walk
from .calendar import LATEST
from .occurrences import Occurrences, at, everywhere, find, row_type
from .predicate import Column, Expression
from .rare import EXACT, MOST, WHOLE, Rare, compared, matching
from .recent import Recent

_MASK_BYTES = 1 << 29
"""How much memory masks of recent predicates may take together."""

_PASSED_BYTES = 1 << 24
"""How much counts of the nodes of paths, and of the values of breakdowns, may take together."""

_LISTED_BYTES = 1 << 26
"""How much, besides four bytes an event, lists of occurrences may take together."""


_BEGINS_BYTES = 1 << 24
"""How much, besides a byte an event, the rows may take together that sessions begin with."""


class Codes(NamedTuple):
    """A property as small numbers: ``codes`` int32 (-1 for null) into ``names``."""

    codes: NDArray[np.int32]
    names: list[str]


class Columns:
    """A log's arrays, one element an event in the order of docs/semantics.md D1.

    Attributes
    ----------
    offsets : int64 array of users + 1
        The events of user ``u`` are rows ``offsets[u]`` to ``offsets[u + 1]``.
    time : int64 array
        Microseconds since 1970 UTC.
    event : uint16 (uint32) array
        Event numbers; ``schema.events`` has their names.
    passed : Recent
        How many come to each node in paths, and have each value of a breakdown, kept for questions
        that differ in what is shown only.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.schema = store.schema
        self._masks: Recent[NDArray[np.bool_]] = Recent(_MASK_BYTES)
        self.passed: Recent[NDArray[np.int64]] = Recent(_PASSED_BYTES)
        self._codes: dict[tuple[str, str], Codes] = {}
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._rare: dict[str, Rare | None] = {}
        self._fits: dict[str, bool] = {}

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """The row ranges of users."""
        return self.store.offsets()

    @cached_property
    def time(self) -> NDArray[np.int64]:
        """The times of events."""
        return self.store.times()

    @cached_property
    def first_times(self) -> NDArray[np.int64]:
        """The time of each user's first event; LATEST for a user without any."""
        first = np.full(self.users, LATEST)
        active = self.offsets[:-1] < self.offsets[1:]
        first[active] = self.time[self.offsets[:-1][active]]
        return first

    @cached_property
    def event(self) -> NDArray[Any]:
        """The event numbers of events."""
        return self.store.event_numbers()

    @cached_property
    def user_ids(self) -> pd.Series:
        """User ids in the order of user numbers."""
        return self.store.user_ids()

    @cached_property
    def each(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The numbers of users, and the offsets of one element for each."""
        offsets = np.arange(self.users + 1)
        return offsets[:-1].astype(np.int32), offsets

    @property
    def users(self) -> int:
        """The number of users."""
        return len(self.offsets) - 1

    @property
    def end(self) -> int:
        """The end of the log; 0 for an empty one, where nothing is judged by it."""
        return self.schema.end or 0

    def session_numbers(self) -> NDArray[np.int64]:
        """Return the mapped session of every event; -1 where it has none."""
        return self._of_events("coalesce(session_no, -1)", []).astype(np.int64)

    def info(self, node: Property) -> PropertyInfo:
        """Return what the store knows of a property."""
        known = self.schema.properties if node.owner == "event" else self.schema.user_properties
        for info in known:
            if info.name == node.name:
                return info
        kind = "property" if node.owner == "event" else "user property"
        raise UnknownNameError(kind, node.name, [info.name for info in known])

    def holds(self, info: PropertyInfo) -> str:
        """Return a property's kind; ``date`` for times that are days without a time of day."""
        return "date" if info.column in self._dates else info.kind

    @cached_property
    def _dates(self) -> frozenset[str]:
        described = self.store.cursor().sql(
            "select column_name from duckdb_columns() where database_name = current_database() "
            "and table_name in ('events', 'users') and data_type = 'DATE'"
        )
        return frozenset(name for (name,) in described.fetchall())

    def mask(self, predicate: Any) -> NDArray[np.bool_]:
        """Return which events match a predicate on one event."""
        return self._masks.get(repr(predicate), lambda: self._evaluated(predicate))

    def _evaluated(self, predicate: Any) -> NDArray[np.bool_]:
        rows = self._rows_where(predicate)
        if rows is not None:
            mask = np.zeros(int(self.offsets[-1]), np.bool_)
            mask[rows] = True
            return mask
        needs_user = any(
            isinstance(node, Property) and node.owner == "user" for node in walk(predicate)
        )
        expression = Expression(predicate, self._resolve, self.schema.timezone)
        value = f"coalesce({expression.sql}, false)"
        if needs_user:
            return self._scattered(value, expression.parameters, np.bool_)
        return self._of_events(value, expression.parameters)

    def _rows_where(self, predicate: Any) -> NDArray[Any] | None:
        """Return the rows that match, ascending, if only the few that have a number can."""
        if isinstance(predicate, And):
            for part in predicate.parts:
                rows = self._rows_where(part)
                if rows is not None:
                    others = [self.mask(other) for other in predicate.parts if other is not part]
                    return _of_all(rows, others)
            return None
        name = compared(predicate)
        if name is None:
            return None
        if name not in self._rare:
            self._rare[name] = self._read_rare(name)
        rare = self._rare[name]
        return None if rare is None else matching(predicate, rare)

    def _read_rare(self, name: str) -> Rare | None:
        column, events = self.info(Property(name=name)).column, int(self.offsets[-1])
        if not events:
            return None
        known = self._fetch(
            f"select any_value(typeof({column})) as t, count({column}) as n from events", []
        )
        if known["t"][0] not in EXACT or known["n"][0] * MOST > events:
            return None
        query, place = f"select cast({column} as double) from events", 0
        rows, values = [np.empty(0, np.int64)], [np.empty(0)]
        with _evaluating():
            for part in parts_of(self.store.cursor(), query):
                own = np.flatnonzero(~np.isnan(part))
                rows.append(own + place)
                values.append(part[own])
                place += len(part)
        found = np.concatenate(values)
        if known["t"][0] != "DOUBLE" and (np.abs(found) >= WHOLE).any():
            return None
        return Rare(np.concatenate(rows).astype(row_type(events)), found)

    def occurrences(self, events: Events, where: Any = None) -> Occurrences:
        """Return where some events occur, of those for which a predicate holds.

        A name that no event of the log has occurs nowhere.
        """
        if not events.names and events.where is None and where is None:
            return self._everywhere
        key = repr((sorted(events.names), events.where, where))
        return self._listed.get(key, lambda: self._found(events, where))

    @cached_property
    def _everywhere(self) -> Occurrences:
        # Four bytes an event, as of a property in use: it would leave no room for others.
        return everywhere(self.offsets, self.time)

    @cached_property
    def begins(self) -> Recent[Any]:
        """Where the sessions of recent questions begin."""
        return Recent(_BEGINS_BYTES + int(self.offsets[-1]))

    @cached_property
    def _listed(self) -> Recent[Occurrences]:
        return Recent(_LISTED_BYTES + 4 * int(self.offsets[-1]))

    def _found(self, events: Events, where: Any) -> Occurrences:
        predicates = [each for each in (events.where, where) if each is not None]
        names = set(events.names or self.schema.events)
        named = np.array([name in names for name in self.schema.events], np.bool_)
        for predicate in predicates:
            rows = self._rows_where(predicate)
            if rows is not None:
                others = [self.mask(other) for other in predicates if other is not predicate]
                return at(self.offsets, self.time, self.event, named, _of_all(rows, others))
        masks = [self.mask(predicate) for predicate in predicates]
        return find(self.offsets, self.time, self.event, named, masks)

    def codes(self, node: Property) -> Codes:
        """Return an event property as codes per event, or a user property as codes per user.

        Names are text as docs/semantics.md A3 says, in order of code points.
        """
        key = (node.owner, node.name)
        if key not in self._codes:
            self._codes[key] = self._read_codes(node)
        return self._codes[key]

    def _read_codes(self, node: Property) -> Codes:
        info = self.info(node)
        value = info.column if info.kind == "text" else f"cast({info.column} as varchar)"
        table = "events" if node.owner == "event" else "users"
        rows = self.store.cursor().sql(f"select {value} as v from {table}").to_arrow_table()
        encoded = encoded_text(rows["v"])
        names = encoded.dictionary.to_pylist()
        place = np.empty(len(names) + 1, np.int32)
        place[[*sorted(range(len(names)), key=names.__getitem__), -1]] = [*range(len(names)), -1]
        indices = encoded.indices.cast("int32").fill_null(-1).to_numpy()
        return Codes(place[indices], sorted(names))

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a numeric event property; NaN where it is null."""
        if name not in self._numbers:
            column = self.info(Property(name=name)).column
            self._numbers[name] = self._of_events(f"cast({column} as double)", [])
        return self._numbers[name]

    def fits_floats(self, name: str) -> bool:
        """Whether ``numbers`` tells all values apart; whole ones from 2**53 on it may not."""
        if name not in self._fits:
            column = self.info(Property(name=name)).column
            found = self._fetch(
                f"select any_value(typeof({column})) in ('DOUBLE', 'FLOAT')"
                f" or max(abs(cast({column} as double))) < 9007199254740992 as v from events",
                [],
            )
            self._fits[name] = bool(found["v"][0])
        return self._fits[name]

    def _resolve(self, node: Property | FirstLast) -> Column:
        if isinstance(node, FirstLast):
            raise DefinitionError(
                f"{node} is a value of a user; it cannot stand in a condition on an event."
            )
        info = self.info(node)
        return Column(f"{'e' if node.owner == 'event' else 'u'}.{info.column}", self.holds(info))

    def _of_events(self, value: str, parameters: list[Any]) -> NDArray[Any]:
        """Evaluate over all events, in order."""
        cursor, query = self.store.cursor(), f"select {value} as v from events e"
        with _evaluating():
            return array_of(cursor, query, int(self.offsets[-1]), parameters)

    def _fetch(self, sql: str, parameters: list[Any]) -> dict[str, Any]:
        with _evaluating():
            return self.store.cursor().execute(sql, parameters).fetchnumpy()

    def _scattered(self, value: str, parameters: list[Any], dtype: type) -> NDArray[Any]:
        """Evaluate over events and users; a join may reorder rows, so each brings its place."""
        rows = self._fetch(
            f"select e.rowid as r, {value} as v from events e join users u using (user_no)",
            parameters,
        )
        out: NDArray[Any] = np.zeros(int(self.offsets[-1]), dtype)
        out[self.store.places(rows["r"])] = rows["v"]
        return out


def encoded_text(values: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return text as numbers of a list of its different values."""
    # Text of few different values comes as the enum that the store keeps. Other text is encoded
    # in its parts: more than 2 GiB of it do not fit in one array.
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    return encoded.unify_dictionaries().combine_chunks()


def _of_all(rows: NDArray[Any], masks: list[NDArray[np.bool_]]) -> NDArray[Any]:
    """Return the rows for which all masks are true."""
    for mask in masks:
        rows = rows[mask[rows]]
    return rows


@contextlib.contextmanager
def _evaluating() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise BehavioError(
            f"The condition cannot be evaluated: {str(error).splitlines()[0]}"
        ) from error
