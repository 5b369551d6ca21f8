"""One user's events."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pandas as pd
import traitlets

from behavio_jupyter import EventLog, UnknownNameError
from behavio_jupyter.background import Background
from behavio_jupyter.query.clauses import Sessions
from behavio_jupyter.query.rule_words import span
from behavio_jupyter.result.page import fragment
from behavio_jupyter.result.sheet import Sheet
from behavio_jupyter.result.wording import plural

from .copied import call_of
from .history import clock, facts_of, happened
from .kept import UNREADABLE, KeptWidget, copy_of, copy_of_sentence
from .log_widget import Content, built
from .notebook import Place

_MOST_FOUND = 80


class UserTimeline(KeptWidget):
    """Look at one user: events by day and session, gaps, properties (semantics.md, A6).

    Parameters
    ----------
    log : EventLog
    user : text or number, optional
        The user's id. Default: nobody yet.
    segment : str, optional
        A saved segment whose users are gone through; default: all users.

    Attributes
    ----------
    user : str or None
        Who is shown; can be set and observed.
    segment : str or None
        The saved segment whose users are gone through; can be set and observed.

    Raises
    ------
    UnknownNameError
        The log has no such user or segment.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> log = datasets.cdnow()
    >>> log.save_segment("loyal", "count(purchase) >= 10")
    >>> shown = UserTimeline(log, "00004", segment="loyal")
    >>> shown.user = log.segment("loyal").users[0]
    >>> shown.user
    '00005'
    """

    _esm = built("timeline.js")
    _css = built("timeline.css")

    user = traitlets.Any(None).tag(sync=True)
    segment = traitlets.Any(None).tag(sync=True)
    told = traitlets.Int(0).tag(sync=True)
    """How often the log has changed: what is shown of it is asked for again."""

    def __init__(self, log: EventLog, user: Any = None, *, segment: str | None = None) -> None:
        self._people: tuple[str | None, pd.Series] | None = None
        self._copying = Background()
        super().__init__(log)
        self._place = Place(type(self).__name__, log.name, json.dumps([_id(user), segment]))
        # Who was shown here last may be gone; then the cell's own user is shown.
        with contextlib.suppress(*UNREADABLE):
            if self._place.asked:
                self.restore(self._place.asked)
                return
        self.segment, self.user = segment, user

    def wait(self) -> None:
        """Wait until the copy in the notebook is of the user who is shown."""
        self._copying.wait()

    @property
    def requests(self) -> dict[str, Any]:
        """What can be asked for, and what answers it."""
        return super().requests | {"find": self._find}

    @traitlets.validate("user")
    def _valid_user(self, proposal: dict[str, Any]) -> str | None:
        user = _id(proposal["value"])
        if user is not None:
            self._log.profile(user)  # tells where there is none, and who is nearest
        return user

    @traitlets.validate("segment")
    def _valid_segment(self, proposal: dict[str, Any]) -> str | None:
        name = proposal["value"] or None
        if name is not None and name not in self._log.segments:
            raise UnknownNameError("segment", str(name), self._log.segments)
        return name

    def _log_changed(self) -> None:
        self._people = None  # the segment may be the one that was saved
        super()._log_changed()
        self.told += 1
        self._renew_copy(None)

    @traitlets.observe("user", "segment")
    def _renew_copy(self, _change: object) -> None:
        self._copying.do(self._show_copy_again, lambda _: None, lambda _: None)

    # Requests of the browser

    def _find(self, content: Content) -> Content:
        people = self._those()
        found = people[people.str.startswith(content["typed"])]
        return {"users": found.head(_MOST_FOUND).tolist(), "count": len(found)}

    def _timeline(self, content: Content) -> Content:
        people = self._those()
        found = super()._timeline(content)
        places = people.index[people == found["user"]]
        place = int(places[0]) if len(places) else None
        around = (-1, 0) if place is None else (place - 1, place + 1)
        before, after = (people[at] if 0 <= at < len(people) else None for at in around)
        return found | {
            "python": call_of(self._log, "timeline", found["user"]),
            "place": place,
            "people": len(people),
            "previous": before,
            "next": after,
        }

    def _those(self) -> pd.Series:
        """Return the ids of those who are gone through, as text."""
        kept, segment = self._people, self.segment
        if kept is None or kept[0] != segment:
            all_ = self._log.users if segment is None else self._log.segment(_named(segment)).users
            kept = self._people = (segment, all_.astype(str).reset_index(drop=True))
        return kept[1]

    # The notebook

    def copy(self) -> dict[str, str]:
        """Return the last events as a table."""
        if self.user is None:
            said = "No user is chosen yet."
            return copy_of_sentence(said)
        timeline = self._log.timeline(self.user)
        title, subtitle, sheet = f"User {self.user}", _facts(timeline), _sheet(timeline)
        rule = f"A session ends where more than {span(Sessions().gap)} are without an event."
        html = fragment(title, subtitle, [sheet], rule, "")
        return copy_of(html, f"{title}\n{subtitle}\n\n{sheet.text()}\n\n{rule}")

    @property
    def state(self) -> str:
        """The user, and the segment whose users are gone through."""
        return json.dumps([self.user, self.segment])

    def restore(self, state: str) -> None:
        """Show again who was shown."""
        user, self.segment = json.loads(state)
        self.user = user


def _id(user: Any) -> str | None:
    return None if user is None or user == "" else str(user)


def _named(segment: str) -> str:
    from behavio_jupyter.query.printing import name

    return name(segment)


def _facts(timeline: pd.DataFrame) -> str:
    facts, zone = facts_of(timeline), timeline.iloc[:, 0].dt.tz
    events, sessions = plural(len(timeline), "event"), plural(facts["sessions"], "session")
    return f"{events} in {sessions} · {facts['first']} to {facts['last']} · {zone}"


def _sheet(timeline: pd.DataFrame) -> Sheet:
    rows = [
        [clock(time), name, str(session), ", ".join(f"{key} = {value}" for key, value in pairs)]
        for time, name, session, pairs in happened(timeline.iloc[-_MOST_FOUND:])
    ]
    columns = ["time", "event", "session", "properties"]
    return Sheet(columns, rows, 4, "log.timeline", total=len(timeline), latest=True)
