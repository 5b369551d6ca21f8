"""What all widgets share: a definition both ways, its answer, requests from the browser."""

from __future__ import annotations

import contextlib
import threading
from abc import ABCMeta, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from html import escape
from typing import Any, ClassVar

import anywidget
import traitlets
from IPython.display import display

from behavio_jupyter import BehavioError, DefinitionError, EventLog, parse
from behavio_jupyter.background import Background
from behavio_jupyter.query import Definition
from behavio_jupyter.query.base import Printed
from behavio_jupyter.query.predicate import Property
from behavio_jupyter.result import Result

from .catalog import events_by_frequency, names
from .notebook import Place

_FIRST_USERS = 100
_MOST_VALUES = 200


class _Meta(ABCMeta, type(anywidget.AnyWidget)):  # type: ignore[misc]
    """Traits and abstract methods in one class."""


class AnalysisWidget(anywidget.AnyWidget, metaclass=_Meta):
    """A question that is asked by clicking, and its answer.

    A subclass names what it ``asks`` and its JavaScript, and says in :meth:`drawn` what is drawn
    of a result. The browser sends what it wants as messages (``{"ask": …}``); answers to
    a definition come as traits, all others as messages with the same ``id``. Work is done beside
    the kernel's main thread; of answers only the newest is wanted.

    Parameters
    ----------
    log : EventLog
    question : definition, str or None
        What is asked first: as after the word of the magic, or with it.

    Attributes
    ----------
    definition : definition or None
        What is asked; can be set (text will do) and observed. None: nothing yet.
    text : str
        The line of magic that asks the same.
    answer : dict or None
        What is drawn.
    error : str
        Why there is no answer, in a sentence.
    """

    asks: ClassVar[Any]
    """The model of the definition."""

    definition = traitlets.Any(None).tag(
        sync=True, to_json=lambda value, _: value and value.model_dump(mode="json")
    )
    request = traitlets.Int(0).tag(sync=True)
    """The number of the browser's request that the definition came with; 0: set in Python."""
    text = traitlets.Unicode().tag(sync=True)
    parts = traitlets.Dict().tag(sync=True)
    """The text of every part of the definition, by its path: ``steps.0.events``."""
    answer = traitlets.Any(None).tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    catalog = traitlets.Dict().tag(sync=True)
    """The names a question may use: see :func:`~behavio_jupyter.widgets.catalog.names`."""
    events: traitlets.List[Any] = traitlets.List().tag(sync=True)
    """Name and number of events, the most frequent first; empty until they are counted."""

    def __init__(self, log: EventLog, question: Definition | str | None = None) -> None:
        self._log = log
        self._result: Result | None = None
        self._shown: list[Any] = []
        self._telling = threading.RLock()
        self._asking = Background()
        self._aside: defaultdict[str, Background] = defaultdict(Background)
        super().__init__()
        self.catalog = names(log)
        self._aside["events"].do(
            partial(events_by_frequency, log), partial(self.set_trait, "events"), self._fail
        )
        self.on_msg(self._receive)
        given = self._read(question)
        self._place = Place(type(self).__name__, _line(given))
        asked = self._place.asked
        if asked:
            # A saved text that cannot be read any more gives way to what the cell says.
            with contextlib.suppress(BehavioError):
                given = self._read(asked)
        self.definition = given

    @abstractmethod
    def drawn(self, result: Any) -> dict[str, Any]:
        """Return what the browser draws of a result: names, numbers, text; no not-a-number."""

    def wait(self) -> None:
        """Wait for the answer to what is asked now."""
        self._asking.wait()

    @property
    def result(self) -> Result | None:
        """The answer as ``log.run`` gives it; None while there is none."""
        return self._result

    # The definition and its answer

    @traitlets.validate("definition")
    def _valid_definition(self, proposal: dict[str, Any]) -> Definition | None:
        return self._read(proposal["value"])

    def _read(self, question: Any) -> Definition | None:
        kind = self.asks.model_fields["kind"].default
        if isinstance(question, str):
            if not question.strip():
                return None
            question = parse(question, kind=None if question.lstrip().startswith("%") else kind)
        found = getattr(question, "definition", question)
        if found is not None and not isinstance(found, self.asks):
            raise DefinitionError(f"{type(self).__name__} asks a {kind}, not {found!r:.60}.")
        return found

    @traitlets.observe("definition")
    def _ask(self, _change: object = None) -> None:
        asked = self.definition
        with self._at_once():
            self.text = _line(asked)
            self.parts = {} if asked is None else dict(_texts(asked))
            self.error = ""
            self.busy = asked is not None
        self._asking.do(
            partial(self._answered, asked), partial(self._take_answer, asked), self._fail
        )

    def _answered(self, asked: Definition | None) -> tuple[Result | None, dict[str, Any] | None]:
        if asked is None:
            return None, None
        result = self._log.run(asked)
        return result, self.drawn(result)

    def _take_answer(
        self, asked: Definition | None, found: tuple[Result | None, dict[str, Any] | None]
    ) -> None:
        with self._at_once():
            if asked is not self.definition:
                return
            self._result, self.answer = found
            self.error = ""
            self.busy = False
        for shown in self._shown:
            data, metadata = self._static()
            shown.update(data, metadata=metadata, raw=True)

    def _fail(self, error: Exception) -> None:
        with self._at_once():
            self.error = _sentence(error)
            self.busy = False

    @contextlib.contextmanager
    def _at_once(self) -> Iterator[None]:
        """Tell the browser several traits in one message, whichever thread sets them."""
        with self._telling, self.hold_sync():
            yield

    # Requests of the browser

    def _receive(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        asked = content.get("ask")
        if asked == "definition":
            self._take_request(content["definition"], content["id"])
            return
        work: Callable[[], dict[str, Any]]
        if asked == "values":
            wanted = Property(name=content["name"], owner=content["owner"])
            work = partial(self._values, wanted)
            asked = f"values {wanted}"
        elif asked == "users":
            work = partial(self._users, content["pick"])
        elif asked == "save":
            work = partial(self._save, content["pick"], content["name"])
        else:
            raise ValueError(f"The browser asks {asked!r}.")
        number = content["id"]
        self._aside[asked].do(
            work,
            lambda found: self.send({"id": number, **found}),
            lambda error: self.send({"id": number, "error": _sentence(error)}),
        )

    def _take_request(self, asked: dict[str, Any] | None, number: int) -> None:
        try:
            definition = None if asked is None else self.asks.model_validate(asked)
        except BehavioError as error:
            self._asking.call_off()
            self._fail(error)
            return
        with self._at_once():
            self.request = number
            if definition == self.definition:
                self._ask()
            self.definition = definition
        self.request = 0

    def _values(self, wanted: Property) -> dict[str, Any]:
        return {"values": list(map(str, self._log.values(wanted)["value"].head(_MOST_VALUES)))}

    def _users(self, pick: dict[str, Any]) -> dict[str, Any]:
        found = self._behind(pick)
        first = found.users.head(_FIRST_USERS)
        return {"count": len(found), "first": list(map(str, first)), "text": str(found.definition)}

    def _save(self, pick: dict[str, Any], name: str) -> dict[str, Any]:
        self._log.save_segment(name, self._behind(pick))
        self.catalog = {**self.catalog, "segments": list(self._log.segments)}
        return {"saved": name}

    def _behind(self, pick: dict[str, Any]) -> Any:
        if self._result is None:
            raise BehavioError("There is no answer yet whose users could be shown.")
        return self._result.users(**pick)  # type: ignore[attr-defined]

    # The notebook

    def _ipython_display_(self) -> None:
        """Show the widget, and a copy of the answer for where no browser draws it.

        Two outputs: of one with both, notebooks and nbconvert would show the widget only, and
        nothing where it is not running. Beside a running widget its style sheet hides the copy.
        """
        self.wait()
        live = self._repr_mimebundle_()
        data, metadata = live if isinstance(live, tuple) else (live, {})
        display(data, metadata=metadata, raw=True)
        data, metadata = self._static()
        self._shown.append(display(data, metadata=metadata, raw=True, display_id=True))

    def _static(self) -> tuple[dict[str, str], dict[str, Any]]:
        said = self.error or "Nothing is asked yet."
        html = f"<p>{escape(said)}</p>" if self._result is None else self._result.to_fragment()
        text = said if self._result is None else repr(self._result)
        data = {"text/html": f'<div class="behavio-static">{html}</div>', "text/plain": text}
        return data, self._place.record(self.text)


def _line(definition: Definition | None) -> str:
    """Return the line of magic that asks a definition."""
    return "" if definition is None else f"%{definition}"


def _texts(node: Printed, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every part of a definition."""
    for field in type(node).model_fields:
        value = getattr(node, field)
        items = enumerate(value) if isinstance(value, tuple) else [("", value)]
        for place, item in items:
            if isinstance(item, Printed):
                here = ".".join(str(part) for part in (path, field, place) if part != "")
                yield here, str(item)
                yield from _texts(item, here)


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, BehavioError) else f"{type(error).__name__}: {error}"
