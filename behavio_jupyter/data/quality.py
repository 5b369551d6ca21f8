"""What was read, what was left out and why, and what the log is like."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict

from ..errors import StoreError
from .schema import Roles
from .store import Store


class Removed(BaseModel):
    """Rows that are no events or are repeated: why, how many, and some of them."""

    model_config = ConfigDict(frozen=True)

    reason: str
    rows: int
    examples: tuple[dict[str, str | None], ...] = ()


class Quality(BaseModel):
    """What is known of a log's data (docs/semantics.md, Data).

    Attributes
    ----------
    rows : int
        Rows read.
    events, users : int
        Events kept, and the users who have them.
    removed : tuple of Removed
        Rows that are not in the log, by reason, with up to five examples each.
    columns : Roles
        The column that plays each part.
    timezone : str
    first, last, end : int or None
        Microseconds since 1970 UTC: first and last event, end of the log.
    days, days_with_events : int
        Calendar days of the log's time zone from the first event's to the last's.
    counts : dict of str to int
        Events per name.
    users_without_events : int
        Rows of the user table that belong to no user of the log.
    shared_instants : int
        Times at which one user has several events, counted per user.
    gaps : tuple of (int, int)
        The longest times between consecutive events of the log, longest first.
    joined_ids : int
        Anonymous ids that were seen with several users, who so became one person.
    comma_numbers : dict of str to str
        Properties that are text because their numbers have a comma, and one such value.
    odd_values : dict of str to str
        Properties that are text though most of their values are numbers, and one that is none.
    """

    model_config = ConfigDict(frozen=True)

    rows: int
    events: int
    users: int
    removed: tuple[Removed, ...]
    columns: Roles
    timezone: str
    first: int | None
    last: int | None
    end: int | None
    days: int
    days_with_events: int
    counts: dict[str, int]
    users_without_events: int
    shared_instants: int
    gaps: tuple[tuple[int, int], ...]
    joined_ids: int
    comma_numbers: dict[str, str] = {}
    odd_values: dict[str, str] = {}

    @property
    def table(self) -> pd.DataFrame:
        """The facts: ``what``, ``value``, both text."""
        return pd.DataFrame(self._facts(), columns=["what", "value"])

    @property
    def examples(self) -> pd.DataFrame:
        """Rows that were left out: ``reason`` and the columns of the source, as text."""
        return pd.DataFrame(
            [{"reason": part.reason, **row} for part in self.removed for row in part.examples]
        )

    @property
    def span(self) -> str:
        """The dates of the first and last event, in the log's time zone."""
        if self.first is None:
            return "none"
        return f"{self._moment(self.first)[:10]} to {self._moment(self.last)[:10]}"

    def _moment(self, instant: int | None) -> str:
        if instant is None:
            return "none"
        moment = pd.Timestamp(instant, unit="us", tz="UTC").tz_convert(self.timezone)
        return moment.strftime("%Y-%m-%d %H:%M:%S")

    def _facts(self) -> list[tuple[str, str]]:
        roles = {
            key: value
            for key, value in self.columns.model_dump(exclude={"properties", "unit"}).items()
            if value is not None
        }
        facts = [
            ("rows read", f"{self.rows:,}"),
            ("events kept", f"{self.events:,}"),
            *((f"left out: {part.reason}", f"{part.rows:,}") for part in self.removed),
            ("users", f"{self.users:,}"),
            ("columns", ", ".join(f"{role} = {name}" for role, name in roles.items())),
            ("time zone", self.timezone),
            ("first event", self._moment(self.first)),
            ("last event", self._moment(self.last)),
            ("end of the log", self._moment(self.end)),
            ("days with events", f"{self.days_with_events:,} of {self.days:,}"),
            ("instants shared by several events of a user", f"{self.shared_instants:,}"),
        ]
        if self.columns.anonymous_id is not None:
            facts.append(("anonymous ids that joined several users", f"{self.joined_ids:,}"))
        if self.users_without_events:
            facts.append(
                ("rows of the user table without events", f"{self.users_without_events:,}")
            )
        for name, value in self.comma_numbers.items():
            said = f"{name}, as {value!r:.40}; write a point for the comma to make it a number"
            facts.append(("text, for its numbers have a comma", said))
        for name, value in self.odd_values.items():
            said = f"{name}, as {value!r:.40}; leave such values empty to make it a number"
            facts.append(("text, for not all values are numbers", said))
        for start, end in self.gaps[:3]:
            length = pd.Timedelta(end - start, unit="us").round("s")
            facts.append(("longest time without events", f"{length} from {self._moment(start)}"))
        ranked = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        facts.extend((f"event {name}", f"{count:,}") for name, count in ranked[:20])
        if len(ranked) > 20:
            facts.append((f"{len(ranked) - 20} more events", f"{sum(n for _, n in ranked[20:]):,}"))
        return facts

    def __str__(self) -> str:
        """Return the facts as a plain table."""
        facts = self._facts()
        width = max(len(what) for what, _ in facts)
        return "\n".join(f"{what:<{width}}  {value}" for what, value in facts)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        parts = [_html_table(self.table, header=False)]
        if any(part.examples for part in self.removed):
            parts.append("<details><summary>Rows that were left out</summary>")
            parts.append(_html_table(self.examples, header=True) + "</details>")
        return "".join(parts)


def quality_of(store: Store) -> Quality:
    """Return what was counted when a store was built.

    Raises
    ------
    StoreError
        It cannot be read.
    """
    try:
        return Quality.model_validate_json(store.meta("quality"))
    except ValueError as error:
        raise StoreError(
            f"{store.file} is damaged: what was counted in it cannot be read."
        ) from error


def _html_table(frame: pd.DataFrame, header: bool) -> str:
    """Return a table in the colours of whatever surrounds it."""
    cell = 'style="text-align:left;color:inherit;background:none;padding:.15em .8em"'
    rows = []
    if header:
        rows.append("".join(f"<th {cell}>{html.escape(str(name))}</th>" for name in frame.columns))
    for row in frame.itertuples(index=False):
        texts: list[Any] = ["" if pd.isna(value) else value for value in row]
        rows.append("".join(f"<td {cell}>{html.escape(str(text))}</td>" for text in texts))
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
