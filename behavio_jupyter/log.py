"""An open event log: what users hold, ask and keep."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .asking import Asking
from .data import append, check_replaceable, open_store, replacing, write_copy
from .errors import DefinitionError, MisfitError, UnknownNameError
from .interrupts import held_back, interruptible
from .overview import as_html, as_text
from .segments import Segments

if TYPE_CHECKING:
    from .query.base import Definition
    from .result import Result


class EventLog(Asking):
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

    # Keeping

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
        self.tell()

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
        self.tell()

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
                self.tell()
            return
        with replacing(path) as draft:
            # The file as it is now: somebody else may have added to it.
            now = open_store(path)
            kept = now.meta("segments")
            built = append(now, more, given, **source, segments=kept, draft=draft)
            with held_back("The events were added before the interrupt came."):
                self._take(now if built is None else built.finish())
        self.tell()

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

    @interruptible
    def __repr__(self) -> str:
        return as_text(self)

    @interruptible
    def _repr_html_(self) -> str:
        return as_html(self)
