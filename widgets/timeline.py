"""One user's events."""

from __future__ import annotations

import contextlib
from typing import Any

import pandas as pd
import traitlets

from behavio_jupyter import DefinitionError, EventLog
from behavio_jupyter.background import Background
from behavio_jupyter.query import Timeline
from behavio_jupyter.query.check import check
from behavio_jupyter.query.printing import name
from behavio_jupyter.query.rule import rule
from behavio_jupyter.result.charts.strip import strip
from behavio_jupyter.result.page import fragment
from behavio_jupyter.result.sheet import Sheet
from behavio_jupyter.result.wording import plural

from .copied import call_of, line_of, question_of
from .defined import DefinedWidget
from .history import clock, facts_of, happened, matching
from .kept import UNREADABLE, copy_of, copy_of_sentence
from .log_widget import Content, built
from .notebook import Place

_MOST_FOUND = 80


class UserTimeline(DefinedWidget):
    """Look at one user: events by day and session, gaps, properties (semantics.md, A6).

    Parameters
    ----------
    log : EventLog
    user : text, number or Timeline, optional
        The user's id, or all that is to be shown. Default: nobody yet.
    segment : str, optional
        A saved segment whose users are gone through; default: all users.

    Attributes
    ----------
    definition : Timeline
        What is shown; can be set (text will do: ``"'00004' for loyal only purchase"``) and
        observed.
    user : str or None
        Who is shown: the user of the definition; can be set and observed.
    segment : str or None
        The saved segment whose users are gone through, as in the definition; can be set and
        observed.
    text : str
        The line of magic that shows the same.
    error : str
        What is wrong, in a sentence.

    Raises
    ------
    UnknownNameError
        The log has no such user, segment or event.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> log = datasets.cdnow()
    >>> log.save_segment("loyal", "count(purchase) >= 10")
    >>> shown = UserTimeline(log, "00004", segment="loyal")
    >>> shown.user = log.segment("loyal").users[0]
    >>> shown.text
    "%timeline '00005' for loyal"
    >>> shown.definition = "'00004' only purchase with '2'"
    >>> shown.user, shown.segment, shown.definition.text
    ('00004', None, '2')
    """

    _esm = built("timeline.js")
    _css = built("timeline.css")

    definition = traitlets.TraitType[Any, Any](Timeline()).tag(
        sync=True, to_json=lambda value, _: value.model_dump(mode="json")
    )
    user = traitlets.Any(None)
    segment = traitlets.Any(None)
    text = traitlets.Unicode().tag(sync=True)
    told = traitlets.Int(0).tag(sync=True)
    """How often the log has changed: what is shown of it is asked for again."""

    def __init__(self, log: EventLog, user: Any = None, *, segment: str | None = None) -> None:
        self._people: tuple[tuple[str | None, int], pd.Series] | None = None
        self._copying = Background()
        super().__init__(log)
        given = user if isinstance(user, Timeline) else Timeline(user=_id(user))
        if segment is not None:
            given = given.model_copy(update={"segment": segment})
        self._place = Place(type(self).__name__, log.name, str(given))
        # Who was shown here last may be gone; then the cell's own user is shown.
        with contextlib.suppress(*UNREADABLE):
            if self._place.asked:
                self.restore(self._place.asked)
                return
        self.definition = given

    def wait(self) -> None:
        """Wait until the copy in the notebook is of the user who is shown."""
        self._copying.wait()

    @property
    def requests(self) -> dict[str, Any]:
        """What can be asked for, and what answers it."""
        return super().requests | {"find": self._find}

    # What is shown

    @traitlets.validate("definition")
    def _valid_definition(self, proposal: dict[str, Any]) -> Timeline:
        given = proposal["value"]
        if isinstance(given, str):
            given = question_of(given, "timeline")
        asked = Timeline() if given is None else given
        if not isinstance(asked, Timeline):
            raise DefinitionError(f"UserTimeline shows a timeline, not {asked!r:.60}.")
        self._check(asked)
        return asked

    @traitlets.validate("user", "segment")
    def _valid_part(self, proposal: dict[str, Any]) -> str | None:
        value = _id(proposal["value"])
        self._check(self.definition.model_copy(update={proposal["trait"].name: value}))
        return value

    def _check(self, asked: Timeline) -> None:
        """Refuse what the log does not have."""
        check(asked, self._log.catalog)
        if asked.user is not None and asked.user != self.definition.user:
            self._log.profile(asked.user)  # tells where there is none, and who is nearest

    @traitlets.observe("user", "segment")
    def _take_part(self, change: Any) -> None:
        self.definition = self.definition.model_copy(update={change["name"]: change["new"]})

    @traitlets.observe("definition")
    def _tell(self, _change: object) -> None:
        with self._at_once():
            self.text = self._line()
            self.error = ""
        self.user, self.segment = self.definition.user, self.definition.segment
        self._renew_copy()

    def _line(self) -> str:
        empty = self.definition == Timeline()
        return "" if empty else line_of(self.definition, self._log)

    def _take(self, asked: Content) -> None:
        self.definition = Timeline.model_validate(asked)
        self.error = ""

    def _log_changed(self) -> None:
        super()._log_changed()
        self.text = self._line()
        self.told += 1
        self._renew_copy()

    def _renew_copy(self) -> None:
        self._copying.do(self._show_copy_again, lambda _: None, lambda _: None)

    # Requests of the browser

    def _find(self, content: Content) -> Content:
        people = self._those(content["segment"])
        found = people[people.str.startswith(content["typed"])]
        return {"users": found.head(_MOST_FOUND).tolist(), "count": len(found)}

    def _timeline(self, content: Content) -> Content:
        # As it is shown: the definition that says so may be on its way.
        people = self._those(content["segment"])
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

    def _those(self, segment: str | None) -> pd.Series:
        """Return the ids of those who are gone through, as text."""
        # Of the log as it is: it can change meanwhile, and those of before come after that.
        wanted, kept = (segment, self.told), self._people
        if kept is None or kept[0] != wanted:
            kept = self._people = (wanted, self._ids(segment))
        return kept[1]

    def _ids(self, segment: str | None) -> pd.Series:
        if segment is None:
            return self._log.ids
        return self._log.segment(name(segment)).users.astype(str).reset_index(drop=True)

    # The notebook

    def copy(self) -> dict[str, str]:
        """Return the events that are shown over time, and the last of them as a table."""
        shown = self.definition
        if shown.user is None:
            said = "No user is chosen yet."
            return copy_of_sentence(said)
        timeline = self._log.timeline(shown.user)
        found = timeline[matching(timeline, shown.event, shown.text)]
        title, counted = f"User {shown.user}", rule(shown)
        subtitle = _facts(timeline)
        if len(found) < len(timeline):
            subtitle = f"{len(found):,} matching of {subtitle}"
        sheet, nothing = _sheet(found), "" if len(found) else "No event of this user matches."
        chart = strip(found.iloc[:, 0], found.iloc[:, 1].astype(str)) if len(found) else ""
        html = fragment(title, subtitle, [sheet], counted, nothing, chart=chart)
        text = f"{title}\n{subtitle}\n\n{nothing or sheet.text()}\n\n{counted}"
        return copy_of(html, text)

    @property
    def state(self) -> str:
        """The text of what is shown."""
        return str(self.definition)

    def restore(self, state: str) -> None:
        """Show again what was shown."""
        self.definition = state


def _id(user: Any) -> str | None:
    return None if user is None or user == "" else str(user)


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
