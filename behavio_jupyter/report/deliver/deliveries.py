"""The deliveries of a folder of reports, in a file of SQLite: what went where, and what did not.

A report and each of its alerts is an item for a target and a period. An item is taken once, in one
transaction, so that it is not sent twice, whoever else works on the folder.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, NamedTuple

import psutil

from ...errors import BehavioError, UnknownNameError
from ..transactions import writing
from ..watch import Checked

State = Literal["waiting", "sending", "sent", "failed", "unknown"]

_TABLES = """
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, report TEXT NOT NULL, period TEXT NOT NULL,
  target TEXT NOT NULL, whole INTEGER NOT NULL, alerts TEXT NOT NULL, state TEXT NOT NULL,
  holder TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, begun TEXT NOT NULL, ended TEXT,
  error TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS items (
  report TEXT NOT NULL, period TEXT NOT NULL, target TEXT NOT NULL, rule TEXT NOT NULL,
  delivery INTEGER NOT NULL,
  PRIMARY KEY (report, period, target, rule)
);
"""
_COLUMNS = "id, report, period, target, whole, alerts, state, holder, attempts, begun, ended, error"


class Delivery(NamedTuple):
    """A run, or alerts of it, on the way to a target.

    Attributes
    ----------
    id : int
    report, period, target : str
    whole : bool
        Whether it brings the report; else alerts only, of a report that was brought before.
    alerts : tuple of Checked
    state : {"waiting", "sending", "sent", "failed", "unknown"}
        ``waiting``: nothing was sent yet, or it is tried again; ``unknown``: the process ended
        while it was sending.
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

    def all(self) -> list[Delivery]:
        """Return the deliveries, the newest first."""
        if not self.path.exists():
            return []
        with self._writing() as rows:
            found = rows.execute(f"SELECT {_COLUMNS} FROM deliveries ORDER BY id DESC")
            return [_delivery(row) for row in found.fetchall()]

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

    def take(
        self,
        report: str,
        period: str,
        target: str,
        alerts: Sequence[Checked],
        *,
        published: bool = True,
    ) -> Delivery | None:
        """Begin to deliver a report and alerts that were not; None where all were.

        One that a process left behind before it sent anything is taken over. Where no report was
        ``published``, there are alerts only.
        """
        key = (report, period, target)
        with self._writing() as rows:
            left = rows.execute(
                f"SELECT {_COLUMNS} FROM deliveries WHERE report = ? AND period = ? AND target = ?"
                " AND state = 'waiting'",
                key,
            ).fetchall()
            for row in left:
                if not _alive(row[7]):
                    rows.execute("UPDATE deliveries SET holder = ? WHERE id = ?", (_me(), row[0]))
                    return _delivery((*row[:7], _me(), *row[8:]))
            known = {
                rule
                for (rule,) in rows.execute(
                    "SELECT rule FROM items WHERE report = ? AND period = ? AND target = ?", key
                )
            }
            whole = published and "" not in known
            fired = {one.rule: one for one in alerts if one.outcome == "alert"}
            fired = {rule: one for rule, one in fired.items() if rule not in known}
            # What could not be checked is told with the report; it is no reason to write again.
            unchecked = [one for one in alerts if one.outcome == "unchecked" and whole]
            new = [*fired.values(), *unchecked]
            if not whole and not new:
                return None
            made = rows.execute(
                "INSERT INTO deliveries (report, period, target, whole, alerts, state, holder,"
                " begun) VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?)",
                (*key, int(whole), json.dumps(new), _me(), _now()),
            ).lastrowid
            assert made is not None
            taken = [*([""] if whole else []), *fired]
            rows.executemany(
                "INSERT INTO items VALUES (?, ?, ?, ?, ?)", [(*key, rule, made) for rule in taken]
            )
            row = rows.execute(f"SELECT {_COLUMNS} FROM deliveries WHERE id = ?", (made,))
            return _delivery(row.fetchone())

    def take_again(self, number: int) -> Delivery:
        """Begin a delivery anew that is at its end, whatever that was.

        Raises
        ------
        BehavioError
            It is on its way.
        """
        self.find(number)
        with self._writing() as rows:
            row = rows.execute(
                f"SELECT {_COLUMNS} FROM deliveries WHERE id = ?", (number,)
            ).fetchone()
            if row[6] in ("waiting", "sending") and _alive(row[7]):
                raise BehavioError(f"Delivery {number} is on its way.")
            rows.execute(
                "UPDATE deliveries SET state = 'waiting', holder = ?, ended = NULL, error = ''"
                " WHERE id = ?",
                (_me(), number),
            )
            return _delivery((*row[:6], "waiting", _me(), *row[8:]))

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
        return writing(self.path, _TABLES)


def _delivery(row: tuple) -> Delivery:  # type: ignore[type-arg]
    number, report, period, target, whole, alerts, state, holder, attempts, begun, ended, error = (
        row
    )
    if state == "sending" and not _alive(holder):
        state, error = "unknown", error or "The process ended while it was sending."
    return Delivery(
        number,
        report,
        period,
        target,
        bool(whole),
        tuple(Checked(*one) for one in json.loads(alerts)),
        state,
        attempts,
        dt.datetime.fromisoformat(begun),
        ended and dt.datetime.fromisoformat(ended),
        error,
    )


def _me() -> str:
    # A number alone is given to another process some day.
    return f"{os.getpid()} {psutil.Process().create_time():.2f}"


def _alive(holder: str) -> bool:
    number, created = holder.split()
    try:
        return f"{psutil.Process(int(number)).create_time():.2f}" == created
    except psutil.NoSuchProcess:
        return False


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
