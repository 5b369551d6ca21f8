"""All explorers of a log in one app."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import Any, ClassVar

import traitlets

from behavio_jupyter import DefinitionError, EventLog, UnknownNameError
from behavio_jupyter.query import Definition, Question, Segment, Timeline
from behavio_jupyter.query.clauses import EventQuestion

from .base import AnalysisWidget, texts_of
from .copied import line_of, question_of
from .defined import DefinedWidget
from .funnel import FunnelExplorer
from .kept import NOTHING_ASKED, UNREADABLE, copy_of_sentence
from .log_widget import Content, built
from .notebook import Place, parts
from .paths import PathExplorer
from .retention import RetentionExplorer
from .segment import SegmentBuilder
from .timeline import UserTimeline
from .trend import TrendExplorer

_COMMON = ("where", "segments", "during")
"""The clauses that the bar on top holds for all tabs."""


class Explorer(DefinedWidget):
    """Every explorer of a log in tabs, under one bar for range, filter and segments.

    What the bar says holds for each question of an :class:`~behavio_jupyter.query.EventQuestion`:
    its ``during``, ``where`` and ``for`` are the bar's. Segments look at whole histories and are
    not touched. A tab is made when it is opened first.

    Parameters
    ----------
    log : EventLog
    question : definition, str or None
        What is asked first; its tab is opened. Default: an empty funnel.

    Attributes
    ----------
    definition : EventQuestion
        The bar: ``where``, ``segments`` and ``during``; can be set and observed.
    selected : str
        The tab: ``"segment"``, ``"funnel"``, ``"retention"``, ``"paths"``, ``"trend"`` or
        ``"timeline"``.
    error : str
        What is wrong with the bar, in a sentence.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> app = Explorer(datasets.contributions(), "funnel code -> test within 30d")
    >>> app.definition = EventQuestion(where="bot = false")
    >>> app["funnel"].text
    '%funnel code -> test within 30d where bot = false'
    """

    _esm = built("explorer.js")
    _css = built("explorer.css")

    kinds: ClassVar[dict[str, type[Any]]] = {
        "segment": SegmentBuilder,
        "funnel": FunnelExplorer,
        "retention": RetentionExplorer,
        "paths": PathExplorer,
        "trend": TrendExplorer,
        "timeline": UserTimeline,
    }

    definition = traitlets.Instance(EventQuestion).tag(
        sync=True, to_json=lambda value, _: value.model_dump(mode="json", include=set(_COMMON))
    )
    selected = traitlets.Unicode().tag(sync=True)
    tabs = traitlets.Dict().tag(sync=True)
    """References to the widgets of the tabs that were opened."""
    names: traitlets.List[str] = traitlets.List().tag(sync=True)
    """The tabs there are."""

    def __init__(self, log: EventLog, question: Definition | str | None = None) -> None:
        self._opened: dict[str, Any] = {}
        self._states: dict[str, str] = {}
        self._opening = threading.RLock()
        first: Any = question_of(question) if isinstance(question, str) else question
        first = getattr(first, "definition", first)
        if first is not None and not isinstance(first, Question | Segment | Timeline):
            raise DefinitionError(f"The app begins with a question, not with {first!r:.60}.")
        self._first: dict[str, Any] = {} if first is None else {first.kind: first}
        self._place = Place(type(self).__name__, log.name, line_of(first))
        self.set_trait("definition", EventQuestion())
        super().__init__(log)
        self.names = list(self.kinds)
        selected = first.kind if first is not None else "funnel"
        if isinstance(first, EventQuestion):
            self.definition = _common_of(first)
        if self._place.asked:
            with contextlib.suppress(*UNREADABLE):
                self.restore(self._place.asked)
        self.selected = self.selected or selected

    def __getitem__(self, kind: str) -> Any:
        """Return the widget of a tab."""
        # The thread of an answer comes here while another tab is being opened.
        with self._opening:
            opened = self._tab(kind)
        # Only now: who changes the bar holds what telling needs, and may wait for a tab to open.
        if kind not in self.tabs:
            with self._telling:
                known = list(self._opened.items())
                self.tabs = {name: f"anywidget:{widget.model_id}" for name, widget in known}
        return opened

    def _tab(self, kind: str) -> Any:
        if kind not in self._opened:
            with parts():
                opened = self.kinds[self._known(kind)](self._log, self._first.get(kind))
            self._opened[kind] = opened
            state = self._states.get(kind)
            if state:
                # What cannot be read any more gives way to what the cell says.
                with contextlib.suppress(*UNREADABLE):
                    opened.restore(state)
            self._limit(opened)
            shows = ["answer", "error"] if isinstance(opened, AnalysisWidget) else ["definition"]
            opened.observe(self._keep, shows)
        return self._opened[kind]

    def open(self) -> None:
        """Open the app and its tabs for the browser."""
        for opened in self._opened.values():
            opened.open()
        super().open()

    def close(self) -> None:
        """Close the app and its tabs."""
        if self.comm is not None:
            for opened in self._opened.values():
                opened.close()
        super().close()

    def _known(self, kind: Any) -> str:
        if kind not in self.kinds:
            raise UnknownNameError("tab", str(kind), self.kinds)
        return str(kind)

    @traitlets.validate("selected")
    def _valid_tab(self, proposal: Content) -> str:
        return self._known(proposal["value"])

    @traitlets.observe("selected")
    def _open(self, _change: object) -> None:
        # Only the tab that is seen is asked; the bar may have changed meanwhile.
        self._pass_on_to(self.selected)
        self._keep()

    @traitlets.observe("definition")
    def _pass_on(self, _change: object) -> None:
        self.parts = dict(texts_of(self.definition))
        self.error = ""
        if self.selected:
            self._pass_on_to(self.selected)

    def _pass_on_to(self, kind: str) -> None:
        """Let a tab have what the bar says, where it asks what has these clauses."""
        self._limit(self[kind])

    def _limit(self, opened: Any) -> None:
        if isinstance(opened, AnalysisWidget) and issubclass(opened.asks, EventQuestion):
            opened.common = {name: getattr(self.definition, name) for name in _COMMON}

    def _take(self, asked: Content) -> None:
        self.definition = EventQuestion.model_validate(asked)
        self.error = ""

    # The notebook

    def restore(self, state: str) -> None:
        """Go on with the bar, the tab and what every tab asked."""
        kept = json.loads(state)
        self._states = kept["asked"]
        for kind, opened in self._opened.items():
            if kind in self._states:
                opened.restore(self._states[kind])
        self.definition = EventQuestion.model_validate(kept["common"])
        self.selected = kept["selected"]

    def wait(self) -> None:
        """Wait for the answer of the tab that is shown."""
        self[self.selected].wait()

    def copy(self) -> dict[str, str]:
        """Return the answer of the tab that is shown.

        It does not open one: the thread of an answer, which holds what its tab is told with, would
        wait for whoever opens tabs or changes the bar.
        """
        opened = self._opened.get(self.selected)
        if opened is None:
            return copy_of_sentence(NOTHING_ASKED)
        return dict(opened.copy())

    @property
    def state(self) -> str:
        """What every tab asks, and the bar."""
        states = {kind: widget.state for kind, widget in list(self._opened.items())}
        asked = {**self._states, **states}
        common = self.definition.model_dump(mode="json", include=set(_COMMON))
        return json.dumps({"selected": self.selected, "asked": asked, "common": common})

    def _keep(self, _change: object = None) -> None:
        self._show_copy_again()


def _common_of(question: EventQuestion) -> EventQuestion:
    return EventQuestion(**{name: getattr(question, name) for name in _COMMON})


def explore(log: EventLog, question: Definition | str | None = None) -> Explorer:
    """Explore a log by clicking: all explorers in one app.

    Parameters
    ----------
    log : EventLog
    question : definition, str or None
        What is asked first, such as ``"funnel visit -> cart"`` or ``"timeline '00004'"``.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> explore(datasets.contributions(), "funnel code -> test").selected
    'funnel'
    """
    return Explorer(log, question)
