"""The deliveries of a folder of reports, in a file of SQLite: what went where, and what did not.

A report and each of its alerts is an item for a target and a period. An item is taken once, in one
transaction, so that it is not sent twice, whoever else works on the folder. Who delivers holds a
lock that ends with the process.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, NamedTuple

from ...errors import BehavioError, UnknownNameError
from ...locks import FileLock, try_lock
from ..transactions import writing
from ..watch import Checked

State = Literal["waiting", "sending", "sent", "failed", "unknown"]

_VERSION = 1
"""Of the tables."""

_TABLES = """
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, report TEXT NOT NULL, period TEXT NOT NULL,
  target TEXT NOT NULL, run TEXT NOT NULL, whole INTEGER NOT NULL, alerts TEXT NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, begun TEXT NOT NULL, ended TEXT,
  error TEXT NOT NULL DEFAULT ''
);
CREATE TABLE items (
  report TEXT NOT NULL, period TEXT NOT NULL, target TEXT NOT NULL, rule TEXT NOT NULL,
  delivery INTEGER NOT NULL,
  PRIMARY KEY (report, period, target, rule)
);
"""
_COLUMNS = "id, report, period, target, run, whole, alerts, state, attempts, begun, ended, error"


class Delivery(NamedTuple):
    """A run, or alerts of it, on the way to a target.

    Attributes
    ----------
    id : int
    report, period, target : str
    run : datetime or None
        When the run was started that it is of; None: it tells that there is no report.
    whole : bool
        Whether it brings the report; else alerts only, of a report that was brought before.
    alerts : tuple of Checked
    state : {"waiting", "sending", "sent", "failed", "unknown"}
        ``waiting``: nothing was sent yet, or it is tried again; ``failed``: also one whose process
        ended before it was sending; ``unknown``: one whose process ended meanwhile.
    attempts : int
    begun : datetime
    ended : datetime or None
    error : str
        The last one, in a sentence; of a mail that was sent, who did not get it.
    """

    id: int
    report: str
    period: str
    target: str
    run: dt.datetime | None
    whole: bool
    alerts: tuple[Checked, ...]
    state: State
    attempts: int
    begun: dt.datetime
    ended: dt.datetime | None
    error: str


class Deliveries:
    """Deliveries; each method is one transaction.

    Parameters
    ----------
    out : Path
        Where reports are kept.
    """

    def __init__(self, out: Path) -> None:
        self.folder = out / ".behavio"
        self.path = self.folder / "deliveries.sqlite"
        self._held: dict[int, FileLock] = {}

    def all(self) -> list[Delivery]:
        """Return the deliveries, the newest first."""
        if not self.path.exists():
            return []
        with self._writing() as rows:
            found = rows.execute(f"SELECT {_COLUMNS} FROM deliveries ORDER BY id DESC")
            return [self._delivery(row) for row in found.fetchall()]

    def find(self, number: int) -> Delivery:
        """Return a delivery.

        Raises
        ------
        UnknownNameError
            There is none of that number.
        """
        found = {one.id: one for one in self.all()}
        if number not in found:
            raise UnknownNameError("delivery", str(number), map(str, found))
        return found[number]

    def last(self, report: str, period: str, target: str) -> Delivery | None:
        """Return the newest delivery of a report for a period to a target."""
        about = (report, period, target)
        found = (one for one in self.all() if (one.report, one.period, one.target) == about)
        return next(found, None)

    def take(
        self,
        report: str,
        period: str,
        target: str,
        alerts: Sequence[Checked],
        *,
        run: dt.datetime | None,
    ) -> Delivery | None:
        """Begin to deliver a report and alerts that were not; None where all were.

        What a process left behind before it sent anything is taken over, but for alerts of another
        run. Who takes a delivery holds it until :meth:`leave`.

        Parameters
        ----------
        report, period, target : str
        alerts : sequence of Checked
        run : datetime or None
            When the run was started. None: there is no report, only what is told of that.
        """
        key = (report, period, target)
        with self._writing() as rows:
            left = [
                delivery
                for delivery in self._left(rows, key)
                if run is not None or delivery.run is None
            ]
            for one in left:
                rows.execute("DELETE FROM items WHERE delivery = ?", (one.id,))
            known = {
                rule
                for (rule,) in rows.execute(
                    "SELECT rule FROM items WHERE report = ? AND period = ? AND target = ?", key
                )
            }
            whole = run is not None and "" not in known
            again = [alert for one in left if one.run == run for alert in one.alerts]
            found = {one.rule: one for one in [*again, *alerts]}
            fired = {
                rule: one
                for rule, one in found.items()
                if one.outcome == "alert" and rule not in known
            }
            # What could not be checked is told with the report; it is no reason to write again.
            unchecked = [one for one in found.values() if one.outcome == "unchecked" and whole]
            new = [*fired.values(), *unchecked]
            for one in left[1:] if whole or new else left:
                rows.execute("DELETE FROM deliveries WHERE id = ?", (one.id,))
            if not whole and not new:
                return None
            said = (_text(run), int(whole), json.dumps(new))
            if left:
                number = left[0].id
                rows.execute(
                    "UPDATE deliveries SET run = ?, whole = ?, alerts = ? WHERE id = ?",
                    (*said, number),
                )
            else:
                made = rows.execute(
                    "INSERT INTO deliveries (report, period, target, run, whole, alerts, state,"
                    " begun) VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?)",
                    (*key, *said, _now()),
                ).lastrowid
                assert made is not None
                number = made
            taken = [*([""] if whole else []), *fired]
            rows.executemany(
                "INSERT INTO items VALUES (?, ?, ?, ?, ?)",
                [(*key, rule, number) for rule in taken],
            )
            self._hold(number)
            return self._one(rows, number)

    def take_again(self, number: int) -> Delivery:
        """Begin a delivery anew that is at its end, whatever that was.

        Raises
        ------
        BehavioError
            It is on its way.
        """
        self.find(number)
        with self._writing() as rows:
            self._hold(number)
            rows.execute(
                "UPDATE deliveries SET state = 'waiting', ended = NULL, error = '' WHERE id = ?",
                (number,),
            )
            return self._one(rows, number)

    def leave(self, number: int) -> None:
        """Let another one have a delivery that was taken here."""
        held = self._held.pop(number, None)
        if held is not None:
            held.release()

    def note(self, number: int, state: State, error: str = "") -> None:
        """Keep how a delivery stands; ``sending`` counts as an attempt."""
        ended = None if state in ("waiting", "sending") else _now()
        with self._writing() as rows:
            rows.execute(
                "UPDATE deliveries SET state = ?, error = ?, ended = ?,"
                " attempts = attempts + ? WHERE id = ?",
                (state, error, ended, int(state == "sending"), number),
            )

    def _writing(self) -> AbstractContextManager[sqlite3.Connection]:
        return writing(self.path, _TABLES, _VERSION)

    def _left(self, rows: sqlite3.Connection, key: tuple[str, str, str]) -> list[Delivery]:
        """Return deliveries that nobody goes on with, of which nothing was sent."""
        found = rows.execute(
            f"SELECT {_COLUMNS} FROM deliveries WHERE report = ? AND period = ? AND target = ?"
            " AND state = 'waiting'",
            key,
        ).fetchall()
        return [self._delivery(row) for row in found if not self._alive(row[0])]

    def _one(self, rows: sqlite3.Connection, number: int) -> Delivery:
        found = rows.execute(f"SELECT {_COLUMNS} FROM deliveries WHERE id = ?", (number,))
        return self._delivery(found.fetchone())

    def _lock(self, number: int) -> FileLock | None:
        path = self.folder / f"delivery-{number}.lock"
        try:
            return try_lock(path)
        except OSError as error:
            raise BehavioError(f"{path} cannot be written: {error.strerror or error}.") from None

    def _hold(self, number: int) -> None:
        lock = self._lock(number)
        if lock is None:
            raise BehavioError(f"Delivery {number} is on its way.")
        self._held[number] = lock

    def _alive(self, number: int) -> bool:
        """Return whether somebody delivers it; asked in a transaction only: it tries the lock."""
        lock = self._lock(number)
        if lock is not None:
            lock.release()
        return lock is None

    def _delivery(self, row: tuple) -> Delivery:  # type: ignore[type-arg]
        number, report, period, target, run, whole, alerts, state, *more, error = row
        attempts, begun, ended = more
        if state in ("waiting", "sending") and not self._alive(number):
            sending = state == "sending"
            state = "unknown" if sending else "failed"
            when = "while it was sending" if sending else "before it was sending"
            error = error or f"The process ended {when}."
        return Delivery(
            number,
            report,
            period,
            target,
            dt.datetime.fromisoformat(run) if run else None,
            bool(whole),
            tuple(Checked(*one) for one in json.loads(alerts)),
            state,
            attempts,
            dt.datetime.fromisoformat(begun),
            ended and dt.datetime.fromisoformat(ended),
            error,
        )


def _text(run: dt.datetime | None) -> str:
    return "" if run is None else run.astimezone(dt.UTC).isoformat()


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
